// How do commands that take long tell what they would do?
import { join } from 'node:path';
import type { RunConfig } from '../pipeline/config.ts';
import type { RunPlan } from '../pipeline/plan.ts';
import type { TrainPlan } from '../pipeline/train-plan.ts';
import { formatCount, plural } from '../report/format.ts';
import { type CommonOptions, printResult } from './output.ts';

/** What the help says of --dry-run. */
export const DRY_RUN = 'tell which stages are up to date, which would run and what they would write; change nothing';

const STATES = { 'up to date': 'up to date', begun: 'to finish', 'to do': 'to do' } as const;

/** Prints a line for each stage, with the files of those that would run. */
export function printPlan(options: CommonOptions, plan: RunPlan): void {
  const { out, stages } = plan;
  const done = stages.filter(({ state }) => state === 'up to date').length;
  const width = Math.max(...stages.map(({ stage }) => stage.length));
  const lines = stages.map(({ stage, state, files }) => {
    const words = state === 'up to date' ? '' : `  writes ${files.join(', ')}`;
    return `  ${STATES[state].padEnd(10)}  ${stage.padEnd(width)}${words}`.trimEnd();
  });
  const head = `${out}: ${plural(stages.length, 'stage')}, ${done} up to date, ${stages.length - done} to do; nothing was changed`;
  printResult(options, plan, [head, ...lines].join('\n'));
}

/** Prints what a training would do, with every setting and the files that it would write. */
export function printTrainPlan(
  options: CommonOptions,
  out: string,
  plan: TrainPlan,
  { train, scores }: Pick<RunConfig, 'train' | 'scores'>,
  files: readonly string[],
): void {
  const { network, tasks, updates, engine } = plan;
  const { neurons, inputs, outputs, parameters } = network;
  const begun = updates.done === 0 ? '' : `, ${formatCount(updates.done)} done`;
  const settings = Object.entries({ ...train, trials: scores.trialsPerTask, scoreSeed: scores.seed });
  const width = Math.max(...settings.map(([name]) => name.length));
  const lines = [
    `${out}: ${plural(updates.all, 'update')}${begun}, of a network for ${plural(tasks, 'task')}; nothing was changed`,
    `  network  ${plural(neurons, 'neuron')}, ${plural(inputs, 'input')}, ${plural(outputs, 'output')}: ${formatCount(parameters)} parameters`,
    `  engine   ${engine.name} (${engine.why})`,
    `  writes   ${files.join(', ')}`,
    '  settings',
    ...settings.map(([name, value]) => `    ${name.padEnd(width)}  ${typeof value === 'string' ? value : JSON.stringify(value)}`),
  ];
  const paths = files.map((file) => join(out, file));
  printResult(options, { out, ...plan, files: paths, settings: { train, scores } }, lines.join('\n'));
}
