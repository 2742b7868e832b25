// Which ONNX files does a network leave as?
import { DEFAULT_WEIGHT_ONLY, type WeightOnlyFormat } from '../compression/dequantize.ts';
import type { QuantizedArtifact } from '../compression/quantized-file.ts';
import type { ArtifactHeader } from '../network/artifact.ts';
import type { Network } from '../network/network.ts';
import { exportInteger } from './int.ts';
import { exportQdq } from './qdq.ts';
import { exportSequence } from './seq.ts';
import type { Sequence } from './sequences.ts';
import { exportStep } from './step.ts';

/** A file to write, name without folder. */
export interface ModelFile {
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** How the forms are written; the defaults are what most readers understand. */
export interface FormOptions {
  /** Of model.seq.onnx and model.qdq.onnx; `rnn` unless given. */
  readonly sequence?: Sequence;
  /** Weights of model.qdq.onnx; int8 with one scale a matrix unless given. */
  readonly qdq?: WeightOnlyFormat;
}

/** The float forms of a network: one step, whole trials, and whole trials with integer weights. Equal arguments give equal bytes. */
export function exportOnnx(
  network: Network,
  header: ArtifactHeader,
  { sequence = 'rnn', qdq = DEFAULT_WEIGHT_ONLY }: FormOptions = {},
): ModelFile[] {
  return [
    { file: 'model.step.onnx', bytes: exportStep(network, header) },
    { file: 'model.seq.onnx', bytes: exportSequence(network, header, sequence) },
    { file: 'model.qdq.onnx', bytes: exportQdq(network, header, qdq, sequence) },
  ];
}

/**
 * The integer form of a quantized network. Equal arguments give equal bytes.
 *
 * @param mapping - written into its metadata when given, see `exportInteger`
 */
export function exportIntegerOnnx(quantized: QuantizedArtifact, mapping?: unknown): ModelFile {
  return { file: 'model.int.onnx', bytes: exportInteger(quantized, mapping) };
}
