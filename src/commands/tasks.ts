// bimt-export tasks: which tasks are there, what do their trials look like, and the trials themselves as JSON.
import { Command } from 'commander';
import { UsageError } from '../core/errors.ts';
import { fileExists, writeFileAtomic } from '../core/files.ts';
import { randomStream } from '../core/random.ts';
import { type Column, textTable } from '../report/table.ts';
import { trialPlot } from '../report/trial-plot.ts';
import { trialText } from '../report/trial-text.ts';
import { isRecorded } from '../tasks/recorded.ts';
import { STEP_MS } from '../tasks/ring.ts';
import type { TaskSuite, Trial } from '../tasks/suite.ts';
import { findSuite, findTask, SUITES, type SuiteSetting, suiteSettings } from '../tasks/suites.ts';
import { sampleTrial } from '../tasks/trial.ts';
import { integerOption } from './option-parsers.ts';
import { type CommonOptions, note, printResult, withCommonOptions } from './output.ts';
import { settingOption } from './setting-option.ts';

// More would not fit the longest string that Node can print.
const MAX_TRIALS = 5000;

interface TrialOptions extends CommonOptions {
  readonly suite: string;
  readonly seed: number;
  readonly noise: boolean;
}

/** The command with its subcommands. */
export function tasksCommand(): Command {
  return new Command('tasks').addCommand(listCommand()).addCommand(showCommand()).addCommand(sampleCommand());
}

function listCommand(): Command {
  return withCommonOptions(new Command('list'))
    .description('All suites with their parameters and tasks.')
    .option('--suite <name>', 'only this suite, with parameters as they are set: modcog84:seed=3 (default: all suites)')
    .addHelpText('after', '\nExample:\n  $ bimt-export tasks list --suite modcog84:ring=reference')
    .action(listAction);
}

function showCommand(): Command {
  return withTrialOptions(new Command('show'))
    .description('One trial as a picture in text, or as an SVG file.')
    .argument('<task>', 'name of the task')
    .option('--svg <file>', 'also write the picture as SVG')
    .option('--force', 'overwrite the SVG file')
    .addHelpText('after', '\nExample:\n  $ bimt-export tasks show dms --svg dms.svg')
    .action(showAction);
}

function sampleCommand(): Command {
  return withTrialOptions(new Command('sample'))
    .description('Trials of one task: with --json inputs [step][channel], targets [step], periods and description.')
    .requiredOption('--task <name>', 'name of the task')
    .option('--trials <n>', 'how many', integerOption(1, MAX_TRIALS), 1)
    .addHelpText('after', '\nExample:\n  $ bimt-export tasks sample --task multidm --trials 3 --seed 1 --no-noise --json')
    .action(sampleAction);
}

function withTrialOptions(command: Command): Command {
  return withCommonOptions(command)
    .addOption(settingOption('--suite <name>', 'train.suite', { filled: true }))
    .option('--seed <n>', 'seed of the trials', integerOption(0), 0)
    .option('--no-noise', 'without input noise');
}

function listAction(options: CommonOptions & { readonly suite?: string }): void {
  const wanted = options.suite === undefined ? SUITES : [findSuite(options.suite)];
  const suites = wanted.map((suite) => {
    const { name, title, inputs, outputs, maxSteps, tasks, ceilings, constants, summaries } = suite;
    return {
      name,
      title,
      inputs,
      outputs,
      maxSteps,
      stepMs: isRecorded(suite) ? null : STEP_MS,
      parameters: suiteSettings(suite),
      tasks: tasks.map((task, index) => ({
        index,
        name: task,
        ceiling: ceilings[index],
        summary: summaries[index],
        ...(Object.keys(constants[index]).length > 0 && { constants: constants[index] }),
      })),
    };
  });
  const text = suites.map(({ name, title, inputs, outputs, maxSteps, stepMs, parameters, tasks }) =>
    [
      `${name}: ${title}`,
      `${inputs} inputs, ${outputs} outputs, trials of at most ${maxSteps} steps${stepMs === null ? '' : ` of ${stepMs} ms`}`,
      '',
      textTable(TASK_COLUMNS, tasks, { indent: 2 }),
      ...(parameters.length === 0 ? [] : parameterLines(parameters)),
    ].join('\n'),
  );
  printResult(options, suites, text.join('\n'));
}

