// What would make it fit? Changes that were tried, not stock phrases.
import { UsageError } from '../core/errors.ts';
import type { Csr } from '../network/csr.ts';
import { storageFormat } from '../targets/formats.ts';
import { chipCounts } from '../targets/grid.ts';
import { listTargets, loadTarget, onBoard, type Target, withParameter } from '../targets/load.ts';
import { parameterValues } from '../targets/parameters.ts';
import { noDemand } from '../targets/usage.ts';
import { type Chip, type ChipOptions, chipOf, withCap } from './chip.ts';
import { chipProblem, splitFor } from './chip-problem.ts';
import type { MappingProblem, WeightedNetwork } from './problem.ts';

/** What other targets are tried with; cores that are pinned or kept free are those of one target, and are left out. */
export interface Elsewhere {
  readonly network: WeightedNetwork;
  readonly options: Pick<ChipOptions, 'maxNeuronsPerCore' | 'weightBits'>;
}

/** A network that does not fit, and what there is to try. */
export interface Misfit {
  readonly problem: MappingProblem;
  readonly chip: Chip;
  /** Null leaves other targets out. */
  readonly elsewhere: Elsewhere | null;
  /** Fewest cores that a cut needs; null where no number of cores helps. */
  readonly cores: number | null;
  /** Whether it is sure to fit; with little tried unless thoroughly. */
  readonly fits: (problem: MappingProblem, chip: Chip, thoroughly?: boolean) => boolean;
}

/** Other targets that are named; the rest is counted. */
const NAMED = 5;

/** Every change that was found to make the network fit, the smallest of its kind; if there is none, what was tried. */
export function remediesFor(misfit: Misfit): string[] {
  const { problem, chip } = misfit;
  const remedies: string[] = [];
  const left = fittingSynapses(misfit);
  if (left !== null) remedies.push(`prune its weakest synapses down to ${left.synapses} or fewer (density ${left.density})`);
  const cap = fittingCap(misfit);
  if (cap !== null) remedies.push(`raise the cap to ${cap} neurons per core`);
  remedies.push(...moreCores(misfit));
  const room = fittingParameters(misfit, 'room');
  if (room.length > 0) remedies.push(`give a core more (${oneOf(room)} in --target)`);
  const others = otherTargets(misfit);
  if (others !== null && others.fitting.length > 0) remedies.push(targetsRemedy(others.fitting));
  if (remedies.length > 0) return remedies;
  const cores = chip.usableCores === 1 ? 'one core' : `${chip.usableCores} cores`;
  const tried = others === null ? '' : `, and none of the ${others.tried} other targets that ship fits either`;
  return [`a target with larger or more cores: no density fits ${problem.units} neurons on the ${cores} of ${chip.target.label}${tried}`];
}

/** Changes that give the chip as many cores as a cut needs. */
export function moreCores(misfit: Omit<Misfit, 'elsewhere'>): string[] {
  const remedies: string[] = [];
  const free = fittingFree(misfit);
  if (free !== null) remedies.push(free === 0 ? 'keep no core free' : `keep only ${free === 1 ? 'one core' : `${free} cores`} free`);
  const chips = fittingChips(misfit);
  if (chips !== null) remedies.push(`take ${chips} chips (chips=${chips} in --target)`);
  const sizes = fittingParameters(misfit, 'cores');
  if (sizes.length > 0) remedies.push(`take more cores (${oneOf(sizes)} in --target)`);
  return remedies;
}

