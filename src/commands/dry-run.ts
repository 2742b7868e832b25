// How do commands that write a run folder tell what they would do?
import type { RunPlan } from '../pipeline/plan.ts';
import { plural } from '../report/format.ts';
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
