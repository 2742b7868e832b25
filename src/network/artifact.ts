// How is a network stored? One .safetensors file; metadata holds config, provenance and scores, and no clock, user or path.
import { z } from 'zod';
import { DAMAGED, orTry, UsageError } from '../core/errors.ts';
import { canonicalJson } from '../core/hash.ts';
import { decodeSafetensors, encodeSafetensors, type Tensor, type Tensors } from '../core/safetensors.ts';
import { parseWith } from '../core/validate.ts';
import { type Csr, csrFromDense, denseFromCsr } from './csr.ts';
import { type Grid, siteCoordinates, siteCount } from './geometry.ts';
import { ACTIVATIONS, type Activation, type Network } from './network.ts';

const ARTIFACT_FORMAT = 'bimt-export/1';

const STAGES = ['trained', 'pruned', 'quantized'] as const;
export type Stage = (typeof STAGES)[number];
/** The command whose result a stage is. */
const MADE_BY: Readonly<Partial<Record<Stage, string>>> = { pruned: 'prune', quantized: 'quantize' };

/** Where an artifact came from. Hashes are SHA-256 of files (parent) or of canonical JSON (config). */
export interface Provenance {
  readonly stage: Stage;
  readonly parentHash: string | null;
  readonly configHash: string;
  /** For example `bimt-export@0.1.0`. */
  readonly tool: string;
  /** Training engine and its version; null for stages that train nothing. */
  readonly engine: { readonly name: string; readonly version: string } | null;
}

/** Accuracy as measured after a stage; ratios 0 to 1. */
export interface Scores {
  readonly trialsPerTask: number;
  readonly seed: number;
  readonly meanAccuracy: number;
  readonly perTask: Readonly<Record<string, number>>;
}

/** Checks scores that are read from a file. */
export const Scores: z.ZodType<Scores> = z.strictObject({
  trialsPerTask: z.int(),
  seed: z.int(),
  meanAccuracy: z.number(),
  perTask: z.record(z.string(), z.number()),
});

/** What every artifact carries beside its tensors. `config.suite` names the task suite. */
export interface ArtifactHeader {
  readonly config: { readonly suite: string } & Readonly<Record<string, unknown>>;
  readonly provenance: Provenance;
  /** Scores by stage name, earlier stages included. */
  readonly scores: Readonly<Record<string, Scores>>;
}

const Header: z.ZodType<ArtifactHeader> = z.object({
  config: z.looseObject({ suite: z.string() }),
  provenance: z.strictObject({
    stage: z.enum(STAGES),
    parentHash: z.string().nullable(),
    configHash: z.string(),
    tool: z.string(),
    engine: z.strictObject({ name: z.string(), version: z.string() }).nullable(),
  }),
  scores: z.record(z.string(), Scores),
});

/** Bytes of an artifact: tensors and header, deterministic. */
export function encodeArtifact(tensors: Tensors, header: ArtifactHeader, extra: Readonly<Record<string, unknown>> = {}): Uint8Array {
  const json = { config: header.config, provenance: header.provenance, scores: header.scores, ...extra };
  const metadata = Object.fromEntries(Object.entries(json).map(([key, value]) => [key, canonicalJson(value)]));
  return encodeSafetensors(tensors, { format: ARTIFACT_FORMAT, ...metadata });
}

/** An artifact, checked as far as all stages share it; `extra` are the other metadata entries, parsed. */
export interface DecodedArtifact {
  readonly tensors: Tensors;
  readonly header: ArtifactHeader;
  readonly extra: Readonly<Record<string, unknown>>;
}

/**
 * Decodes an artifact of one of the given stages.
 *
 * @throws UsageError if the file is truncated, hostile, of another kind, or of another stage
 */
export function decodeArtifact(bytes: Uint8Array, what: string, stages: readonly Stage[]): DecodedArtifact {
  const artifact = orTry(DAMAGED, () => decode(bytes, what));
  const { stage } = artifact.header.provenance;
  if (!stages.includes(stage)) {
    const [wanted] = stages;
    const isEarlier = STAGES.indexOf(stage) < STAGES.indexOf(wanted);
    const command = MADE_BY[wanted];
    const advice = !isEarlier
      ? '; a later stage cannot be taken back: take the file that it was made from'
      : command === undefined
        ? ''
        : `; make one of it with: bimt-export ${command}`;
    throw new UsageError(`${what} is a ${stage} network; expected: ${stages.join(' or ')}${advice}`);
  }
  return artifact;
}

