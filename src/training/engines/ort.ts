// How does ONNX Runtime train? It runs one graph that is a whole training step; nothing is computed in JavaScript.
import { openSession, type RuntimeName, type RuntimeTensor, type Session } from '../../onnx/runtime.ts';
import type { Batch } from '../../tasks/suite.ts';
import type { Engine, EngineSpec, FakeQuantizer } from '../engine.ts';
import { parameterLayout } from '../parameters.ts';
import { applyMask, checkInputs, lossWeights } from './batch.ts';
import { checkQuantization, fakeQuantize, requireQuantization } from './fake-quantization.ts';
import { forwardModel, gradientModel, trainingModel } from './graph/models.ts';
import { FEED, RESULT } from './graph/names.ts';

interface State {
  parameters: Float32Array;
  firstMoment: Float32Array;
  secondMoment: Float32Array;
}

/**
 * The engine on onnxruntime-node or, with the same bytes, on onnxruntime-web.
 *
 * @throws UsageError if the runtime is not available, or states cannot be quantized as asked
 */
export async function ortEngine(spec: EngineSpec, runtime: RuntimeName): Promise<Engine> {
  const { length } = parameterLayout(spec);
  const blank = (): State => ({
    parameters: new Float32Array(length),
    firstMoment: new Float32Array(length),
    secondMoment: new Float32Array(length),
  });
  let state = blank();
  // Results are written over the state before last, so that no step allocates.
  let spare = blank();
  const valueGradient = new Float32Array(spec.quantization === null ? 0 : length);
  let penalty = new Float32Array(length);
  let mask: Float32Array | null = null;
  let quantizer: FakeQuantizer | null = null;
  const everything = new Float32Array(length).fill(1);

  checkQuantization(spec);
  const training = await openSession(trainingModel(spec), runtime);
  const session = {
    forward: once(() => openSession(forwardModel(spec), runtime)),
    gradient: once(() => openSession(gradientModel(spec), runtime)),
  };
  const flat = (data: Float32Array): RuntimeTensor => ({ data, dims: [length] });
  /** What the network computes with, and where its gradient reaches the parameters. */
  const computed = () =>
    quantizer === null ? { values: state.parameters, trainable: mask ?? everything } : fakeQuantize(quantizer, state.parameters, mask);
  const networkFeeds = () => {
    const { values, trainable } = computed();
    return {
      [FEED.parameters]: flat(state.parameters),
      [FEED.penalty]: flat(penalty),
      [FEED.mask]: flat(trainable),
      ...(spec.quantization === null ? {} : { [FEED.values]: flat(values) }),
    };
  };
  return {
    name: 'ort',
    version: training.version,
    async write({ parameters, firstMoment, secondMoment }) {
      state.parameters.set(parameters);
      state.firstMoment.set(firstMoment);
      state.secondMoment.set(secondMoment);
      for (const vector of Object.values(state)) applyMask(vector, mask);
    },
    async read() {
      const { parameters, firstMoment, secondMoment } = state;
      return { parameters: parameters.slice(), firstMoment: firstMoment.slice(), secondMoment: secondMoment.slice() };
    },
    setPenalty(values) {
      penalty = values.slice();
    },
    setMask(values) {
      mask = values?.slice() ?? null;
      for (const vector of Object.values(state)) applyMask(vector, mask);
    },
    setQuantizer(next) {
      requireQuantization(spec, next);
      quantizer = next;
    },
    async step(batch, learningRate, update) {
      const { beta1, beta2, epsilon } = spec.adam;
      const spread = Math.sqrt(1 - beta2 ** update);
      const result = await training.run(
        {
          ...networkFeeds(),
          ...batchFeeds(batch, spec),
          [FEED.firstMoment]: flat(state.firstMoment),
          [FEED.secondMoment]: flat(state.secondMoment),
          [FEED.adamStep]: scalar((learningRate * spread) / (1 - beta1 ** update)),
          [FEED.adamEpsilon]: scalar(epsilon * spread),
          ...(spec.proximal ? { [FEED.learningRate]: scalar(learningRate) } : {}),
        },
        {
          [RESULT.parameters]: flat(spare.parameters),
          [RESULT.firstMoment]: flat(spare.firstMoment),
          [RESULT.secondMoment]: flat(spare.secondMoment),
          [RESULT.loss]: scalar(0),
          [RESULT.penalty]: scalar(0),
          [RESULT.gradientNorm]: scalar(0),
          ...(spec.quantization === null ? {} : { [RESULT.valueGradient]: flat(valueGradient) }),
        },
      );
      quantizer?.learn?.(floats(result, RESULT.valueGradient), learningRate, update);
      spare = state;
      state = {
        parameters: floats(result, RESULT.parameters),
        firstMoment: floats(result, RESULT.firstMoment),
        secondMoment: floats(result, RESULT.secondMoment),
      };
      return {
        predictionLoss: floats(result, RESULT.loss)[0],
        penalty: floats(result, RESULT.penalty)[0],
        gradientNorm: floats(result, RESULT.gradientNorm)[0],
      };
    },
    async gradient(batch) {
      const result = await (await session.gradient()).run({ ...networkFeeds(), ...batchFeeds(batch, spec) });
      return floats(result, RESULT.gradient);
    },
    async forward(inputs, steps, rows) {
      const feeds = { [FEED.parameters]: flat(computed().values), ...inputFeeds(inputs, steps, rows, spec) };
      const result = await (await session.forward()).run(feeds);
      return floats(result, RESULT.outputs).slice(rows * spec.outputs);
    },
    async dispose() {
      await training.release();
      for (const opened of [session.forward.opened(), session.gradient.opened()]) await (await opened)?.release();
    },
  };
}

