// Do folded constants equal what ONNX says, number by number?
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Budget, budgetOf } from '../../src/onnx/budget.ts';
import { type Constant, dense, elementCount, uniform } from '../../src/onnx/constant.ts';
import { broadcastDims, combined, denseValues, expanded, joined, reshaped, taken, transposed } from '../../src/onnx/fold.ts';
import { dequantized, quantized } from '../../src/onnx/quantized-constant.ts';

const folding = { who: 'a.onnx: node', budget: budgetOf(1_000_000) };
const counting = (dims: readonly number[]): Constant =>
  dense(
    'c',
    'float',
    dims,
    Float32Array.from({ length: elementCount(dims) }, (_, i) => i),
  );

/** The element at a position, counted from the shape. */
function at(x: Constant, position: readonly number[]): number {
  return x.data[position.reduce((index, p, axis) => index * x.dims[axis] + p, 0)];
}

/** Every position of a shape. */
function positions(dims: readonly number[]): number[][] {
  return dims.reduce<number[][]>((all, size) => all.flatMap((p) => Array.from({ length: size }, (_, i) => [...p, i])), [[]]);
}

const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });

describe('constants', () => {
  it('transposed have each element where its axes went', () => {
    fc.assert(
      fc.property(shapes, fc.nat(), (dims, chance) => {
        const order = dims.map((_, i) => i).sort((a, b) => ((a * 7 + chance) % 5) - ((b * 7 + chance) % 5) || a - b);
        const x = counting(dims);
        const y = transposed(x, order, folding);
        for (const p of positions(dims))
          expect(
            at(
              y,
              order.map((axis) => p[axis]),
            ),
          ).toBe(at(x, p));
      }),
    );
  });

  it('of which positions are taken, and which are joined again, are the same', () => {
    fc.assert(
      fc.property(shapes, fc.nat(), fc.nat(), (dims, chance, cut) => {
        const axis = chance % dims.length;
        const x = counting(dims);
        const middle = cut % (dims[axis] + 1);
        const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
        const parts = [taken(x, axis, range(0, middle), folding), taken(x, axis, range(middle, dims[axis]), folding)];
        expect(joined(parts, axis, folding)).toEqual(x);
        const back = taken(x, axis, range(0, dims[axis]).reverse(), folding);
        for (const p of positions(dims)) expect(at(back, p.with(axis, dims[axis] - 1 - p[axis]))).toBe(at(x, p));
      }),
    );
  });

  it('are broadcast as ONNX does', () => {
    const a = dense('a', 'float', [2, 1], Float32Array.of(10, 20));
    const b = dense('b', 'float', [3], Float32Array.of(1, 2, 3));
    expect(combined(a, b, (x, y) => x + y, folding)).toMatchObject({ dims: [2, 3], data: Float32Array.of(11, 12, 13, 21, 22, 23) });
    expect([...expanded(b, [2, 2, 3], folding).data]).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3]);
    expect(broadcastDims([4, 1], [Number.NaN, 1, 5], 'x')).toEqual([Number.NaN, 4, 5]);
    expect(() => broadcastDims([2], [3], 'a.onnx: node')).toThrow('a.onnx: node combines the shapes [2] and [3], which do not fit');
  });

  it('of one value for all take no memory, whatever their shape', () => {
    const none: Budget = { memory: (bytes) => expect(bytes).toBeLessThan(100), products: () => {}, grow: () => {} };
    const huge = uniform('u', 'float', [1e9, Number.NaN, 3], 7);
    const free = { who: 'x', budget: none };
    expect(transposed(huge, [2, 0, 1], free)).toMatchObject({ dims: [3, 1e9, Number.NaN], uniform: true });
    expect(taken(huge, 0, [5, 6], free)).toMatchObject({ dims: [2, Number.NaN, 3] });
    expect(combined(huge, uniform('v', 'float', [1], 2), (x, y) => x * y, free)).toMatchObject({
      dims: [1e9, Number.NaN, 3],
      data: Float32Array.of(14),
    });
    expect(joined([huge, huge], 0, free)).toMatchObject({ dims: [2e9, Number.NaN, 3], uniform: true });
    expect(() => denseValues(huge, folding)).toThrow('would take more memory than a file of this size can need');
  });

  it('that do not fit are refused', () => {
    expect(() => reshaped(counting([4]), [3], folding)).toThrow('puts 4 numbers into the shape [3]');
    expect(() => joined([counting([2, 2]), counting([2, 3])], 0, folding)).toThrow('joins shapes [2, 2] and [2, 3]');
    expect(() => combined(counting([1]), { ...counting([1]), type: 'double' }, (a) => a, folding)).toThrow(
      'combines types float and double',
    );
  });
});