function oneOf(words: readonly string[]): string {
  return words.length === 1 ? words[0] : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** Most cores that can stay free, of those that are to; null if there are none, or the network does not fit without them either. */
function fittingFree({ problem, chip, cores, fits }: Omit<Misfit, 'elsewhere'>): number | null {
  const most = chip.topology.cores - (cores ?? Number.POSITIVE_INFINITY);
  if (cores === null || most < 0 || most >= chip.keepFree.length) return null;
  return fits(problem, { ...chip, keepFree: chip.keepFree.slice(0, most), usableCores: cores }, true) ? most : null;
}

/** Fewest chips of a board that the target comes on, each with the cores that are needed; null if none has as many. */
function fittingChips({ problem, chip, cores, fits }: Omit<Misfit, 'elsewhere'>): number | null {
  if (cores === null) return null;
  for (const count of chipCounts(chip.target.file)) {
    const board = changed(chip, () => onBoard(chip.target, count));
    // No more cores than now, or still too few.
    if (board === null || board.usableCores <= chip.usableCores || board.usableCores < cores) continue;
    if (fits(problem, board, true)) return count;
  }
  return null;
}

/**
 * Parameters of the target that make the network fit, each alone, as `name=value` with the smallest value that does: those that only
 * add cores, or those that give a core more room.
 */
function fittingParameters({ problem, chip, cores, fits }: Omit<Misfit, 'elsewhere'>, kind: 'cores' | 'room'): string[] {
  return parameterValues(chip.target.file).flatMap(({ name, value, max }) => {
    const chipWith = (to: number) => changed(chip, () => withParameter(chip.target, name, to));
    const largest = value === null ? null : chipWith(max);
    if (value === null || largest === null) return [];
    const addsRoom = roomOf(largest) !== roomOf(chip);
    if (addsRoom !== (kind === 'room') || (!addsRoom && largest.usableCores === chip.usableCores)) return [];
    const fitsWith = (to: number, thoroughly = false) => {
      const other = chipWith(to);
      return other !== null && fits(splitFor(problem.whole ?? problem, other), other, thoroughly);
    };
    let failing = value;
    if (!addsRoom) {
      // The cut is known, and what is to be found is room for it.
      const hasCores = (to: number) => (chipWith(to)?.usableCores ?? 0) >= (cores ?? Number.POSITIVE_INFINITY);
      if (!hasCores(max)) return [];
      failing = smallest(value, max, hasCores);
      if (fitsWith(failing, true)) return [`${name}=${failing}`];
    }
    return failing < max && fitsWith(max) ? [`${name}=${smallest(failing, max, fitsWith)}`] : [];
  });
}

/** The smallest number that passes, above one that does not. */
function smallest(failing: number, passing: number, passes: (value: number) => boolean): number {
  let [low, high] = [failing, passing];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (passes(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** What a core can hold, as text to compare. */
function roomOf({ target, limits, weightBits }: Chip): string {
  return JSON.stringify([limits.usage(noDemand()).map(({ limit }) => limit), storageFormat(target, weightBits)]);
}

/** A changed target under the options of a chip as something to try; null where it is not possible. */
function changed(chip: Chip, change: () => Target): Chip | null {
  const { maxNeuronsPerCore, weightBits, keepFree, port } = chip;
  const options = { maxNeuronsPerCore, weightBits, keepFree, ...(port.assumed ? {} : { port: { x: port.x, y: port.y } }) };
  return unlessImpossible(() => chipOf(change(), options));
}

/** Shipped targets that hold the network, in the order of the list, and how many were tried. */
function otherTargets({ chip, elsewhere, fits }: Misfit): { readonly fitting: string[]; readonly tried: number } | null {
  if (elsewhere === null) return null;
  const others = fitsByTarget(elsewhere, fits).filter(({ label }) => label !== chip.target.label);
  return { fitting: others.filter(({ isFitting }) => isFitting).map(({ label }) => label), tried: others.length };
}

interface TriedTarget {
  readonly label: string;
  readonly isFitting: boolean;
}

/** Targets that were tried with a network, by options: those of one run ask for the same. */
const tried = new WeakMap<WeightedNetwork, Map<string, readonly TriedTarget[]>>();

function fitsByTarget({ network, options }: Elsewhere, fits: Misfit['fits']): readonly TriedTarget[] {
  const byOptions = tried.get(network) ?? new Map<string, readonly TriedTarget[]>();
  tried.set(network, byOptions);
  const key = JSON.stringify([options.maxNeuronsPerCore, options.weightBits]);
  const known = byOptions.get(key) ?? tryTargets(network, options, fits);
  byOptions.set(key, known);
  return known;
}

function tryTargets(network: WeightedNetwork, options: Elsewhere['options'], fits: Misfit['fits']): TriedTarget[] {
  const targets = listTargets()
    .map((id) => loadTarget(id))
    .filter(({ file }) => file.support !== 'reference-only');
  const isFitting = (chip: Chip) => fits(chipProblem(network, null, chip), chip);
  return targets.map((target) => ({
    label: target.label,
    isFitting: unlessImpossible(() => isFitting(chipOf(target, options))) ?? false,
  }));
}

function targetsRemedy(fitting: readonly string[]): string {
  const named = fitting.slice(0, NAMED).join(', ');
  if (fitting.length === 1) return `take another target: of those that ship, ${named} fits`;
  return `take another target: of those that ship ${fitting.length} fit, ${fitting.length > NAMED ? `the first of them ${named}` : named}`;
}

/** Null where a chip cannot be what was asked for: a width of weights that it has not, for example. */
function unlessImpossible<Result>(make: () => Result): Result | null {
  try {
    return make();
  } catch (error) {
    if (error instanceof UsageError) return null;
    throw error;
  }
}

/**
 * Most synapses that fit, weakest dropped first, and their share of those that all sites of the grid could have, which is what
 * pruning calls density; null if no number of them fits.
 */
function fittingSynapses({ problem: split, chip, fits }: Misfit): { readonly synapses: number; readonly density: number } | null {
  const problem = split.whole ?? split;
  const { sites, inputs, outputs, synapses } = problem;
  const ranked = Float32Array.from(synapses.values).sort().reverse();
  const fitsWith = (kept: number) => fits(splitFor(strongest(problem, ranked[kept] ?? 0), chip), chip);
  if (ranked.length === 0 || !fitsWith(0)) return null;
  let fitting = 0;
  let failing = ranked.length;
  // Two digits are printed, so a hundredth is near enough.
  while (failing - fitting > Math.max(1, failing / 100)) {
    const middle = (fitting + failing) >> 1;
    if (fitsWith(middle)) fitting = middle;
    else failing = middle;
  }
  const possible = sites * (sites + inputs + outputs);
  for (; fitting > 0; fitting--) {
    // Rounded down to the digits that are printed; fewer synapses need not fit where more do.
    const digits = 10 ** Math.max(0, 1 - Math.floor(Math.log10(fitting / possible)));
    const density = Math.floor((fitting / possible) * digits) / digits;
    fitting = Math.round(density * possible);
    if (density > 0 && fitsWith(fitting)) return { synapses: fitting, density };
  }
  return null;
}

/** The problem without the synapses of at most a weight. */
function strongest(problem: MappingProblem, weight: number): MappingProblem {
  const { synapses, rowClass } = problem;
  const { values } = synapses;
  const kept: number[] = [];
  const indptr = new Int32Array(synapses.rows + 1);
  for (let row = 0; row < synapses.rows; row++) {
    for (let at = synapses.indptr[row]; at < synapses.indptr[row + 1]; at++) if (values[at] > weight) kept.push(at);
    indptr[row + 1] = kept.length;
  }
  const filtered: Csr = {
    ...synapses,
    indptr,
    indices: Int32Array.from(kept, (at) => synapses.indices[at]),
    values: Float32Array.from(kept, (at) => values[at]),
  };
  return { ...problem, synapses: filtered, rowClass: rowClass && Uint8Array.from(kept, (at) => rowClass[at]) };
}

/** Smallest cap that fits, when a cap is what is in the way. */
function fittingCap({ problem, chip, fits }: Misfit): number | null {
  if (chip.maxNeuronsPerCore === null || !fits(problem, withCap(chip, null))) return null;
  return smallest(chip.maxNeuronsPerCore, problem.units, (cap) => fits(problem, withCap(chip, cap)));
}
