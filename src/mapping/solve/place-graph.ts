// Where does each vertex of a graph go on a mesh of cores? The mapper without a chip, for comparison with other tools.
import { randomStream } from '../../core/random.ts';
import { arrangeCores } from './arrange.ts';
import { clusterPositions } from './clusters.ts';
import { type CoreGrid, cutPositions } from './cut.ts';
import { type PlacementGraph, unitSized } from './graph.ts';
import { meshHops } from './hops.ts';
import { smooth } from './layout.ts';
import { nearPairs } from './near.ts';
import { findPositions } from './positions.ts';
import type { SolverProblem } from './problem.ts';
import { refine } from './refine.ts';
import { reorder, spatialOrder } from './reorder.ts';
import { refineByPairs } from './rounds.ts';
import { startsOn } from './starts.ts';

/** A mesh of equal cores, core = y·width + x. */
export interface Mesh {
  readonly width: number;
  readonly height: number;
  /** Most vertices on a core. */
  readonly capacity: number;
}

/** How to search. */
export interface PlaceGraphOptions {
  readonly seed: number;
  /** Multiplies what the search may take; 1 is the default of the command. */
  readonly effort: number;
  readonly onProgress?: (share: number, what: string) => void;
}

/** Annealing at effort 1, over all starts that are kept: as many proposals as look at this many vertices and wires together. */
const ANNEALING_LOOKS = 24_000_000;
/** Most proposals for a vertex at effort 1: small graphs have few ways to lie, and are through with them sooner. */
const MOST_PROPOSALS = 20_000;
/** Larger graphs are refined by pairs alone. */
const ANNEALED_VERTICES = 20_000;
/** Rounds of pair refinement at effort 1. */
const ROUNDS = 6;
/** Starts at effort 1: so many that they have this many vertices and wires together, refined for a few rounds; the best are kept. */
const START_LOOKS = 780_000;
const MOST_STARTS = 120;
const START_ROUNDS = 2;
/** Starts from clusters: quarter turns of one shape. */
const CLUSTER_STARTS = 4;
const KEPT_STARTS = 6;
/** Of larger graphs one start is kept, so that annealing takes its time. */
const KEPT_VERTICES = 1000;

/** Cycles of cutting anew at effort 1: so many that they have this many vertices and wires together, at least one. */
const CYCLE_LOOKS = 340_000;
const MOST_CYCLES = 6;
/** Steps of smoothing of one cycle after the other: more straighten longer borders, and blur what is small. */
const SMOOTHINGS = [12, 25, 38];
/** How far smoothing looks, in cores. */
const REACH = 2;

/**
 * Places a graph so that Σ weight·hops is small. Deterministic in the seed and the effort.
 *
 * @returns core of each vertex, shape [vertices]
 * @throws Error if the mesh has less room than there are vertices
 */
export function placeGraph(graph: PlacementGraph, mesh: Mesh, options: PlaceGraphOptions): Int32Array {
  const { width, height, capacity } = mesh;
  if (graph.vertices > width * height * capacity) throw new Error(`${graph.vertices} vertices, room for ${width * height * capacity}`);
  const { seed, effort, onProgress = () => undefined } = options;
  // What it takes to look at every vertex and every end of a wire once.
  const looks = graph.vertices + graph.indices.length;
  onProgress(0, 'positions');
  const sized = unitSized(graph);
  const position = graph.position ?? findPositions(sized, randomStream(seed, 'solve/positions'));
  // From here on vertices are numbered as they lie.
  const order = spatialOrder(position, capacity);
  const problem: SolverProblem = {
    graph: reorder(sized, order),
    grid: gridOf(mesh),
    hops: meshHops(width, height),
    port: null,
    fixed: null,
  };
  onProgress(0.4, 'starts');
  const pairs = nearPairs(problem.grid);
  const mostStarts = Math.max(1, Math.min(MOST_STARTS, Math.floor((effort * START_LOOKS) / looks)));
  const starts: { core: Int32Array; cost: number }[] = [];
  const startFrom = (positions: Float64Array, most: number) => {
    for (const core of startsOn(mesh, problem.grid, problem.graph, positions, most)) {
      starts.push({ core, cost: refineByPairs(problem, core, pairs, START_ROUNDS) });
    }
  };
  startFrom(
    Float64Array.from({ length: 2 * order.length }, (_, i) => position[2 * order[i >> 1] + (i % 2)]),
    mostStarts,
  );
  // Modules without a place in the plane: vertices of a cluster lie on one point.
  if (mostStarts > 1) startFrom(clusterPositions(problem.graph, capacity, randomStream(seed, 'solve/clusters')), CLUSTER_STARTS);
  starts.sort((a, b) => a.cost - b.cost);
  // Starts of equal cost are most likely the same.
  const kept = starts
    .filter(({ cost }, i) => i === 0 || cost !== starts[i - 1].cost)
    .slice(0, graph.vertices > KEPT_VERTICES ? 1 : KEPT_STARTS);
  const proposals = Math.min(MOST_PROPOSALS, ANNEALING_LOOKS / looks);
  kept.forEach((start, number) => {
    onProgress(0.5 + (0.5 * number) / kept.length, 'refinement');
    start.cost = refine(problem, start.core, start.cost, null, {
      pairs,
      rounds: Math.ceil(ROUNDS * effort),
      proposals: graph.vertices > ANNEALED_VERTICES ? 0 : Math.ceil((proposals * effort * graph.vertices) / kept.length),
      random: randomStream(seed, 'solve/anneal', number),
    });
  });
  const best = kept.reduce((a, b) => (b.cost < a.cost ? b : a));
  const cycles = Math.max(1, Math.min(MOST_CYCLES, Math.floor((effort * CYCLE_LOOKS) / looks)));
  for (let cycle = 0; cycle < cycles; cycle++) {
    const core = recut(problem, best.core, mesh, SMOOTHINGS[cycle % SMOOTHINGS.length]);
    const cost = refineByPairs(problem, core, pairs, ROUNDS);
    if (cost < best.cost) {
      best.core = core;
      best.cost = cost;
    }
  }
  // Modules that fill cores may have found each other late, and cores in any order.
  arrangeCores(problem, best.core, pairs, ROUNDS);
  const core = new Int32Array(graph.vertices);
  order.forEach((v, i) => {
    core[v] = best.core[i];
  });
  return core;
}

/** Cuts anew along positions that a placement suggests: its cores, smoothed until borders between them are straight. */
function recut({ graph, grid }: SolverProblem, core: Int32Array, { width, height }: Mesh, smoothings: number): Int32Array {
  const side = Math.max(width, height);
  const position = Float64Array.from(
    { length: 2 * graph.vertices },
    (_, i) => ((i % 2 === 0 ? grid.x : grid.y)[core[i >> 1]] + 0.5) / side,
  );
  smooth(graph, position, REACH / side, smoothings);
  return cutPositions(
    graph,
    position,
    grid,
    grid.x.map((_, i) => i),
    0,
  );
}

function gridOf({ width, height, capacity }: Mesh): CoreGrid {
  const core = Int32Array.from({ length: width * height }, (_, i) => i);
  return {
    x: core.map((i) => i % width),
    y: core.map((i) => Math.floor(i / width)),
    capacity: new Float64Array(width * height).fill(capacity),
  };
}
