// bimt-export train: suite and options → trained.safetensors
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { UsageError } from '../core/errors.ts';
import { checkWritable, fileExists, readInputFile, writeFileAtomic } from '../core/files.ts';
import { decodeArtifact } from '../network/artifact.ts';
import type { RunConfig } from '../pipeline/config.ts';
import { planTraining } from '../pipeline/train-plan.ts';
import { trainStage } from '../pipeline/train-stage.ts';
import type { TaskWeights } from '../tasks/batches.ts';
import { findSuite, findTask } from '../tasks/suites.ts';
import { type CheckpointStore, decodeCheckpoint } from '../training/checkpoint.ts';
import type { TrainConfig } from '../training/config.ts';
import { onInterrupt, stageHooks } from './common.ts';
import { printTrainPlan } from './dry-run.ts';
import { type CommonOptions, printResult, withCommonOptions } from './output.ts';
import { describeScore } from './scores-text.ts';
import { settingOption } from './setting-option.ts';
import { readSettings } from './settings.ts';

const CHECKPOINT = 'checkpoint.safetensors';
const FILES = ['trained.safetensors', 'training.csv', CHECKPOINT] as const;

interface TrainOptions extends CommonOptions, Partial<Omit<TrainConfig, 'taskWeights'>> {
  readonly out: string;
  readonly config?: string;
  readonly resume?: boolean;
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly taskWeight?: TaskWeights;
  readonly trials?: number;
  readonly scoreSeed?: number;
}

/** The command. */
export function trainCommand(): Command {
  return withTrainingOptions(withCommonOptions(new Command('train')))
    .requiredOption('--out <dir>', 'folder for trained.safetensors, training.csv and the checkpoint')
    .option('--config <file>', 'file with the settings of a run (YAML or JSON); its train and scores sections count, options win over it')
    .option('--resume', 'go on from the checkpoint in --out, to the same result as without the interruption')
    .option('--force', 'overwrite an earlier result in --out')
    .option('--dry-run', 'tell the network, the engine, every setting and the files that would be written; train nothing')
    .addOption(settingOption('--trials <n>', 'scores.trialsPerTask'))
    .addOption(settingOption('--score-seed <n>', 'scores.seed'))
    .addHelpText(
      'after',
      '\nExamples:\n  $ bimt-export train --out runs/a --grid 14x14 --init diag --lambda 1e-4 --dry-run\n  $ bimt-export train --out runs/a --grid 14x14 --init diag --lambda 1e-4\n  $ bimt-export train --out runs/a --resume',
    )
    .action(trainAction);
}

async function trainAction(options: TrainOptions): Promise<void> {
  const artifactPath = join(options.out, 'trained.safetensors');
  const checkpointPath = join(options.out, CHECKPOINT);
  if (options.resume && !fileExists(checkpointPath)) throw new UsageError(`nothing to resume: ${checkpointPath} does not exist`);
  for (const path of [artifactPath, checkpointPath]) {
    if (fileExists(path) && !options.force && !options.resume) {
      throw new UsageError(`${path} exists; go on with --resume, overwrite with --force, or choose another --out`);
    }
  }
  const { train: config, scores: plan } = settingsOf(
    options,
    options.resume ? decodeCheckpoint(readInputFile(checkpointPath), checkpointPath).config : {},
  );
  const suite = findSuite(config.suite);
  for (const task of Object.keys(config.taskWeights)) findTask(suite, task);
  checkWritable(checkpointPath);
  const store: CheckpointStore = {
    load: () => (options.resume ? { bytes: readInputFile(checkpointPath), what: checkpointPath } : null),
    save: (bytes) => writeFileAtomic(checkpointPath, bytes),
  };
  if (options.dryRun)
    return printTrainPlan(options, options.out, await planTraining(config, store), { train: config, scores: plan }, FILES);
  const { hooks, stop } = stageHooks(options);
  const files = await onInterrupt(
    (signal) => trainStage(config, plan, store, { ...hooks, signal }),
    `go on with: ${resumeCommand(options)}`,
  ).finally(stop);
  for (const [name, content] of Object.entries(files)) writeFileAtomic(join(options.out, name), content);
  const { header } = decodeArtifact(files['trained.safetensors'], artifactPath, ['trained']);
  const { trained: scores } = header.scores;
  printResult(
    options,
    { file: artifactPath, config: header.config, provenance: header.provenance, scores },
    `${artifactPath}: ${describeScore(scores)}`,
  );
}

/** Settings of the checkpoint, then from the config file, then from options; training refuses what differs from its checkpoint. */
function settingsOf(options: TrainOptions, checkpoint: Partial<TrainConfig>): RunConfig {
  const { json, quiet, verbose, out, config, resume, force, dryRun, taskWeight: taskWeights, trials, scoreSeed, ...given } = options;
  return readSettings(
    config,
    { train: { ...given, taskWeights }, scores: { trialsPerTask: trials, seed: scoreSeed } },
    { train: checkpoint },
  );
}

/** Scores are no part of the checkpoint: unusual ones must be asked for again. */
function resumeCommand({ out, config, trials, scoreSeed }: TrainOptions): string {
  const again = { config, trials, 'score-seed': scoreSeed };
  const given = Object.entries(again).flatMap(([name, value]) => (value === undefined ? [] : [` --${name} ${value}`]));
  return `bimt-export train --out ${out} --resume${given.join('')}`;
}

/** The settings of training that are set on the command line; the defaults are those of the config. */
function withTrainingOptions(command: Command): Command {
  return command
    .addOption(settingOption('--suite <name>', 'train.suite'))
    .addOption(settingOption('--grid <size>', 'train.grid'))
    .addOption(settingOption('--activation <name>', 'train.activation'))
    .addOption(settingOption('--init <name>', 'train.init'))
    .addOption(settingOption('--condition <name>', 'train.condition'))
    .addOption(settingOption('--lambda <x>', 'train.lambda'))
    .addOption(settingOption('--locality <A>', 'train.locality'))
    .addOption(settingOption('--lambda-schedule <name>', 'train.lambdaSchedule'))
    .addOption(settingOption('--proximal', 'train.proximal'))
    .addOption(settingOption('--learning-rate <x>', 'train.learningRate'))
    .addOption(settingOption('--updates <n>', 'train.updates'))
    .addOption(settingOption('--batch-mode <name>', 'train.batchMode'))
    .addOption(settingOption('--batch-rows <n>', 'train.batchRows'))
    .addOption(settingOption('--task-weight <name=w>', 'train.taskWeights', { written: 'dms=2', repeats: true, parse: taskWeightOption }))
    .addOption(settingOption('--seed <n>', 'train.seed'))
    .addOption(settingOption('--engine <name>', 'train.engine'));
}

/** Option parser for NAME=W, collected over all that are given. */
function taskWeightOption(text: string, earlier: TaskWeights = {}): TaskWeights {
  const [name, weight, ...rest] = text.split('=');
  const value = Number(weight);
  if (name === '' || !weight?.trim() || rest.length > 0 || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError('expected NAME=W with a weight above 0, for example dms=2.');
  if (Object.hasOwn(earlier, name)) throw new InvalidArgumentError(`the weight of ${name} is given twice.`);
  return { ...earlier, [name]: value };
}
