// How are the weights held while a graph is read? As views of the file's own numbers, or as a choice of elements; products only where needed.
import { UsageError } from '../../core/errors.ts';
import type { Csr } from '../../network/csr.ts';
import type { Budget } from '../../onnx/budget.ts';
import type { Folding } from '../../onnx/fold.ts';

/** A matrix [rows, columns] of which row r is element `from[r]` of the vector it is applied to, or 0 where that is −1. */
export interface Choice {
  readonly kind: 'choice';
  readonly rows: number;
  readonly columns: number;
  readonly from: Int32Array;
}

/** A matrix of numbers: element (r, c) is `data[offset + r·rowStride + c·columnStride]`. */
export interface Dense {
  readonly kind: 'dense';
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array | Float64Array;
  readonly offset: number;
  readonly rowStride: number;
  readonly columnStride: number;
}

/** A matrix of which few elements are not zero; columns ascend within a row. */
export interface Sparse extends Csr<Float32Array> {
  readonly kind: 'sparse';
}

export type Matrix = Choice | Dense | Sparse;

/** The matrix that changes nothing. */
export function identity(size: number, { budget, who }: Folding): Choice {
  budget.memory(size * Int32Array.BYTES_PER_ELEMENT, who);
  const from = new Int32Array(size);
  for (let i = 0; i < size; i++) from[i] = i;
  return { kind: 'choice', rows: size, columns: size, from };
}

/** Whether it is the matrix that changes nothing. */
export function isIdentity(matrix: Matrix): boolean {
  if (matrix.kind !== 'choice' || matrix.rows !== matrix.columns) return false;
  for (let row = 0; row < matrix.rows; row++) if (matrix.from[row] !== row) return false;
  return true;
}

/** Whether it only picks elements. */
export function isChoice(matrix: Matrix): matrix is Choice {
  return matrix.kind === 'choice';
}

/** Numbers in row-major order as a matrix, or, transposed, in column-major order. */
export function denseMatrix(data: Float32Array | Float64Array, rows: number, columns: number, isTransposed = false): Dense {
  const [rowStride, columnStride] = isTransposed ? [1, rows] : [columns, 1];
  return { kind: 'dense', rows, columns, data, offset: 0, rowStride, columnStride };
}

/** Weights of lists, [rows, width], each with the element that it weighs. */
export function sparseOfLists(
  weights: ArrayLike<number>,
  sources: Int32Array,
  rows: number,
  columns: number,
  { budget, who }: Folding,
): Sparse {
  const width = sources.length / rows;
  budget.memory(4 * sources.length * Int32Array.BYTES_PER_ELEMENT, who);
  const indptr = new Int32Array(rows + 1);
  const indices: number[] = [];
  const values: number[] = [];
  for (let row = 0; row < rows; row++) {
    const sums = new Map<number, number>();
    for (let at = row * width; at < (row + 1) * width; at++) {
      if (weights[at] !== 0 && sources[at] >= 0) sums.set(sources[at], (sums.get(sources[at]) ?? 0) + weights[at]);
    }
    for (const [column, value] of [...sums].sort(([a], [b]) => a - b)) {
      indices.push(column);
      values.push(value);
    }
    indptr[row + 1] = indices.length;
  }
  return { kind: 'sparse', rows, columns, indptr, indices: Int32Array.from(indices), values: Float32Array.from(values) };
}

/** A·B. Where B changes nothing, the numbers of A are kept as they are. */
export function multiplied(a: Matrix, b: Matrix, folding: Folding): Matrix {
  folding.budget.products(a.rows + b.rows, folding.who);
  if (isIdentity(b)) return a;
  if (isChoice(a)) return rowsOf(b, a.from, folding);
  const { data, ...out } = emptyMatrix(a.rows, b.columns, folding);
  folding.budget.products(a.rows * b.rows * (LOOP_COST + (isChoice(b) ? 1 : b.columns)), folding.who);
  if (a.kind === 'dense' && b.kind === 'dense') {
    multiplyDense(a, b, data);
    return { ...out, data };
  }
  for (let row = 0; row < a.rows; row++) {
    forEachInRow(a, row, (k, weight) => {
      forEachInRow(b, k, (column, value) => {
        data[row * b.columns + column] += weight * value;
      });
    });
  }
  return { ...out, data };
}

/** What starting on a row of B costs, in multiplications. */
const LOOP_COST = 8;

/** The same much faster, row by row of b. */
function multiplyDense(a: Dense, b: Dense, out: Float64Array): void {
  const { columns, columnStride } = b;
  for (let row = 0; row < a.rows; row++) {
    for (let k = 0; k < a.columns; k++) {
      const weight = a.data[a.offset + row * a.rowStride + k * a.columnStride];
      const from = b.offset + k * b.rowStride;
      const to = row * columns;
      if (weight !== 0) for (let c = 0; c < columns; c++) out[to + c] += weight * b.data[from + c * columnStride];
    }
  }
}

