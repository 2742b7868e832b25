// How does a finished network train on? The loop that fine-tuning, quantization-aware training and rewiring share.
import { setImmediate } from 'node:timers/promises';
import { InterruptedError } from '../core/errors.ts';
import { sha256 } from '../core/hash.ts';
import type { OnProgress, Warning } from '../core/progress.ts';
import { csrFromDense, denseFromCsr, forEachEntry } from '../network/csr.ts';
import { gridWireCost, type WireCost } from '../network/geometry.ts';
import type { Network } from '../network/network.ts';
import { makeBatch } from '../tasks/batches.ts';
import type { Batch, TaskSuite } from '../tasks/suite.ts';
import { assertSameRun, type CheckpointStore, resumeWarnings } from './checkpoint.ts';
import { penaltyVector } from './connection-cost.ts';
import { assertFiniteLosses, assertFiniteState, type RunPosition } from './divergence.ts';
import type { Engine, FakeQuantizer } from './engine.ts';
import { type ParameterName, parameterLayout } from './parameters.ts';
import { decodeRecovery, encodeRecovery, type RecoveryCheckpoint } from './recovery-checkpoint.ts';
import type { RecoveryConfig } from './recovery-config.ts';
import { learningRateAt } from './schedule.ts';
import { batchPlan } from './train.ts';

/** What a caller gives beside network, suite and config. */
export interface RecoveryOptions {
  /** The caller disposes of it. */
  readonly engine: Engine;
  /** Which of the config's updates are made, the first and the last, counted from 1; all unless given. */
  readonly from?: number;
  readonly until?: number;
  /** Where the last checkpoint is kept: a killed run goes on from it to the same result. */
  readonly store?: CheckpointStore;
  readonly onProgress?: OnProgress;
  readonly onWarning?: (warning: Warning) => void;
  readonly signal?: AbortSignal;
}

/** What tells one kind of recovery from another. */
export interface RecoveryKind {
  /** Its name in messages; its batches are its own too. */
  readonly name: string;
  /** The stage in progress reports. */
  readonly stage: string;
  readonly quantizer: FakeQuantizer | null;
  /** What the network sees of a batch. */
  readonly sees: (batch: Batch) => Batch;
  /** Whether entries that are not stored stay 0. */
  readonly keepsPattern: boolean;
  /** What wires cost; null for distance on the network's grid. */
  readonly wire: WireCost | null;
  /** What else decides the result, for checkpoints. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Updates between two checkpoints: a second or two of work. */
const CHECKPOINT_EVERY = 100;

/**
 * Trains a network on, with fresh moments: all biases, and the stored entries or all entries.
 *
 * @returns the network, without entries that are exactly 0
 * @throws UsageError if losses or parameters stop being finite, or the checkpoint belongs to another run
 * @throws InterruptedError when the signal aborts, after a checkpoint
 */
export async function recover(
  network: Network,
  suite: TaskSuite,
  config: RecoveryConfig,
  kind: RecoveryKind,
  options: RecoveryOptions,
): Promise<Network> {
  const { updates, clipNorm, lambda, locality } = config;
  const { engine, store, onProgress, signal, from = 1, until = updates } = options;
  const { quantizer } = kind;
  const plan = batchPlan(config, kind.name);
  const start = flatParameters(network);
  const penalty = penaltyVector(network, network.site, kind.wire ?? gridWireCost(network.grid), lambda, locality);
  const prices = kind.wire === null ? {} : { prices: hashOf([penalty]) };
  const run = { ...config, ...kind.settings, ...prices, from, until, training: kind.name, network: fingerprint(start, quantizer) };
  const at = (update: number): RunPosition => ({ update, updates, learningRate: learningRateAt(config, update), clipNorm });

  const resume = loadCheckpoint(store, run, start.length, quantizer, options);
  const blank = () => new Float32Array(start.length);
  await engine.write(resume ?? { parameters: start, firstMoment: blank(), secondMoment: blank() });
  if (resume !== null) quantizer?.memory?.set(resume.memory);
  engine.setMask(kind.keepsPattern ? trainableMask(network) : null);
  engine.setPenalty(penalty);
  const save = async (update: number): Promise<void> => {
    if (store === undefined) return;
    const state = assertFiniteState(await engine.read(), at(update));
    const { name, version } = engine;
    store.save(encodeRecovery({ ...state, run, update, engine: { name, version }, memory: quantizer?.memory ?? new Float64Array() }));
  };

  for (let update = (resume?.update ?? from - 1) + 1; update <= until; update++) {
    await setImmediate();
    if (signal?.aborted) {
      await save(update - 1);
      throw new InterruptedError(`${kind.name} was interrupted after update ${update - 1} of ${updates}`);
    }
    // Moments start anew, and Adam corrects for that by the updates since.
    const result = await engine.step(kind.sees(makeBatch(suite, plan, update)), learningRateAt(config, update), update - from + 1);
    assertFiniteLosses(result, at(update));
    onProgress?.({ stage: kind.stage, done: update, total: updates, values: { loss: result.predictionLoss } });
    if (update % CHECKPOINT_EVERY === 0 && update < until) await save(update);
  }
  const state = assertFiniteState(await engine.read(), at(until));
  return withParameters(network, Float32Array.from(state.parameters));
}

/** Which network is trained, and onto which grid: a hash of what the first pass computes with. */
function fingerprint(parameters: Float32Array, quantizer: FakeQuantizer | null): string {
  const values = quantizer === null ? parameters : quantizer.quantize(parameters).values;
  return hashOf([parameters, values]);
}

function hashOf(arrays: readonly Float32Array[]): string {
  return sha256(Buffer.concat(arrays.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength))));
}

