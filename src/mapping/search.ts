// How is a placement improved? Whole groups go to other cores, then units between cores, on the real cost and within all limits.
import type { Random } from '../core/random.ts';
import { unitLimit } from './capacity.ts';
import type { Chip } from './chip.ts';
import { Occupancy } from './occupancy.ts';
import type { Partition } from './partition.ts';
import type { MappingProblem } from './problem.ts';
import { type Sites, sitesFor, startingSites } from './sites.ts';
import { nearPairs } from './solve/near.ts';
import { type SolverProblem, wiringCost } from './solve/problem.ts';
import { refine } from './solve/refine.ts';
import { groupWires, type Wires } from './wires.ts';

/** Units on sites. */
export interface Layout {
  readonly sites: Sites;
  /** Site of each unit, shape [units]. */
  readonly site: Int32Array;
  /** Sites that break a limit of a core: partitions do not look at messages out. */
  readonly illegal: number;
  /** Σ weight·hops, in the integers of `Wires`. */
  readonly cost: number;
  /** Pairs of a neuron and another core with targets: decides between equal costs. */
  readonly connections: number;
}

/** Moves tried per group, and per unit. */
const GROUP_MOVES = 1500;
const UNIT_MOVES = 400;
/** Larger problems are refined by pairs of cores alone: annealing would have to be too short to help. */
const ANNEALED_GROUPS = 300;
const ANNEALED_UNITS = 20_000;
/** Rounds over pairs of near cores. */
const ROUNDS = 12;

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
    const groups = this.groupProblem(partition, sites);
    const starts = startingSites(this.chip, sites, centresOf(this.problem, partition));
    const costs = starts.map((site) => wiringCost(groups, site));
    const site = starts[costs.indexOf(costs.reduce((a, b) => Math.min(a, b)))];
    return this.layout(
      sites,
      partition.group.map((group) => site[group]),
    );
  }

  /** Chooses other sites for all that shares one; never worse. */
  arrange(layout: Layout, random: Random, effort: number): Layout {
    const { sites } = layout;
    const used = [...new Set(layout.site)].sort((a, b) => a - b);
    const number = new Map(used.map((site, group) => [site, group]));
    const partition = { group: layout.site.map((site) => number.get(site) as number), groups: used.length };
    const problem = this.groupProblem(partition, sites);
    const site = Int32Array.from(used);
    const proposals = used.length > ANNEALED_GROUPS ? 0 : Math.ceil(effort * GROUP_MOVES * used.length);
    refine(problem, site, wiringCost(problem, site), null, { pairs: nearPairs(problem.grid), rounds: ROUNDS, proposals, random });
    return better(
      this.layout(
        sites,
        partition.group.map((group) => site[group]),
      ),
      layout,
    );
  }

  /** Groups and units by turns, for some rounds or until one brings nothing; never worse. */
  improve(first: Layout, random: Random, effort: number, rounds: number): Layout {
    let layout = first;
    for (let round = 0; round < rounds; round++) {
      const before = layout;
      layout = this.moveUnits(this.arrange(layout, random, effort), random, effort);
      if (layout === before) break;
    }
    return layout;
  }

  private moveUnits(layout: Layout, random: Random, effort: number): Layout {
    const { sites } = layout;
    const { wires, chip } = this;
    const capacity = new Float64Array(sites.cores.length).fill(unitLimit(chip.capacity, wires.graph.vertices));
    const problem: SolverProblem = {
      graph: wires.graph,
      grid: gridOf(chip, sites, capacity),
      hops: sites.hops,
      port: { weight: wires.port, hops: sites.port },
      fixed: null,
    };
    const site = Int32Array.from(layout.site);
    const limits = (core: Int32Array) => new Occupancy(this.problem, core, sites.cores.length, chip.capacity);
    const proposals = wires.graph.vertices > ANNEALED_UNITS ? 0 : Math.ceil(effort * UNIT_MOVES * wires.graph.vertices);
    refine(problem, site, layout.cost, limits, { pairs: nearPairs(problem.grid), rounds: ROUNDS, proposals, random });
    return better(this.layout(sites, site), layout);
  }

  /** Groups one to one on sites. */
  private groupProblem({ group, groups }: Partition, sites: Sites): SolverProblem {
    const wires = groupWires(this.wires, group, groups);
    return {
      graph: wires.graph,
      grid: gridOf(this.chip, sites, new Float64Array(sites.cores.length).fill(1)),
      hops: sites.hops,
      port: { weight: wires.port, hops: sites.port },
      fixed: null,
    };
  }

  private layout(sites: Sites, site: Int32Array): Layout {
    const { wires } = this;
    const cost = wiringCost({ graph: wires.graph, hops: sites.hops, port: { weight: wires.port, hops: sites.port } }, site);
    const { illegal, connections } = new Occupancy(this.problem, site, sites.cores.length, this.chip.capacity);
    return { sites, site, illegal, cost, connections };
  }
}

function better(candidate: Layout, current: Layout): Layout {
  return isBetter(candidate, current) ? candidate : current;
}

function gridOf({ topology }: Chip, { cores }: Sites, capacity: Float64Array): SolverProblem['grid'] {
  return { x: cores.map((core) => topology.tileX[core]), y: cores.map((core) => topology.tileY[core]), capacity };
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
