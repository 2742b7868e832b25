// Where on the mesh do the parts of a partitioner go? Simulated annealing of swaps, as published mappers place METIS parts.
import { randomStream } from '../../../src/core/random.ts';
import type { PlacementGraph } from '../../../src/mapping/solve/graph.ts';
import type { Mesh } from '../../../src/mapping/solve/place-graph.ts';
import { undirectedGraph } from './graph.ts';

/**
 * Places parts on cores.
 *
 * @param part - part of each vertex, at most as many parts as cores; a recursive bisection's numbering is a good start
 * @returns core of each vertex
 */
export function annealParts(
  graph: PlacementGraph,
  part: Int32Array,
  parts: number,
  mesh: Mesh,
  proposals: number,
  seed: number,
): Int32Array {
  const { width, height } = mesh;
  const cores = width * height;
  const { indptr, indices, weights } = quotient(graph, part, cores);
  // Parts that the partitioner did not make are empty cores, which swap like others.
  const coreOf = bisectionOrder(parts, mesh);
  const x = Int32Array.from(coreOf, (c) => c % width);
  const y = Int32Array.from(coreOf, (c) => Math.floor(c / width));
  const partAt = new Int32Array(cores);
  coreOf.forEach((c, p) => {
    partAt[c] = p;
  });
  let state = randomStream(seed, 'mapping-bench/anneal').int(0x7fffffff) | 1;
  const draw = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4294967296;
  };

  const widest = Math.max(width, height) - 1;
  const hot = 30 * meanRise();
  const cold = hot / 1500;
  for (let done = 0, temperature = hot, reach = widest; done < proposals; done++) {
    if (done % 4096 === 0) {
      const share = done / proposals;
      temperature = hot * (cold / hot) ** share;
      reach = Math.max(1, widest ** (1 - share));
    }
    const p = Math.floor(draw() * cores);
    const qx = x[p] + Math.round((2 * draw() - 1) * reach);
    const qy = y[p] + Math.round((2 * draw() - 1) * reach);
    if (qx < 0 || qy < 0 || qx >= width || qy >= height) continue;
    const q = partAt[qy * width + qx];
    if (q === p) continue;
    const delta = rise(p, q);
    if (delta <= 0 || draw() < Math.exp(-delta / temperature)) swap(p, q);
  }
  return part.map((p) => y[p] * width + x[p]);

  /** What the cost rises by if two parts change places. Their own edge keeps its length. */
  function rise(p: number, q: number): number {
    const [px, py, qx, qy] = [x[p], y[p], x[q], y[q]];
    let sum = 0;
    for (let at = indptr[p]; at < indptr[p + 1]; at++) {
      const n = indices[at];
      if (n === q) continue;
      sum += weights[at] * (Math.abs(qx - x[n]) + Math.abs(qy - y[n]) - Math.abs(px - x[n]) - Math.abs(py - y[n]));
    }
    for (let at = indptr[q]; at < indptr[q + 1]; at++) {
      const n = indices[at];
      if (n === p) continue;
      sum += weights[at] * (Math.abs(px - x[n]) + Math.abs(py - y[n]) - Math.abs(qx - x[n]) - Math.abs(qy - y[n]));
    }
    return sum;
  }

  function swap(p: number, q: number): void {
    [x[p], x[q]] = [x[q], x[p]];
    [y[p], y[q]] = [y[q], y[p]];
    partAt[y[p] * width + x[p]] = p;
    partAt[y[q] * width + x[q]] = q;
  }

  /** Of swaps of neighbouring cores, which are what is left to do from a good start. */
  function meanRise(): number {
    let sum = 0;
    let count = 0;
    for (let sample = 0; sample < 10_000; sample++) {
      const p = Math.floor(draw() * cores);
      const right = x[p] + 1 < width ? partAt[y[p] * width + x[p] + 1] : -1;
      if (right < 0) continue;
      sum += Math.abs(rise(p, right));
      count++;
    }
    return count === 0 ? 1 : sum / count;
  }
}

/** Weights between parts. */
function quotient(graph: PlacementGraph, part: Int32Array, parts: number): PlacementGraph {
  const from: number[] = [];
  const to: number[] = [];
  const weight: number[] = [];
  for (let v = 0; v < graph.vertices; v++) {
    for (let at = graph.indptr[v]; at < graph.indptr[v + 1]; at++) {
      const other = graph.indices[at];
      if (other < v || part[other] === part[v]) continue;
      from.push(part[v]);
      to.push(part[other]);
      weight.push(graph.weights[at]);
    }
  }
  return undirectedGraph(parts, Int32Array.from(from), Int32Array.from(to), Float64Array.from(weight), null);
}

/** Core of each part, empty ones last in their rectangle: parts are halved as the mesh is, along its longer side. */
function bisectionOrder(parts: number, mesh: Mesh): Int32Array {
  const coreOf = new Int32Array(mesh.width * mesh.height);
  let spare = parts;
  const halve = (first: number, count: number, x: number, y: number, width: number, height: number): void => {
    if (width * height === 1) {
      coreOf[count === 1 ? first : spare++] = y * mesh.width + x;
      return;
    }
    const isWide = width >= height;
    const near = (isWide ? width : height) >> 1;
    const share = near / (isWide ? width : height);
    const room = isWide ? near * height : width * near;
    const rest = width * height - room;
    const taken = Math.min(room, Math.max(count - rest, Math.round(count * share)));
    if (isWide) {
      halve(first, taken, x, y, near, height);
      halve(first + taken, count - taken, x + near, y, width - near, height);
    } else {
      halve(first, taken, x, y, width, near);
      halve(first + taken, count - taken, x, y + near, width, height - near);
    }
  };
  halve(0, parts, 0, 0, mesh.width, mesh.height);
  return coreOf;
}
