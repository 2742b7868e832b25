// What does an objective of messages add up on a chip? Traffic, energy, or the busiest link, as the chip casts its messages.
import { UsageError } from '../core/errors.ts';
import { type EnergyProfile, energyProfile } from '../targets/energy.ts';
import { type MessageFormat, messageFormat } from '../targets/formats.ts';
import type { Chip } from './chip.ts';
import { LinkCost, type MessageCost, PairCost, type Routes } from './message-cost.ts';
import type { Objective } from './objective-names.ts';
import type { MappingProblem } from './problem.ts';
import type { Sites } from './sites.ts';

const PJ_PER_J = 1e12;

/** Ways of casting in which one message goes to all cores, copied where ways part. */
const TREES: ReadonlySet<MessageFormat['castMode']> = new Set(['multicast-tree', 'switch-fabric', 'n-targets-broadcast']);

/** A soft maximum over links: the power that the load of each is raised to. */
const SHARPNESS = 8;

/** The messages of a chip whose activity is unknown: every source sends in every step. */
export function activityOf({ activity }: MappingProblem): (source: number) => number {
  return activity === null ? () => 1 : (source) => activity[source];
}

/**
 * What annealing adds up over the messages between the cores of a search. Vectors are counted value by value, copies of neurons
 * with one target as one.
 *
 * @throws UsageError if the energy of a message is unknown
 */
export function messageCost(objective: Exclude<Objective, 'wire'>, problem: MappingProblem, chip: Chip, sites: Sites): MessageCost {
  const activity = activityOf(problem);
  const isTree = TREES.has(messageFormat(chip.target).castMode);
  const routes = routesOf(chip, sites);
  if (objective === 'congestion') {
    const mean = meanLoad(problem, chip);
    return new LinkCost(activity, routes, isTree, (load) => (load / mean) ** SHARPNESS);
  }
  const perHop = objective === 'traffic' ? { x: 1, y: 1, message: 0 } : messageEnergy(chip);
  if (isTree) {
    const { hopsX, hopsY } = chip.topology.links;
    return new LinkCost(activity, routes, true, (load, link) => load * (hopsX[link] * perHop.x + hopsY[link] * perHop.y), perHop.message);
  }
  return new PairCost(activity, (from, to) => {
    const hops = from < 0 ? chip.portHops(sites.cores[to]) : chip.topology.hops(sites.cores[from], sites.cores[to]);
    return perHop.message + perHop.x * hops.x + perHop.y * hops.y;
  });
}

/**
 * @throws UsageError if a chip does not say what the objective needs to know
 */
export function checkObjective(objective: Objective, chip: Chip): void {
  if (objective === 'energy') messageEnergy(chip);
}

/** Value of the objective as a report states it. */
export function objectiveValue(objective: Exclude<Objective, 'wire'>, cost: MessageCost): number {
  if (objective !== 'congestion' || !(cost instanceof LinkCost)) return cost.total;
  return cost.load.reduce((a, b) => Math.max(a, b), 0);
}

/** Names of the constants of a hop along x and y and of a message, for each kind of energy profile that has them. */
const PRICES: { readonly [kind in EnergyProfile['kind']]?: readonly [x: string, y: string, message: string | null] } = {
  event: ['hopX', 'hopY', 'message'],
  'affine-chip': ['hopX', 'hopY', null],
  mvm: ['flitHop', 'flitHop', null],
  'mac-flat': ['flitHop', 'flitHop', null],
  wire: ['wireX', 'wireY', null],
};

/** Energy of a message to another core, and of each hop, in pJ. */
function messageEnergy({ target }: Chip): { readonly x: number; readonly y: number; readonly message: number } {
  if (messageFormat(target).castMode === 'dense-vector') {
    throw new UsageError(
      `${target.label} sends all outputs of a core as one vector, whose energy is no sum over neurons; try the objective traffic`,
    );
  }
  const { id, kind, constants } = energyProfile(target);
  const priceOf = (name: string) => constants.find((constant) => constant.name === name)?.value ?? null;
  const [x, y, message] = (PRICES[kind] ?? [null, null, null]).map((name) => (name === null ? 0 : priceOf(name)));
  if (PRICES[kind] === undefined || x === null || y === null || message === null) {
    throw new UsageError(`${target.label} does not say what a message costs (profile ${id}); try the objective traffic, which counts hops`);
  }
  return { x: x * PJ_PER_J, y: y * PJ_PER_J, message: message * PJ_PER_J };
}

/** A load to measure others by: all messages spread over all links. */
function meanLoad(problem: MappingProblem, { topology }: Chip): number {
  const activity = activityOf(problem);
  let sum = 0;
  for (const source of problem.synapses.indices) sum += activity(source);
  return Math.max(sum / Math.max(1, topology.links.from.length), Number.MIN_VALUE);
}

/** Routes between sites, each looked up once. */
function routesOf(chip: Chip, { cores }: Sites): Routes {
  const known = new Map<number, readonly number[]>();
  const width = cores.length;
  return {
    count: chip.topology.links.from.length,
    links(from, to) {
      const key = from * width + to;
      const found = known.get(key) ?? (from < 0 ? chip.portRoute(cores[to]) : chip.topology.route(cores[from], cores[to]));
      known.set(key, found);
      return found;
    },
  };
}
