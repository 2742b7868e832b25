// Is this a correct target file? All problems at once, each with where, what was found and what was expected.
import type { z } from 'zod';
import { UsageError } from '../core/errors.ts';
import { fabricOf } from './fabrics.ts';
import { arrangedOf, chipGrid, coresPerChip as coresOfChip, levelsInNetwork, networkGrid, usableCores } from './grid.ts';
import { hopEnergies, operationEnergy } from './profiles.ts';
import { findQuantities, isQuantity, type LocatedQuantity, MAX_DEPTH, pathText, valueAt } from './quantities.ts';
import { type NumberQuantity, type Quantity, type TargetFile, targetSchema, UNKNOWN } from './schema.ts';

/** One thing that is wrong with a target file. */
export interface TargetProblem {
  /** Field, for example `energyProfiles[0].hopX.unit`. */
  readonly path: string;
  readonly found: string;
  readonly expected: string;
}

/** More cores than any chip has; keeps a hostile file from asking for all memory. */
const MAX_CORES = 1_000_000;

/** A target file, or everything that is wrong with it. */
export type CheckedTarget =
  | { readonly file: TargetFile; readonly problems: readonly [] }
  | { readonly file: null; readonly problems: readonly TargetProblem[] };

/** Checks parsed JSON against the schema and the rules between fields. */
export function checkTarget(data: unknown): CheckedTarget {
  const quantities = findQuantities(data);
  if (quantities === null) {
    return { file: null, problems: [{ path: '(file)', found: `more than ${MAX_DEPTH} levels of nesting`, expected: 'a target file' }] };
  }
  const parsed = targetSchema.safeParse(data);
  const problems = [
    ...(parsed.success ? [] : parsed.error.issues.flatMap((issue) => schemaProblems(issue, data, []))),
    ...checkQuantities(quantities, data),
    ...(parsed.success ? checkFile(parsed.data) : []),
  ];
  if (parsed.success && problems.length === 0) return { file: parsed.data, problems: [] };
  return { file: null, problems };
}

/** Problems as text, one a line, at most so many. */
export function describeProblems(problems: readonly TargetProblem[], most = problems.length): string {
  const lines = problems.slice(0, most).map(({ path, found, expected }) => `  ${path}: found ${found}, expected ${expected}`);
  if (problems.length > most) lines.push(`  and ${problems.length - most} more; all of them: bimt-export targets check FILE`);
  return lines.join('\n');
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

const BARE_NUMBER = 'a value object {value, unit, provenance, source, …}; a bare number says neither its unit nor where it comes from';
const TYPE_WORDS: Readonly<Record<string, string>> = {
  object: 'an object',
  record: 'an object',
  array: 'a list',
  tuple: 'a list',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

function schemaProblems(issue: z.core.$ZodIssue, data: unknown, prefix: readonly PropertyKey[]): TargetProblem[] {
  const path = [...prefix, ...issue.path];
  const value = valueAt(data, path);
  const problem = (expected: string): TargetProblem[] => [{ path: pathText(path), found: describe(value), expected }];
  switch (issue.code) {
    case 'invalid_type':
      return problem(
        issue.expected === 'object' && typeof value === 'number' ? BARE_NUMBER : (TYPE_WORDS[issue.expected] ?? issue.expected),
      );
    case 'too_small':
      return problem(`${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`);
    case 'invalid_value':
      return problem(issue.values.map(String).join(' | '));
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ path: pathText([...path, key]), found: 'an unknown field', expected: 'no such field' }));
    case 'invalid_union': {
      if (issue.errors.length === 0) return problem((issue as { options?: readonly string[] }).options?.join(' | ') ?? issue.message);
      // The alternative that fits best explains most.
      const [nearest = []] = [...issue.errors].sort((a, b) => a.length - b.length);
      return nearest.flatMap((inner) => schemaProblems(inner, data, path));
    }
    default:
      return problem(issue.message);
  }
}

/** Checks 1 and 2: sources resolve; what is derived, assumed or unknown says why. */
function checkQuantities(found: readonly LocatedQuantity[], data: unknown): TargetProblem[] {
  const problems: TargetProblem[] = [];
  const sources = valueAt(data, ['sources']);
  for (const { path, quantity } of found) {
    const { value, provenance, source, how, range } = quantity;
    const add = (field: string, expected: string) =>
      problems.push({ path: pathText([...path, field]), found: describe(valueAt(quantity, [field])), expected });
    const ids = source === undefined ? [] : [source].flat();
    if (ids.length === 0 && provenance !== 'assumption' && provenance !== 'not-published') {
      add('source', `the id of an entry in sources, because provenance is ${provenance}`);
    }
    for (const id of ids) {
      if (typeof id === 'string' && valueAt(sources, [id]) === undefined) {
        problems.push({ path: pathText([...path, 'source']), found: describe(id), expected: 'the id of an entry in sources' });
      }
    }
    if (provenance === 'not-published' && value !== null) add('value', 'null, because provenance is not-published');
    if (value === null && provenance !== 'not-published') add('provenance', 'not-published, because the value is null');
    if (typeof how !== 'string' && ['derived', 'assumption', 'not-published'].includes(provenance)) {
      add('how', `${provenance === 'derived' ? 'the arithmetic' : 'the reason'}, because provenance is ${provenance}`);
    }
    if (Array.isArray(range) && !(range[0] <= range[1] && (typeof value !== 'number' || (range[0] <= value && value <= range[1])))) {
      problems.push({
        path: pathText([...path, 'range']),
        found: `[${range}]`,
        expected: `[low, high] around the value ${describe(value)}`,
      });
    }
  }
  return problems;
}

