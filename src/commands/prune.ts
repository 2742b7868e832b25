// bimt-export prune: trained.safetensors → pruned.safetensors
import { Command } from 'commander';
import { writeFileAtomic } from '../core/files.ts';
import { readNetwork } from '../pipeline/network-file.ts';
import { pruneStage } from '../pipeline/prune-stage.ts';
import {
  type CommonOptions,
  claimOutputs,
  integerOption,
  networkArgument,
  numberOption,
  onInterrupt,
  printResult,
  stageHooks,
  withCommonOptions,
} from './common.ts';
import { describeScores } from './scores-text.ts';
import { readSettings } from './settings.ts';

interface PruneOptions extends CommonOptions {
  readonly out: string;
  readonly config?: string;
  readonly threshold?: number;
  readonly density?: number;
  readonly rounds?: number;
  readonly fineTune?: number;
  readonly seed?: number;
  readonly trials?: number;
  readonly force?: boolean;
}

const PRUNE_EXAMPLES = `
Examples:
  $ bimt-export prune runs/a/trained.safetensors --out runs/a/pruned.safetensors
  $ bimt-export prune runs/a/trained.safetensors --out runs/a/sparse.safetensors --density 0.05 --rounds 10 --fine-tune 2000`;

/** The command. */
export function pruneCommand(): Command {
  return withCommonOptions(new Command('prune'))
    .description('Remove small weights and dead neurons, then train on with what is left.')
    .argument('<file>', 'a trained network')
    .requiredOption('--out <file>', 'the pruned network')
    .option('--threshold <x>', 'weights of at most this size go (default: 0.01)', numberOption(0))
    .option(
      '--density <share>',
      'keep the largest weights, this share of all possible ones, instead of a threshold (default: none)',
      numberOption(0),
    )
    .option('--rounds <n>', 'reach the density in steps, with a share of the fine-tuning after each (default: 1)', integerOption(1))
    .option('--fine-tune <updates>', 'updates with the pruned entries held at zero; 0 for none (default: 500)', integerOption(0))
    .option('--seed <n>', 'seed of the fine-tuning trials (default: 0)', integerOption(0))
    .option('--trials <n>', 'test trials per task for the scores (default: 500)', integerOption(1, 100_000))
    .option('--config <file>', 'JSON file with the settings of a run; its prune and scores sections count, options win over it')
    .option('--force', 'overwrite --out')
    .addHelpText('after', PRUNE_EXAMPLES)
    .action(pruneAction);
}

async function pruneAction(file: string, options: PruneOptions): Promise<void> {
  const { threshold, density, rounds, fineTune, seed, trials } = options;
  const config = readSettings(options.config, {
    prune: { ...rule(threshold, density), rounds, fineTune: fineTune === 0 ? null : { updates: fineTune, seed } },
    scores: { trialsPerTask: trials },
  });
  const trained = networkArgument(file, ['trained']);
  claimOutputs([options.out], options);
  const { hooks, stop } = stageHooks(options);
  const bytes = await onInterrupt(
    (signal) => pruneStage(trained, config.prune, config.scores, { ...hooks, signal }),
    'nothing was written',
  ).finally(stop);
  writeFileAtomic(options.out, bytes);
  const { header, history, network } = readNetwork(bytes, options.out);
  printResult(
    options,
    { file: options.out, pruning: history.pruning, scores: header.scores },
    `${options.out}: ${network.neurons} of ${trained.network.neurons} neurons\n${describeScores(header.scores)}`,
  );
}

/** One of threshold and density on the command line takes the place of the other in the config file. */
function rule(threshold: number | undefined, density: number | undefined) {
  return {
    threshold: density === undefined ? threshold : (threshold ?? null),
    density: threshold === undefined ? density : (density ?? null),
  };
}
