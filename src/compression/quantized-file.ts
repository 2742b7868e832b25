// How is an integer network stored? An artifact of stage 'quantized': integer tensors, scales, and the target it was made for.
import { DAMAGED, orTry, UsageError } from '../core/errors.ts';
import {
  type ArtifactHeader,
  csrToTensors,
  type DecodedArtifact,
  decodeArtifact,
  encodeArtifact,
  readGrid,
  readSites,
  sitePositions,
  tensorReader,
} from '../network/artifact.ts';
import { type Csr, forEachEntry } from '../network/csr.ts';
import type { Grid } from '../network/geometry.ts';
import type { IntegerNetwork } from './integer-network.ts';
import { MAX_SHIFT, MAX_STATE_BITS, proveRanges } from './integer-proof.ts';
import { hiddenFormat, readoutFormat } from './units.ts';
import type { WeightFormat, WeightWidths } from './weight-format.ts';

/** What a quantized artifact says beside the integers. */
export interface QuantizedDetails {
  /** Id of the target whose weights these are. */
  readonly target: string;
  readonly weights: WeightFormat;
  /** Width of every row where they differ. */
  readonly widths?: WeightWidths;
  readonly grid: Grid;
}

/** What quantized.safetensors holds. */
export interface QuantizedArtifact {
  readonly network: IntegerNetwork;
  readonly details: QuantizedDetails;
  readonly header: ArtifactHeader;
}

/** Widest weight: its magnitude is an int32. */
const MAX_WEIGHT_BITS = 32;
const MAX_STATE = 2 ** MAX_STATE_BITS - 1;

/** Bytes of a quantized artifact, deterministic. */
export function encodeQuantized({ network, details, header }: QuantizedArtifact): Uint8Array {
  const { inputs, neurons, outputs, stateMax, shift, scales } = network;
  return encodeArtifact(
    {
      ...csrToTensors('W', network.recurrent),
      ...csrToTensors('W_in', network.input),
      ...csrToTensors('W_out', network.readout),
      b: { shape: [neurons], data: network.bias },
      b_out: { shape: [outputs], data: network.readoutBias },
      multiplier: { shape: [neurons], data: network.multiplier },
      accumulator_scale: { shape: [neurons], data: scales.accumulator },
      site: { shape: [neurons], data: network.site },
      position: { shape: [neurons, 2], data: sitePositions(details.grid, network.site) },
      sizes: { shape: [3], data: Int32Array.of(inputs, neurons, outputs) },
    },
    header,
    {
      ...details,
      requantization: { stateMax, shift },
      scales: { state: scales.state, input: scales.input, readout: scales.readout },
    },
  );
}

/**
 * Decodes a quantized artifact that anyone may have written.
 *
 * @throws UsageError if it is not one, or its integers could leave their ranges
 */
export function decodeQuantized(bytes: Uint8Array, what: string): QuantizedArtifact {
  const artifact = decodeArtifact(bytes, what, ['quantized']);
  return orTry(DAMAGED, () => {
    const details = readDetails(artifact, what);
    const network = readIntegerNetwork(artifact, details, what);
    proveRanges(network, what);
    return { network, details, header: artifact.header };
  });
}

function readDetails({ extra }: DecodedArtifact, what: string): QuantizedDetails {
  const { target, weights } = extra as Partial<QuantizedDetails>;
  if (typeof target !== 'string') throw new UsageError(`${what}: metadata 'target' must be a string`);
  if (!isCount(weights?.qmax) || !isCount(weights?.step) || weights.step > weights.qmax || !isOptionalCount(weights.rowLevels))
    throw new UsageError(`${what}: metadata 'weights' must be {qmax, step, rowLevels?} with 1 ≤ step ≤ qmax and 1 ≤ rowLevels`);
  const widths = readWidths(extra['widths'], what);
  return { target, weights, ...(widths && { widths }), grid: readGrid(extra['grid'], what) };
}

function readWidths(value: unknown, what: string): WeightWidths | null {
  if (value === undefined) return null;
  const { hidden, readout } = value as Partial<WeightWidths>;
  if (!Array.isArray(hidden) || ![...hidden, readout].every((bits) => isCount(bits) && bits >= 2 && bits <= MAX_WEIGHT_BITS))
    throw new UsageError(`${what}: metadata 'widths' must be {hidden: [bits, …], readout: bits} with 2 … ${MAX_WEIGHT_BITS} bits`);
  return { hidden, readout: readout as number };
}

