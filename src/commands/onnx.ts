// bimt-export onnx: pruned.safetensors → model.step.onnx, model.seq.onnx, model.qdq.onnx, model.int.onnx
import { join } from 'node:path';
import { Command } from 'commander';
import { decodeQuantized } from '../compression/quantized-file.ts';
import { UsageError } from '../core/errors.ts';
import { readInputFile, writeFileAtomic } from '../core/files.ts';
import { sha256 } from '../core/hash.ts';
import { exportOnnx } from '../exchange/onnx-forms.ts';
import { type CommonOptions, claimOutputs, networkArgument, printResult, withCommonOptions } from './common.ts';

interface OnnxOptions extends CommonOptions {
  readonly out: string;
  readonly quantized?: string;
  readonly force?: boolean;
}

/** The command. */
export function onnxCommand(): Command {
  return withCommonOptions(new Command('onnx'))
    .description('Write a network as ONNX: one step, the whole sequence, int8 weights, and the integer network.')
    .argument('<file>', 'a trained or pruned network')
    .requiredOption('--out <dir>', 'folder for the models')
    .option('--quantized <file>', 'also write model.int.onnx from this quantized network')
    .option('--force', 'overwrite models in --out')
    .addHelpText(
      'after',
      '\nExample:\n  $ bimt-export onnx runs/a/pruned.safetensors --quantized runs/a/quantized.safetensors --out runs/a',
    )
    .action(onnxAction);
}

function onnxAction(file: string, options: OnnxOptions): void {
  const { network, header, bytes } = networkArgument(file);
  const quantized = options.quantized === undefined ? null : decodeQuantized(readInputFile(options.quantized), options.quantized);
  if (quantized !== null && quantized.header.provenance.parentHash !== sha256(bytes))
    throw new UsageError(`${options.quantized} was not made from ${file}; quantize it again, or give the network it was made from`);
  const models = exportOnnx(network, header, quantized).map((model) => ({ path: join(options.out, model.file), bytes: model.bytes }));
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