describe('quantized constants', () => {
  const q = dense('q', 'int8', [2, 4], Int8Array.of(0, 1, 2, 3, -1, -2, -3, -4));
  const scale = (dims: readonly number[], ...values: number[]) => dense('s', 'float', dims, Float32Array.from(values));
  const how = (axis = 1, blockSize = 0) => ({ axis, blockSize });

  it('have one scale, one an axis, or one a block, and a zero point each', () => {
    const real = (s: Constant, h: ReturnType<typeof how>, zero: Constant | null = null) => [...dequantized(q, s, zero, h, folding).data];
    expect(real(scale([], 0.5), how())).toEqual([0, 0.5, 1, 1.5, -0.5, -1, -1.5, -2]);
    expect(real(scale([1], 2), how(), dense('z', 'int8', [1], Int8Array.of(1)))).toEqual([-2, 0, 2, 4, -4, -6, -8, -10]);
    expect(real(scale([2], 1, 10), how(0))).toEqual([0, 1, 2, 3, -10, -20, -30, -40]);
    expect(real(scale([4], 1, 2, 3, 4), how(-1))).toEqual([0, 2, 6, 12, -1, -4, -9, -16]);
    expect(real(scale([2, 2], 1, 10, 2, 20), how(1, 2))).toEqual([0, 1, 20, 30, -2, -4, -60, -80]);
    expect(real(scale([1, 4], 1, 2, 3, 4), how(0, 2))).toEqual([0, 2, 6, 12, -1, -4, -9, -16]);
    expect(real(scale([2, 2], 1, 10, 2, 20), how(1, 3))).toEqual([0, 1, 2, 30, -2, -4, -6, -80]);
  });

  it('come back from rounding half to even, clamped', () => {
    const x = dense('x', 'float', [6], Float32Array.of(0.5, 1.5, 2.5, -0.5, 1000, -1000));
    const zero = dense('z', 'int8', [], Int8Array.of(1));
    expect([...quantized(x, scale([], 1), zero, how(0), folding).data]).toEqual([1, 3, 3, 1, 127, -128]);
    expect([...quantized(x, scale([], 1), null, how(0), folding).data]).toEqual([0, 2, 2, 0, 255, 0]);
  });

  it.each<[() => unknown, string]>([
    [() => dequantized(q, scale([3], 1, 1, 1), null, how(), folding), 'has scales of shape [3], expected [4] for numbers of shape [2, 4]'],
    [() => dequantized(q, scale([4], 1, 1, 1, 1), null, how(5), folding), 'has scales along axis 5 of the shape [2, 4]'],
    [() => dequantized(q, scale([2, 3], 1, 1, 1, 1, 1, 1), null, how(1, 2), folding), 'expected [2, 2]'],
    [
      () => dequantized(q, scale([], 1), dense('z', 'uint8', [], Uint8Array.of(0)), how(), folding),
      'type int8 and a zero point of type uint8',
    ],
    [() => dequantized(q, scale([], 0), null, how(), folding), 'has the scale 0'],
    [() => dequantized(q, scale([], 1e-39), null, how(), folding), 'a denormal number'],
    [() => dequantized(counting([2]), scale([], 1), null, how(), folding), 'has quantized numbers of type float'],
  ])('are refused where they make no sense (%#)', (make, message) => {
    expect(make).toThrow(message);
    expect(make).toThrow('a.onnx: node has');
  });
});
