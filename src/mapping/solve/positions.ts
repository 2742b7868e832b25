// Where does each vertex lie, when nobody says? Coarsen, lay the coarsest graph out, and hand positions down, smoothing.
import type { Random } from '../../core/random.ts';
import { backbone } from './backbone.ts';
import { coarsen } from './coarsen.ts';
import { cutPositions } from './cut.ts';
import type { SizedGraph } from './graph.ts';
import { pivotLayout, smooth } from './layout.ts';

/** Vertices of a graph that is laid out as a whole. */
const COARSE = 1000;
/** A backbone with a smaller share of the edges says nothing: the graph has no neighbourhoods. */
const BACKBONE_SHARE = 0.3;
const SPREADS = 5;
const SMOOTHINGS = 2;

/**
 * Positions in the unit square that put connected vertices side by side, evenly spread.
 *
 * @returns x and y of each vertex, shape [vertices, 2]
 */
export function findPositions(graph: SizedGraph, random: Random): Float64Array {
  const layers = [neighbourhoods(graph)];
  const parents: Int32Array[] = [];
  for (;;) {
    const fine = layers[layers.length - 1];
    const count = connected(fine);
    if (count <= COARSE) break;
    const { graph: coarse, parent } = coarsen(fine, Math.ceil((2.5 * graph.vertices) / COARSE), random);
    if (connected(coarse) > 0.95 * count) break;
    layers.push(coarse);
    parents.push(parent);
  }
  const coarsest = layers[layers.length - 1];
  // What shortcuts are left would fold the layout: edges outside triangles go once more.
  let position = spreadLayout(coarsest, parents.length > 0 ? neighbourhoods(coarsest) : coarsest, random);
  for (let level = parents.length - 1; level >= 0; level--) {
    const parent = parents[level];
    const inherited = new Float64Array(2 * parent.length);
    for (let v = 0; v < parent.length; v++) {
      inherited[2 * v] = position[2 * parent[v]];
      inherited[2 * v + 1] = position[2 * parent[v] + 1];
    }
    const reach = 4 / Math.sqrt(layers[level + 1].vertices);
    position = inherited;
    smooth(layers[level], position, reach, 2 * SMOOTHINGS);
  }
  return strayHome(graph, layers[0], position);
}

/** The backbone of a graph, or the graph if that says nothing. */
function neighbourhoods(graph: SizedGraph): SizedGraph {
  const strong = backbone(graph);
  return strong.weights.length >= BACKBONE_SHARE * graph.weights.length ? strong : graph;
}

/** Vertices with neighbours: others never join a cluster, so they do not count as too many. */
function connected({ vertices, indptr }: SizedGraph): number {
  let count = 0;
  for (let v = 0; v < vertices; v++) if (indptr[v + 1] > indptr[v]) count++;
  return count;
}

/** A graph, laid out along the edges of its skeleton, then spread over the square and smoothed by turns. */
function spreadLayout(graph: SizedGraph, skeleton: SizedGraph, random: Random): Float64Array {
  if (graph.vertices < 3) return Float64Array.from({ length: 2 * graph.vertices }, (_, i) => i);
  const side = Math.max(2, Math.floor(Math.sqrt(graph.vertices) / 1.5));
  let position = spread(graph, pivotLayout(skeleton, random), side);
  for (let round = 0; round < SPREADS; round++) {
    smooth(graph, position, 4 / side, SMOOTHINGS);
    position = spread(graph, position, side);
  }
  // Vertices of one cell lie on one point: their neighbours tell them apart again.
  smooth(graph, position, 4 / side, SMOOTHINGS);
  return position;
}

/** Shares the unit square out among vertices by size: each lies in the middle of one of side × side cells. */
function spread(graph: SizedGraph, position: Float64Array, side: number): Float64Array {
  const cells = Int32Array.from({ length: side * side }, (_, cell) => cell);
  const grid = {
    x: cells.map((cell) => cell % side),
    y: cells.map((cell) => Math.floor(cell / side)),
    capacity: new Float64Array(side * side).fill(graph.size.reduce((a, b) => a + b, 0)),
  };
  const cell = cutPositions(graph, position, grid, cells);
  return position.map((_, i) => ((i % 2 === 0 ? grid.x : grid.y)[cell[i >> 1]] + 0.5) / side);
}

/** Vertices without strong edges, which nothing has placed, go to the middle of all their neighbours. */
function strayHome(graph: SizedGraph, strong: SizedGraph, position: Float64Array): Float64Array {
  const out = position.slice();
  for (let v = 0; v < graph.vertices; v++) {
    if (strong.indptr[v + 1] > strong.indptr[v]) continue;
    const neighbours = Array.from(graph.indices.subarray(graph.indptr[v], graph.indptr[v + 1])).filter(
      (u) => strong.indptr[u + 1] > strong.indptr[u],
    );
    for (const axis of [0, 1]) {
      const sorted = neighbours.map((u) => position[2 * u + axis]).sort((a, b) => a - b);
      out[2 * v + axis] = sorted.length === 0 ? 0.5 : sorted[sorted.length >> 1];
    }
  }
  return out;
}
