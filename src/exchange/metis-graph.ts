// How are graph files of METIS, KaHIP and graphchk read and written?
import { UsageError } from '../core/errors.ts';
import type { PlacementGraph } from '../mapping/solve/graph.ts';

/** METIS's own limit where it counts in 32 bits, as Debian's does. */
const MAX_NUMBER = 2 ** 31 - 1;
const LINE_END = 10;
const PERCENT = 37;

/** What the first line promises: `vertices edges [fmt [weights a vertex]]`. */
interface Header {
  readonly vertices: number;
  readonly edges: number;
  /** Numbers before the neighbours of a line: a size, weights. */
  readonly hasSizes: boolean;
  readonly vertexWeights: number;
  readonly hasEdgeWeights: boolean;
  /** Line of the file it stands on, and where the next begins. */
  readonly line: number;
  readonly end: number;
}

/**
 * Reads a METIS graph file. Vertex weights must be 1, as every vertex takes one place; vertex sizes say what METIS's own
 * communication volume counts and change no placement. Edges without weights weigh 1. Rows of the graph are in ascending order.
 *
 * @param name - of the file, for messages
 * @throws UsageError with the line, what stands there and what was expected: the file breaks the format, holds an edge on one of its
 *   two lines only or with two weights, twice, or from a vertex to itself
 */
export function readMetisGraph(bytes: Uint8Array, name: string): PlacementGraph {
  const header = readHeader(bytes, name);
  const { arcs, isSorted, lines } = readBody(bytes, header, name);
  // Twice transposed, every row is sorted; most files already are, and so many arcs take seconds to move.
  const sorted = isSorted ? arcs : transposed(transposed(arcs));
  refuseBrokenEdges(sorted, lines, name);
  return { ...sorted, position: null };
}

/** Text of a graph in METIS's format with edge weights, in blocks of lines. */
export function* metisGraphText({ vertices, indptr, indices, weights }: PlacementGraph): Generator<string> {
  yield `${vertices} ${indices.length / 2} 001\n`;
  let block = '';
  for (let v = 0; v < vertices; v++) {
    for (let at = indptr[v]; at < indptr[v + 1]; at++) block += `${at > indptr[v] ? ' ' : ''}${indices[at] + 1} ${weights[at]}`;
    block += '\n';
    if (block.length < BLOCK) continue;
    yield block;
    block = '';
  }
  yield block;
}

const BLOCK = 1 << 16;

function readHeader(bytes: Uint8Array, name: string): Header {
  let line = 1;
  let start = 0;
  for (; bytes[start] === PERCENT; line++) start = lineEnd(bytes, start) + 1;
  const end = lineEnd(bytes, start);
  // A file that is no graph may be one long line.
  const text = Buffer.from(bytes.subarray(start, Math.min(end, start + 200))).toString('latin1');
  const fail = (found: string): UsageError =>
    new UsageError(
      `${name}, line ${line}: found ${found}; expected the header of a METIS graph, 'vertices edges [fmt [weights a vertex]]' with fmt made of the digits 0 and 1 (edge weights 1, vertex weights 10, vertex sizes 100)`,
    );
  const fields = text.trim().split(/\s+/);
  if (fields.length < 2 || fields.length > 4 || !fields.every((field) => /^\d{1,10}$/.test(field))) throw fail(shown(text));
  const [vertices, edges] = fields.map(Number);
  const format = (fields[2] ?? '0').padStart(3, '0');
  if (!/^[01]{3}$/.test(format)) throw fail(`fmt ${shown(fields[2])}`);
  const [hasSizes, hasVertexWeights, hasEdgeWeights] = [...format].map((digit) => digit === '1');
  const ncon = Number(fields[3] ?? (hasVertexWeights ? 1 : 0));
  if (hasVertexWeights !== ncon > 0) throw fail(`fmt ${format} with ${ncon} weights a vertex`);
  if (vertices < 1) throw fail('0 vertices');
  // Every vertex has a line, every edge a number on two; memory is not given for more than the file can hold.
  const body = bytes.length - end;
  if (vertices > body || 4 * edges > body + vertices || ncon > body)
    throw new UsageError(
      `${name}, line ${line}: found ${vertices} vertices and ${edges} edges in the header; expected no more than the ${body} bytes after it can hold (every edge stands on the lines of both its ends)`,
    );
  return { vertices, edges, hasSizes, vertexWeights: ncon, hasEdgeWeights, line, end: end + 1 };
}

