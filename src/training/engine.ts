// What must a training engine do? One update of all parameters per call; members are compared in one conformance suite.
import type { Activation, NetworkSizes } from '../network/network.ts';
import type { Batch } from '../tasks/suite.ts';

/** The engines a user can ask for; `auto` leaves the choice to `openEngine`. */
export const ENGINE_CHOICES = ['auto', 'ort', 'tfjs', 'reference'] as const;

/** What an engine is built for; fixed for its lifetime. */
export interface EngineSpec extends NetworkSizes {
  readonly activation: Activation;
  /** Adam (Kingma & Ba 2015), no weight decay. */
  readonly adam: { readonly beta1: number; readonly beta2: number; readonly epsilon: number };
  /** Global norm to which the prediction gradient is clipped before the penalty's is added; null for no clipping. */
  readonly clipNorm: number | null;
  /** Omit the penalty from the gradient and soft-threshold after the Adam step instead: w ← sign(w)·max(0, |w| − lr·penalty). */
  readonly proximal: boolean;
  /** How states are rounded in every forward pass; null for float states. */
  readonly quantization: StateQuantization | null;
}

/**
 * States on a grid: h = unit · clamp(round(a / unit), 0, max) instead of relu(a), rounded half to even. The derivative is
 * straight-through (Bengio et al. 2013): 1 where 0 < a < max·unit, 0 at both edges and beyond.
 */
export interface StateQuantization {
  /** s_h: one state unit, above 0. */
  readonly stateUnit: number;
  /** Largest state in units, for example 255. */
  readonly stateMax: number;
}

/**
 * Which weights does the network compute with, while training moves others? The engine asks before every pass, computes loss and
 * gradient at `values`, and hands the gradient to its own parameters where `passes` says so (straight-through).
 */
export interface FakeQuantizer {
  /** What stands in for parameters; the arrays may be written over by the next call. */
  quantize(parameters: Float32Array | Float64Array): FakeQuantized;
  /**
   * Lets step sizes learn, after an update, from the gradient of the prediction loss in the values of the last `quantize`; unclipped,
   * neither masked nor multiplied by `passes`.
   *
   * @param update - counts from 1, as in `Engine.step`
   */
  learn?(gradient: Float32Array | Float64Array, learningRate: number, update: number): void;
  /** All that `learn` changes; a checkpoint stores it, and a resumed run writes into it. */
  readonly memory?: Float64Array;
}

/** Flat, as `parameterLayout` says. */
export interface FakeQuantized {
  /** Parameters on their grid. */
  readonly values: Float32Array;
  /** 1 where the parameter was rounded, 0 where it was clamped to the range of its grid. */
  readonly passes: Float32Array;
}

/** Flat vectors laid out as `parameterLayout` says, float32 (float64 in the reference engine). */
export interface TrainingState {
  readonly parameters: Float32Array | Float64Array;
  readonly firstMoment: Float32Array | Float64Array;
  readonly secondMoment: Float32Array | Float64Array;
}

/** Losses of a step, before its update. */
export interface StepResult {
  /** Mean cross-entropy over unmasked steps, nats. */
  readonly predictionLoss: number;
  /** Σ penalty·|parameter| = λ·ℓ_cc (Liu et al. 2023, equation 3). */
  readonly penalty: number;
  /** Global norm of the prediction gradient before clipping. */
  readonly gradientNorm: number;
}

/** A training engine holding one network and its optimiser. */
export interface Engine {
  readonly name: 'ort' | 'tfjs' | 'reference';
  /** Engine and version for provenance, for example `onnxruntime-node@1.16.3`. */
  readonly version: string;
  write(state: TrainingState): Promise<void>;
  read(): Promise<TrainingState>;
  /** Penalty per parameter, flat: λ(1 + A·D) on W, λ elsewhere. All 0 until set. */
  setPenalty(penalty: Float32Array): void;
  /** 1 = trainable, 0 = held at zero (gradient, parameter and moments); null for no mask. */
  setMask(mask: Float32Array | null): void;
  /** Weights on a grid from the next call on; null for the parameters themselves. Only for an engine built with `quantization`. */
  setQuantizer(quantizer: FakeQuantizer | null): void;
  /** One forward pass, backpropagation through time, and Adam update. `update` counts from 1 (bias correction). */
  step(batch: Batch, learningRate: number, update: number): Promise<StepResult>;
  /** Gradient of the prediction loss plus penalty, flat, without clipping and without updating; for checks. */
  gradient(batch: Batch): Promise<Float32Array | Float64Array>;
  /** Outputs (logits) of a batch of inputs [steps, rows, inputs] from zero state, shape [steps, rows, outputs]. */
  forward(inputs: Float32Array, steps: number, rows: number): Promise<Float32Array>;
  dispose(): Promise<void>;
}
