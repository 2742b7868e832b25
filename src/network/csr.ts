// How are sparse matrices held? Compressed sparse rows; row = target, column = source.

/** A sparse matrix, shape [rows, columns]. Column indices ascend within a row. */
export interface Csr<Values extends Float32Array | Int32Array = Float32Array> {
  readonly rows: number;
  readonly columns: number;
  /** Start of each row in `indices` and `values`, length rows + 1. */
  readonly indptr: Int32Array;
  readonly indices: Int32Array;
  readonly values: Values;
}

/** Keeps the entries of a dense row-major matrix [rows, columns] that are not zero. */
export function csrFromDense(dense: Float32Array, rows: number, columns: number): Csr {
  const indptr = new Int32Array(rows + 1);
  const indices: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) if (dense[row * columns + column] !== 0) indices.push(column);
    indptr[row + 1] = indices.length;
  }
  const values = new Float32Array(indices.length);
  for (let row = 0; row < rows; row++) {
    for (let at = indptr[row] as number; at < (indptr[row + 1] as number); at++) {
      values[at] = dense[row * columns + (indices[at] as number)] as number;
    }
  }
  return { rows, columns, indptr, indices: Int32Array.from(indices), values };
}

/** The dense row-major matrix [rows, columns]. */
export function denseFromCsr(matrix: Csr): Float32Array {
  const dense = new Float32Array(matrix.rows * matrix.columns);
  forEachEntry(matrix, (row, column, value) => {
    dense[row * matrix.columns + column] = value;
  });
  return dense;
}

/** Visits every stored entry, row by row. */
export function forEachEntry(
  matrix: Csr<Float32Array | Int32Array>,
  visit: (row: number, column: number, value: number, at: number) => void,
): void {
  for (let row = 0; row < matrix.rows; row++) {
    const end = matrix.indptr[row + 1] as number;
    for (let at = matrix.indptr[row] as number; at < end; at++) {
      visit(row, matrix.indices[at] as number, matrix.values[at] as number, at);
    }
  }
}

/** Keeps the entries for which `keep` is true, with their values. */
export function filterCsr(matrix: Csr, keep: (row: number, column: number, value: number) => boolean): Csr {
  return mapCsr(matrix, Float32Array, (value, row, column) => (keep(row, column, value) ? value : 0));
}

/** Same pattern, new values; entries that become 0 are dropped. */
export function mapCsr<Out extends Float32Array | Int32Array>(
  matrix: Csr<Float32Array | Int32Array>,
  Values: { from(values: number[]): Out },
  map: (value: number, row: number, column: number) => number,
): Csr<Out> {
  const indptr = new Int32Array(matrix.rows + 1);
  const indices: number[] = [];
  const values: number[] = [];
  for (let row = 0; row < matrix.rows; row++) {
    const end = matrix.indptr[row + 1] as number;
    for (let at = matrix.indptr[row] as number; at < end; at++) {
      const column = matrix.indices[at] as number;
      const value = map(matrix.values[at] as number, row, column);
      if (value === 0) continue;
      indices.push(column);
      values.push(value);
    }
    indptr[row + 1] = indices.length;
  }
  return { rows: matrix.rows, columns: matrix.columns, indptr, indices: Int32Array.from(indices), values: Values.from(values) };
}

/** The submatrix with the given rows and columns, in the given order (columns ascending). */
export function selectCsr(matrix: Csr, rows: ArrayLike<number>, columns: ArrayLike<number>): Csr {
  const columnOf = new Int32Array(matrix.columns).fill(-1);
  for (let i = 0; i < columns.length; i++) columnOf[columns[i] as number] = i;
  const indptr = new Int32Array(rows.length + 1);
  const indices: number[] = [];
  const values: number[] = [];
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    for (let at = matrix.indptr[row] as number; at < (matrix.indptr[row + 1] as number); at++) {
      const column = columnOf[matrix.indices[at] as number] as number;
      if (column < 0) continue;
      indices.push(column);
      values.push(matrix.values[at] as number);
    }
    indptr[i + 1] = indices.length;
  }
  return { rows: rows.length, columns: columns.length, indptr, indices: Int32Array.from(indices), values: Float32Array.from(values) };
}