/** A + B. */
export function added(a: Matrix, b: Matrix, folding: Folding): Matrix {
  const out = emptyMatrix(a.rows, a.columns, folding);
  for (const matrix of [a, b]) {
    for (let row = 0; row < a.rows; row++) {
      forEachInRow(matrix, row, (column, value) => {
        out.data[row * a.columns + column] += value;
      });
    }
  }
  return out;
}

/** Every row times its factor. */
export function scaledRows(matrix: Matrix, factors: Float64Array, folding: Folding): Matrix {
  if (factors.every((factor) => factor === 1)) return matrix;
  const out = emptyMatrix(matrix.rows, matrix.columns, folding);
  for (let row = 0; row < matrix.rows; row++) {
    forEachInRow(matrix, row, (column, value) => {
      out.data[row * matrix.columns + column] = value * factors[row];
    });
  }
  return out;
}

/** Rows in the order of `from`; −1 for a row of zeros. */
export function rowsOf(matrix: Matrix, from: ArrayLike<number>, folding: Folding): Matrix {
  const rows = from.length;
  if (isChoice(matrix)) {
    folding.budget.memory(rows * Int32Array.BYTES_PER_ELEMENT, folding.who);
    return { ...matrix, rows, from: Int32Array.from(from, (row) => (row < 0 ? -1 : matrix.from[row])) };
  }
  const out = emptyMatrix(rows, matrix.columns, folding);
  for (let row = 0; row < rows; row++) {
    const source = from[row];
    if (source < 0) continue;
    forEachInRow(matrix, source, (column, value) => {
      out.data[row * matrix.columns + column] = value;
    });
  }
  return out;
}

/** Visits the entries of a row that are not zero, columns ascending. */
export function forEachInRow(matrix: Matrix, row: number, visit: (column: number, value: number) => void): void {
  if (isChoice(matrix)) {
    if (matrix.from[row] >= 0) visit(matrix.from[row], 1);
    return;
  }
  if (matrix.kind === 'sparse') {
    const { indptr, indices, values } = matrix;
    for (let at = indptr[row]; at < indptr[row + 1]; at++) visit(indices[at], values[at]);
    return;
  }
  const { data, columns, columnStride } = matrix;
  let at = matrix.offset + row * matrix.rowStride;
  for (let column = 0; column < columns; column++, at += columnStride) if (data[at] !== 0) visit(column, data[at]);
}

/** A block of a larger matrix. */
export interface Block {
  readonly matrix: Matrix;
  readonly row: number;
  readonly column: number;
}

/**
 * The sparse matrix that is made of blocks, rounded to float32.
 *
 * @throws UsageError if a number is not one that float32 holds
 */
export function csrOfBlocks(rows: number, columns: number, blocks: readonly Block[], what: string, budget: Budget): Csr {
  for (const { matrix } of blocks) budget.products(matrix.kind === 'dense' ? matrix.rows * matrix.columns : matrix.rows, what);
  const indptr = new Int32Array(rows + 1);
  const ofRow = Array.from({ length: rows }, (): Block[] => []);
  for (const block of [...blocks].sort((a, b) => a.column - b.column)) {
    for (let row = 0; row < block.matrix.rows; row++) ofRow[block.row + row].push(block);
  }
  const forEach = (row: number, visit: (column: number, value: number) => void) => {
    for (const block of ofRow[row]) {
      forEachInRow(block.matrix, row - block.row, (column, value) => {
        const rounded = Math.fround(value);
        if (!Number.isFinite(rounded)) throw new UsageError(`${what} of neuron ${row} is ${value}, which float32 cannot hold`);
        if (rounded !== 0) visit(block.column + column, rounded);
      });
    }
  };
  for (let row = 0; row < rows; row++) {
    indptr[row + 1] = indptr[row];
    forEach(row, () => {
      indptr[row + 1]++;
    });
  }
  const indices = new Int32Array(indptr[rows]);
  const values = new Float32Array(indptr[rows]);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    forEach(row, (column, value) => {
      indices[at] = column;
      values[at++] = value;
    });
  }
  return { rows, columns, indptr, indices, values };
}

function emptyMatrix(rows: number, columns: number, { budget, who }: Folding): Dense & { readonly data: Float64Array } {
  budget.memory(rows * columns * Float64Array.BYTES_PER_ELEMENT, who);
  // The budget counts memory; what is walked through again and again counts as time.
  budget.products(rows * columns, who);
  const data = new Float64Array(rows * columns);
  return { kind: 'dense', rows, columns, data, offset: 0, rowStride: columns, columnStride: 1 };
}
