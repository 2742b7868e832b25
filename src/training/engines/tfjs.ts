// How does TensorFlow.js train? The same step as the ONNX graph, operator by operator, on tfjs-node where it is installed. The only file that
// imports TensorFlow.js.
import type * as TensorFlow from '@tensorflow/tfjs-core';
import { messageOf, UsageError } from '../../core/errors.ts';
import type { Activation } from '../../network/network.ts';
import type { Batch } from '../../tasks/suite.ts';
import type { Engine, EngineSpec } from '../engine.ts';
import { PARAMETER_NAMES, type ParameterName, parameterLayout } from '../parameters.ts';
import { applyMask, checkInputs, lossWeights } from './batch.ts';
import { requireQuantization } from './fake-quantization.ts';

type Tf = typeof TensorFlow;
type Vector = TensorFlow.Tensor1D;
type Matrix = TensorFlow.Tensor2D;
type Weights = Record<'W' | 'W_in' | 'W_out', Matrix> & Record<'b' | 'b_out', Vector>;

/** Imports a package by name; a parameter so that tests can take packages away. */
export type ImportPackage = (name: string) => Promise<unknown>;

/**
 * The engine on TensorFlow.js: its native package, else its plain JavaScript backend, which is a hundred times slower than `ort`.
 *
 * @returns the engine, and why it runs on what it runs on
 * @throws UsageError if neither is installed, or states are to be quantized
 */
export async function tfjsEngine(
  spec: EngineSpec,
  importPackage: ImportPackage = (name) => import(name),
): Promise<{ readonly engine: Engine; readonly why: string }> {
  if (spec.quantization !== null) {
    throw new UsageError(
      'engine tfjs does not train with quantized states and weights; try: --engine ort, or --engine reference for small networks',
    );
  }
  const { tf, version, why } = await loadTensorFlow(importPackage);
  return { engine: engineOn(tf, version, spec), why };
}

async function loadTensorFlow(importPackage: ImportPackage): Promise<{ tf: Tf; version: string; why: string }> {
  const unwrap = (module: unknown) => (module as { default?: Tf }).default ?? (module as Tf);
  const native = '@tensorflow/tfjs-node';
  let reason: string;
  try {
    const tf = unwrap(await importPackage(native));
    return { tf, version: `${native}@${tf.version_core}`, why: `${native} is installed` };
  } catch (error) {
    // Absent, or its install script could not fetch the native library; both end here, the words tell which.
    reason = isAbsent(error, native) ? `${native} is not installed` : `the native part of ${native} does not load (${messageOf(error)})`;
  }
  const core = '@tensorflow/tfjs-core';
  const backend = '@tensorflow/tfjs-backend-cpu';
  try {
    const tf = (await importPackage(core)) as Tf;
    // In production mode TensorFlow.js prints no greeting.
    tf.enableProdMode();
    await importPackage(backend);
    await tf.setBackend('cpu');
    return { tf, version: `${core}@${tf.version_core}`, why: `plain JavaScript, very slow, because ${reason}` };
  } catch (error) {
    throw new UsageError(
      `engine tfjs cannot run: ${reason}, and ${backend} does not load (${messageOf(error)}); ` +
        `try: npm install ${native}, or npm install ${core} ${backend} for a slow one, or --engine ort`,
      { cause: error },
    );
  }
}

function isAbsent(error: unknown, name: string): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') && messageOf(error).includes(`'${name}'`);
}

