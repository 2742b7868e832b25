// How is an integer network stored? An artifact of stage 'quantized': integer tensors, scales, and the target it was made for.
import { UsageError } from '../core/errors.ts';
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
import type { Csr } from '../network/csr.ts';
import type { Grid } from '../network/geometry.ts';
import type { IntegerNetwork } from './integer-network.ts';
import { MAX_SHIFT, MAX_STATE_BITS, proveRanges } from './integer-proof.ts';
import type { WeightFormat } from './weight-format.ts';

/** What a quantized artifact says beside the integers. */
export interface QuantizedDetails {
  /** Id of the target whose weights these are. */
  readonly target: string;
  readonly weights: WeightFormat;
  readonly grid: Grid;
}

/** What quantized.safetensors holds. */
export interface QuantizedArtifact {
  readonly network: IntegerNetwork;
  readonly details: QuantizedDetails;
  readonly header: ArtifactHeader;
}

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
  const details = readDetails(artifact, what);
  const network = readIntegerNetwork(artifact, details, what);
  proveRanges(network, what);
  return { network, details, header: artifact.header };
}

function readDetails({ extra }: DecodedArtifact, what: string): QuantizedDetails {
  const { target, weights } = extra as Partial<QuantizedDetails>;
  if (typeof target !== 'string') throw new UsageError(`${what}: metadata 'target' must be a string`);
  if (!isCount(weights?.qmax) || !isCount(weights?.step) || weights.step > weights.qmax)
    throw new UsageError(`${what}: metadata 'weights' must be {qmax, step} with 1 ≤ step ≤ qmax`);
  return { target, weights, grid: readGrid(extra['grid'], what) };
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
  const matrix = (name: string, rows: number, columns: number) =>
    requireStorable(reader.integerMatrix(name, rows, columns), details.weights, `${what}: '${name}'`);
  return {
    inputs,
    neurons,
    outputs,
    stateMax,
    shift,
    recurrent: matrix('W', neurons, neurons),
    input: matrix('W_in', neurons, inputs),
    readout: matrix('W_out', outputs, neurons),
    bias: reader.integers('b', [neurons]),
    readoutBias: reader.integers('b_out', [outputs]),
    multiplier,
    scales: { state, input, readout, accumulator },
    site: readSites(reader.integers('site', [neurons]), details.grid, what),
  };
}

function requireStorable(matrix: Csr<Int32Array>, { qmax, step }: WeightFormat, what: string): Csr<Int32Array> {
  const foreign = matrix.values.find((value) => value === 0 || Math.abs(value) > qmax || value % step !== 0);
  if (foreign !== undefined)
    throw new UsageError(
      `${what} holds the weight ${foreign}; its target stores multiples of ${step} up to ${qmax}, and zeros are left out`,
    );
  return matrix;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

function isScale(value: unknown): value is number {
  return Number.isFinite(value) && (value as number) > 0;
}