function readIntegerNetwork({ tensors, extra }: DecodedArtifact, details: QuantizedDetails, what: string): IntegerNetwork {
  const reader = tensorReader(tensors, what);
  const sizes = reader.integers('sizes', [3]);
  if (sizes.some((size) => size < 1)) throw new UsageError(`${what}: tensor 'sizes' is [${sizes}], every size must be at least 1`);
  const [inputs, neurons, outputs] = sizes;
  const { stateMax, shift } = (extra['requantization'] ?? {}) as Partial<IntegerNetwork>;
  if (!isCount(stateMax) || stateMax > MAX_STATE || !isCount(shift) || shift > MAX_SHIFT)
    throw new UsageError(`${what}: metadata 'requantization' must be {stateMax: 1 … ${MAX_STATE}, shift: 1 … ${MAX_SHIFT}}`);
  const { state, input, readout } = (extra['scales'] ?? {}) as Partial<IntegerNetwork['scales']>;
  const accumulator = reader.doubles('accumulator_scale', [neurons]);
  if (!isScale(state) || !isScale(input) || !isScale(readout) || !accumulator.every(isScale))
    throw new UsageError(`${what}: every scale must be a finite number above 0`);
  const multiplier = reader.integers('multiplier', [neurons]);
  if (multiplier.some((m) => m < 1)) throw new UsageError(`${what}: tensor 'multiplier' must be 1 or more everywhere`);
  const { widths } = details;
  if (widths && widths.hidden.length !== neurons)
    throw new UsageError(`${what}: metadata 'widths' has ${widths.hidden.length} hidden widths for ${neurons} neurons`);
  const matrix = (name: string, rows: number, columns: number, formatOf: (row: number) => WeightFormat) =>
    requireStorable(reader.integerMatrix(name, rows, columns), formatOf, `${what}: '${name}'`);
  const hidden = (row: number) => hiddenFormat(details, row);
  const recurrentWeights = matrix('W', neurons, neurons, hidden);
  const inputWeights = matrix('W_in', neurons, inputs, hidden);
  const readoutWeights = matrix('W_out', outputs, neurons, () => readoutFormat(details));
  requireTables([recurrentWeights, inputWeights], details.weights, `${what}: neuron`);
  requireTables([readoutWeights], details.weights, `${what}: readout unit`);
  return {
    inputs,
    neurons,
    outputs,
    stateMax,
    shift,
    recurrent: recurrentWeights,
    input: inputWeights,
    readout: readoutWeights,
    bias: reader.integers('b', [neurons]),
    readoutBias: reader.integers('b_out', [outputs]),
    multiplier,
    scales: { state, input, readout, accumulator },
    site: readSites(reader.integers('site', [neurons]), details.grid, what),
  };
}

function requireStorable(matrix: Csr<Int32Array>, formatOf: (row: number) => WeightFormat, what: string): Csr<Int32Array> {
  forEachEntry(matrix, (row, _, value) => {
    const { qmax, step } = formatOf(row);
    if (value !== 0 && Math.abs(value) <= qmax && value % step === 0) return;
    throw new UsageError(
      `${what} holds the weight ${value} in row ${row}; its target stores multiples of ${step} up to ${qmax} there, and zeros are left out`,
    );
  });
  return matrix;
}

/** A neuron that chooses from a table has few different weights, in all matrices together. */
function requireTables(matrices: readonly Csr<Int32Array>[], { rowLevels }: WeightFormat, subject: string): void {
  if (rowLevels === undefined) return;
  for (let row = 0; row < matrices[0].rows; row++) {
    const levels = new Set(matrices.flatMap(({ indptr, values }) => [...values.subarray(indptr[row], indptr[row + 1])]));
    if (levels.size > rowLevels)
      throw new UsageError(`${subject} ${row} has ${levels.size} different weights; its target stores a table of ${rowLevels}`);
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

function isOptionalCount(value: unknown): boolean {
  return value === undefined || isCount(value);
}

function isScale(value: unknown): value is number {
  return Number.isFinite(value) && (value as number) > 0;
}
