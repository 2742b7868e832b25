// How far apart are two cores? One table for every kind of network, looked up as table[row[a] + column[b]].

/** Distances between cores: `table[row[a] + column[b]]`, whole numbers, symmetric. */
export interface HopTable {
  readonly cores: number;
  readonly table: Float64Array;
  readonly row: Int32Array;
  readonly column: Int32Array;
}

/** Distances on a mesh of one core a router, core = y·width + x: one entry for each difference of coordinates. */
export function meshHops(width: number, height: number): HopTable {
  const stride = 2 * width - 1;
  const table = new Float64Array(stride * (2 * height - 1));
  for (let dy = 1 - height; dy < height; dy++) {
    for (let dx = 1 - width; dx < width; dx++) table[(dy + height - 1) * stride + dx + width - 1] = Math.abs(dx) + Math.abs(dy);
  }
  const centre = (height - 1) * stride + width - 1;
  const cores = width * height;
  const column = Int32Array.from({ length: cores }, (_, core) => -(Math.floor(core / width) * stride + (core % width)));
  return { cores, table, row: column.map((at) => centre - at), column };
}

/** Distances of any kind between some cores: one entry a pair. */
export function pairHops(cores: number, distance: (a: number, b: number) => number): HopTable {
  const table = new Float64Array(cores * cores);
  for (let a = 0; a < cores; a++) for (let b = 0; b < cores; b++) table[a * cores + b] = distance(a, b);
  const index = Int32Array.from({ length: cores }, (_, core) => core);
  return { cores, table, row: index.map((core) => core * cores), column: index };
}
