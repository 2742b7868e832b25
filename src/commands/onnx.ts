// bimt-export onnx: pruned.safetensors → model.step.onnx, model.seq.onnx, model.qdq.onnx, model.int.onnx
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { decodeQuantized, type QuantizedArtifact } from '../compression/quantized-file.ts';
import { UsageError } from '../core/errors.ts';
import { readInputFile, writeFileAtomic } from '../core/files.ts';
import { sha256 } from '../core/hash.ts';
import { exportOnnx } from '../exchange/onnx-forms.ts';
import { chipOf } from '../mapping/chip.ts';
import type { NetworkArtifact } from '../pipeline/network-file.ts';
import { quantizeStage } from '../pipeline/quantize-stage.ts';
import { loadTarget } from '../targets/load.ts';
import { type CommonOptions, claimOutputs, networkArgument, printResult, withCommonOptions } from './common.ts';
import { readSettings } from './settings.ts';

interface OnnxOptions extends CommonOptions {
  readonly out: string;
  readonly target?: string;
  readonly quantized?: string;
  readonly force?: boolean;
}

/** The command. */
export function onnxCommand(): Command {
  return withCommonOptions(new Command('onnx'))
    .description('Write a network as ONNX: one step, the whole sequence, int8 weights, and the integer network.')
    .argument('<file>', 'a trained or pruned network')
    .requiredOption('--out <dir>', 'folder for the models')
    .option('--target <name>', 'also write model.int.onnx, quantized for this target as quantize does it')
    .addOption(new Option('--quantized <file>', 'also write model.int.onnx, from this quantized network').conflicts('target'))
    .option('--force', 'overwrite models in --out')
    .addHelpText(
      'after',
      '\nExample:\n  $ bimt-export onnx runs/a/pruned.safetensors --quantized runs/a/quantized.safetensors --out runs/a',
    )
    .action(onnxAction);
}

async function onnxAction(file: string, options: OnnxOptions): Promise<void> {
  const artifact = networkArgument(file);
  const models = exportOnnx(artifact.network, artifact.header, await quantizedOf(artifact, file, options)).map((model) => ({
    path: join(options.out, model.file),
    bytes: model.bytes,
  }));
  claimOutputs(
    models.map(({ path }) => path),
    options,
  );
  for (const { path, bytes } of models) writeFileAtomic(path, bytes);
  printResult(
    options,
    models.map(({ path, bytes }) => ({ file: path, bytes: bytes.length })),
    models.map(({ path, bytes }) => `${path}: ${bytes.length} bytes`).join('\n'),
  );
}

/** The integer network to write beside the float forms, if one is asked for. */
async function quantizedOf(
  artifact: NetworkArtifact,
  file: string,
  { target, quantized: path }: OnnxOptions,
): Promise<QuantizedArtifact | null> {
  if (target !== undefined) {
    // A model holds no scores, so hardly any are measured.
    const { quantize, scores } = readSettings(undefined, { scores: { trialsPerTask: 1 } });
    return (await quantizeStage(artifact, chipOf(loadTarget(target), { maxNeuronsPerCore: null }), quantize, scores)).artifact;
  }
  if (path === undefined) return null;
  const quantized = decodeQuantized(readInputFile(path), path);
  if (quantized.header.provenance.parentHash !== sha256(artifact.bytes))
    throw new UsageError(`${path} was not made from ${file}; quantize it again, or give the network it was made from`);
  return quantized;
}
