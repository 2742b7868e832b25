// Which ONNX files describe a network, whatever the target? With a card that says what they are.
import type { QuantizedArtifact } from '../compression/quantized-file.ts';
import { CARD_FILE, type CardSubject, modelCard } from '../exchange/model-card.ts';
import { exportIntegerOnnx, exportOnnx } from '../exchange/onnx-forms.ts';
import type { OnnxConfig } from './config.ts';
import type { NetworkArtifact } from './network-file.ts';
import type { StageFiles } from './run-folder.ts';

/** An integer network and the bytes of its artifact. */
export type QuantizedSource = QuantizedArtifact & { readonly bytes: Uint8Array };

/**
 * Every form that the given networks have: one step, the sequence and integer weights of the float network, the integers of
 * the quantized one; and the card.
 *
 * @param mapping - of the integer network onto its target, written into model.int.onnx when given
 */
export function onnxStage(
  float: NetworkArtifact | null,
  options: OnnxConfig | null,
  integer: QuantizedSource | null = null,
  mapping?: unknown,
): StageFiles {
  const models = [
    ...(float === null ? [] : exportOnnx(float.network, float.header, options ?? {})),
    ...(integer === null ? [] : [exportIntegerOnnx(integer, mapping)]),
  ];
  const subject: CardSubject = { models, options: options ?? {}, float, integer };
  return {
    ...Object.fromEntries(models.map(({ file, bytes }) => [file, bytes])),
    [CARD_FILE]: new TextEncoder().encode(modelCard(subject)),
  };
}
