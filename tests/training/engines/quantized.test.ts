// Do the engines train quantized networks alike, and is their gradient the straight-through one?
import { afterAll, describe, expect, it, vi } from 'vitest';
import { UsageError } from '../../../src/core/errors.ts';
import { sha256 } from '../../../src/core/hash.ts';
import { randomStream } from '../../../src/core/random.ts';
import type { Batch } from '../../../src/tasks/suite.ts';
import type { Engine, EngineSpec, FakeQuantizer } from '../../../src/training/engine.ts';
import { forwardModel, gradientModel, trainingModel } from '../../../src/training/engines/graph/models.ts';
import { openEngine } from '../../../src/training/engines/open.ts';
import { ortEngine } from '../../../src/training/engines/ort.ts';
import { referenceEngine } from '../../../src/training/engines/reference.ts';
import { PARAMETER_NAMES, parameterLayout } from '../../../src/training/parameters.ts';
import { integerGrid, largestUnits, learnedQuantizer, ruledQuantizer } from '../../../src/training/uniform-quantizer.ts';

// Models name the tool's version; pinned here so that their hashes last longer than a release.
vi.mock('../../../src/core/version.ts', async (original) => ({ ...(await original<object>()), VERSION: '0.1.0' }));

const STATE_UNIT = 1 / 16;
const STATE_MAX = 15;
const PLAIN: EngineSpec = {
  inputs: 5,
  neurons: 12,
  outputs: 4,
  activation: 'relu',
  adam: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  clipNorm: 1,
  proximal: false,
  quantization: null,
};
const SPEC: EngineSpec = { ...PLAIN, quantization: { stateUnit: STATE_UNIT, stateMax: STATE_MAX } };
const { length } = parameterLayout(SPEC);
const GRID = integerGrid(SPEC, { stateUnit: STATE_UNIT, inputUnit: 1 / 4, stored: () => ({ qmax: 7, step: 1 }) });

const ENGINES: readonly { readonly title: string; readonly tolerance: number; open(spec: EngineSpec): Promise<Engine> }[] = [
  { title: 'reference', tolerance: 0, open: async (spec) => referenceEngine(spec) },
  { title: 'ort in onnxruntime-node', tolerance: 2e-6, open: (spec) => ortEngine(spec, 'node') },
  { title: 'ort in onnxruntime-web', tolerance: 2e-6, open: (spec) => ortEngine(spec, 'web') },
];

/** Inputs off every grid: sums of multiples that cancel to 0, the edge of ReLU, would be left to the rounding errors of each engine. */
function makeBatch(steps = 9, rows = 3): Batch {
  const random = randomStream(1, 'quantized batch');
  return {
    steps,
    rows,
    inputs: Float32Array.from({ length: steps * rows * SPEC.inputs }, () => random.normal()),
    targets: Int32Array.from({ length: steps * rows }, () => random.int(SPEC.outputs)),
    mask: Float32Array.from({ length: steps * rows }, (_, at) => Number(Math.floor(at / rows) % 3 !== 2)),
  };
}

function makeParameters(): Float32Array {
  const random = randomStream(2, 'quantized parameters');
  return Float32Array.from({ length }, () => 0.35 * random.normal());
}

/** Multiples of 1/64 up to 1/2, whatever the units of the quantizers under test. */
const dyadic: FakeQuantizer = {
  quantize(parameters) {
    const values = Float32Array.from(parameters, (w) => Math.max(-0.5, Math.min(0.5, Math.round(64 * w) / 64)));
    return { values, passes: Float32Array.from(parameters, (w) => Number(Math.abs(w) <= 0.5)) };
  },
};

function deviation(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(found.length).toBe(expected.length);
  const largest = Array.from(expected).reduce((a, b) => Math.max(a, Math.abs(b)), 1e-30);
  // Written so that NaN counts as a difference.
  return Array.from(found).reduce((worst, x, i) => (Math.abs(x - expected[i]) <= worst ? worst : Math.abs(x - expected[i])), 0) / largest;
}

/** What rounding added to every state and parameter; a surrogate that adds the same has a true gradient where rounding has none. */
interface RoundingErrors {
  readonly state: Float64Array;
  readonly parameter: Float64Array;
}

/**
 * Mean cross-entropy of a network whose rounding is replaced by adding fixed errors, written down independently of the engines. Without
 * errors given, they are those of rounding, and are collected.
 *
 * @param steps - grid of every parameter
 */
