// bimt-export onnx: trained or pruned network → model.step.onnx, model.seq.onnx, model.qdq.onnx, model.int.onnx, model.md
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { decodeQuantized, encodeQuantized } from '../compression/quantized-file.ts';
import { UsageError } from '../core/errors.ts';
import { readInputFile, writeFileAtomic } from '../core/files.ts';
import { sha256 } from '../core/hash.ts';
import { chipOf } from '../mapping/chip.ts';
import { parseMapping } from '../mapping/mapping-file.ts';
import type { RunConfig } from '../pipeline/config.ts';
import type { NetworkArtifact } from '../pipeline/network-file.ts';
import { onnxStage, type QuantizedSource } from '../pipeline/onnx-stage.ts';
import { quantizeStage } from '../pipeline/quantize-stage.ts';
import { loadTarget } from '../targets/load.ts';
import { claimOutputs, networkArgument } from './common.ts';
import { type CommonOptions, printResult, withCommonOptions } from './output.ts';
import { settingOption } from './setting-option.ts';
import { readSettings } from './settings.ts';

interface OnnxOptions extends CommonOptions {
  readonly out: string;
  readonly target?: string;
  readonly quantized?: string;
  readonly mapping?: string;
  readonly sequence?: string;
  readonly qdqBits?: number;
  readonly qdqGranularity?: string;
  readonly qdqBlockSize?: number;
  readonly config?: string;
  readonly force?: boolean;
}

/** The command. */
export function onnxCommand(): Command {
  return withCommonOptions(new Command('onnx'))
    .argument('<file>', 'a trained or pruned network')
    .requiredOption('--out <dir>', 'folder for the models')
    .option('--target <name>', 'also write model.int.onnx, quantized for this target as quantize does it')
    .addOption(new Option('--quantized <file>', 'also write model.int.onnx, from this quantized network').conflicts('target'))
    .addOption(
      new Option('--mapping <file>', 'also write where neurons run into model.int.onnx, from this mapping.json of the quantized network'),
    )
    .addOption(settingOption('--sequence <name>', 'onnx.sequence'))
    .addOption(settingOption('--qdq-bits <n>', 'onnx.qdq.bits'))
    .addOption(settingOption('--qdq-granularity <name>', 'onnx.qdq.granularity'))
    .addOption(settingOption('--qdq-block-size <n>', 'onnx.qdq.blockSize'))
    .option('--config <file>', 'file with the settings of a run (YAML or JSON); its onnx and quantize sections count, options win over it')
    .option('--force', 'overwrite models in --out')
    .addHelpText(
      'after',
      `
Examples:
  $ bimt-export onnx runs/a/pruned.safetensors --quantized runs/a/quantized.safetensors --out runs/a
  $ bimt-export onnx runs/a/pruned.safetensors --qdq-bits 4 --qdq-granularity block --out runs/a-int4`,
    )
    .action(onnxAction);
}

async function onnxAction(file: string, options: OnnxOptions): Promise<void> {
  const { sequence, qdqBits, qdqGranularity, qdqBlockSize } = options;
  const qdq = { bits: qdqBits, granularity: qdqGranularity, blockSize: qdqBlockSize };
  // A model holds no scores, so hardly any are measured.
  const settings = readSettings(options.config, { onnx: { sequence, qdq }, scores: { trialsPerTask: 1 } });
  const artifact = networkArgument(file);
  const quantized = await quantizedOf(artifact, file, options, settings);
  const stage = onnxStage(artifact, settings.onnx, quantized, mappingOf(quantized, options));
  const files = Object.entries(stage).map(([name, bytes]) => ({ path: join(options.out, name), bytes }));
  claimOutputs(
    files.map(({ path }) => path),
    options,
  );
  for (const { path, bytes } of files) writeFileAtomic(path, bytes);
  printResult(
    options,
    files.map(({ path, bytes }) => ({ file: path, bytes: bytes.length })),
    files.map(({ path, bytes }) => `${path}: ${bytes.length} bytes`).join('\n'),
  );
}

/** The integer network to write beside the float forms, if one is asked for. */
async function quantizedOf(
  artifact: NetworkArtifact,
  file: string,
  { target, quantized: path }: OnnxOptions,
  { quantize, scores }: RunConfig,
): Promise<QuantizedSource | null> {
  if (target !== undefined) {
    const chip = chipOf(loadTarget(target), { maxNeuronsPerCore: null, weightBits: quantize.weightBits });
    const made = (await quantizeStage(artifact, chip, quantize, scores)).artifact;
    return { ...made, bytes: encodeQuantized(made) };
  }
  if (path === undefined) return null;
  const bytes = readInputFile(path);
  const quantized = decodeQuantized(bytes, path);
  if (quantized.header.provenance.parentHash !== sha256(artifact.bytes))
    throw new UsageError(`${path} was not made from ${file}; quantize it again, or give the network it was made from`);
  return { ...quantized, bytes };
}

/** The mapping to write into the integer form, as it was stored. */
function mappingOf(quantized: QuantizedSource | null, { mapping: path }: OnnxOptions): unknown {
  if (path === undefined) return undefined;
  if (quantized === null) throw new UsageError('--mapping needs --quantized: it is written into model.int.onnx');
  const text = new TextDecoder().decode(readInputFile(path));
  if (parseMapping(text, path).network.hash !== sha256(quantized.bytes))
    throw new UsageError(`${path} was made for another quantized network; map again, or give the one it was made for`);
  return JSON.parse(text);
}
