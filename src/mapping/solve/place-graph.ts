// Where does each vertex of a graph go on a mesh of cores? The mapper without a chip, for comparison with other tools.
import { randomStream } from '../../core/random.ts';
import { type CoreGrid, cutPositions } from './cut.ts';
import { type PlacementGraph, unitSized } from './graph.ts';
import { meshHops } from './hops.ts';
import { nearPairs } from './near.ts';
import { findPositions } from './positions.ts';
import { type SolverProblem, wiringCost } from './problem.ts';
import { refine } from './refine.ts';
import { reorder, spatialOrder } from './reorder.ts';

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

/** Proposals of annealing at effort 1, over all footprints. */
const PROPOSALS = 4_000_000;
/** Larger graphs are refined by pairs alone. */
const ANNEALED_VERTICES = 20_000;
/** Rounds of pair refinement at effort 1. */
const ROUNDS = 12;
/** Rectangles of cores that are refined, of all that are large enough. */
const FOOTPRINTS = 3;
/** Larger graphs try one rectangle. */
const TRIED_VERTICES = 200_000;

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
  const ordered = new Float64Array(2 * order.length);
  order.forEach((v, i) => {
    ordered[2 * i] = position[2 * v];
    ordered[2 * i + 1] = position[2 * v + 1];
  });
  onProgress(0.4, 'cut');
  const starts = footprints(graph.vertices, mesh).map((cores) => {
    const core = cutPositions(problem.graph, ordered, problem.grid, cores);
    return { core, cost: wiringCost(problem, core) };
  });
  starts.sort((a, b) => a.cost - b.cost);
  const kept = starts.slice(0, FOOTPRINTS);
  const pairs = nearPairs(problem.grid);
  kept.forEach((start, number) => {
    onProgress(0.5 + (0.5 * number) / kept.length, 'refinement');
    start.cost = refine(problem, start.core, start.cost, null, {
      pairs,
      rounds: Math.ceil(ROUNDS * effort),
      proposals: graph.vertices > ANNEALED_VERTICES ? 0 : Math.ceil((PROPOSALS * effort) / kept.length),
      random: randomStream(seed, 'solve/anneal', number),
    });
  });
  const best = kept.reduce((a, b) => (b.cost < a.cost ? b : a));
  const core = new Int32Array(graph.vertices);
  order.forEach((v, i) => {
    core[v] = best.core[i];
  });
  return core;
}

function gridOf({ width, height, capacity }: Mesh): CoreGrid {
  const core = Int32Array.from({ length: width * height }, (_, i) => i);
  return {
    x: core.map((i) => i % width),
    y: core.map((i) => Math.floor(i / width)),
    capacity: new Float64Array(width * height).fill(capacity),
  };
}

/**
 * Rectangles of cores to start on. Fewer cores mean fewer borders to cross, so only those count that would not fit with
 * a row or a column less, near-square ones first.
 */
function footprints(vertices: number, { width, height, capacity }: Mesh): Int32Array[] {
  const cores = Math.ceil(vertices / capacity);
  const shapes: [number, number][] = [];
  for (let wide = 1; wide <= width; wide++) {
    const high = Math.ceil(cores / wide);
    if (high <= height && Math.ceil(cores / high) === wide) shapes.push([wide, high]);
  }
  shapes.sort(([a, b], [c, d]) => a + b - c - d || a - c);
  const most = vertices > TRIED_VERTICES ? 1 : 3 * FOOTPRINTS;
  return shapes.slice(0, most).map(([wide, high]) => {
    const left = (width - wide) >> 1;
    const top = (height - high) >> 1;
    return Int32Array.from({ length: wide * high }, (_, i) => (top + Math.floor(i / wide)) * width + left + (i % wide));
  });
}