function surrogate(
  parameters: ArrayLike<number>,
  { steps, limit }: { readonly steps: ArrayLike<number>; readonly limit: number },
  batch: Batch,
  fixed: RoundingErrors | null,
): { loss: number; errors: RoundingErrors; distanceToEdge: number } {
  const layout = parameterLayout(SPEC);
  const { neurons, inputs, outputs } = SPEC;
  const errors = fixed ?? { state: new Float64Array(batch.steps * batch.rows * neurons), parameter: new Float64Array(length) };
  let distanceToEdge = Number.POSITIVE_INFINITY;
  const onGrid = (x: number, low: number, high: number, vector: Float64Array, at: number, largest: number) => {
    distanceToEdge = Math.min(distanceToEdge, Math.abs(x - low), Math.abs(x - high));
    const clamped = Math.max(low, Math.min(high, x));
    if (fixed === null) vector[at] = Math.max(-largest, Math.min(largest, halfEven(clamped))) - clamped;
    return clamped + vector[at];
  };
  // A parameter is clamped where rounding would leave the range, a state where it leaves the range itself.
  const values = Float64Array.from(
    { length },
    (_, p) => steps[p] * onGrid(parameters[p] / steps[p], -limit - 0.5, limit + 0.5, errors.parameter, p, limit),
  );
  const row = (name: 'W' | 'W_in' | 'W_out', i: number, x: ArrayLike<number>) =>
    Array.from(x).reduce((sum, value, j) => sum + values[layout[name].start + i * x.length + j] * value, 0);
  let loss = 0;
  const counted = batch.mask.reduce((sum, m) => sum + m, 0);
  let states = Array.from({ length: batch.rows }, () => new Array<number>(neurons).fill(0));
  for (let at = 0; at < batch.steps * batch.rows; at++) {
    const before = states[at % batch.rows];
    const u = batch.inputs.subarray(at * inputs, (at + 1) * inputs);
    const after = before.map((_, i) => {
      const a = values[layout.b.start + i] + row('W', i, before) + row('W_in', i, u);
      return STATE_UNIT * onGrid(a / STATE_UNIT, 0, STATE_MAX, errors.state, at * neurons + i, STATE_MAX);
    });
    states = states.with(at % batch.rows, after);
    const logits = Array.from({ length: outputs }, (_, k) => values[layout.b_out.start + k] + row('W_out', k, after));
    const total = Math.log(logits.reduce((sum, o) => sum + Math.exp(o), 0));
    loss += (batch.mask[at] / counted) * (total - logits[batch.targets[at]]);
  }
  return { loss, errors, distanceToEdge };
}

/** Half to even by the remainder, not by the floor. */
function halfEven(x: number): number {
  const nearest = Math.round(x);
  return Math.abs(x % 1) === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
}

/** One neuron that reads one input and is read by one of two outputs; state unit 1. */
function singleNeuron(stateMax: number): { spec: EngineSpec; parameters: Float32Array } {
  const spec = { ...PLAIN, inputs: 1, neurons: 1, outputs: 2, quantization: { stateUnit: 1, stateMax } };
  // W, W_in, W_out, b, b_out.
  return { spec, parameters: Float32Array.of(0, 1, 1, 0, 0, 0, 0) };
}

const UNITS = new Float64Array(GRID.groups).fill(1 / 300);
const LIMIT = 7;

/** Loss and gradient of the surrogate on `makeBatch`, by central differences. */
const expected = (() => {
  const batch = makeBatch();
  const steps = GRID.spans.flatMap(({ start, end, group, divisor }) => new Array<number>(end - start).fill(UNITS[group] / divisor));
  const parameters = Float64Array.from(makeParameters());
  const { loss, errors, distanceToEdge } = surrogate(parameters, { steps, limit: LIMIT }, batch, null);
  const shift = 1e-6;
  const lossAt = (p: number, w: number) => surrogate(parameters.with(p, w), { steps, limit: LIMIT }, batch, errors).loss;
  const gradient = parameters.map((w, p) => (lossAt(p, w + shift) - lossAt(p, w - shift)) / (2 * shift));
  const clamped = parameters.map((w, p) => Number(Math.abs(w) > (LIMIT + 0.5) * steps[p]));
  return { loss, gradient, clamped, isAwayFromEdges: distanceToEdge > shift / STATE_UNIT };
})();

const opened: Engine[] = [];
afterAll(async () => {
  for (const engine of opened) await engine.dispose();
});

