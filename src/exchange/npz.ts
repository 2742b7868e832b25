// How do weights leave for NumPy? A .npz archive of .npy arrays, the same bytes each time.
import { zipSync } from 'fflate';
import type { QuantizedArtifact } from '../compression/quantized-file.ts';
import { canonicalJson } from '../core/hash.ts';
import { type ArtifactHeader, networkMetadata, sitePositions } from '../network/artifact.ts';
import type { Csr } from '../network/csr.ts';
import type { Network } from '../network/network.ts';
import { denseValues } from './model-file.ts';

/** Weights of a matrix up to which it is written dense; larger ones leave as compressed sparse rows. */
const LARGEST_DENSE = 2 ** 24;
/** A zip archive knows no time zone; without one, the text means the same date everywhere. */
const ZIP_TIME = '1980-01-01T00:00:00';

/** An array: row-major values and their shape; [] for a single value. */
export interface NumpyArray {
  readonly shape: readonly number[];
  readonly data: Float64Array | Float32Array | Int32Array | Uint8Array | string;
}

/**
 * A trained or pruned network: `W`, `W_in`, `W_out` float32 with masks, `b`, `b_out`, `site`, `position`, and `metadata`, JSON
 * as a string. Row = target, column = source.
 */
export function exportNpz(network: Network, { config, provenance, scores }: ArtifactHeader): Uint8Array {
  const { neurons, outputs, bias, readoutBias, site, grid } = network;
  return encodeNpz({
    ...matrixArrays('W', network.recurrent, Float32Array),
    ...matrixArrays('W_in', network.input, Float32Array),
    ...matrixArrays('W_out', network.readout, Float32Array),
    b: { shape: [neurons], data: bias },
    b_out: { shape: [outputs], data: readoutBias },
    site: { shape: [neurons], data: site },
    position: { shape: [neurons, 2], data: sitePositions(grid, site) },
    metadata: { shape: [], data: canonicalJson({ config, provenance, scores, ...networkMetadata(network) }) },
  });
}

/**
 * An integer network: as `exportNpz`, in int32, and `multiplier`, `shift`, `state_max` of the requantization and the scales
 * `scale_state`, `scale_input`, `scale_readout`, `scale_accumulator` (one a neuron), float64; real = scale · integer.
 */
export function exportIntegerNpz({ network, details, header: { config, provenance, scores } }: QuantizedArtifact): Uint8Array {
  const { neurons, outputs, scales, site } = network;
  const single = (value: number): NumpyArray => ({ shape: [], data: Float64Array.of(value) });
  return encodeNpz({
    ...matrixArrays('W', network.recurrent, Int32Array),
    ...matrixArrays('W_in', network.input, Int32Array),
    ...matrixArrays('W_out', network.readout, Int32Array),
    b: { shape: [neurons], data: network.bias },
    b_out: { shape: [outputs], data: network.readoutBias },
    multiplier: { shape: [neurons], data: network.multiplier },
    shift: { shape: [], data: Int32Array.of(network.shift) },
    state_max: { shape: [], data: Int32Array.of(network.stateMax) },
    scale_state: single(scales.state),
    scale_input: single(scales.input),
    scale_readout: single(scales.readout),
    scale_accumulator: { shape: [neurons], data: scales.accumulator },
    site: { shape: [neurons], data: site },
    position: { shape: [neurons, 2], data: sitePositions(details.grid, site) },
    metadata: { shape: [], data: canonicalJson({ config, provenance, scores, ...details }) },
  });
}

/** Bytes of an archive; equal arrays give equal bytes. A Uint8Array is an array of truth values. */
export function encodeNpz(arrays: Readonly<Record<string, NumpyArray>>): Uint8Array {
  const files = Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${name}.npy`, encodeNpy(array)]));
  return zipSync(files, { level: 0, mtime: ZIP_TIME });
}

/** Dense with its mask, or `name.values`, `name.indices` and `name.indptr` where that would be too large. */
function matrixArrays<T extends Float32Array | Int32Array>(
  name: string,
  matrix: Csr<T>,
  Type: { new (length: number): Float32Array | Int32Array; readonly BYTES_PER_ELEMENT: number },
): Record<string, NumpyArray> {
  const { rows, columns, indptr, indices, values } = matrix;
  if (rows * columns > LARGEST_DENSE) {
    return {
      [`${name}.values`]: { shape: [values.length], data: values },
      [`${name}.indices`]: { shape: [indices.length], data: indices },
      [`${name}.indptr`]: { shape: [rows + 1], data: indptr },
    };
  }
  const shape = [rows, columns];
  const mask = new Uint8Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let at = indptr[row]; at < indptr[row + 1]; at++) mask[row * columns + indices[at]] = 1;
  }
  return { [name]: { shape, data: denseValues(matrix, false, Type) }, [`${name}_mask`]: { shape, data: mask } };
}

/**
 * The .npy format, version 1.0: magic, header length, a Python dictionary padded to a multiple of 64 bytes, data.
 *
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
function encodeNpy({ shape, data }: NumpyArray): Uint8Array {
  const count = typeof data === 'string' ? 1 : data.length;
  if (shape.reduce((a, b) => a * b, 1) !== count) throw new Error(`shape [${shape}] does not hold ${count} values`);
  const { type, bytes } = typeof data === 'string' ? unicode(data) : { type: typeOf(data), bytes: data };
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${tuple}), }`;
  const preamble = 10;
  const length = Math.ceil((preamble + text.length + 1) / 64) * 64;
  const out = new Uint8Array(length + bytes.byteLength);
  out.set([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0, (length - preamble) & 0xff, (length - preamble) >> 8]);
  out.set(new TextEncoder().encode(`${text.padEnd(length - preamble - 1)}\n`), preamble);
  out.set(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength), length);
  return out;
}

/** A string as NumPy holds it: code points of four bytes. */
function unicode(text: string): { type: string; bytes: Int32Array } {
  const points = Int32Array.from(text, (character) => character.codePointAt(0) ?? 0);
  return { type: `<U${points.length}`, bytes: points };
}

function typeOf(data: Exclude<NumpyArray['data'], string>): string {
  if (data instanceof Float64Array) return '<f8';
  if (data instanceof Float32Array) return '<f4';
  return data instanceof Int32Array ? '<i4' : '|b1';
}