/** Inputs with a channel of 1 beside them and a silent step behind them, as the graphs want them. */
function inputFeeds(inputs: Float32Array, steps: number, rows: number, spec: EngineSpec): Record<string, RuntimeTensor> {
  checkInputs(inputs, steps * rows, spec.inputs);
  const samples = (steps + 1) * rows;
  const width = spec.inputs + 1;
  const padded = new Float32Array(samples * width);
  for (let sample = 0; sample < steps * rows; sample++) {
    padded.set(inputs.subarray(sample * spec.inputs, (sample + 1) * spec.inputs), sample * width);
    padded[sample * width + spec.inputs] = 1;
  }
  return {
    [FEED.inputs]: { data: padded, dims: [samples, width] },
    [FEED.stepsAndRows]: { data: BigInt64Array.of(BigInt(steps + 1), BigInt(rows)), dims: [2] },
  };
}

/** A batch as the graphs want it: targets and loss weights one step later, beside the state they belong to. */
function batchFeeds(batch: Batch, spec: EngineSpec): Record<string, RuntimeTensor> {
  const samples = (batch.steps + 1) * batch.rows;
  const targets = new Int32Array(samples);
  targets.set(batch.targets, batch.rows);
  const weights = new Float32Array(samples);
  weights.set(lossWeights(batch, spec), batch.rows);
  return {
    ...inputFeeds(batch.inputs, batch.steps, batch.rows, spec),
    [FEED.targets]: { data: targets, dims: [samples] },
    [FEED.lossWeights]: { data: weights, dims: [samples, 1] },
  };
}

function scalar(value: number): RuntimeTensor {
  return { data: Float32Array.of(value), dims: [] };
}

function floats(results: Readonly<Record<string, RuntimeTensor>>, name: string): Float32Array {
  return results[name].data as Float32Array;
}

/** Opens a session when it is first wanted, and only once. */
function once(open: () => Promise<Session>): { (): Promise<Session>; opened(): Promise<Session> | null } {
  let session: Promise<Session> | null = null;
  const get = () => {
    session ??= open();
    return session;
  };
  return Object.assign(get, { opened: () => session });
}
