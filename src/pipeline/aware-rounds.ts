// What did each round of training for a chip bring? Rounds as data, which of two is better, and where finished ones are kept.
import { join } from 'node:path';
import { z } from 'zod';
import { fileExists, readInputFile, removeFile, writeFileAtomic } from '../core/files.ts';
import { canonicalJson, hashJson, sha256 } from '../core/hash.ts';
import { TOOL } from '../core/version.ts';
import { AWARE_COLUMNS, type AwareRound, type AwareTraining, awareRows } from '../report/aware-table.ts';
import { csvTable } from '../report/table.ts';
import type { CheckpointStore } from '../training/checkpoint.ts';
import { type NetworkArtifact, readNetwork } from './network-file.ts';

/** Checks rounds that are read from a file. */
const Round: z.ZodType<AwareRound> = z.strictObject({
  round: z.int().nonnegative(),
  fits: z.boolean(),
  cost: z.number().nullable(),
  accuracy: z.number(),
  weights: z.int(),
  neurons: z.int(),
});

export const AWARE_RECORD = 'aware.json';

/** Less than this share of the cost is no improvement: another seed of the placement changes as much. */
const SMALLEST_GAIN = 0.005;

/**
 * Whether a round is worth going on from: it fits where the other did not, comes nearer to the least accuracy where the other missed
 * it, or costs less without missing it.
 *
 * @param leastAccuracy - below which no cost counts
 */
export function isBetter(a: AwareRound, b: AwareRound, leastAccuracy: number): boolean {
  if (a.fits !== b.fits) return a.fits;
  if (b.accuracy < leastAccuracy) return a.accuracy > b.accuracy;
  if (a.accuracy < leastAccuracy || a.cost === null || b.cost === null) return false;
  return a.cost < (1 - SMALLEST_GAIN) * b.cost;
}

/** The round that the result is: the last that was better than those before. */
export function bestRound(rounds: readonly AwareRound[], leastAccuracy: number): AwareRound {
  return rounds.reduce((best, round) => (isBetter(round, best, leastAccuracy) ? round : best));
}

/** Characters of a hash in the name of a file. */
const SHORT_HASH = 16;

const RoundRecord = z.strictObject({
  schema: z.literal('bimt-aware-round/1'),
  /** Hash of everything that the round depends on. */
  key: z.string(),
  /** SHA-256 of the network beside it. */
  network: z.string(),
  result: Round,
});

/** A finished round. */
export interface KeptRound {
  readonly result: AwareRound;
  readonly artifact: NetworkArtifact;
}

/** Rounds on disk, and checkpoints of those that are being trained. */
export interface RoundFiles {
  /** Null for a round that is not finished, was made from something else, or was changed since. */
  read(round: number): KeptRound | null;
  write(result: AwareRound, bytes: Uint8Array): KeptRound;
  checkpoint(round: number): CheckpointStore;
}

/**
 * Opens the folder that keeps the rounds of one training for a chip.
 *
 * @param source - everything that the rounds depend on
 */
export function openRounds(folder: string, source: unknown): RoundFiles {
  const key = hashJson({ tool: TOOL, source });
  const pathOf = (round: number, end: string) => join(folder, `round-${round}${end}`);
  const network = (round: number, bytes: Uint8Array) => readNetwork(bytes, pathOf(round, '.safetensors'), ['pruned']);
  const checkpointOf = (round: number) => pathOf(round, `-${key.slice(0, SHORT_HASH)}.checkpoint`);
  return {
    read(round) {
      const [record, file] = [pathOf(round, '.json'), pathOf(round, '.safetensors')];
      if (!fileExists(record) || !fileExists(file)) return null;
      const found = RoundRecord.safeParse(parsed(readInputFile(record)));
      const bytes = readInputFile(file);
      if (!found.success || found.data.key !== key || found.data.network !== sha256(bytes)) return null;
      return { result: found.data.result, artifact: network(round, bytes) };
    },
    write(result, bytes) {
      const { round } = result;
      const record: z.output<typeof RoundRecord> = { schema: 'bimt-aware-round/1', key, network: sha256(bytes), result };
      writeFileAtomic(pathOf(round, '.safetensors'), bytes);
      // The record last: where it is, everything is.
      writeFileAtomic(pathOf(round, '.json'), `${canonicalJson(record, 1)}\n`);
      removeFile(checkpointOf(round));
      return { result, artifact: network(round, bytes) };
    },
    checkpoint(round) {
      const file = checkpointOf(round);
      return {
        load: () => (fileExists(file) ? { bytes: readInputFile(file), what: file } : null),
        save: (bytes) => writeFileAtomic(file, bytes),
      };
    },
  };
}

/** The files that tell of the rounds. */
export function awareFiles(target: string, { rounds, chosen }: Pick<AwareTraining, 'rounds' | 'chosen'>): Record<string, Uint8Array> {
  const training: AwareTraining = { schema: 'bimt-aware/1', target, rounds, chosen };
  const text = new TextEncoder();
  return {
    [AWARE_RECORD]: text.encode(`${canonicalJson(training, 1)}\n`),
    'aware.csv': text.encode(csvTable(AWARE_COLUMNS, awareRows(training))),
  };
}

/** Undefined for what is not JSON: a damaged record is one of nothing. */
function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
