// How does an interrupted run go on? A checkpoint holds all that the next update depends on; only training reads it.
import { z } from 'zod';
import { orTry, UsageError } from '../core/errors.ts';
import { canonicalJson } from '../core/hash.ts';
import type { Warning } from '../core/progress.ts';
import { decodeSafetensors, encodeSafetensors, type Tensors } from '../core/safetensors.ts';
import { parseWith } from '../core/validate.ts';
import { siteCount } from '../network/geometry.ts';
import { configGrid, resolveTrainConfig, TrainConfig } from './config.ts';
import type { Engine, TrainingState } from './engine.ts';
import { MetricsRow } from './metrics.ts';
import { parameterLayout } from './parameters.ts';

const CHECKPOINT_FORMAT = 'bimt-export-checkpoint/1';

const count = z.int().min(1);

/** Engine that made the last update. */
export const EngineName = z.strictObject({ name: z.string(), version: z.string() });

/** A run that can be killed: where its last checkpoint is kept. */
export interface CheckpointStore {
  /** Bytes of the last checkpoint, and how to call it in errors; null if there is none. */
  load(): { readonly bytes: Uint8Array; readonly what: string } | null;
  save(bytes: Uint8Array): void;
}

const Header = z.strictObject({
  config: TrainConfig,
  sizes: z.strictObject({ inputs: count, neurons: count, outputs: count }),
  /** Updates done. */
  update: z.int().nonnegative(),
  /** Exchanges accepted so far. */
  swaps: z.int().nonnegative(),
  engine: EngineName,
  metrics: z.array(MetricsRow),
});

/** A run after `update` updates, in neuron order. */
export interface Checkpoint extends z.output<typeof Header>, TrainingState {
  /** Site of each neuron, a permutation. */
  readonly site: Int32Array;
}

/** Bytes of a checkpoint, a .safetensors file; deterministic. */
export function encodeCheckpoint({ parameters, firstMoment, secondMoment, site, ...header }: Checkpoint): Uint8Array {
  const state = { parameters, firstMoment, secondMoment };
  return encodeRun(CHECKPOINT_FORMAT, header, state, { site: { shape: [site.length], data: site } });
}

/** Bytes of a run: its header as JSON by key, its state, and what else it needs; deterministic. */
export function encodeRun(
  format: string,
  header: Readonly<Record<string, unknown>>,
  { parameters, firstMoment, secondMoment }: TrainingState,
  others: Tensors,
): Uint8Array {
  const vector = (data: TrainingState['parameters']) => ({ shape: [data.length], data });
  return encodeSafetensors(
    { parameters: vector(parameters), first_moment: vector(firstMoment), second_moment: vector(secondMoment), ...others },
    { format, ...Object.fromEntries(Object.entries(header).map(([key, value]) => [key, canonicalJson(value)])) },
  );
}

/**
 * Decodes and checks a checkpoint.
 *
 * @param what - how to call the file in errors, usually its path
 * @throws UsageError if it is truncated, of another kind, or inconsistent
 */
export function decodeCheckpoint(bytes: Uint8Array, what: string): Checkpoint {
  return orTry(START_ANEW, () => readCheckpoint(bytes, what));
}

const START_ANEW = 'the checkpoint is damaged or of another version: start anew with --force';

function readCheckpoint(bytes: Uint8Array, what: string): Checkpoint {
  const { header, tensors } = decodeRun(bytes, what, CHECKPOINT_FORMAT, Header);
  const config = resolveTrainConfig(header.config);
  const { sizes, update } = header;
  if (canonicalJson(config) !== canonicalJson(header.config)) throw new UsageError(`${what}: its config is not resolved`);
  if (siteCount(configGrid(config)) !== sizes.neurons)
    throw new UsageError(`${what}: grid ${config.grid} has ${siteCount(configGrid(config))} sites, sizes name ${sizes.neurons} neurons`);
  if (update > config.updates) throw new UsageError(`${what}: ${update} updates are done, its config asks for ${config.updates}`);
  return { ...header, ...readState(tensors, parameterLayout(sizes).length, what), site: readPermutation(tensors, sizes.neurons, what) };
}

