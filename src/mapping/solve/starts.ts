// From where does the search set out? Cuts of the positions into several shapes of the chip, turned and filled in several ways.
import { type CoreGrid, cutPositions } from './cut.ts';
import type { SizedGraph } from './graph.ts';
import { turned } from './layout.ts';
import type { Mesh } from './place-graph.ts';

/** A way to cut: which cores, how full, and the positions turned by how much. */
interface Cut {
  readonly cores: Int32Array;
  /** See `cutPositions`. */
  readonly fill: number;
  readonly angle: number;
}

/** A sixteenth of a turn, in degrees. */
const TURN = 22.5;
/** From loads that are even to one half after the other filled up. */
const FILLS = [0, 1, 0.5, 0.25];

/** At most so many starts on a mesh: core of each vertex, shape [vertices]. */
export function* startsOn(mesh: Mesh, grid: CoreGrid, graph: SizedGraph, position: Float64Array, most: number): Generator<Int32Array> {
  for (const { cores, fill, angle } of cuts(graph.vertices, mesh).slice(0, most)) {
    yield cutPositions(graph, angle === 0 ? position : turned(position, (angle * Math.PI) / 180), grid, cores, fill);
  }
}

/** All cuts, the plain ones first. */
function cuts(vertices: number, mesh: Mesh): Cut[] {
  const needed = Math.ceil(vertices / mesh.capacity);
  const shapes = rectangles(needed, mesh);
  const hasSlack = needed * mesh.capacity > vertices;
  const trimmed = shapes
    .filter(({ length }) => length > needed)
    .flatMap((cores) => [nearest(cores, mesh, needed), cores.subarray(0, needed)]);
  // Quarter turns first, then those between.
  const angles = [4, 2, 1].flatMap((step) =>
    Array.from({ length: 16 / step }, (_, i) => i * step).filter((i) => step === 4 || i % (2 * step) > 0),
  );
  return angles.flatMap((turns) =>
    FILLS.slice(0, hasSlack ? FILLS.length : 1).flatMap((fill) =>
      [...shapes, ...trimmed].map((cores): Cut => ({ cores, fill, angle: turns * TURN })),
    ),
  );
}

/**
 * Rectangles of cores in the middle of the mesh. Fewer cores mean fewer borders to cross, so only those count that would
 * not fit with a row or a column less, near-square ones first.
 */
function rectangles(needed: number, { width, height }: Mesh): Int32Array[] {
  const shapes: [number, number][] = [];
  for (let wide = 1; wide <= width; wide++) {
    const high = Math.ceil(needed / wide);
    if (high <= height && Math.ceil(needed / high) === wide) shapes.push([wide, high]);
  }
  shapes.sort(([a, b], [c, d]) => a + b - c - d || a - c);
  return shapes.map(([wide, high]) => {
    const left = (width - wide) >> 1;
    const top = (height - high) >> 1;
    return Int32Array.from({ length: wide * high }, (_, i) => (top + Math.floor(i / wide)) * width + left + (i % wide));
  });
}

/** The cores of a shape that lie nearest to its middle. */
function nearest(cores: Int32Array, { width }: Mesh, needed: number): Int32Array {
  const x = (core: number) => core % width;
  const y = (core: number) => Math.floor(core / width);
  const middle = [x, y].map((of) => cores.reduce((sum, core) => sum + of(core), 0) / cores.length);
  const far = (core: number) => Math.abs(x(core) - middle[0]) + Math.abs(y(core) - middle[1]);
  return Int32Array.from(cores)
    .sort((a, b) => far(a) - far(b) || a - b)
    .subarray(0, needed);
}
