// Which ONNX files does a network leave as?
import type { QuantizedArtifact } from '../compression/quantized-file.ts';
import type { ArtifactHeader } from '../network/artifact.ts';
import type { Network } from '../network/network.ts';
import { exportInteger } from './int.ts';
import { exportQdq } from './qdq.ts';
import { exportSequence } from './seq.ts';
import { exportStep } from './step.ts';

/** A file to write, name without folder. */
export interface ModelFile {
  readonly file: string;
  readonly bytes: Uint8Array;
}

/**
 * The float forms of a network, and the integer form of its quantized version if there is one. Equal arguments give equal bytes.
 *
 * @param mapping - written into the integer form when given, see `exportInteger`
 */
export function exportOnnx(
  network: Network,
  header: ArtifactHeader,
  quantized: QuantizedArtifact | null = null,
  mapping?: unknown,
): ModelFile[] {
  const files = [
    { file: 'model.step.onnx', bytes: exportStep(network, header) },
    { file: 'model.seq.onnx', bytes: exportSequence(network, header) },
    { file: 'model.qdq.onnx', bytes: exportQdq(network, header) },
  ];
  return quantized === null ? files : [...files, { file: 'model.int.onnx', bytes: exportInteger(quantized, mapping) }];
}
