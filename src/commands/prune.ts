// bimt-export prune: trained.safetensors → pruned.safetensors
import { Command } from 'commander';
import { writeFileAtomic } from '../core/files.ts';
import { parseWith } from '../core/validate.ts';
import { PruneConfig } from '../pipeline/config.ts';
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

interface PruneOptions extends CommonOptions {
  readonly out: string;
  readonly threshold?: number;
  readonly fineTune?: number;
  readonly trials: number;
  readonly force?: boolean;
}

/** The command. */
export function pruneCommand(): Command {
  return withCommonOptions(new Command('prune'))
    .description('Remove small weights and dead neurons, then train on with what is left.')
    .argument('<file>', 'a trained network')
    .requiredOption('--out <file>', 'the pruned network')
    .option('--threshold <x>', 'weights of at most this size go (default: 0.01)', numberOption(0))
    .option('--fine-tune <updates>', 'updates with the pruned entries held at zero; 0 for none (default: 500)', integerOption(0))
    .option('--trials <n>', 'test trials per task for the scores', integerOption(1, 100_000), 500)
    .option('--force', 'overwrite --out')
    .addHelpText('after', '\nExample:\n  $ bimt-export prune runs/a/trained.safetensors --out runs/a/pruned.safetensors')
    .action(pruneAction);
}

async function pruneAction(file: string, options: PruneOptions): Promise<void> {
  const { threshold, fineTune, trials } = options;
  const settings = {
    ...(threshold !== undefined && { threshold }),
    ...(fineTune !== undefined && { fineTune: fineTune === 0 ? null : { updates: fineTune } }),
  };
  const config = parseWith(PruneConfig, settings, 'the pruning settings');
  const trained = networkArgument(file, ['trained']);
  claimOutputs([options.out], options);
  const { hooks, stop } = stageHooks(options);
  const bytes = await onInterrupt(
    (signal) => pruneStage(trained, config, { trialsPerTask: trials, seed: 1 }, { ...hooks, signal }),
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
