// What is the right answer? Plain loops in float64; every other engine is compared with this one.
import { roundHalfEven } from '../../core/rounding.ts';
import { type Activation, activationFunction } from '../../network/network.ts';
import type { Batch } from '../../tasks/suite.ts';
import type { Engine, EngineSpec, FakeQuantizer, StepResult } from '../engine.ts';
import { parameterLayout } from '../parameters.ts';
import { applyMask, checkInputs, lossWeights } from './batch.ts';
import { checkQuantization, fakeQuantize, requireQuantization } from './fake-quantization.ts';

/** φ'(a) as a function of h = φ(a). */
const DERIVATIVE: Record<Activation, (h: number) => number> = {
  relu: (h) => (h > 0 ? 1 : 0),
  tanh: (h) => 1 - h * h,
  softplus: (h) => 1 - Math.exp(-h),
};

/** The float64 engine. */
export function referenceEngine(spec: EngineSpec): Engine {
  const { length } = parameterLayout(spec);
  const parameters = new Float64Array(length);
  const firstMoment = new Float64Array(length);
  const secondMoment = new Float64Array(length);
  let penalty = new Float32Array(length);
  let mask: Float32Array | null = null;
  let quantizer: FakeQuantizer | null = null;
  checkQuantization(spec);

  /** What the network computes with, and where its gradient reaches the parameters. */
  const computed = () => {
    if (quantizer === null) return { values: parameters, trainable: mask };
    const { values, trainable } = fakeQuantize(quantizer, parameters, mask);
    return { values: Float64Array.from(values), trainable };
  };
  const maskedGradient = (batch: Batch) => {
    const { values, trainable } = computed();
    const { loss, gradient: valueGradient } = lossAndGradient(spec, values, batch);
    const gradient = valueGradient.slice();
    applyMask(gradient, trainable);
    return { loss, gradient, valueGradient };
  };
  return {
    name: 'reference',
    version: 'float64',
    async write(state) {
      parameters.set(state.parameters);
      firstMoment.set(state.firstMoment);
      secondMoment.set(state.secondMoment);
      for (const vector of [parameters, firstMoment, secondMoment]) applyMask(vector, mask);
    },
    async read() {
      return { parameters: parameters.slice(), firstMoment: firstMoment.slice(), secondMoment: secondMoment.slice() };
    },
    setPenalty(values) {
      penalty = values.slice();
    },
    setMask(values) {
      mask = values?.slice() ?? null;
      for (const vector of [parameters, firstMoment, secondMoment]) applyMask(vector, mask);
    },
    setQuantizer(next) {
      requireQuantization(spec, next);
      quantizer = next;
    },
    async step(batch, learningRate, update): Promise<StepResult> {
      const { loss, gradient, valueGradient } = maskedGradient(batch);
      const penaltySum = parameters.reduce((sum, w, i) => sum + penalty[i] * Math.abs(w), 0);
      const gradientNorm = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
      const clipping = spec.clipNorm === null || gradientNorm <= spec.clipNorm ? 1 : spec.clipNorm / gradientNorm;
      const { beta1, beta2, epsilon } = spec.adam;
      const meanBias = 1 - beta1 ** update;
      const squareBias = 1 - beta2 ** update;
      for (let i = 0; i < length; i++) {
        const g = gradient[i] * clipping + (spec.proximal ? 0 : penalty[i] * Math.sign(parameters[i]));
        firstMoment[i] = beta1 * firstMoment[i] + (1 - beta1) * g;
        secondMoment[i] = beta2 * secondMoment[i] + (1 - beta2) * g * g;
        const mean = firstMoment[i] / meanBias;
        const spread = Math.sqrt(secondMoment[i] / squareBias);
        const moved = parameters[i] - (learningRate * mean) / (spread + epsilon);
        parameters[i] = spec.proximal ? Math.sign(moved) * Math.max(0, Math.abs(moved) - learningRate * penalty[i]) : moved;
      }
      quantizer?.learn?.(valueGradient, learningRate, update);
      return { predictionLoss: loss, penalty: penaltySum, gradientNorm };
    },
    async gradient(batch) {
      const { gradient } = maskedGradient(batch);
      for (let i = 0; i < length; i++) gradient[i] += penalty[i] * Math.sign(parameters[i]);
      return gradient;
    },
    async forward(inputs, steps, rows) {
      checkInputs(inputs, steps * rows, spec.inputs);
      return Float32Array.from(runForward(spec, computed().values, inputs, steps, rows).logits);
    },
    async dispose() {},
  };
}

/** Mean cross-entropy of a batch, nats; the function whose gradient all engines compute. */
export function predictionLoss(spec: EngineSpec, parameters: Float64Array, batch: Batch): number {
  const { logits } = runForward(spec, parameters, batch.inputs, batch.steps, batch.rows);
  const weights = lossWeights(batch, spec);
  return weights.reduce((sum, weight, at) => {
    if (weight === 0) return sum;
    return sum - weight * Math.log(softmax(logits.subarray(at * spec.outputs, (at + 1) * spec.outputs))[batch.targets[at]]);
  }, 0);
}