interface Arcs {
  readonly vertices: number;
  readonly indptr: Int32Array;
  readonly indices: Int32Array;
  readonly weights: Float64Array;
}

/** A line a vertex: `[size] [weights] neighbour [weight] neighbour [weight] …`. */
function readBody(
  bytes: Uint8Array,
  header: Header,
  name: string,
): { readonly arcs: Arcs; readonly isSorted: boolean; readonly lines: Int32Array } {
  const { vertices, edges, hasEdgeWeights } = header;
  const prefix = (header.hasSizes ? 1 : 0) + header.vertexWeights;
  const arcs = 2 * edges;
  const indptr = new Int32Array(vertices + 1);
  const indices = new Int32Array(arcs);
  const weights = new Float64Array(arcs);
  if (!hasEdgeWeights) weights.fill(1);
  /** Line of each vertex: comments stand between them. */
  const lines = new Int32Array(vertices);
  const length = bytes.length;
  let at = header.end;
  let line = header.line;
  let count = 0;
  let isSorted = true;
  const fail = (found: string, expected: string): UsageError =>
    new UsageError(`${name}, line ${line}: found ${found}; expected ${expected}`);
  for (let v = 0; v < vertices; v++) {
    for (line++; bytes[at] === PERCENT; line++) at = lineEnd(bytes, at) + 1;
    if (at >= length)
      throw fail('the end of the file', `the line of vertex ${v + 1} of ${vertices} (that of a vertex without edges is an empty one)`);
    lines[v] = line;
    let field = 0;
    for (;;) {
      let byte = bytes[at];
      while (byte === 32 || byte === 9 || byte === 13) byte = bytes[++at];
      if (at >= length || byte === LINE_END) break;
      if (byte < 48 || byte > 57) throw fail(shown(wordAt(bytes, at)), 'whole numbers and blanks');
      let value = 0;
      const first = at;
      while (byte >= 48 && byte <= 57) {
        value = value * 10 + byte - 48;
        byte = bytes[++at];
      }
      // The end of the file ends a number too.
      if (at < length && byte !== 32 && byte !== LINE_END && byte !== 9 && byte !== 13)
        throw fail(shown(wordAt(bytes, first)), 'whole numbers and blanks');
      if (value > MAX_NUMBER) throw fail(wordAt(bytes, first), `numbers of at most ${MAX_NUMBER}`);
      if (field < prefix) {
        const isSize = header.hasSizes && field === 0;
        if (!isSize && value !== 1)
          throw fail(`vertex weight ${value}`, 'vertex weight 1: each vertex takes one place of a core, other weights are not supported');
      } else if (!hasEdgeWeights || (field - prefix) % 2 === 0) {
        if (value < 1 || value > vertices) throw fail(`neighbour ${value}`, `a vertex from 1 to ${vertices}`);
        if (value === v + 1) throw fail(`vertex ${value} as its own neighbour`, 'edges between different vertices');
        if (count === arcs) throw fail(`a neighbour more than the header's ${edges} edges have`, `${arcs} neighbours in all, two an edge`);
        if (count > indptr[v] && value - 1 < indices[count - 1]) isSorted = false;
        indices[count++] = value - 1;
      } else {
        if (value < 1) throw fail(`edge weight ${value}`, 'edge weights of at least 1');
        weights[count - 1] = value;
      }
      field++;
    }
    if (field < prefix) throw fail(`${field} numbers`, `${prefix} before the neighbours, as fmt says`);
    if (hasEdgeWeights && (field - prefix) % 2 === 1)
      throw fail(`neighbour ${indices[count - 1] + 1} without a weight`, 'a weight after each');
    indptr[v + 1] = count;
    at++;
  }
  for (line++; at < length; line++) {
    const end = lineEnd(bytes, at);
    if (bytes[at] !== PERCENT && Buffer.from(bytes.subarray(at, end)).toString('latin1').trim() !== '')
      throw fail(shown(wordAt(bytes, at)), `the end of the file after the lines of ${vertices} vertices`);
    at = end + 1;
  }
  if (count < arcs) {
    const hint = 2 * count === arcs ? ' (is each edge on the line of one of its ends only?)' : '';
    throw new UsageError(
      `${name}, line ${header.line}: found ${edges} edges in the header and ${count} neighbours on the lines; expected ${arcs} neighbours, two an edge${hint}`,
    );
  }
  return { arcs: { vertices, indptr, indices, weights }, isSorted, lines };
}

