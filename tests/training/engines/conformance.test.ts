// Do all engines compute the same training step? Each is compared with float64, and float64 with central differences.
import { afterAll, describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/core/random.ts';
import { ACTIVATIONS } from '../../../src/network/network.ts';
import type { Batch } from '../../../src/tasks/suite.ts';
import type { Engine, EngineSpec, TrainingState } from '../../../src/training/engine.ts';
import { ortEngine } from '../../../src/training/engines/ort.ts';
import { predictionLoss, referenceEngine } from '../../../src/training/engines/reference.ts';
import { tfjsEngine } from '../../../src/training/engines/tfjs.ts';
import { PARAMETER_NAMES, parameterLayout } from '../../../src/training/parameters.ts';

const SPEC: EngineSpec = {
  inputs: 5,
  neurons: 12,
  outputs: 4,
  activation: 'relu',
  adam: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  clipNorm: 1,
  proximal: false,
  quantization: null,
};

/** Every engine of the product; float32 engines answer within `tolerance` of the largest entry. */
const ENGINES: readonly { readonly title: string; readonly tolerance: number; open(spec: EngineSpec): Promise<Engine> }[] = [
  { title: 'reference', tolerance: 0, open: async (spec) => referenceEngine(spec) },
  { title: 'ort in onnxruntime-node', tolerance: 2e-6, open: (spec) => ortEngine(spec, 'node') },
  { title: 'tfjs', tolerance: 2e-6, open: async (spec) => (await tfjsEngine(spec)).engine },
  { title: 'ort in onnxruntime-web', tolerance: 2e-6, open: (spec) => ortEngine(spec, 'web') },
];

/** Rows of unequal length, so that some steps are padded. */
function makeBatch(spec: EngineSpec, steps = 9, rows = 3, seed = 1): Batch {
  const random = randomStream(seed, 'conformance batch');
  const length = (row: number) => steps - 2 * row;
  const valid = (at: number) => Math.floor(at / rows) < length(at % rows);
  return {
    steps,
    rows,
    inputs: Float32Array.from({ length: steps * rows * spec.inputs }, (_, i) => (valid(Math.floor(i / spec.inputs)) ? random.normal() : 0)),
    targets: Int32Array.from({ length: steps * rows }, (_, at) => (valid(at) ? random.int(spec.outputs) : 0)),
    // Every third step is a grace period, which does not count either.
    mask: Float32Array.from({ length: steps * rows }, (_, at) => (valid(at) && Math.floor(at / rows) % 3 !== 2 ? 1 : 0)),
  };
}

function makeState(spec: EngineSpec, seed = 2): TrainingState {
  const random = randomStream(seed, 'conformance state');
  const { length } = parameterLayout(spec);
  return {
    parameters: Float32Array.from({ length }, () => 0.35 * random.normal()),
    firstMoment: Float32Array.from({ length }, () => 0.01 * random.normal()),
    secondMoment: Float32Array.from({ length }, () => 0.001 * random.uniform()),
  };
}

function makePenalty(spec: EngineSpec): Float32Array {
  const random = randomStream(3, 'conformance penalty');
  return Float32Array.from({ length: parameterLayout(spec).length }, () => 1e-2 * (1 + random.uniform()));
}

function freshState(parameters: TrainingState['parameters']): TrainingState {
  return { parameters, firstMoment: new Float32Array(parameters.length), secondMoment: new Float32Array(parameters.length) };
}

/** Largest difference, relative to the largest entry expected. */
function deviation(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(found.length).toBe(expected.length);
  let largest = 0;
  let difference = 0;
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]));
    // Written so that NaN counts as a difference.
    difference = Math.abs(found[i] - expected[i]) <= difference ? difference : Math.abs(found[i] - expected[i]);
  }
  return difference / Math.max(largest, 1e-30);
}

function expectSameBytes(found: TrainingState, expected: TrainingState): void {
  for (const key of ['parameters', 'firstMoment', 'secondMoment'] as const) {
    expect(found[key].constructor).toBe(expected[key].constructor);
    expect(deviation(found[key], expected[key]), key).toBe(0);
  }
}

function keepHalf(spec: EngineSpec): Float32Array {
  return Float32Array.from({ length: parameterLayout(spec).length }, (_, i) => i % 2);
}

describe('the reference engine', () => {
  for (const activation of ACTIVATIONS) {
    it(`has the gradient of central differences in every tensor, with penalty and padding, for ${activation}`, async () => {
      const spec = { ...SPEC, activation };
      const batch = makeBatch(spec);
      const penalty = makePenalty(spec);
      const engine = referenceEngine(spec);
      await engine.write(makeState(spec));
      engine.setPenalty(penalty);
      const gradient = await engine.gradient(batch);
      const parameters = Float64Array.from(makeState(spec).parameters);
      const lossAt = (i: number, shift: number) => {
        const moved = parameters.slice();
        moved[i] += shift;
        return predictionLoss(spec, moved, batch) + penalty[i] * Math.abs(moved[i]);
      };
      const layout = parameterLayout(spec);
      for (const name of PARAMETER_NAMES) {
        const { start, end } = layout[name];
        const step = 1e-6;
        const differences = Float64Array.from({ length: end - start }, (_, k) => {
          // Kinks of the penalty lie at 0, those of ReLU are measure zero for this seed.
          expect(Math.abs(parameters[start + k])).toBeGreaterThan(step);
          return (lossAt(start + k, step) - lossAt(start + k, -step)) / (2 * step);
        });
        expect(deviation(gradient.subarray(start, end), differences), name).toBeLessThan(1e-6);
      }
      const result = await engine.step(batch, 1e-3, 1);
      expect(result.predictionLoss).toBeCloseTo(predictionLoss(spec, parameters, batch), 12);
    });
  }
});