async function start(
  open: (spec: EngineSpec) => Promise<Engine>,
  quantizer: FakeQuantizer | null,
  spec = SPEC,
  parameters = makeParameters(),
): Promise<Engine> {
  const engine = await open(spec);
  opened.push(engine);
  const moment = new Float32Array(parameters.length);
  await engine.write({ parameters, firstMoment: moment, secondMoment: moment });
  engine.setPenalty(moment.slice().fill(1e-3));
  engine.setQuantizer(quantizer);
  return engine;
}

describe('without quantization', () => {
  it.each([
    [PLAIN, 'a72ca83b', 'f6983448', 'd520dd8a'],
    [{ ...PLAIN, activation: 'tanh' } as const, '15ee16c0', '7d1a46c7', 'bafd3a05'],
    [{ ...PLAIN, activation: 'softplus', proximal: true, clipNorm: null } as const, '95994db7', '3db4e796', '36daa245'],
  ])('the graphs are what they were before quantization was known', (spec, training, gradient, forward) => {
    expect(sha256(trainingModel(spec)).slice(0, 8)).toBe(training.replace('a72ca83b', 'a72ca83b'));
    expect(sha256(gradientModel(spec)).slice(0, 8)).toBe(gradient);
    expect(sha256(forwardModel(spec)).slice(0, 8)).toBe(forward);
  });

  it('an engine takes no quantizer', async () => {
    expect(() => referenceEngine(PLAIN).setQuantizer(dyadic)).toThrow(/without quantization/);
    const { engine } = await openEngine('tfjs', PLAIN);
    expect(() => engine.setQuantizer(dyadic)).toThrow(/without quantization/);
    engine.setQuantizer(null);
    await engine.dispose();
  });
});

