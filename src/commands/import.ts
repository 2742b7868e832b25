// bimt-export import: an ONNX file from anywhere → trained.safetensors
import { dirname } from 'node:path';
import { Command } from 'commander';
import { readInputFile, writeFileAtomic } from '../core/files.ts';
import { parseWith } from '../core/validate.ts';
import { externalDataIn } from '../onnx/external-data.ts';
import { describeLayout, ImportConfig, type Imported, importStage } from '../pipeline/import-stage.ts';
import { claimOutputs, onInterrupt, stageHooks } from './common.ts';
import { integerOption } from './option-parsers.ts';
import { type CommonOptions, printResult, withCommonOptions } from './output.ts';
import { describeScores } from './scores-text.ts';
import { settingOption } from './setting-option.ts';
import { readSettings } from './settings.ts';

interface ImportOptions extends CommonOptions {
  readonly out: string;
  readonly suite?: string;
  readonly grid?: string;
  readonly positions?: string;
  readonly embed?: boolean;
  readonly seed?: number;
  readonly output?: string;
  readonly trials?: number;
  readonly force?: boolean;
}

const HELP = `
Where neurons sit: as the file says, if bimt-export wrote it; else one of --grid, --positions and --embed.

Read are RNN operators, Scans and single steps of h' = φ(W h + W_in u + b), o = W_out h' + b_o with φ relu, tanh or softplus; docs/import.md
lists what else. Anything that a crossbar cannot compute is refused with the name of the node, and the reason.

Examples:
  $ bimt-export import model.onnx --suite yang19 --embed --out runs/mine/trained.safetensors
  $ bimt-export import model.onnx --suite yang19 --grid 20x20 --out runs/mine/trained.safetensors
  $ bimt-export import runs/a/model.step.onnx --out runs/back/trained.safetensors`;

/** Largest coordinates file: 10,000 lines have less than a tenth of it. */
const MAX_POSITIONS_BYTES = 1 << 22;

/** The command. */
export function importCommand(): Command {
  return withCommonOptions(new Command('import'))
    .argument('<file>', 'an ONNX model; its external data lie beside it')
    .requiredOption('--out <file>', 'the trained network')
    .option('--suite <name>', 'tasks it was trained on (default: what the file says)')
    .option('--grid <size>', 'ROWSxCOLUMNS or a number: neurons row by row, in the order of the file (default: what the file says)')
    .option('--positions <file>', 'row,column of each neuron, as CSV or JSON, in the order of the file (default: what the file says)')
    .option('--embed', 'search for a layout of short wires, on --grid or the smallest near-square grid')
    .option('--seed <n>', 'seed of that search (default: 0)', integerOption(0))
    .option('--output <name>', 'the output that is the readout (default: the only one that can be)')
    .addOption(settingOption('--trials <n>', 'scores.trialsPerTask'))
    .option('--force', 'overwrite --out')
    .addHelpText('after', HELP)
    .action(importAction);
}

async function importAction(file: string, options: ImportOptions): Promise<void> {
  const { out, suite, grid, positions, embed, seed, output, trials } = options;
  const config = parseWith(ImportConfig, { suite, grid, embed, seed, output }, 'the options of import');
  const { scores } = readSettings(undefined, { scores: { trialsPerTask: trials } });
  const files = {
    model: { content: readInputFile(file), what: file },
    external: externalDataIn(dirname(file)),
    positions:
      positions === undefined
        ? null
        : { content: new TextDecoder().decode(readInputFile(positions, MAX_POSITIONS_BYTES)), what: positions },
  };
  claimOutputs([out], options);
  const { hooks, stop } = stageHooks(options);
  const result = await onInterrupt((signal) => importStage(files, config, scores, { ...hooks, signal }), 'nothing was written').finally(
    stop,
  );
  writeFileAtomic(out, result.bytes);
  printResult(options, asJson(out, result), asText(file, out, result));
}

function asJson(out: string, { imported, suite, grid, layout, scores, warnings }: Imported) {
  const { network, form, layers, delay, clockNeurons, opset, irVersion, producer, notes } = imported;
  const { inputs, neurons, outputs, activation } = network;
  const file = { form, opset, irVersion, producer, layers, notes };
  return {
    file: out,
    suite,
    inputs,
    neurons,
    outputs,
    activation,
    delay,
    clockNeurons,
    grid,
    layout,
    imported: file,
    scores: { trained: scores },
    warnings,
  };
}

function asText(file: string, out: string, result: Imported): string {
  const { form, opset, network, layers } = result.imported;
  const { inputs, neurons, outputs, activation } = network;
  const lines =
    layers.length === 1
      ? []
      : layers.map(({ node, neurons, delay }) => `  ${node}: ${neurons} neurons${delay === 0 ? '' : `, late by ${delay}`}`);
  return [
    `${out}: ${neurons} ${activation} neurons, ${inputs} inputs, ${outputs} outputs, ${describeLayout(result)}`,
    `  read from ${file}: ${form}, opset ${opset}`,
    ...lines,
    describeScores({ trained: result.scores }),
  ].join('\n');
}
