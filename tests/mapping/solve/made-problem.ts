// Made-up problems for the solver, and limits counted by definition.
import { randomStream } from '../../../src/core/random.ts';
import { Assignment, type Limits } from '../../../src/mapping/solve/assignment.ts';
import { pairHops } from '../../../src/mapping/solve/hops.ts';
import type { PortWires, SolverProblem } from '../../../src/mapping/solve/problem.ts';
import { costByDefinition, type Edge, graphOf, loads, meshCores, meshDistance, randomEdges } from './support.ts';

export interface ProblemShape {
  readonly seed: number;
  readonly vertices: number;
  readonly width: number;
  readonly height: number;
  readonly density?: number;
  /** Largest size of a vertex. */
  readonly largest?: number;
  /** Room that is left over, as a share of the sizes. */
  readonly spare?: number;
  readonly hasPort?: boolean;
  /** Share of the vertices that must stay. */
  readonly fixed?: number;
}

export interface MadeUpProblem {
  readonly problem: SolverProblem;
  readonly edges: readonly Edge[];
  /** A start within the capacities if all sizes are 1. */
  readonly start: Int32Array;
  readonly cost: (core: ArrayLike<number>) => number;
}

/** A random problem on a mesh, some of whose cores have no room. */
export function madeUpProblem(shape: ProblemShape): MadeUpProblem {
  const { seed, vertices, width, height, density = 0.4, largest = 1, spare = 0.3, hasPort = false, fixed = 0 } = shape;
  const random = randomStream(seed, 'problem to solve');
  const edges = randomEdges(seed, vertices, density);
  const size = Int32Array.from({ length: vertices }, () => 1 + random.int(largest));
  const cores = width * height;
  const start = Int32Array.from({ length: vertices }, () => random.int(cores));
  const capacity = loads(start, cores, size);
  for (let extra = Math.ceil(spare * size.reduce((a, b) => a + b, 0)); extra > 0; extra--) capacity[random.int(cores)]++;
  const distance = meshDistance(width);
  const port: PortWires | null = hasPort
    ? {
        weight: Float64Array.from({ length: vertices }, () => random.int(5)),
        hops: Float64Array.from({ length: cores }, (_, k) => distance(0, k) + 1),
      }
    : null;
  return {
    problem: {
      graph: graphOf(vertices, edges, size),
      grid: meshCores(width, height, capacity),
      hops: pairHops(cores, distance),
      port,
      fixed: fixed > 0 ? Uint8Array.from({ length: vertices }, () => (random.uniform() < fixed ? 1 : 0)) : null,
    },
    edges,
    start,
    cost: (core) => {
      const wires = costByDefinition(edges, distance, core);
      return port === null ? wires : wires + Array.from(core).reduce((sum, k, v) => sum + port.weight[v] * port.hops[k], 0);
    },
  };
}

/** Limits that a recount from nothing decides: at most so many vertices of other cores may have edges to a core. */
export class CountedLimits implements Limits {
  readonly core: Int32Array;

  constructor(
    private readonly edges: readonly Edge[],
    core: Int32Array,
    private readonly cores: number,
    private readonly most: number,
  ) {
    this.core = Int32Array.from(core);
  }

  get illegal(): number {
    const sources = Array.from({ length: this.cores }, () => new Set<number>());
    for (const [a, b] of this.edges) {
      if (this.core[a] === this.core[b]) continue;
      sources[this.core[a]].add(b);
      sources[this.core[b]].add(a);
    }
    return sources.filter((set) => set.size > this.most).length;
  }

  move(vertex: number, to: number): void {
    this.core[vertex] = to;
  }
}

/** Whether lists, counts and loads of an assignment, and what wires cost elsewhere, are those of its cores. */
export function isConsistent(problem: SolverProblem, assignment: Assignment): boolean {
  const fresh = new Assignment(problem, Int32Array.from(assignment.core));
  const cores = Array.from(fresh.count.keys());
  const members = (of: Assignment, core: number) =>
    Array.from({ length: of.count[core] }, (_, i) => of.member(core, i))
      .sort((a, b) => a - b)
      .join();
  return (
    fresh.load.every((load, core) => load === assignment.load[core]) &&
    fresh.count.every((count, core) => count === assignment.count[core] && members(fresh, core) === members(assignment, core)) &&
    assignment.core.every((from, v) => cores.every((to) => fresh.wires.change(v, from, to) === assignment.wires.change(v, from, to)))
  );
}

/** Sizes beyond the capacities, over all cores. */
export function excessOf({ load, capacity }: Pick<Assignment, 'load' | 'capacity'>): number {
  return load.reduce((sum, value, core) => sum + Math.max(0, value - capacity[core]), 0);
}
