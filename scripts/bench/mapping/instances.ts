// Which problems is the mapper measured on? Networks on a grid, wired locally as BIMT leaves them, on square meshes.
import { randomStream } from '../../../src/core/random.ts';
import type { PlacementGraph } from '../../../src/mapping/solve/graph.ts';
import type { Mesh } from '../../../src/mapping/solve/place-graph.ts';
import { renumbered, undirectedGraph } from './graph.ts';

/** How a network is wired. */
export interface Family {
  readonly name: 'local' | 'hard';
  /** The probability of a local synapse falls as exp(−d / lengthScale), d in cells along the grid. */
  readonly lengthScale: number;
  /** Share of synapses whose far end is anywhere. */
  readonly longRange: number;
  /** Share of the grid's sites that pruning has emptied, in round holes. */
  readonly holes: number;
  /** Synapses drawn a neuron; parallel ones are merged, about 9.5 undirected edges a neuron are left. */
  readonly synapses: number;
}

const LOCAL: Family = { name: 'local', lengthScale: 1.5, longRange: 0.02, holes: 0, synapses: 12 };
const HARD: Family = { name: 'hard', lengthScale: 3, longRange: 0.1, holes: 0.2, synapses: 10.5 };

/** One problem: a network and a mesh. */
export interface InstanceSpec {
  readonly name: string;
  readonly family: Family;
  readonly neurons: number;
  readonly mesh: Mesh;
  /** Vertices are shuffled and have no positions. */
  readonly hidden: boolean;
}

/** neurons, capacity, mesh without (or with next to no) spare cores, mesh with 10 to 25 % spare. */
const SIZES: readonly (readonly [number, number, string | null, string | null])[] = [
  [400, 64, null, '3x3'],
  [400, 256, '2x2', null],
  [4096, 64, '8x8', '9x9'],
  [4096, 256, '4x4', '5x4'],
  [65_536, 64, '32x32', '35x35'],
  [65_536, 256, '16x16', '17x17'],
  [1_000_000, 64, '125x125', '135x135'],
  [1_000_000, 256, '63x63', '67x67'],
];

/** Every generated problem, by name: neurons-capacity-full|spare[-hard][-hidden]. */
export const INSTANCES: readonly InstanceSpec[] = SIZES.flatMap(([neurons, capacity, full, spare]) =>
  Object.entries({ full, spare }).flatMap(([fill, size]) => {
    if (size === null) return [];
    const [width, height] = size.split('x').map(Number);
    return [LOCAL, HARD].flatMap((family) =>
      [false, true].map((hidden) => ({
        name: [neurons, capacity, fill, ...(family === HARD ? ['hard'] : []), ...(hidden ? ['hidden'] : [])].join('-'),
        family,
        neurons,
        mesh: { width, height, capacity },
        hidden,
      })),
    );
  }),
);

/** A problem with its network. */
export interface Instance {
  readonly name: string;
  readonly mesh: Mesh;
  /** What solvers get. */
  readonly graph: PlacementGraph;
  /** Where vertices truly are, x and y, for the cut into equal squares. */
  readonly site: Float64Array;
}

/** Draws a network: the same for known and for hidden positions. */
export function makeInstance(spec: InstanceSpec, seed = 0): Instance {
  const { family, neurons } = spec;
  const { side, site } = sitesOf(neurons, family.holes, seed);
  const vertexAt = new Int32Array(side * side).fill(-1);
  const position = new Float64Array(2 * neurons);
  site.forEach((s, v) => {
    vertexAt[s] = v;
    position[2 * v] = s % side;
    position[2 * v + 1] = Math.floor(s / side);
  });
  const graph = wired(family, side, vertexAt, position, seed);
  const { name, mesh } = spec;
  if (!spec.hidden) return { name, mesh, graph, site: position };
  const number = randomStream(seed, 'mapping-bench/hide').permutation(neurons);
  const moved = new Float64Array(2 * neurons);
  for (let v = 0; v < neurons; v++) moved.set(position.subarray(2 * v, 2 * v + 2), 2 * number[v]);
  return { name, mesh, graph: renumbered(graph, number, null), site: moved };
}

/** Sites that hold a neuron, ascending: a square grid without its holes, and exactly `neurons` of them. */
function sitesOf(neurons: number, holes: number, seed: number): { readonly side: number; readonly site: Int32Array } {
  const side = Math.ceil(Math.sqrt(neurons / (1 - holes)));
  const isEmpty = new Uint8Array(side * side);
  const random = randomStream(seed, 'mapping-bench/holes');
  for (let left = side * side - neurons; left > 0; ) {
    // Holes of one to side/10 cells radius; the last one ends where the count is right.
    const radius = 1 + random.uniform() * Math.max(1, side / 10 - 1);
    const [x0, y0] = [random.uniform() * side, random.uniform() * side];
    for (let y = Math.max(0, Math.ceil(y0 - radius)); y <= Math.min(side - 1, y0 + radius); y++) {
      for (let x = Math.max(0, Math.ceil(x0 - radius)); x <= Math.min(side - 1, x0 + radius); x++) {
        if (left === 0 || isEmpty[y * side + x] === 1 || (x - x0) ** 2 + (y - y0) ** 2 > radius ** 2) continue;
        isEmpty[y * side + x] = 1;
        left--;
      }
    }
  }
  const site = new Int32Array(neurons);
  let v = 0;
  for (let s = 0; s < isEmpty.length; s++) if (isEmpty[s] === 0) site[v++] = s;
  return { side, site };
}

function wired(family: Family, side: number, vertexAt: Int32Array, position: Float64Array, seed: number): PlacementGraph {
  const vertices = position.length / 2;
  const random = randomStream(seed, `mapping-bench/${family.name}`);
  const synapses = Math.round(vertices * family.synapses);
  const from = new Int32Array(synapses);
  const to = new Int32Array(synapses);
  const weight = new Float64Array(synapses);
  const offset = offsets(family.lengthScale);
  for (let e = 0; e < synapses; e++) {
    const source = e % vertices;
    from[e] = source;
    weight[e] = 1 + Math.floor(WEIGHT * Math.abs(random.normal()));
    to[e] = random.uniform() < family.longRange ? random.int(vertices) : nearby(source);
  }
  return undirectedGraph(vertices, from, to, weight, position);

  function nearby(source: number): number {
    for (;;) {
      const [dx, dy] = offset(random.uniform());
      const x = position[2 * source] + dx;
      const y = position[2 * source + 1] + dy;
      if (x < 0 || y < 0 || x >= side || y >= side) continue;
      const target = vertexAt[y * side + x];
      if (target >= 0) return target;
    }
  }
}

/** Weights of one synapse are 1 + a half normal of this width: sums of a million neurons stay below 2³¹ in peers that count in 32 bits. */
const WEIGHT = 10;

/** A draw of an offset in cells, probability ∝ exp(−(|dx| + |dy|) / lengthScale), not (0, 0). */
function offsets(lengthScale: number): (uniform: number) => readonly [number, number] {
  const reach = Math.ceil(12 * lengthScale);
  const cells: [number, number][] = [];
  const cumulative: number[] = [];
  let sum = 0;
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const d = Math.abs(dx) + Math.abs(dy);
      if (d === 0 || d > reach) continue;
      sum += Math.exp(-d / lengthScale);
      cells.push([dx, dy]);
      cumulative.push(sum);
    }
  }
  return (uniform) => {
    let low = 0;
    let high = cells.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulative[middle] > uniform * sum) high = middle;
      else low = middle + 1;
    }
    return cells[low];
  };
}