/** States [steps + 1, rows, neurons] from h(0) = 0, their derivatives in a in the same shape, and logits [steps, rows, outputs]. */
function runForward(spec: EngineSpec, parameters: Float64Array, inputs: Float32Array, steps: number, rows: number) {
  const phi = stateFunction(spec);
  const { W, W_in, W_out, b, b_out } = tensors(spec, parameters);
  const { neurons, outputs } = spec;
  const states = new Float64Array((steps + 1) * rows * neurons);
  const derivatives = new Float64Array(states.length);
  const logits = new Float64Array(steps * rows * outputs);
  for (let at = 0; at < steps * rows; at++) {
    const before = states.subarray(at * neurons, (at + 1) * neurons);
    const after = states.subarray((at + rows) * neurons, (at + rows + 1) * neurons);
    const u = inputs.subarray(at * spec.inputs, (at + 1) * spec.inputs);
    const slopes = derivatives.subarray((at + rows) * neurons, (at + rows + 1) * neurons);
    for (let i = 0; i < neurons; i++) [after[i], slopes[i]] = phi(b[i] + dot(W, i, before) + dot(W_in, i, u));
    for (let k = 0; k < outputs; k++) logits[at * outputs + k] = b_out[k] + dot(W_out, k, after);
  }
  return { states, derivatives, logits };
}

/** h and dh/da as functions of a; straight-through for quantized states. */
function stateFunction({ activation, quantization }: EngineSpec): (a: number) => [h: number, slope: number] {
  if (quantization !== null) {
    const { stateUnit, stateMax } = quantization;
    return (a) => {
      const scaled = a / stateUnit;
      const state = roundHalfEven(Math.max(0, Math.min(stateMax, scaled)));
      return [stateUnit * state, scaled > 0 && scaled < stateMax ? 1 : 0];
    };
  }
  const phi = activationFunction(activation);
  const derivative = DERIVATIVE[activation];
  return (a) => {
    const h = phi(a);
    return [h, derivative(h)];
  };
}

/** Backpropagation through time, one step of one row at a time. */
function lossAndGradient(spec: EngineSpec, parameters: Float64Array, batch: Batch): { loss: number; gradient: Float64Array } {
  const { neurons, inputs, outputs } = spec;
  const { rows } = batch;
  const weights = lossWeights(batch, spec);
  const { states, derivatives, logits } = runForward(spec, parameters, batch.inputs, batch.steps, rows);
  const { W, W_out } = tensors(spec, parameters);
  const gradient = new Float64Array(parameters.length);
  const into = tensors(spec, gradient);
  // Gradient in the state of each row, as later steps have left it.
  const pending = new Float64Array(rows * neurons);
  let loss = 0;
  for (let at = batch.steps * rows - 1; at >= 0; at--) {
    const before = states.subarray(at * neurons, (at + 1) * neurons);
    const after = states.subarray((at + rows) * neurons, (at + rows + 1) * neurons);
    const u = batch.inputs.subarray(at * inputs, (at + 1) * inputs);
    const inState = pending.subarray((at % rows) * neurons, ((at % rows) + 1) * neurons);
    const delta = softmax(logits.subarray(at * outputs, (at + 1) * outputs));
    // Padded steps may hold any output; only counted ones may enter the sum, or 0 · ∞ would.
    if (weights[at] > 0) loss -= weights[at] * Math.log(delta[batch.targets[at]]);
    delta[batch.targets[at]] -= 1;
    for (let k = 0; k < outputs; k++) {
      const d = delta[k] * weights[at];
      addScaled(into.W_out, k, after, d);
      into.b_out[k] += d;
      for (let i = 0; i < neurons; i++) inState[i] += d * W_out[k * neurons + i];
    }
    const inSum = inState.map((g, i) => g * derivatives[(at + rows) * neurons + i]);
    inState.fill(0);
    for (let i = 0; i < neurons; i++) {
      addScaled(into.W, i, before, inSum[i]);
      addScaled(into.W_in, i, u, inSum[i]);
      into.b[i] += inSum[i];
      for (let j = 0; j < neurons; j++) inState[j] += inSum[i] * W[i * neurons + j];
    }
  }
  return { loss, gradient };
}

/** Views of the five tensors in a flat vector. */
function tensors(spec: EngineSpec, flat: Float64Array) {
  const layout = parameterLayout(spec);
  const view = (name: 'W' | 'W_in' | 'W_out' | 'b' | 'b_out') => flat.subarray(layout[name].start, layout[name].end);
  return { W: view('W'), W_in: view('W_in'), W_out: view('W_out'), b: view('b'), b_out: view('b_out') };
}

/** Row `row` of a matrix times a vector. */
function dot(matrix: Float64Array, row: number, x: Float64Array | Float32Array): number {
  let sum = 0;
  for (let j = 0, at = row * x.length; j < x.length; j++, at++) sum += matrix[at] * x[j];
  return sum;
}

/** Adds scale · x to row `row` of a matrix. */
function addScaled(matrix: Float64Array, row: number, x: Float64Array | Float32Array, scale: number): void {
  if (scale === 0) return;
  for (let j = 0, at = row * x.length; j < x.length; j++, at++) matrix[at] += scale * x[j];
}

function softmax(logits: Float64Array): Float64Array {
  const largest = logits.reduce((a, b) => Math.max(a, b));
  const powers = logits.map((x) => Math.exp(x - largest));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((p) => p / sum);
}