function decode(bytes: Uint8Array, what: string): DecodedArtifact {
  const { tensors, metadata } = decodeSafetensors(bytes, what);
  if (metadata['format'] !== ARTIFACT_FORMAT) {
    throw new UsageError(
      `${what} is not a bimt-export artifact: format is ${metadata['format'] ?? 'missing'}, expected ${ARTIFACT_FORMAT}`,
    );
  }
  const { format: _, ...texts } = metadata;
  const parsed: Record<string, unknown> = {};
  for (const [key, text] of Object.entries(texts)) {
    try {
      parsed[key] = JSON.parse(text);
    } catch {
      throw new UsageError(`${what}: metadata '${key}' is not JSON`);
    }
  }
  const { config, provenance, scores, ...extra } = parsed;
  const header = parseWith(Header, { config, provenance, scores }, `the metadata of ${what}`);
  return { tensors, header, extra };
}

/** Tensors of a network. Dense when trained, compressed sparse rows from pruning on. */
export function networkToTensors(network: Network, form: 'dense' | 'csr'): Record<string, Tensor> {
  const { neurons, inputs, outputs, site, grid } = network;
  const matrix = (name: string, csr: Csr) =>
    form === 'dense' ? { [name]: { shape: [csr.rows, csr.columns], data: denseFromCsr(csr) } } : csrToTensors(name, csr);
  return {
    ...matrix('W', network.recurrent),
    ...matrix('W_in', network.input),
    ...matrix('W_out', network.readout),
    b: { shape: [neurons], data: network.bias },
    b_out: { shape: [outputs], data: network.readoutBias },
    site: { shape: [neurons], data: site },
    position: { shape: [neurons, 2], data: sitePositions(grid, site) },
    sizes: { shape: [3], data: Int32Array.of(inputs, neurons, outputs) },
  };
}

/** Row and column of each site, shape [sites, 2]. */
export function sitePositions(grid: Grid, site: Int32Array): Float32Array {
  return Float32Array.from({ length: site.length * 2 }, (_, i) => {
    const { row, column } = siteCoordinates(grid, site[i >> 1] as number);
    return i % 2 === 0 ? row : column;
  });
}

/** The network parameters' share of an artifact's extra metadata. */
export function networkMetadata(network: Network): Record<string, unknown> {
  return { activation: network.activation, grid: network.grid };
}

/**
 * Rebuilds a network from an artifact's tensors and checks every shape and index.
 *
 * @throws UsageError naming the tensor that is missing or inconsistent
 */
export function networkFromArtifact(artifact: DecodedArtifact, what: string): Network {
  return orTry(DAMAGED, () => readParameters(artifact, what));
}

function readParameters(artifact: DecodedArtifact, what: string): Network {
  const { tensors, extra } = artifact;
  const reader = tensorReader(tensors, what);
  const sizes = reader.integers('sizes', [3]);
  if (sizes.some((size) => size < 1)) throw new UsageError(`${what}: tensor 'sizes' is [${sizes}], every size must be at least 1`);
  const [inputs, neurons, outputs] = sizes;
  const grid = readGrid(extra['grid'], what);
  const site = readSites(reader.integers('site', [neurons]), grid, what);
  const activation = extra['activation'] as Activation;
  if (!ACTIVATIONS.includes(activation))
    throw new UsageError(`${what}: activation '${String(activation)}' is unknown; allowed: ${ACTIVATIONS.join(', ')}`);
  return {
    inputs,
    neurons,
    outputs,
    activation,
    grid,
    site,
    recurrent: reader.matrix('W', neurons, neurons),
    input: reader.matrix('W_in', neurons, inputs),
    readout: reader.matrix('W_out', outputs, neurons),
    bias: reader.floats('b', [neurons]),
    readoutBias: reader.floats('b_out', [outputs]),
  };
}

/** Tensors `name.indptr`, `name.indices` and `name.values`. */
export function csrToTensors(name: string, csr: Csr<Float32Array | Int32Array>): Record<string, Tensor> {
  const entries = csr.values.length;
  return {
    [`${name}.indptr`]: { shape: [csr.rows + 1], data: csr.indptr },
    [`${name}.indices`]: { shape: [entries], data: csr.indices },
    [`${name}.values`]: { shape: [entries], data: csr.values },
  };
}

