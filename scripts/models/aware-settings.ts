// With which settings are networks compared on chips? Read from models/aware/settings.json and checked.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { parseWith } from '../../src/core/validate.ts';
import { MODELS } from './sweeps.ts';

export const FOLDER = join(MODELS, 'aware');

const count = z.int().min(1);
const trials = z.strictObject({ trialsPerTask: count, seed: z.int() });
const Settings = z.strictObject({
  /** Sweep whose networks are taken. */
  sweep: z.string(),
  seeds: z.array(z.int()).min(1),
  /** Accuracy that every network is pruned to, on the trials of `search`. */
  accuracy: z.number(),
  search: trials,
  /** Trials that nothing was chosen on. */
  test: trials,
  /** Most neurons on a core, by target. */
  targets: z.record(z.string(), count),
  aware: z.record(z.string(), z.unknown()),
  /** How trained networks under a penalty, and dense ones, are pruned. */
  prune: z.record(z.string(), z.unknown()),
  magnitude: z.looseObject({ densities: z.array(z.number()) }),
});

const path = join(FOLDER, 'settings.json');
export const settings = parseWith(Settings, JSON.parse(readFileSync(path, 'utf8')), path);

/** A network on a chip. */
export interface AwarePoint {
  readonly method: string;
  readonly target: string;
  readonly maxNeuronsPerCore: number;
  readonly seed: number;
  /** On the test trials. */
  readonly accuracy: number;
  readonly neurons: number;
  readonly weights: number;
  readonly cores: number;
  /** Σ|w|·hops, inputs and readout included. */
  readonly wiringCost: number;
  /** Messages times hops in a mean step, inputs and readout included. */
  readonly messageHops: number;
  /** What messages cost on the links in a mean step, by the default profile; null where the file does not say. */
  readonly wiringEnergyPj: number | null;
}

/** The file models/aware/aware.json. */
export interface AwareStudy {
  readonly schema: 'bimt-aware-study/1';
  readonly methods: readonly { readonly name: string; readonly title: string }[];
  readonly points: readonly AwarePoint[];
}

export const STUDY_FILE = join(FOLDER, 'aware.json');