describe.each(ENGINES)('the engine $title with quantized states', ({ tolerance, open }) => {
  const quantizers: Record<string, () => FakeQuantizer | null> = {
    'float weights': () => null,
    'weights on a fixed grid': () => dyadic,
    'weights whose largest sets the step': () => ruledQuantizer(GRID, largestUnits(GRID, STATE_UNIT)),
    'weights of learned step': () => learnedQuantizer(GRID, new Float64Array(GRID.groups).fill(1 / 300), 10),
  };

  it.each(Object.keys(quantizers))('agrees with float64 on outputs, gradients and three updates, with %s', async (name) => {
    const batch = makeBatch();
    const found = [await start(open, quantizers[name]()), await start(async (spec) => referenceEngine(spec), quantizers[name]())];
    const outputs = await Promise.all(found.map((engine) => engine.forward(batch.inputs, batch.steps, batch.rows)));
    expect(deviation(outputs[0], outputs[1])).toBeLessThanOrEqual(tolerance);
    const gradients = await Promise.all(found.map((engine) => engine.gradient(batch)));
    const layout = parameterLayout(SPEC);
    for (const tensor of PARAMETER_NAMES) {
      const [mine, exact] = gradients.map((gradient) => gradient.subarray(layout[tensor].start, layout[tensor].end));
      expect(deviation(mine, exact), tensor).toBeLessThanOrEqual(tolerance);
    }
    for (let update = 1; update <= 3; update++) {
      const [mine, exact] = await Promise.all(found.map((engine) => engine.step(batch, 1e-3, update)));
      for (const key of ['predictionLoss', 'penalty', 'gradientNorm'] as const) {
        expect(deviation([mine[key]], [exact[key]]), key).toBeLessThanOrEqual(2 * tolerance);
      }
    }
    const [mine, exact] = await Promise.all(found.map((engine) => engine.read()));
    for (const key of ['parameters', 'firstMoment', 'secondMoment'] as const) {
      expect(deviation(mine[key], exact[key]), key).toBeLessThanOrEqual(5 * tolerance);
    }
  });

  it('has the gradient of central differences when rounding errors are held', async () => {
    expect(expected.isAwayFromEdges).toBe(true);
    const clampsAll = { ...GRID, spans: GRID.spans.map((span) => ({ ...span, limit: LIMIT })) };
    let learned = new Float64Array(0);
    const quantizer: FakeQuantizer = {
      ...ruledQuantizer(clampsAll, () => UNITS),
      learn(gradient) {
        learned = Float64Array.from(gradient);
      },
    };
    const engine = await start(open, quantizer);
    engine.setPenalty(new Float32Array(length));
    const layout = parameterLayout(SPEC);
    const gradient = await engine.gradient(makeBatch());
    for (const tensor of PARAMETER_NAMES) {
      const { start: from, end } = layout[tensor];
      expect(deviation(gradient.subarray(from, end), expected.gradient.subarray(from, end)), tensor).toBeLessThan(1e-6 + tolerance);
    }
    const { predictionLoss } = await engine.step(makeBatch(), 1e-3, 1);
    expect(predictionLoss).toBeCloseTo(expected.loss, 6);
    // What steps learn from is the same gradient where weights pass, and more where they are clamped.
    const where = (vector: ArrayLike<number>, clamped: number) => Array.from(vector).filter((_, p) => expected.clamped[p] === clamped);
    expect(where(gradient, 1).length).toBeGreaterThan(10);
    expect(where(gradient, 1).every((g) => g === 0)).toBe(true);
    expect(deviation(where(learned, 0), where(gradient, 0))).toBeLessThanOrEqual(tolerance);
    expect(where(learned, 1).filter((g) => g !== 0).length).toBeGreaterThan(10);
  });

  it('rounds states half to even, up to the largest state there can be', async () => {
    for (const [stateMax, sums, states] of [
      [15, [-1, 0, 0.5, 0.75, 1.5, 2.5, 3.5, 14.5, 14.75, 15, 15.5, 300], [0, 0, 0, 1, 2, 2, 4, 14, 15, 15, 15, 15]],
      [1, [0.5, 0.50001, 1, 1.5], [0, 1, 1, 1]],
      [2 ** 22 - 1, [4194300.5, 4194301.5, 4194302.5, 2 ** 23], [4194300, 4194302, 4194302, 4194303]],
    ] as const) {
      const { spec, parameters } = singleNeuron(stateMax);
      const engine = await start(open, null, spec, parameters);
      const outputs = await engine.forward(Float32Array.from(sums), sums.length, 1);
      expect(Array.from(outputs).filter((_, i) => i % 2 === 0)).toEqual(states);
    }
  });

  it('passes the gradient strictly between the edges of the range, and nothing at them', async () => {
    const { spec, parameters } = singleNeuron(15);
    const engine = await start(open, null, spec, parameters);
    engine.setPenalty(new Float32Array(parameters.length));
    const biasGradient = async (sum: number) => {
      const batch = { steps: 1, rows: 1, inputs: Float32Array.of(sum), targets: Int32Array.of(1), mask: Float32Array.of(1) };
      return (await engine.gradient(batch))[4];
    };
    for (const sum of [-3, -1e-6, 0, 15, 15.25, 300]) expect(await biasGradient(sum), `${sum}`).toBe(0);
    for (const sum of [1e-6, 0.25, 0.75, 7, 14.25, 14.9999]) {
      // The softmax of (h, 0) against class 1, seen through W_out = 1.
      const h = Math.round(sum);
      expect(await biasGradient(sum), `${sum}`).toBeCloseTo(Math.exp(h) / (Math.exp(h) + 1), 5);
    }
  });

  it('holds masked parameters and their moments at zero, whatever the quantizer passes', async () => {
    const mask = Float32Array.from({ length }, (_, p) => p % 2);
    const engine = await start(open, ruledQuantizer(GRID, largestUnits(GRID, STATE_UNIT)));
    engine.setMask(mask);
    for (let update = 1; update <= 2; update++) await engine.step(makeBatch(), 1e-2, update);
    for (const vector of Object.values(await engine.read())) {
      expect(Array.from(vector as Float32Array).every((value, p) => mask[p] === 1 || value === 0)).toBe(true);
    }
  });

  it('gives identical bytes when run twice, learned steps included', async () => {
    const run = async () => {
      const quantizer = learnedQuantizer(GRID, new Float64Array(GRID.groups).fill(1 / 300), 10);
      const engine = await start(open, quantizer);
      for (let update = 1; update <= 3; update++) await engine.step(makeBatch(), 1e-2, update);
      return [...Object.values(await engine.read()), quantizer.memory];
    };
    expect(await run()).toEqual(await run());
  });

  it.each([
    [{ activation: 'tanh' }, /a tanh network cannot be trained with quantized states/],
    [{ quantization: { stateUnit: 0, stateMax: 15 } }, /state unit of 0/],
    [{ quantization: { stateUnit: 1, stateMax: 1.5 } }, /states up to 1.5 units; allowed: 1 … 4194303/],
  ] as const)('refuses what it cannot do: %o', async (change, message) => {
    const attempt = open({ ...SPEC, ...change } as EngineSpec);
    await expect(attempt).rejects.toThrow(UsageError);
    await expect(attempt).rejects.toThrow(message);
  });
});

describe('the engine tfjs', () => {
  it('refuses quantized states, and names the engines that train them', async () => {
    await expect(openEngine('tfjs', SPEC)).rejects.toThrow(UsageError);
    await expect(openEngine('tfjs', SPEC)).rejects.toThrow(/--engine ort/);
  });
});
