// How does an interrupted fine-tuning or quantization-aware training go on? Its checkpoint holds all that the next update depends on.
import { z } from 'zod';
import { decodeRun, EngineName, encodeRun, readState, readVector } from './checkpoint.ts';
import type { TrainingState } from './engine.ts';

const FORMAT = 'bimt-export-recovery/1';

const Header = z.strictObject({
  /** All that decides the result. */
  run: z.record(z.string(), z.unknown()),
  /** Updates done, counted as the config does. */
  update: z.int().nonnegative(),
  engine: EngineName,
});

/** A run after `update` updates. */
export interface RecoveryCheckpoint extends z.output<typeof Header>, TrainingState {
  /** What the quantizer has learned, as it keeps it; empty if it learns nothing. */
  readonly memory: Float64Array;
}

/** Bytes of a checkpoint, a .safetensors file; deterministic. */
export function encodeRecovery({ run, update, engine, memory, ...state }: RecoveryCheckpoint): Uint8Array {
  return encodeRun(FORMAT, { run, update, engine }, state, { memory: { shape: [memory.length], data: memory } });
}

/**
 * Decodes and checks a checkpoint.
 *
 * @param what - how to call the file in errors, usually its path
 * @param lengths - how many parameters and how much memory it must hold
 * @throws UsageError if it is truncated, of another kind, or of other lengths
 */
export function decodeRecovery(
  bytes: Uint8Array,
  what: string,
  lengths: { readonly parameters: number; readonly memory: number },
): RecoveryCheckpoint {
  const { header, tensors } = decodeRun(bytes, what, FORMAT, Header);
  const memory = Float64Array.from(readVector(tensors, 'memory', lengths.memory, what));
  return { ...header, ...readState(tensors, lengths.parameters, what), memory };
}