describe.each(ENGINES)('the engine $title', ({ tolerance, open }) => {
  const opened: Engine[] = [];
  const start = async (spec: EngineSpec, state = makeState(spec), penalty: Float32Array | null = makePenalty(spec)) => {
    const engine = await open(spec);
    opened.push(engine);
    await engine.write(state);
    if (penalty !== null) engine.setPenalty(penalty);
    return engine;
  };
  afterAll(async () => {
    for (const engine of opened) await engine.dispose();
  });

  for (const activation of ACTIVATIONS) {
    const spec = { ...SPEC, activation };

    it(`agrees with float64 on outputs, gradients and three updates for ${activation}`, async () => {
      const engine = await start(spec);
      const reference = referenceEngine(spec);
      await reference.write(makeState(spec));
      reference.setPenalty(makePenalty(spec));
      const batch = makeBatch(spec);
      const outputs = await reference.forward(batch.inputs, batch.steps, batch.rows);
      expect(deviation(await engine.forward(batch.inputs, batch.steps, batch.rows), outputs)).toBeLessThanOrEqual(tolerance);
      const gradient = await engine.gradient(batch);
      const exact = await reference.gradient(batch);
      const layout = parameterLayout(spec);
      for (const name of PARAMETER_NAMES) {
        const { start: from, end } = layout[name];
        expect(deviation(gradient.subarray(from, end), exact.subarray(from, end)), name).toBeLessThanOrEqual(tolerance);
      }
      for (let update = 1; update <= 3; update++) {
        const found = await engine.step(batch, 1e-3, update);
        const expected = await reference.step(batch, 1e-3, update);
        for (const key of ['predictionLoss', 'penalty', 'gradientNorm'] as const) {
          expect(deviation([found[key]], [expected[key]]), key).toBeLessThanOrEqual(tolerance);
        }
      }
      const found = await engine.read();
      const expected = await reference.read();
      for (const key of ['parameters', 'firstMoment', 'secondMoment'] as const) {
        expect(deviation(found[key], expected[key]), key).toBeLessThanOrEqual(5 * tolerance);
      }
    });
  }

  it.each([
    ['clips a long gradient', { clipNorm: 0.01 }],
    ['leaves a short gradient alone', { clipNorm: 1e6 }],
    ['does not clip when told so', { clipNorm: null }],
    ['soft-thresholds instead of adding the penalty', { proximal: true }],
  ])('%s as float64 does', async (_, change) => {
    const spec = { ...SPEC, ...change };
    const engine = await start(spec);
    const reference = referenceEngine(spec);
    await reference.write(makeState(spec));
    reference.setPenalty(makePenalty(spec));
    for (let update = 1; update <= 3; update++) {
      await engine.step(makeBatch(spec), 1e-2, update);
      await reference.step(makeBatch(spec), 1e-2, update);
    }
    expect(deviation((await engine.read()).parameters, (await reference.read()).parameters)).toBeLessThanOrEqual(5 * tolerance);
  });

  it('moves by no more than clipping allows', async () => {
    // Plain Adam forgets the length of its first gradient, the first moment does not: m = (1 − β₁) g.
    const spec = { ...SPEC, clipNorm: 0.01 };
    const engine = await start(spec, freshState(makeState(spec).parameters), null);
    const { gradientNorm } = await engine.step(makeBatch(spec), 1e-3, 1);
    expect(gradientNorm).toBeGreaterThan(0.01);
    const { firstMoment } = await engine.read();
    expect(Math.hypot(...firstMoment) / (1 - spec.adam.beta1)).toBeCloseTo(0.01, 6);
  });

  it('makes exact zeros when proximal', async () => {
    const spec = { ...SPEC, proximal: true };
    const engine = await start(spec);
    await engine.step(makeBatch(spec), 2, 1);
    const { parameters } = await engine.read();
    expect(parameters.filter((w) => w === 0).length).toBeGreaterThan(0);
    expect(parameters.filter((w) => w !== 0).length).toBeGreaterThan(0);
  });

  it('holds masked parameters, gradients and moments at zero', async () => {
    const engine = await start(SPEC);
    const mask = keepHalf(SPEC);
    engine.setMask(mask);
    const dead = (vector: ArrayLike<number>) => Array.from(vector).filter((value, i) => mask[i] === 0 && value !== 0).length;
    expect(dead(await engine.gradient(makeBatch(SPEC)))).toBe(0);
    for (let update = 1; update <= 2; update++) await engine.step(makeBatch(SPEC), 1e-2, update);
    const state = await engine.read();
    for (const vector of [state.parameters, state.firstMoment, state.secondMoment]) {
      expect(dead(vector)).toBe(0);
      expect(Array.from(vector).filter((value, i) => mask[i] === 1 && value !== 0).length).toBeGreaterThan(0);
    }
  });

  it('masks as float64 does', async () => {
    const engine = await start(SPEC);
    const reference = referenceEngine(SPEC);
    await reference.write(makeState(SPEC));
    reference.setPenalty(makePenalty(SPEC));
    for (const each of [engine, reference]) {
      each.setMask(keepHalf(SPEC));
      await each.step(makeBatch(SPEC), 1e-2, 1);
    }
    expect(deviation((await engine.read()).parameters, (await reference.read()).parameters)).toBeLessThanOrEqual(5 * tolerance);
  });

  it('trains with a penalty of 0 exactly as with none', async () => {
    const plain = await start(SPEC, makeState(SPEC), null);
    const zero = await start(SPEC, makeState(SPEC), new Float32Array(parameterLayout(SPEC).length));
    const proximal = await start({ ...SPEC, proximal: true }, makeState(SPEC), null);
    for (const engine of [plain, zero, proximal])
      for (let update = 1; update <= 2; update++) await engine.step(makeBatch(SPEC), 1e-2, update);
    expectSameBytes(await zero.read(), await plain.read());
    expectSameBytes(await proximal.read(), await plain.read());
  });

  it('reads back exactly what was written, and keeps it from later changes', async () => {
    const engine = await start(SPEC);
    const before = await engine.read();
    expect(Array.from(before.parameters)).toEqual(Array.from(makeState(SPEC).parameters));
    expect(Array.from(before.firstMoment)).toEqual(Array.from(makeState(SPEC).firstMoment));
    expect(Array.from(before.secondMoment)).toEqual(Array.from(makeState(SPEC).secondMoment));
    for (let update = 1; update <= 3; update++) await engine.step(makeBatch(SPEC), 1e-2, update);
    expect(Array.from(before.parameters)).toEqual(Array.from(makeState(SPEC).parameters));
  });

  it('continues from what it read with identical bytes', async () => {
    const through = await start(SPEC);
    await through.step(makeBatch(SPEC), 1e-2, 1);
    const resumed = await start(SPEC, await through.read());
    for (const engine of [through, resumed]) for (let update = 2; update <= 4; update++) await engine.step(makeBatch(SPEC), 1e-2, update);
    expectSameBytes(await resumed.read(), await through.read());
  });

  it('does not let padding change the result', async () => {
    const batch = makeBatch(SPEC);
    const engine = await start(SPEC);
    const expected = await engine.gradient(batch);
    const rows = batch.rows + 2;
    const at = (t: number, row: number) => t * rows + row;
    const steps = batch.steps + 3;
    const wider: Batch = {
      steps,
      rows,
      inputs: new Float32Array(steps * rows * SPEC.inputs),
      targets: new Int32Array(steps * rows),
      mask: new Float32Array(steps * rows),
    };
    for (let t = 0; t < batch.steps; t++) {
      for (let row = 0; row < batch.rows; row++) {
        const from = t * batch.rows + row;
        wider.inputs.set(batch.inputs.subarray(from * SPEC.inputs, (from + 1) * SPEC.inputs), at(t, row) * SPEC.inputs);
        wider.targets[at(t, row)] = batch.targets[from];
        wider.mask[at(t, row)] = batch.mask[from];
      }
    }
    expect(deviation(await engine.gradient(wider), expected)).toBeLessThanOrEqual(Math.max(tolerance, 1e-15));
  });

  it('takes batches of any length one after the other, down to a single step', async () => {
    const engine = await start(SPEC);
    const reference = referenceEngine(SPEC);
    await reference.write(makeState(SPEC));
    reference.setPenalty(makePenalty(SPEC));
    for (const [steps, rows] of [
      [9, 3],
      [1, 1],
      [12, 5],
      [2, 1],
    ]) {
      const batch = makeBatch(SPEC, steps, rows);
      expect(deviation(await engine.gradient(batch), await reference.gradient(batch))).toBeLessThanOrEqual(tolerance);
    }
  });

  it('gives identical bytes when run twice', async () => {
    const run = async () => {
      const engine = await start(SPEC);
      for (let update = 1; update <= 3; update++) await engine.step(makeBatch(SPEC), 1e-2, update);
      return engine.read();
    };
    expectSameBytes(await run(), await run());
  });

  it('refuses a batch that does not fit the network, or that counts no step', async () => {
    const engine = await start(SPEC);
    const batch = makeBatch(SPEC);
    await expect(engine.step({ ...batch, mask: new Float32Array(batch.mask.length) }, 1e-3, 1)).rejects.toThrow('counts no step');
    await expect(engine.step({ ...batch, inputs: batch.inputs.subarray(1) }, 1e-3, 1)).rejects.toThrow('134 inputs');
    await expect(engine.forward(batch.inputs, batch.steps, batch.rows + 1)).rejects.toThrow('135 inputs');
  });
});
