// What does the mapper see of a target? Its cores, their limits with the user's cap, and where inputs enter.
import { UsageError } from '../core/errors.ts';
import { USUAL_BITS, usualBits } from '../targets/formats.ts';
import type { Target } from '../targets/load.ts';
import { type Hops, type Topology, topology } from '../targets/topology.ts';
import { type CoreCapacity, type CoreTotals, coreCapacity, type ResourceUse } from '../targets/usage.ts';

/** What the user may ask beyond the target's own limits. */
export interface ChipOptions {
  /** Most units (hidden and readout) on a core; null leaves it to the target. */
  readonly maxNeuronsPerCore: number | null;
  /** Width of the stored weights, the sign included; 8 unless given. Up to 8 bits, a chip with narrower weights has its widest. */
  readonly weightBits?: number;
  /** Router where inputs enter; the target's assumption unless given. */
  readonly port?: { readonly x: number; readonly y: number };
  /** Ids of cores that stay empty: defective, or kept for something else. */
  readonly keepFree?: readonly number[];
}

/** Router where inputs enter; `assumed` when nobody stated it. */
export interface Port {
  readonly x: number;
  readonly y: number;
  readonly assumed: boolean;
}

/** A target as the mapper uses it, options resolved. */
export interface Chip {
  readonly target: Target;
  readonly topology: Topology;
  /** The target's limits of a core. */
  readonly limits: CoreCapacity;
  /** The limits with the user's cap. */
  readonly capacity: CoreCapacity;
  readonly maxNeuronsPerCore: number | null;
  readonly weightBits: number;
  /** Cores that stay empty, ascending. */
  readonly keepFree: readonly number[];
  /** Cores that may hold neurons. */
  readonly usableCores: number;
  readonly port: Port;
  /** Links from the port to a core's router: their number by axis, and their ids. */
  portHops(core: number): Hops;
  portRoute(core: number): number[];
}

/**
 * Resolves a target and the user's options.
 *
 * @throws UsageError if the cap is not a positive integer, there is no such router or core, or every core is kept free
 */
export function chipOf(target: Target, options: ChipOptions): Chip {
  const { maxNeuronsPerCore } = options;
  if (maxNeuronsPerCore !== null && !(Number.isSafeInteger(maxNeuronsPerCore) && maxNeuronsPerCore >= 1)) {
    throw new UsageError(`--max-neurons-per-core is ${maxNeuronsPerCore}, expected a whole number of at least 1`);
  }
  const noc = topology(target);
  const { weightBits: asked = USUAL_BITS } = options;
  // More than the usual width is refused below if the chip has it not; less is what narrow chips are used with.
  const weightBits = asked > USUAL_BITS ? asked : usualBits(target, asked);
  const limits = coreCapacity(target, weightBits);
  const keepFree = [...new Set(options.keepFree ?? [])].sort((a, b) => a - b);
  const missing = keepFree.find((core) => !(core >= 0 && core < noc.cores));
  if (missing !== undefined) throw new UsageError(`core ${missing} is to be kept free; ${target.label} has cores 0 … ${noc.cores - 1}`);
  const usableCores = noc.cores - keepFree.length;
  if (usableCores === 0) throw new UsageError(`all ${noc.cores} cores of ${target.label} are to be kept free; leave some to the network`);
  const cap = capOf(limits, maxNeuronsPerCore);
  return { target, topology: noc, limits, weightBits, keepFree, usableCores, ...cap, ...portOf(target, noc, options.port) };
}

/** The same chip under another cap, or under none. */
export function withCap(chip: Chip, maxNeuronsPerCore: number | null): Chip {
  return { ...chip, ...capOf(chip.limits, maxNeuronsPerCore) };
}

function capOf(limits: CoreCapacity, cap: number | null): Pick<Chip, 'capacity' | 'maxNeuronsPerCore'> {
  return { maxNeuronsPerCore: cap, capacity: cap === null ? limits : capped(limits, cap) };
}

function portOf(target: Target, noc: Topology, asked: ChipOptions['port']): Pick<Chip, 'port' | 'portHops' | 'portRoute'> {
  const { x, y } = asked ?? noc.port;
  const entrance = asked === undefined ? noc : noc.entrance(x, y);
  if (entrance === null) {
    throw new UsageError(
      `${target.label} has no router (${x}, ${y}), where inputs are to enter; ` +
        `its routers are (0 … ${noc.routersWide - 1}, 0 … ${noc.routersHigh - 1})`,
    );
  }
  return { port: { x, y, assumed: asked === undefined }, portHops: entrance.portHops, portRoute: entrance.portRoute };
}

/** The user's cap as one more limit, on neurons without their copies. */
function capped(capacity: CoreCapacity, cap: number): CoreCapacity {
  const own = (totals: Readonly<CoreTotals>): ResourceUse => ({
    resource: 'neurons',
    used: totals.neurons,
    limit: cap,
    unit: 'neurons',
    source: 'option --max-neurons-per-core',
  });
  const isLooser = ({ resource, limit }: ResourceUse) => resource === 'neurons' && (limit === null || limit > cap);
  return {
    stated: capacity.stated,
    targetsPerNeuron: capacity.targetsPerNeuron,
    axonMemory: (synapses) => capacity.axonMemory(synapses),
    fits: (totals) => totals.neurons <= cap && capacity.fits(totals),
    load: (totals) => Math.max(totals.neurons / cap, capacity.load(totals)),
    usage: (totals) => {
      const uses = capacity.usage(totals);
      const isTighter = uses.some((use) => use.resource === 'neurons' && !isLooser(use));
      return isTighter ? uses : [own(totals), ...uses.filter((use) => !isLooser(use))];
    },
  };
}
