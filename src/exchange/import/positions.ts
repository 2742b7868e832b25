// Where do the neurons of a foreign network sit? Row by row on a grid, or at the sites of a coordinates file.
import { messageOf, UsageError } from '../../core/errors.ts';
import type { Csr } from '../../network/csr.ts';
import { forEachEntry } from '../../network/csr.ts';
import { formatGrid, type Grid, parseGrid, siteCount } from '../../network/geometry.ts';
import type { Network } from '../../network/network.ts';

/** A row and a column of the grid, and where a file says so. */
export interface Position {
  readonly row: number;
  readonly column: number;
  /** For messages, for example `line 3`. */
  readonly where: string;
}

/**
 * Reads a coordinates file: CSV, `row,column` of a neuron a line, with or without a header that names the columns; or JSON, a list of
 * [row, column] or {row, column}. Neurons are in the order of the model.
 *
 * @param what - how to call the file in errors
 * @throws UsageError naming the line or entry that is not a position
 */
export function parsePositions(text: string, what: string): Position[] {
  const content = text.replace(/^\uFEFF/, '');
  return /^\s*\[/.test(content) ? positionsInJson(content, what) : positionsInCsv(content, what);
}

/**
 * Sites for positions.
 *
 * @param neurons - how many positions there have to be
 * @param grid - null for the smallest that holds all of them
 * @throws UsageError naming the first position that is taken or outside the grid, with its line
 */
export function sitesOfPositions(
  positions: readonly Position[],
  neurons: number,
  grid: Grid | null,
  what: string,
): { readonly grid: Grid; readonly site: Int32Array } {
  if (positions.length !== neurons) throw new UsageError(`${what} has ${positions.length} positions, the model has ${neurons} neurons`);
  const around = grid ?? boundingGrid(positions, what);
  const taken = new Map<number, Position>();
  const site = Int32Array.from(positions, (position) => {
    const { row, column, where } = position;
    if (row >= around.rows || column >= around.columns)
      throw new UsageError(`${what}, ${where}: row ${row}, column ${column} is outside the ${around.rows}x${around.columns} grid`);
    const at = row * around.columns + column;
    const other = taken.get(at);
    if (other !== undefined) throw new UsageError(`${what}, ${where}: row ${row}, column ${column} is taken by ${other.where}`);
    taken.set(at, position);
    return at;
  });
  return { grid: around, site };
}

/**
 * Sites row by row, in the order of the neurons.
 *
 * @throws UsageError if the grid has too few
 */
export function sitesRowByRow(neurons: number, grid: Grid): Int32Array {
  if (siteCount(grid) < neurons) throw tooSmall(grid, neurons);
  return Int32Array.from({ length: neurons }, (_, i) => i);
}

/**
 * The given sites, and the first free ones for neurons that have none.
 *
 * @throws UsageError if the grid has too few
 */
export function withFreeSites(site: Int32Array, neurons: number, grid: Grid): Int32Array {
  if (siteCount(grid) < neurons) throw tooSmall(grid, neurons);
  const taken = new Set(site);
  const free = Array.from({ length: siteCount(grid) }, (_, s) => s).filter((s) => !taken.has(s));
  return Int32Array.of(...site, ...free.slice(0, neurons - site.length));
}

/** The smallest grid that holds so many neurons and is as near to square as can be. */
export function nearSquareGrid(neurons: number): Grid {
  const columns = Math.ceil(Math.sqrt(neurons));
  return { rows: Math.ceil(neurons / columns), columns, metric: 'l1' };
}

/** The same network with its neurons at the given sites, physically in ascending order of them. */
export function arranged(network: Network, grid: Grid, site: Int32Array): Network {
  const order = Array.from(site, (_, neuron) => neuron).sort((a, b) => site[a] - site[b]);
  const placeOf = new Int32Array(order.length);
  order.forEach((neuron, place) => {
    placeOf[neuron] = place;
  });
  const channels = Int32Array.from({ length: network.inputs }, (_, i) => i);
  const units = Int32Array.from({ length: network.outputs }, (_, i) => i);
  return {
    ...network,
    grid,
    site: Int32Array.from(order, (neuron) => site[neuron]),
    recurrent: permuted(network.recurrent, placeOf, placeOf),
    input: permuted(network.input, placeOf, channels),
    readout: permuted(network.readout, units, placeOf),
    bias: Float32Array.from(order, (neuron) => network.bias[neuron]),
  };
}

/** Row r and column c go to `rowPlace[r]` and `columnPlace[c]`. */
function permuted(matrix: Csr, rowPlace: Int32Array, columnPlace: Int32Array): Csr {
  const rows = Array.from({ length: matrix.rows }, (): { column: number; value: number }[] => []);
  forEachEntry(matrix, (row, column, value) => {
    rows[rowPlace[row]].push({ column: columnPlace[column], value });
  });
  const indptr = new Int32Array(matrix.rows + 1);
  const indices = new Int32Array(matrix.values.length);
  const values = new Float32Array(matrix.values.length);
  let at = 0;
  rows.forEach((entries, row) => {
    for (const { column, value } of entries.sort((a, b) => a.column - b.column)) {
      indices[at] = column;
      values[at++] = value;
    }
    indptr[row + 1] = at;
  });
  return { ...matrix, indptr, indices, values };
}

function positionsInCsv(text: string, what: string): Position[] {
  const lines = text
    .split(/\r?\n/)
    .map((line, i) => ({ fields: line.split(/[,;\t]/).map((field) => field.trim()), where: `line ${i + 1}` }));
  const filled = lines.filter(({ fields }) => fields.some((field) => field !== ''));
  const [first] = filled;
  if (first === undefined) throw new UsageError(`${what} is empty; a line "row,column" a neuron was expected`);
  const hasHeader = first.fields.some((field) => /[a-z]/i.test(field));
  const names = hasHeader ? first.fields.map((field) => field.toLowerCase()) : ['row', 'column'];
  const [row, column] = ['row', 'column'].map((name) => names.indexOf(name));
  if (row < 0 || column < 0)
    throw new UsageError(
      `${what}, ${first.where}: the header names ${names.slice(0, 8).join(', ').slice(0, 80)}; row and column were expected`,
    );
  return filled.slice(hasHeader ? 1 : 0).map(({ fields, where }) => {
    if (fields.length !== names.length)
      throw new UsageError(`${what}, ${where}: ${fields.length} fields, expected ${names.length}: ${names.join(', ').slice(0, 80)}`);
    return { row: coordinate(fields[row], 'row', what, where), column: coordinate(fields[column], 'column', what, where), where };
  });
}

function positionsInJson(text: string, what: string): Position[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${what} is not JSON: ${messageOf(error).split('\n')[0]}`, { cause: error });
  }
  return (list as unknown[]).map((entry, i) => {
    const where = `entry ${i + 1}`;
    const { row, column } =
      Array.isArray(entry) && entry.length === 2 ? { row: entry[0], column: entry[1] } : ((entry ?? {}) as Record<string, unknown>);
    return { row: coordinate(row, 'row', what, where), column: coordinate(column, 'column', what, where), where };
  });
}

function coordinate(found: unknown, name: string, what: string, where: string): number {
  const isNumber = typeof found === 'number' || (typeof found === 'string' && found !== '');
  const value = isNumber ? Number(found) : Number.NaN;
  if (!Number.isSafeInteger(value) || value < 0)
    throw new UsageError(
      `${what}, ${where}: the ${name} is ${JSON.stringify(found)?.slice(0, 40) ?? 'missing'}, a whole number of at least 0 was expected`,
    );
  return value;
}

/** The grid from row 0 and column 0 to the last row and column in use. */
function boundingGrid(positions: readonly Position[], what: string): Grid {
  const last = (side: 'row' | 'column') => positions.reduce((most, position) => Math.max(most, position[side]), 0);
  try {
    return parseGrid(`${last('row') + 1}x${last('column') + 1}`);
  } catch (error) {
    throw new UsageError(
      `${what} reaches to row ${last('row')}, column ${last('column')}; grids have 10,000 sites and 1,000 rows at most`,
      { cause: error },
    );
  }
}

function tooSmall(grid: Grid, neurons: number): UsageError {
  const { rows, columns } = nearSquareGrid(neurons);
  return new UsageError(
    `grid ${formatGrid(grid)} has ${siteCount(grid)} sites for ${neurons} neurons; the smallest near-square one is ${rows}x${columns}`,
  );
}