function loadCheckpoint(
  store: CheckpointStore | undefined,
  run: Readonly<Record<string, unknown>>,
  length: number,
  quantizer: FakeQuantizer | null,
  { engine, onWarning }: RecoveryOptions,
): RecoveryCheckpoint | null {
  const stored = store?.load() ?? null;
  if (stored === null) return null;
  const checkpoint = decodeRecovery(stored.bytes, stored.what, { parameters: length, memory: quantizer?.memory?.length ?? 0 });
  assertSameRun(checkpoint.run, run);
  for (const warning of resumeWarnings(checkpoint, engine)) onWarning?.(warning);
  return checkpoint;
}

/** The parameters of a network, flat. */
export function flatParameters(network: Network): Float32Array {
  const layout = parameterLayout(network);
  const parameters = new Float32Array(layout.length);
  parameters.set(denseFromCsr(network.recurrent), layout.W.start);
  parameters.set(denseFromCsr(network.input), layout.W_in.start);
  parameters.set(denseFromCsr(network.readout), layout.W_out.start);
  parameters.set(network.bias, layout.b.start);
  parameters.set(network.readoutBias, layout.b_out.start);
  return parameters;
}

/** 1 for stored entries and biases, 0 for what was pruned; flat. */
function trainableMask(network: Network): Float32Array {
  const layout = parameterLayout(network);
  const mask = new Float32Array(layout.length).fill(1, layout.b.start);
  for (const [name, matrix] of [
    ['W', network.recurrent],
    ['W_in', network.input],
    ['W_out', network.readout],
  ] as const) {
    forEachEntry(matrix, (row, column) => {
      mask[layout[name].start + row * matrix.columns + column] = 1;
    });
  }
  return mask;
}

/** The network with other parameters, flat; entries that are 0 are not stored. */
export function withParameters(network: Network, parameters: Float32Array): Network {
  const layout = parameterLayout(network);
  const { inputs, neurons, outputs } = network;
  const part = (name: ParameterName) => parameters.slice(layout[name].start, layout[name].end);
  return {
    ...network,
    recurrent: csrFromDense(part('W'), neurons, neurons),
    input: csrFromDense(part('W_in'), neurons, inputs),
    readout: csrFromDense(part('W_out'), outputs, neurons),
    bias: part('b'),
    readoutBias: part('b_out'),
  };
}