type Add = (path: string, found: string, expected: string) => void;

function checkFile(file: TargetFile): TargetProblem[] {
  const problems: TargetProblem[] = [];
  const add: Add = (path, found, expected) => problems.push({ path, found, expected });
  checkHierarchy(file, add);
  checkProfiles(file, add);
  if (file.support === 'first-class' && file.waiver === undefined) checkFirstClass(file, add);
  checkAxes(file, add);
  checkStorage(file, add);
  checkMappable(file, add);
  checkBoards(file, add);
  checkConnected(file, add);
  checkParameters(file, add);
  if (file.recurrence === 'restricted' && file.recurrenceNote === undefined) {
    add('recurrenceNote', 'nothing', 'what the restriction is, because recurrence is restricted');
  }
  if (file.geometry.basis === 'none' && (file.geometry.pitch.x.value !== null || file.geometry.pitch.y.value !== null)) {
    add('geometry.basis', '"none"', 'layout | area-share | modelled, because a pitch is given');
  }
  return problems;
}

/** Networks whose routers have coordinates. */
const GRID_KINDS: readonly string[] = ['mesh2d', 'torus2d', 'cmesh', 'hexmesh', 'hextorus', 'interleaved'];
const LEVEL_ORDER = ['system', 'board', 'chip', 'tile', 'core'];

/** Check 3: the levels multiply to the stated count, and missing points lie in their grid. */
function checkHierarchy(file: TargetFile, add: Add): void {
  const { levels, coresPerChip } = file.hierarchy;
  levels.forEach((level, i) => {
    const path = `hierarchy.levels[${i}]`;
    const previous = levels[i - 1];
    if (previous && LEVEL_ORDER.indexOf(previous.name) >= LEVEL_ORDER.indexOf(level.name)) {
      add(`${path}.name`, `"${level.name}" after "${previous.name}"`, `the order ${LEVEL_ORDER.join(', ')}`);
    }
    const { arrangement } = level;
    if (!arrangement) {
      if (!level.countPerParent) add(`${path}.countPerParent`, 'nothing', 'a count, or an arrangement');
      return;
    }
    const { width, height, absent = [] } = arrangement;
    const seen = new Set<string>();
    absent.forEach(([x, y], k) => {
      const point = `${x},${y}`;
      if (seen.has(point) || x >= (width.value ?? 0) || y >= (height.value ?? 0)) {
        add(`${path}.arrangement.absent[${k}]`, `[${x}, ${y}]`, `distinct points in a ${width.value} × ${height.value} grid`);
      }
      seen.add(point);
    });
    const arranged = arrangedOf(level);
    for (const field of level.usable ? (['usable'] as const) : (['countPerParent'] as const)) {
      const stated = level[field];
      if (stated && stated.value !== arranged) add(`${path}.${field}`, String(stated.value), `${arranged}, as the arrangement has`);
    }
  });
  for (const [i, { usable, countPerParent }] of levels.entries()) {
    if ((usable?.value ?? 0) > (countPerParent?.value ?? Number.POSITIVE_INFINITY)) {
      add(`hierarchy.levels[${i}].usable`, String(usable?.value), `at most the ${countPerParent?.value} there are`);
    }
  }
  if (levels.at(-1)?.name !== 'core') add('hierarchy.levels', `"${levels.at(-1)?.name}" as the innermost level`, '"core"');
  const [outer] = levelsInNetwork(file);
  // A grid that nobody has published is enough to compare with.
  const needsGrid = GRID_KINDS.includes(file.topology.kind) && file.support !== 'reference-only';
  if (needsGrid && outer && !outer.arrangement) {
    add(`hierarchy.levels[${levels.indexOf(outer)}].arrangement`, 'nothing', `a grid, because the network is a ${file.topology.kind}`);
  }
  const product = coresOfChip(file);
  if (coresPerChip && coresPerChip.value !== product) {
    add('hierarchy.coresPerChip', String(coresPerChip.value), `${product}, the product of the levels within the chip`);
  }
  const usable = usableCores(file);
  if (usable !== null && (usable < 1 || usable > MAX_CORES)) add('hierarchy.levels', `${usable} cores`, `1 … ${MAX_CORES}`);
}