function engineOn(tf: Tf, version: string, spec: EngineSpec): Engine {
  const { length } = parameterLayout(spec);
  const zeros = (): Vector => tf.zeros([length]);
  let state = { parameters: zeros(), firstMoment: zeros(), secondMoment: zeros() };
  let penalty = zeros();
  let mask: Vector = tf.ones([length]);
  const replace = (next: typeof state) => {
    tf.dispose(Object.values(state));
    state = next;
  };
  const mapState = (change: (vector: Vector) => Vector) => ({
    parameters: change(state.parameters),
    firstMoment: change(state.firstMoment),
    secondMoment: change(state.secondMoment),
  });
  const predictionGradient = (batch: Batch) => {
    const { loss, gradient } = lossAndGradient(tf, spec, state.parameters, batch);
    return { loss, gradient: tf.mul<Vector>(gradient, mask) };
  };
  const penaltyGradient = () => tf.mul<Vector>(tf.sign(state.parameters), penalty);
  return {
    name: 'tfjs',
    version,
    async write(written) {
      const held = await mask.data<'float32'>();
      const vector = (values: Float32Array | Float64Array): Vector => {
        const copy = Float32Array.from(values);
        applyMask(copy, held);
        return tf.tensor1d(copy);
      };
      replace({
        parameters: vector(written.parameters),
        firstMoment: vector(written.firstMoment),
        secondMoment: vector(written.secondMoment),
      });
    },
    async read() {
      const data = async (vector: Vector) => Float32Array.from(await vector.data<'float32'>());
      return {
        parameters: await data(state.parameters),
        firstMoment: await data(state.firstMoment),
        secondMoment: await data(state.secondMoment),
      };
    },
    setPenalty(values) {
      penalty.dispose();
      penalty = tf.tensor1d(values.slice());
    },
    setMask(values) {
      mask.dispose();
      mask = values === null ? tf.ones([length]) : tf.tensor1d(values.slice());
      replace(mapState((vector) => tf.mul(vector, mask)));
    },
    setQuantizer(quantizer) {
      requireQuantization(spec, quantizer);
    },
    async step(batch, learningRate, update) {
      const { losses, ...next } = tf.tidy(() => {
        const { loss, gradient } = predictionGradient(batch);
        const penaltySum = tf.sum(tf.mul(tf.abs(state.parameters), penalty));
        const norm = tf.norm(gradient);
        const ratio = spec.clipNorm === null ? tf.scalar(1) : tf.minimum(1, tf.div(spec.clipNorm, norm));
        const clipped = tf.mul<Vector>(gradient, ratio);
        const total = spec.proximal ? clipped : tf.add<Vector>(clipped, penaltyGradient());
        return { ...adam(tf, spec, state, total, { learningRate, update, penalty }), losses: tf.stack([loss, penaltySum, norm]) };
      });
      replace(next);
      const [predictionLoss, penaltySum, gradientNorm] = await losses.data();
      losses.dispose();
      return { predictionLoss, penalty: penaltySum, gradientNorm };
    },
    async gradient(batch) {
      const total = tf.tidy(() => tf.add<Vector>(predictionGradient(batch).gradient, penaltyGradient()));
      const data = Float32Array.from(await total.data<'float32'>());
      total.dispose();
      return data;
    },
    async forward(inputs, steps, rows) {
      checkInputs(inputs, steps * rows, spec.inputs);
      const logits = tf.tidy(() => {
        const weights = splitParameters(tf, spec, state.parameters);
        const u = tf.tensor2d(inputs, [steps * rows, spec.inputs]);
        return readout(tf, weights, tf.concat(forwardStates(tf, spec, weights, u, rows).slice(1)));
      });
      const data = Float32Array.from(await logits.data<'float32'>());
      logits.dispose();
      return data;
    },
    async dispose() {
      tf.dispose([...Object.values(state), penalty, mask]);
    },
  };
}

/** Adam, and soft-thresholding when proximal. */
function adam(
  tf: Tf,
  spec: EngineSpec,
  state: Record<'parameters' | 'firstMoment' | 'secondMoment', Vector>,
  gradient: Vector,
  { learningRate, update, penalty }: { learningRate: number; update: number; penalty: Vector },
) {
  const { beta1, beta2, epsilon } = spec.adam;
  const mix = (old: Vector, fresh: Vector, beta: number) => tf.add<Vector>(tf.mul(old, beta), tf.mul(fresh, 1 - beta));
  const firstMoment = mix(state.firstMoment, gradient, beta1);
  const secondMoment = mix(state.secondMoment, tf.square(gradient), beta2);
  const spread = tf.add(tf.mul(tf.sqrt(secondMoment), 1 / Math.sqrt(1 - beta2 ** update)), epsilon);
  const change = tf.mul(tf.div(firstMoment, spread), learningRate / (1 - beta1 ** update));
  const moved = tf.sub<Vector>(state.parameters, change);
  const shrunk = () => tf.mul<Vector>(tf.sign(moved), tf.maximum(0, tf.sub(tf.abs(moved), tf.mul(penalty, learningRate))));
  return { parameters: spec.proximal ? shrunk() : moved, firstMoment, secondMoment };
}