/** Checked access to the tensors of a file. */
export function tensorReader(tensors: Tensors, what: string) {
  const get = (name: string, shape: readonly number[] | null): Tensor => {
    const tensor = tensors[name];
    if (tensor === undefined) throw new UsageError(`${what}: tensor '${name}' is missing`);
    if (shape !== null && `${tensor.shape}` !== `${shape}`)
      throw new UsageError(`${what}: tensor '${name}' has shape [${tensor.shape}], expected [${shape}]`);
    return tensor;
  };
  const typed = <T>(name: string, shape: readonly number[] | null, Type: new (...args: never[]) => T): T => {
    const { data } = get(name, shape);
    if (!(data instanceof Type)) throw new UsageError(`${what}: tensor '${name}' has type ${data.constructor.name}, expected ${Type.name}`);
    return data as T;
  };
  const floats = (name: string, shape: readonly number[] | null, placeOf = (at: number) => `entry ${at}`): Float32Array => {
    const data = typed(name, shape, Float32Array);
    const bad = data.every(Number.isFinite) ? -1 : data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0)
      throw new UsageError(`${what}: tensor '${name}' holds values that are not finite, the first is ${data[bad]} in ${placeOf(bad)}`);
    return data;
  };
  const integers = (name: string, shape: readonly number[] | null): Int32Array => typed(name, shape, Int32Array);
  const doubles = (name: string, shape: readonly number[] | null): Float64Array => typed(name, shape, Float64Array);
  const pattern = (name: string, rows: number, columns: number) => {
    const indptr = integers(`${name}.indptr`, [rows + 1]);
    const indices = integers(`${name}.indices`, null);
    checkPattern(indptr, indices, columns, `${what}: '${name}'`);
    return { rows, columns, indptr, indices };
  };
  return {
    has: (name: string) => name in tensors,
    floats,
    doubles,
    integers,
    /** Float matrix, stored dense or as compressed sparse rows. */
    matrix(name: string, rows: number, columns: number): Csr {
      const place = (row: number, column: number) => `row ${row} (target), column ${column} (source)`;
      if (name in tensors) {
        const placeOf = (at: number) => place(Math.floor(at / columns), at % columns);
        return csrFromDense(floats(name, [rows, columns], placeOf), rows, columns);
      }
      const sparse = pattern(name, rows, columns);
      const placeOf = (at: number) => place(sparse.indptr.findIndex((end) => end > at) - 1, sparse.indices[at]);
      return { ...sparse, values: floats(`${name}.values`, [sparse.indices.length], placeOf) };
    },
    /** Integer matrix, stored as compressed sparse rows. */
    integerMatrix(name: string, rows: number, columns: number): Csr<Int32Array> {
      const sparse = pattern(name, rows, columns);
      return { ...sparse, values: integers(`${name}.values`, [sparse.indices.length]) };
    },
  };
}

function checkPattern(indptr: Int32Array, indices: Int32Array, columns: number, what: string): void {
  const rows = indptr.length - 1;
  if (indptr[0] !== 0 || indptr[rows] !== indices.length)
    throw new UsageError(`${what}: row pointers do not cover its ${indices.length} entries`);
  for (let row = 0; row < rows; row++) {
    const start = indptr[row] as number;
    const end = indptr[row + 1] as number;
    if (end < start) throw new UsageError(`${what}: row pointers descend at row ${row}`);
    for (let at = start; at < end; at++) {
      const column = indices[at] as number;
      if (column < 0 || column >= columns || (at > start && column <= (indices[at - 1] as number))) {
        throw new UsageError(`${what}: column ${column} in row ${row} is outside 0 … ${columns - 1} or out of order`);
      }
    }
  }
}

/**
 * The metadata entry `grid`.
 *
 * @throws UsageError if it is not a grid
 */
export function readGrid(value: unknown, what: string): Grid {
  const grid = value as Partial<Grid> | undefined;
  const side = (n: unknown) => Number.isSafeInteger(n) && (n as number) > 0 && (n as number) <= 10_000;
  if (!grid || !side(grid.rows) || !side(grid.columns) || (grid.metric !== 'l1' && grid.metric !== 'l2')) {
    throw new UsageError(`${what}: metadata 'grid' must be {rows, columns, metric}`);
  }
  return grid as Grid;
}

/**
 * The tensor `site`: ascending sites of the grid.
 *
 * @throws UsageError naming the first neuron out of order or range
 */
export function readSites(site: Int32Array, grid: Grid, what: string): Int32Array {
  site.forEach((s, i) => {
    if (s < 0 || s >= siteCount(grid) || (i > 0 && s <= (site[i - 1] as number))) {
      throw new UsageError(`${what}: tensor 'site' must ascend within 0 … ${siteCount(grid) - 1}, found ${s} at neuron ${i}`);
    }
  });
  return site;
}