/** Check 4: one default profile, and static power never counted twice. */
function checkProfiles(file: TargetFile, add: Add): void {
  const profiles = file.energyProfiles;
  const defaults = profiles.filter((profile) => profile.default);
  // Without one nothing would say that energies are unknown.
  if ((profiles.length > 0 || file.support !== 'reference-only') && defaults.length !== 1) {
    add('energyProfiles', `${defaults.length} default profiles`, 'exactly one profile with "default": true; its figures may be null');
  }
  profiles.forEach((profile, i) => {
    const path = `energyProfiles[${i}]`;
    if (profiles.findIndex(({ id }) => id === profile.id) < i) add(`${path}.id`, `"${profile.id}" twice`, 'distinct ids');
    if ((profile.kind === 'aggregate' || profile.kind === 'mac-flat') && (profile.staticPower?.value ?? null) !== null) {
      add(`${path}.staticPower`, String(profile.staticPower?.value), `no static power: a figure of kind ${profile.kind} contains it`);
    }
  });
}

/** Check 5: what a first-class target must know. */
function checkFirstClass(file: TargetFile, add: Add): void {
  const need = (path: string, ...alternatives: (NumberQuantity | Quantity | undefined)[]) => {
    if (alternatives.every((quantity) => (quantity?.value ?? null) === null)) {
      add(path, 'null', 'a value, because support is first-class (or a waiver that says why not)');
    }
  };
  need('limits.neurons', file.limits.neurons, file.crossbar?.cols);
  need('limits.axonsIn', file.limits.axonsIn, file.crossbar?.rows);
  need('weight.bits', file.weight.bits);
  if (chipGrid(file) === null) add('hierarchy', 'unknown counts', 'known counts within the chip, because support is first-class');
  const hasHops = file.topology.kind !== 'single';
  const complete = file.energyProfiles.some((profile) =>
    [operationEnergy(profile), ...(hasHops ? hopEnergies(profile) : [])].every((quantity) => (quantity?.value ?? null) !== null),
  );
  if (!complete) {
    add(
      'energyProfiles',
      'no profile with them',
      'a profile with known energies per operation and per hop, because support is first-class (or a waiver)',
    );
  }
}

/** Check 6: constants that differ by axis say which axis is x. */
function checkAxes(file: TargetFile, add: Add): void {
  const times = [file.time, ...file.energyProfiles.map((profile) => profile.time)];
  const pairs: (NumberQuantity | undefined)[][] = times.map((time) => [time?.hop?.x, time?.hop?.y]);
  for (const profile of file.energyProfiles) {
    if (profile.kind === 'event' || profile.kind === 'affine-chip') pairs.push([profile.hopX, profile.hopY]);
  }
  const differs = pairs.some(([x, y]) => (x?.value ?? null) !== (y?.value ?? null));
  if (differs && file.topology.xAxis === undefined) {
    add('topology.xAxis', 'nothing', 'which way x runs, because hops along x and y differ');
  }
}

/** What the mapper cannot do without is known, unless the file is only for comparison. */
function checkMappable(file: TargetFile, add: Add): void {
  if (file.support === 'reference-only') return;
  const choices: readonly [string, string][] = [
    ['topology.kind', file.topology.kind],
    ['routing.castMode', file.routing.castMode],
    ['limits.packing', file.limits.packing],
    ['weight.signScheme', file.weight.signScheme],
  ];
  for (const [path, choice] of choices) {
    if (choice === UNKNOWN) add(path, '"unknown"', 'a known choice, or support reference-only');
  }
}

/** Levels of a device that a byte can name. */
const MAX_LEVELS = 256;