/** Loss, and its gradient by backpropagation through time; see `graph/backward.ts` for the equations. */
function lossAndGradient(tf: Tf, spec: EngineSpec, parameters: Vector, batch: Batch): { loss: TensorFlow.Scalar; gradient: Vector } {
  const { steps, rows } = batch;
  const lossWeight = tf.tensor2d(lossWeights(batch, spec), [steps * rows, 1]);
  const weights = splitParameters(tf, spec, parameters);
  const inputs = tf.tensor2d(batch.inputs, [steps * rows, spec.inputs]);
  const states = forwardStates(tf, spec, weights, inputs, rows);
  const after = tf.concat(states.slice(1));
  const logProbability = tf.logSoftmax(readout(tf, weights, after));
  const wanted = tf.mul<Matrix>(tf.oneHot(tf.tensor1d(batch.targets, 'int32'), spec.outputs), lossWeight);
  const delta = tf.sub<Matrix>(tf.mul(tf.exp(logProbability), lossWeight), wanted);

  const direct = tf.split(tf.matMul(delta, weights.W_out), steps);
  const inSums: Matrix[] = [];
  let fromLater: Matrix = tf.zeros([rows, spec.neurons]);
  for (let step = steps - 1; step >= 0; step--) {
    const inSum = timesDerivative(tf, spec.activation, tf.add<Matrix>(direct[step], fromLater), states[step + 1]);
    fromLater = tf.matMul(inSum, weights.W);
    inSums[step] = inSum;
  }
  const sums = tf.concat(inSums);
  const product = (a: Matrix, b: Matrix) => tf.matMul(a, b, true);
  const gradients: Record<ParameterName, TensorFlow.Tensor> = {
    W: product(sums, tf.concat(states.slice(0, -1))),
    W_in: product(sums, inputs),
    W_out: product(delta, after),
    b: tf.sum(sums, 0),
    b_out: tf.sum(delta, 0),
  };
  return {
    loss: tf.neg(tf.sum(tf.mul(logProbability, wanted))),
    gradient: tf.concat(PARAMETER_NAMES.map((name) => tf.reshape<TensorFlow.Rank.R1>(gradients[name], [-1]))) as Vector,
  };
}

/** h(0) … h(T), each of shape [rows, neurons]. */
function forwardStates(tf: Tf, spec: EngineSpec, weights: Weights, inputs: Matrix, rows: number): Matrix[] {
  const phi = { relu: tf.relu, tanh: tf.tanh, softplus: tf.softplus }[spec.activation];
  const projected = tf.add<Matrix>(tf.matMul(inputs, weights.W_in, false, true), weights.b);
  const states: Matrix[] = [tf.zeros([rows, spec.neurons])];
  for (const x of tf.split(projected, inputs.shape[0] / rows)) {
    states.push(phi(tf.add<Matrix>(tf.matMul(states[states.length - 1], weights.W, false, true), x)));
  }
  return states;
}

function readout(tf: Tf, weights: Weights, states: Matrix): Matrix {
  return tf.add(tf.matMul(states, weights.W_out, false, true), weights.b_out);
}

/** gradient · φ'(a), from h = φ(a). */
function timesDerivative(tf: Tf, activation: Activation, gradient: Matrix, h: Matrix): Matrix {
  if (activation === 'relu') return tf.mul(gradient, tf.sign(h));
  return tf.mul(gradient, tf.sub(1, activation === 'tanh' ? tf.square(h) : tf.exp(tf.neg(h))));
}

function splitParameters(tf: Tf, spec: EngineSpec, flat: Vector): Weights {
  const layout = parameterLayout(spec);
  const parts = PARAMETER_NAMES.map((name) => {
    const { start, end, shape } = layout[name];
    return [name, tf.reshape(tf.slice(flat, start, end - start), [...shape])];
  });
  return Object.fromEntries(parts) as Weights;
}
