// bimt-export compare: run folders → side by side, with differences and requirements
import { extname, normalize } from 'node:path';
import { Command } from 'commander';
import { FitError, UsageError } from '../core/errors.ts';
import { writeFileAtomic } from '../core/files.ts';
import { readReport } from '../pipeline/read-report.ts';
import { compareRuns, MEASURES } from '../report/comparison.ts';
import { comparisonData, comparisonHtml, comparisonMarkdown, comparisonText, missedText } from '../report/comparison-formats.ts';
import { judge, parseRequirement } from '../report/requirements.ts';
import { claimOutputs } from './common.ts';
import { collect } from './option-parsers.ts';
import { type CommonOptions, inColour, printResult, withCommonOptions } from './output.ts';

interface CompareOptions extends CommonOptions {
  readonly baseline?: string;
  readonly require?: readonly string[];
  readonly out?: readonly string[];
  readonly force?: boolean;
}

const FORMATS = ['.md', '.html', '.json'];

/** The command. */
export function compareCommand(): Command {
  return withCommonOptions(new Command('compare'))
    .argument('<dirs...>', 'run folders; several targets of one stand side by side')
    .option('--baseline <dir>', 'the run that the others are held against (default: the first of several)')
    .option('--require <condition>', "fail unless METRIC <= LIMIT, as in 'energy<=1.05*baseline' (repeatable)", collect)
    .option('--out <file>', `also write it: comparison.md, .html or .json (repeatable)`, collect)
    .option('--force', 'overwrite --out')
    .addHelpText(
      'after',
      `
Conditions are METRIC or METRIC@TARGET, one of <= >= == < >, and a number or FACTOR*baseline. They are asked of the exported
placement on every target, of every run but the baseline. A number that is unknown meets none. A miss is exit code 3, after
everything is printed and written. Metrics:
${metricList()}
and every number of a placement by its name in metrics.json without stage and group, such as recurrent_hops_max.

Examples:
  $ bimt-export compare runs/first
  $ bimt-export compare runs/before runs/after --require 'energy<=1.05*baseline' --require 'accuracy>=0.9'
  $ bimt-export compare runs/a runs/b runs/c --baseline runs/b --out comparison.html`,
    )
    .action(compareAction);
}

function metricList(): string {
  const width = Math.max(...MEASURES.map(({ name }) => name.length));
  return MEASURES.map(
    ({ name, column: { meaning, unit } }) => `  ${name.padEnd(width)}  ${meaning.replace(/\.$/, '')}${unit === '' ? '' : ` (${unit})`}.`,
  ).join('\n');
}

function compareAction(paths: readonly string[], options: CompareOptions): void {
  const dirs = paths.map(nameOf);
  const twice = dirs.find((dir, i) => dirs.indexOf(dir) !== i);
  if (twice !== undefined) throw new UsageError(`${twice} is given twice; compare a run with another, or name it once to see its targets`);
  const baseline = options.baseline === undefined ? (dirs.length > 1 ? (dirs[0] ?? null) : null) : nameOf(options.baseline);
  const out = options.out ?? [];
  for (const path of out)
    if (!FORMATS.includes(extname(path))) throw new UsageError(`--out ${path}: the name ends in one of ${FORMATS.join(', ')}`);
  claimOutputs(out, options);
  const requirements = (options.require ?? []).map(parseRequirement);
  const all = baseline === null || dirs.includes(baseline) ? dirs : [baseline, ...dirs];
  const comparison = compareRuns(
    all.map((name) => ({ name, report: readReport(name) })),
    baseline,
  );
  const verdicts = judge(requirements, comparison);
  const data = comparisonData(comparison, verdicts);
  for (const path of out) {
    const written: Readonly<Record<string, () => string>> = {
      '.md': () => comparisonMarkdown(comparison, verdicts),
      '.html': () => comparisonHtml(comparison, verdicts),
      '.json': () => `${JSON.stringify(data, null, 2)}\n`,
    };
    writeFileAtomic(path, written[extname(path)]?.() ?? '');
  }
  printResult(options, data, comparisonText(comparison, verdicts, inColour()));
  const missed = missedText(verdicts);
  if (missed !== '') throw new FitError(missed);
}

/** A folder as the user named it, without what does not matter. */
function nameOf(path: string): string {
  return normalize(path).replace(/(?<=.)[/\\]$/, '');
}
