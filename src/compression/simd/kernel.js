// What does an integer network spend its time on? The two inner loops of run-integer.ts in AssemblyScript, for 32 trials at once.
// Compiled by scripts/kernel-code.ts into ../kernel-code.ts. Sums and products are int32, as there; lanes never meet.
Object.defineProperty(exports, '__esModule', { value: true });
exports.product = product;
exports.requantize = requantize;
/**
 * out[row, lane] = bias[row] + Σ_column matrix[row, column] · x[column, lane]. Eight registers hold the sums of a row, so
 * that a synapse costs one load of its source and nothing is stored before the row is done.
 *
 * @param out - int32 [rows, 32]
 * @param indptr - int32 [rows + 1]: synapses of each row
 * @param columns - int32, column of each synapse
 * @param weights - int32, of each synapse
 * @param bias - int32 [rows]
 * @param x - int32 [columns, 32]
 */
function product(out, rows, indptr, columns, weights, bias, x) {
  let at = load(indptr);
  for (let row = 0; row < rows; row++) {
    const end = load(indptr + ((row + 1) << 2));
    const start = v128.load32_splat(bias + (row << 2));
    let sum0 = start;
    let sum1 = start;
    let sum2 = start;
    let sum3 = start;
    let sum4 = start;
    let sum5 = start;
    let sum6 = start;
    let sum7 = start;
    for (; at < end; at++) {
      const from = x + (load(columns + (at << 2)) << 7);
      const weight = v128.load32_splat(weights + (at << 2));
      sum0 = i32x4.add(sum0, i32x4.mul(weight, v128.load(from, 0)));
      sum1 = i32x4.add(sum1, i32x4.mul(weight, v128.load(from, 16)));
      sum2 = i32x4.add(sum2, i32x4.mul(weight, v128.load(from, 32)));
      sum3 = i32x4.add(sum3, i32x4.mul(weight, v128.load(from, 48)));
      sum4 = i32x4.add(sum4, i32x4.mul(weight, v128.load(from, 64)));
      sum5 = i32x4.add(sum5, i32x4.mul(weight, v128.load(from, 80)));
      sum6 = i32x4.add(sum6, i32x4.mul(weight, v128.load(from, 96)));
      sum7 = i32x4.add(sum7, i32x4.mul(weight, v128.load(from, 112)));
    }
    const to = out + (row << 7);
    v128.store(to, sum0, 0);
    v128.store(to, sum1, 16);
    v128.store(to, sum2, 32);
    v128.store(to, sum3, 48);
    v128.store(to, sum4, 64);
    v128.store(to, sum5, 80);
    v128.store(to, sum6, 96);
    v128.store(to, sum7, 112);
  }
}
/**
 * states = min(largest, floor((max(sums, 0)·multiplier + half)·unit)), in float64 as in run-integer.ts.
 *
 * @param states - int32 [rows, 32]
 * @param sums - int32 [rows, 32]
 * @param multiplier - int32 [rows]
 */
function requantize(states, sums, rows, multiplier, half, unit, largest) {
  for (let row = 0; row < rows; row++) {
    const factor = f64x2.splat(load(multiplier + (row << 2)));
    const end = (row + 1) << 7;
    for (let at = row << 7; at < end; at += 16) {
      const positive = i32x4.max_s(v128.load(sums + at), i32x4.splat(0));
      const low = requantized(positive, factor, half, unit, largest);
      const high = requantized(v128.shuffle(positive, positive, 2, 3, 2, 3), factor, half, unit, largest);
      v128.store(states + at, v128.shuffle(low, high, 0, 1, 4, 5));
    }
  }
}
/** The first two of four sums, requantized; the others are 0. */
function requantized(sums, factor, half, unit, largest) {
  const scaled = f64x2.add(f64x2.mul(f64x2.convert_low_i32x4_s(sums), factor), f64x2.splat(half));
  const state = f64x2.floor(f64x2.mul(scaled, f64x2.splat(unit)));
  return i32x4.trunc_sat_f64x2_s_zero(f64x2.pmin(state, f64x2.splat(largest)));
}