/** Columns become rows; entries of a row are in ascending order. */
function transposed({ vertices, indptr, indices, weights }: Arcs): Arcs {
  const start = new Int32Array(vertices + 1);
  for (const column of indices) start[column + 1]++;
  for (let v = 0; v < vertices; v++) start[v + 1] += start[v];
  const next = start.slice();
  const rows = new Int32Array(indices.length);
  const values = new Float64Array(indices.length);
  for (let v = 0; v < vertices; v++) {
    for (let at = indptr[v]; at < indptr[v + 1]; at++) {
      const to = next[indices[at]]++;
      rows[to] = v;
      values[to] = weights[at];
    }
  }
  return { vertices, indptr: start, indices: rows, weights: values };
}

/** Every edge once on the lines of both its ends, with one weight. Rows are in ascending order. */
function refuseBrokenEdges({ vertices, indptr, indices, weights }: Arcs, lines: Int32Array, name: string): void {
  for (let v = 0; v < vertices; v++) {
    for (let at = indptr[v] + 1; at < indptr[v + 1]; at++) {
      if (indices[at] === indices[at - 1])
        throw new UsageError(
          `${name}, line ${lines[v]}: found neighbour ${indices[at] + 1} of vertex ${v + 1} twice; expected every neighbour once, with the sum of the weights`,
        );
    }
  }
  const oneSided = (from: number, to: number) =>
    new UsageError(
      `${name}, line ${lines[from]}: found neighbour ${to + 1} of vertex ${from + 1}, but line ${lines[to]} does not name ${from + 1}; expected every edge on the lines of both its ends`,
    );
  // Vertices come in ascending order, so the next one to name u is the next one that u names.
  const next = indptr.slice(0, vertices);
  for (let v = 0; v < vertices; v++) {
    const end = indptr[v + 1];
    let at = next[v];
    if (at < end && indices[at] < v) throw oneSided(v, indices[at]);
    for (; at < end; at++) {
      const u = indices[at];
      const back = next[u]++;
      const named = back < indptr[u + 1] ? indices[back] : vertices;
      if (named !== v) throw named < v ? oneSided(u, named) : oneSided(v, u);
      if (weights[back] !== weights[at])
        throw new UsageError(
          `${name}, line ${lines[v]}: found weight ${weights[at]} between ${v + 1} and ${u + 1}, and ${weights[back]} on line ${lines[u]}; expected the same weight on both`,
        );
    }
  }
}

function lineEnd(bytes: Uint8Array, from: number): number {
  const end = bytes.indexOf(LINE_END, from);
  return end < 0 ? bytes.length : end;
}

/** The word that begins at a byte, 20 characters at most. */
function wordAt(bytes: Uint8Array, at: number): string {
  const [word] = Buffer.from(bytes.subarray(at, at + 20))
    .toString('latin1')
    .split(/\s/);
  return word;
}

/** Quoted, short, and without characters that a terminal would obey. */
function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