/**
 * Decodes what `encodeRun` wrote.
 *
 * @throws UsageError if it is truncated, of another format, or its header is not what the schema says
 */
export function decodeRun<Schema extends z.ZodType>(
  bytes: Uint8Array,
  what: string,
  expected: string,
  schema: Schema,
): { readonly header: z.output<Schema>; readonly tensors: Tensors } {
  const { tensors, metadata } = decodeSafetensors(bytes, what);
  const { format, ...texts } = metadata;
  if (format !== expected) {
    throw new UsageError(`${what} is not a training checkpoint: format is ${format ?? 'missing'}, expected ${expected}`);
  }
  const parsed = Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, parseJson(text, `${what}: metadata '${key}'`)]));
  return { header: parseWith(schema, parsed, `the header of ${what}`), tensors };
}

/** Parameters and moments of a run. */
export function readState(tensors: Tensors, length: number, what: string): TrainingState {
  return {
    parameters: readVector(tensors, 'parameters', length, what),
    firstMoment: readVector(tensors, 'first_moment', length, what),
    secondMoment: readVector(tensors, 'second_moment', length, what),
  };
}

/** @throws UsageError naming what differs, if a checkpoint's settings are not those asked for */
export function assertSameRun(checkpoint: Readonly<Record<string, unknown>>, asked: Readonly<Record<string, unknown>>): void {
  const differing = Object.keys(asked).filter((key) => canonicalJson(checkpoint[key]) !== canonicalJson(asked[key]));
  if (differing.length === 0) return;
  const show = (value: unknown) => (typeof value === 'object' ? canonicalJson(value) : String(value));
  const list = differing.map((key) => `  ${key}: ${show(checkpoint[key])} in the checkpoint, ${show(asked[key])} asked for`);
  throw new UsageError(
    `the checkpoint belongs to another training run:\n${list.join('\n')}\nresume with the checkpoint's settings, or start anew`,
  );
}

/** Why a resumed run may differ from an uninterrupted one: another engine, or another version of it. */
export function resumeWarnings(checkpoint: Pick<Checkpoint, 'engine'>, engine: Pick<Engine, 'name' | 'version'>): Warning[] {
  if (checkpoint.engine.name === engine.name && checkpoint.engine.version === engine.version) return [];
  const describe = ({ name, version }: { name: string; version: string }) => `${name} (${version})`;
  return [
    {
      rule: 'train/other-engine',
      message: `the checkpoint was written by engine ${describe(checkpoint.engine)}, training goes on with ${describe(engine)}; weights will differ in their last digits from an uninterrupted run`,
    },
  ];
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`${what} is not JSON`);
  }
}

/** @throws UsageError if there is no such tensor of finite floats, `length` of them */
export function readVector(tensors: Tensors, name: string, length: number, what: string): Float32Array | Float64Array {
  const data = tensors[name]?.data;
  if (!(data instanceof Float32Array || data instanceof Float64Array) || data.length !== length) {
    throw new UsageError(`${what}: tensor '${name}' must hold ${length} floats, found ${data === undefined ? 'nothing' : data.length}`);
  }
  if (!data.every(Number.isFinite)) throw new UsageError(`${what}: tensor '${name}' holds values that are not finite`);
  return data;
}

function readPermutation(tensors: Tensors, neurons: number, what: string): Int32Array {
  const data = tensors['site']?.data;
  const isPermutation =
    data instanceof Int32Array && data.length === neurons && [...data].sort((a, b) => a - b).every((site, i) => site === i);
  if (!isPermutation) throw new UsageError(`${what}: tensor 'site' must be a permutation of 0 … ${neurons - 1}`);
  return data;
}
