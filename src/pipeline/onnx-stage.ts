// Which ONNX files describe a network, whatever the target?
import { exportOnnx } from '../exchange/onnx-forms.ts';
import type { NetworkArtifact } from './network-file.ts';
import type { StageFiles } from './run-folder.ts';

/** The float forms: one step, the sequence, and int8 weights. */
export function onnxStage({ network, header }: NetworkArtifact): StageFiles {
  return Object.fromEntries(exportOnnx(network, header).map(({ file, bytes }) => [file, bytes]));
}