/** A packing rule needs its constants; arrays need sides, and cores room for something. */
function checkStorage(file: TargetFile, add: Add): void {
  const { limits, crossbar, topology, weight } = file;
  if (limits.packing === 'loihi-blocks' && !limits.synapseBlocks) {
    add('limits.synapseBlocks', 'nothing', 'its constants, because packing is loihi-blocks');
  }
  if (limits.packing === 'byte-pool' && !limits.synapsePool) {
    add('limits.synapsePool', 'nothing', 'its constants, because packing is byte-pool');
  }
  if (limits.packing === 'sdram-rows' && !limits.synapseRows) {
    add('limits.synapseRows', 'nothing', 'its constants, because packing is sdram-rows');
  }
  if (crossbar && file.executes.includes('dense-mvm')) {
    for (const field of ['adcBits', 'dacBits', 'adcsPerArray', 'readRule', 'converters'] as const) {
      if (!crossbar[field]) add(`crossbar.${field}`, 'nothing', 'what converts its sums, because the chip executes dense-mvm');
    }
  }
  if (limits.packing === 'xbar-rect' && !crossbar) add('crossbar', 'nothing', 'the arrays, because packing is xbar-rect');
  if (topology.kind === 'cmesh' && !topology.concentration) {
    add('topology.concentration', 'nothing', 'tiles per router along x and y, because the kind is cmesh');
  }
  const positive: [string, NumberQuantity | undefined][] = [
    // What can hold nothing is no core; what nobody has published is null.
    ...(['neurons', 'axonsIn', 'fanInPerNeuron', 'targetsPerNeuron', 'synapses', 'synapseMemory'] as const).map(
      (key): [string, NumberQuantity | undefined] => [`limits.${key}`, limits[key]],
    ),
    ['topology.concentration.x', topology.concentration?.x],
    ['topology.concentration.y', topology.concentration?.y],
    ...Object.entries(limits.synapseBlocks ?? {})
      .filter(([key]) => key === 'synapsesPerBlock' || key === 'word')
      .map(([key, quantity]): [string, NumberQuantity] => [`limits.synapseBlocks.${key}`, quantity]),
    ...(crossbar
      ? (['rows', 'cols', 'arraysPerCore', 'bitsPerCell', 'cellsPerWeight', 'adcBits', 'dacBits', 'adcsPerArray'] as const).map(
          (key): [string, NumberQuantity | undefined] => [`crossbar.${key}`, crossbar[key]],
        )
      : []),
  ];
  for (const [path, quantity] of positive) {
    if (quantity?.value === 0) add(`${path}.value`, '0', 'at least 1');
  }
  const levels = crossbar?.device?.levels?.value ?? null;
  if (levels !== null && !(levels >= 2 && levels <= MAX_LEVELS)) {
    add('crossbar.device.levels.value', String(levels), `2 … ${MAX_LEVELS}; a cell of an image is a byte`);
  }
  if (crossbar?.cellsPerWeight && weight.signScheme === 'offset-column' && weight.bits.value && crossbar.bitsPerCell.value) {
    const digits = Math.ceil(Math.max(...weight.bits.value) / crossbar.bitsPerCell.value);
    if (crossbar.cellsPerWeight.value !== digits) {
      add('crossbar.cellsPerWeight', String(crossbar.cellsPerWeight.value), `${digits}, weight bits over bits per cell`);
    }
  }
}

/** Missing tiles leave the network in one piece. */
function checkConnected(file: TargetFile, add: Add): void {
  const { kind, concentration } = file.topology;
  const grid = networkGrid(file, null);
  if (!GRID_KINDS.includes(kind) || !file.hierarchy.levels.some(({ arrangement }) => (arrangement?.absent?.length ?? 0) > 0)) return;
  const cores = usableCores(file) ?? 0;
  if (grid === null || cores < 1 || cores > MAX_CORES) return;
  const block = { x: concentration?.x.value || 1, y: concentration?.y.value || 1 };
  try {
    fabricOf({ name: file.id, kind, grid, block });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    add('hierarchy.levels', error.message, 'a network in one piece');
  }
}

/** A board has as many chips as its arrangement has places, and its cores can be counted. */
function checkBoards(file: TargetFile, add: Add): void {
  const cores = usableCores(file) ?? 0;
  for (const [i, { chips, arrangement }] of (file.system?.boards ?? []).entries()) {
    const path = `system.boards[${i}].chips.value`;
    const arranged = arrangement ? arrangedOf({ name: 'chip', arrangement }) : null;
    if (arranged !== null && chips.value !== arranged) add(path, String(chips.value), `${arranged}, as the arrangement has`);
    if (chips.value === 0 || (chips.value ?? 0) * cores > MAX_CORES) add(path, String(chips.value), `1 … ${MAX_CORES} cores in all`);
  }
  if (file.parameters && Object.hasOwn(file.parameters, 'chips')) {
    add('parameters.chips', 'a parameter', 'another name: chips=N picks a board of the file');
  }
}

/** A parameter sets a value object that exists, within bounds that hold its default. */
function checkParameters(file: TargetFile, add: Add): void {
  for (const [name, { path, min, max }] of Object.entries(file.parameters ?? {})) {
    const at = `parameters.${name}`;
    const quantity = valueAt(file, path.split('.'));
    if (!isQuantity(quantity) || Array.isArray(quantity.value)) {
      add(`${at}.path`, `"${path}"`, 'the path of a value object that holds one number, or null until it is set');
    } else if (quantity.value !== null && !(min <= (quantity.value as number) && (quantity.value as number) <= max)) {
      add(at, `${min} … ${max}`, `bounds around the default ${quantity.value}`);
    }
  }
}