function parameterLines(parameters: readonly SuiteSetting[]): string[] {
  return [
    'parameters, set after a colon and separated by commas as in --suite modcog84:ring=reference,seed=3',
    '',
    textTable(PARAMETER_COLUMNS, parameters, { indent: 2 }),
  ];
}

interface TaskRow {
  readonly index: number;
  readonly name: string;
  readonly ceiling: number;
  readonly summary: string;
}

const TASK_COLUMNS: readonly Column<TaskRow>[] = [
  {
    key: 'index',
    title: 'rule',
    unit: '',
    format: { decimals: 0 },
    meaning: 'position among the rule channels',
    value: ({ index }) => index,
  },
  { key: 'task', title: 'task', unit: '', format: 'words', meaning: 'name of the task', value: ({ name }) => name },
  {
    key: 'ceiling',
    title: 'ceiling',
    unit: '',
    format: { decimals: 3 },
    meaning: 'best possible accuracy',
    value: ({ ceiling }) => ceiling,
  },
  { key: 'summary', title: 'what it asks', unit: '', format: 'words', meaning: 'the rule in one line', value: ({ summary }) => summary },
];

const PARAMETER_COLUMNS: readonly Column<SuiteSetting>[] = [
  { key: 'parameter', title: 'parameter', unit: '', format: 'words', meaning: 'its name', value: ({ name }) => name },
  { key: 'value', title: 'value', unit: '', format: 'words', meaning: 'what it is set to', value: ({ value }) => value },
  { key: 'allowed', title: 'allowed', unit: '', format: 'words', meaning: 'what it can be set to', value: ({ allowed }) => allowed },
  { key: 'meaning', title: 'meaning', unit: '', format: 'words', meaning: 'what it decides', value: ({ meaning }) => meaning },
];

function showAction(name: string, options: TrialOptions & { readonly svg?: string; readonly force?: boolean }): void {
  const suite = findSuite(options.suite);
  requireRings(suite);
  const [trial] = drawTrials(suite, name, 1, options);
  if (options.svg !== undefined) {
    if (fileExists(options.svg) && !options.force)
      throw new UsageError(`${options.svg} exists; overwrite it with --force, or choose another name`);
    writeFileAtomic(options.svg, trialPlot(suite, trial));
    note(options, `picture: ${options.svg}`);
  }
  printResult(options, trialJson(suite, trial), trialText(suite, trial));
}

function sampleAction(options: TrialOptions & { readonly task: string; readonly trials: number }): void {
  const suite = findSuite(options.suite);
  if (!options.json) requireRings(suite);
  const trials = drawTrials(suite, options.task, options.trials, options);
  printResult(
    options,
    trials.map((trial) => trialJson(suite, trial)),
    isRecorded(suite) ? '' : trials.map((trial) => trialText(suite, trial)).join('\n\n'),
  );
}

/** @throws UsageError if the suite has no rings that a picture could show */
function requireRings(suite: TaskSuite): void {
  if (isRecorded(suite))
    throw new UsageError(
      `trials of ${suite.name} cannot be drawn: pictures show the rings of the built-in suites; print them with: bimt-export tasks sample --json`,
    );
}

/** Trial i is the same whatever their number, so that `show` shows the first of `sample`. */
function drawTrials(suite: TaskSuite, name: string, count: number, { seed, noise }: TrialOptions): Trial[] {
  const task = findTask(suite, name);
  return Array.from({ length: count }, (_, i) =>
    sampleTrial(suite, task, randomStream(seed, `sample/${suite.name}/${name}`, i), { noise }),
  );
}

function trialJson(suite: TaskSuite, { info, steps, inputs, targets }: Trial): unknown {
  return {
    task: info.task,
    periods: info.periods,
    inputs: Array.from({ length: steps }, (_, step) => [...inputs.subarray(step * suite.inputs, (step + 1) * suite.inputs)]),
    targets: [...targets],
    info,
  };
}
