// How is a placement improved? Rounds of whole groups between cores, then single units between groups.
import type { Random } from '../core/random.ts';
import { arrange, type Sites } from './arrange.ts';
import type { Chip } from './chip.ts';
import { Occupancy } from './occupancy.ts';
import type { Partition } from './partition.ts';
import type { MappingProblem } from './problem.ts';
import { Refinement } from './refine.ts';
import { sitesFor, startingSites } from './sites.ts';
import { groupWires, type Wires, wiringCost } from './wires.ts';

/** Groups on sites. */
export interface Layout {
  readonly partition: Partition;
  readonly sites: Sites;
  /** Site of each group. */
  readonly site: Int32Array;
  /** Groups that break a limit of a core: partitions do not look at messages out. */
  readonly illegal: number;
  /** Σ weight·hops, in the integers of `Wires`. */
  readonly cost: number;
  /** Pairs of a neuron and another core with targets: decides between equal costs. */
  readonly connections: number;
}

/** Moves tried per group, and per unit. */
const GROUP_MOVES = 1500;
const UNIT_MOVES = 150;
/** First temperature of the unit search, as a share of the mean cost of a unit. */
const HEAT = 0.05;

/** Whether a layout beats another. */
export function isBetter(a: Layout, b: Layout): boolean {
  return (a.illegal - b.illegal || a.cost - b.cost || a.connections - b.connections) < 0;
}

/** Search over the layouts of one problem on one chip. */
export class LayoutSearch {
  constructor(
    private readonly problem: MappingProblem,
    private readonly chip: Chip,
    private readonly wires: Wires,
  ) {}

  /** The cheapest way to lay a partition out as it lies on the grid. */
  start(partition: Partition): Layout {
    const sites = sitesFor(this.chip, partition.groups);
    const wires = groupWires(this.wires, partition.group, partition.groups);
    const starts = startingSites(this.chip, sites, centresOf(this.problem, partition));
    const costs = starts.map((site) => wiringCost(wires, site, sites.distance, sites.port));
    return this.layout(partition, sites, starts[costs.indexOf(costs.reduce((a, b) => Math.min(a, b)))]);
  }

  /** Chooses other cores for whole groups; never worse. */
  arrange(layout: Layout, random: Random, effort: number): Layout {
    const { partition, sites, site } = layout;
    const moves = Math.ceil(effort * GROUP_MOVES * partition.groups);
    const arranged = arrange(groupWires(this.wires, partition.group, partition.groups), sites, site, random, moves);
    return better(this.layout(partition, sites, arranged), layout);
  }

  /** Groups and units by turns, for some rounds or until one brings nothing; never worse. */
  improve(first: Layout, random: Random, effort: number, rounds: number): Layout {
    let layout = first;
    for (let round = 0; round < rounds; round++) {
      const before = layout;
      layout = this.arrange(layout, random, effort);
      layout = better(this.moveUnits(layout, random, effort, HEAT / 2 ** round), layout);
      if (layout === before) break;
    }
    return layout;
  }

  private moveUnits(layout: Layout, random: Random, effort: number, heat: number): Layout {
    // Units would only trade one broken limit for another; groups stay as they are, for the user to see what is in the way.
    if (layout.illegal > 0) return layout;
    const { partition, sites, site } = layout;
    const { groups, group } = partition;
    const width = sites.port.length;
    const between = new Float64Array(groups * groups);
    for (let g = 0; g < groups; g++) for (let h = 0; h < groups; h++) between[g * groups + h] = sites.distance[site[g] * width + site[h]];
    const occupancy = new Occupancy(this.problem, group, groups, this.chip.capacity);
    const refinement = new Refinement(this.wires, occupancy, { between, port: Float64Array.from(site, (s) => sites.port[s]) });
    refinement.anneal(random, Math.ceil(effort * UNIT_MOVES * this.wires.units), heat);
    refinement.descend();
    return this.layout({ group: occupancy.core, groups }, sites, site);
  }

  private layout(partition: Partition, sites: Sites, site: Int32Array): Layout {
    const siteOfUnit = partition.group.map((group) => site[group]);
    const cost = wiringCost(this.wires, siteOfUnit, sites.distance, sites.port);
    const { illegal, connections } = new Occupancy(this.problem, partition.group, partition.groups, this.chip.capacity);
    return { partition, sites, site, illegal, cost, connections };
  }
}

function better(candidate: Layout, current: Layout): Layout {
  return isBetter(candidate, current) ? candidate : current;
}

/** Mean position of each group, shape [groups, 2]. */
function centresOf({ position }: MappingProblem, { group, groups }: Partition): Float64Array {
  const centres = new Float64Array(2 * groups);
  const size = new Int32Array(groups);
  group.forEach((g, unit) => {
    size[g]++;
    centres[2 * g] += position[2 * unit];
    centres[2 * g + 1] += position[2 * unit + 1];
  });
  return centres.map((sum, i) => sum / size[i >> 1]);
}
