// bimt-export targets: which chips are known, what is known of each, and is a user's target file correct?
import { Command, CommanderError, Option } from 'commander';
import { EXIT } from '../core/errors.ts';
import { textTable } from '../report/table.ts';
import { TARGET_COLUMNS, VALUE_COLUMNS, valueSections } from '../report/target-tables.ts';
import { describeProblems } from '../targets/check.ts';
import { executability } from '../targets/formats.ts';
import { coresPerChip, usableCoresPerChip } from '../targets/grid.ts';
import { sourceLine } from '../targets/known.ts';
import { checkTargetFile, listTargets, loadTarget, type Target } from '../targets/load.ts';
import { parameterValues } from '../targets/parameters.ts';
import { CLASSES, EXECUTES, SUPPORTS } from '../targets/schema.ts';
import { type CommonOptions, printResult, withCommonOptions } from './output.ts';

/** The command and its subcommands. */
export function targetsCommand(): Command {
  const command = new Command('targets');
  const add = (name: string, description: string) => {
    const inner = withCommonOptions(new Command(name)).description(description);
    command.addCommand(inner);
    return inner;
  };
  add('list', 'List the shipped targets; of several filters all must hold.')
    .addOption(new Option('--class <class>', 'kind of hardware (default: any)').choices(CLASSES))
    .addOption(new Option('--support <level>', 'what can be done with it (default: any)').choices(SUPPORTS))
    .addOption(new Option('--executes <way>', 'what it computes with (default: any)').choices(EXECUTES))
    .option('--executable', 'only what runs rate networks as they stand')
    .addHelpText(
      'after',
      '\nExamples:\n  $ bimt-export targets list --support first-class\n  $ bimt-export targets list --executable --json',
    )
    .action(list);
  add('show', 'Show every number of a target, with provenance and source.')
    .argument('<target>', 'name, or path of a file, with parameters: rram-mesh:rows=128,adcBits=6')
    .addHelpText('after', '\nExamples:\n  $ bimt-export targets show loihi1\n  $ bimt-export targets show rram-mesh:rows=128,adcBits=6')
    .action(show);
  add('check', 'Check a target file; all problems at once.')
    .argument('<file>', 'path of the JSON file')
    .addHelpText('after', '\nExample:\n  $ bimt-export targets check my-chip.json')
    .action(check);
  return command;
}

interface ListOptions extends CommonOptions {
  readonly class?: string;
  readonly support?: string;
  readonly executes?: string;
  readonly executable?: boolean;
}

interface Summary {
  readonly id: string;
  readonly name: string;
  readonly maker: string;
  readonly year: number;
  readonly class: string;
  readonly support: string;
  readonly executes: readonly string[];
  /** Of a chip, usable or not. */
  readonly cores: number | null;
  readonly usableCores: number | null;
  readonly network: string;
  readonly executable: boolean;
  readonly parameters: readonly string[];
}

function summaryOf(target: Target): Summary {
  const { id, name, maker, year, class: kind, support, executes, topology, parameters = {} } = target.file;
  const { executable } = executability(target);
  return {
    id,
    name,
    maker,
    year,
    class: kind,
    support,
    executes,
    cores: coresPerChip(target.file),
    usableCores: usableCoresPerChip(target.file),
    network: topology.kind,
    executable,
    parameters: Object.keys(parameters),
  };
}

function list(options: ListOptions): void {
  const targets = listTargets()
    .map((id) => loadTarget(id))
    .filter(
      (target) =>
        (options.class === undefined || target.file.class === options.class) &&
        (options.support === undefined || target.file.support === options.support) &&
        (options.executes === undefined || target.file.executes.some((way) => way === options.executes)) &&
        (options.executable !== true || executability(target).executable),
    );
  const text = targets.length === 0 ? 'No shipped target is so.\n' : textTable(TARGET_COLUMNS, targets);
  printResult(options, targets.map(summaryOf), `${text}\nAll numbers of one, and its parameters: bimt-export targets show NAME`);
}

function show(spec: string, options: CommonOptions): void {
  const target = loadTarget(spec);
  const { file } = target;
  const parameters = parameterValues(file);
  const { executable, reason } = executability(target);
  const lines = [
    `${target.label}: ${file.name} (${file.maker}, ${file.year}), ${file.class}, ${file.support}`,
    ...(file.note === undefined ? [] : [file.note]),
    ...(file.waiver === undefined ? [] : [`What it lacks: ${file.waiver}`]),
    `Runs rate networks as they stand: ${executable ? 'yes' : 'no'}; ${reason}.`,
    `Executes: ${file.executes.join(', ')}. Signs: ${file.weight.signScheme}. Network: ${file.topology.kind}. Messages: ${file.routing.castMode}. Synapses: ${file.limits.packing}.`,
    ...valueSections(file).flatMap(({ title, values }) => [
      '',
      sentenceCase(title),
      textTable(VALUE_COLUMNS, values, { indent: 2 }).trimEnd(),
    ]),
    '',
    'Sources',
    ...Object.entries(file.sources).map(([id, source]) => `  ${id}  ${sourceLine(source)}`),
  ];
  if (parameters.length > 0) {
    lines.push('', `Parameters, as in --target ${file.id}:${parameters[0]?.name}=${parameters[0]?.value ?? parameters[0]?.min}`);
    lines.push(
      ...parameters.map(({ name, value, min, max, meaning }) => `  ${name} = ${value ?? 'not set'} (${min} … ${max}): ${meaning}`),
    );
  }
  printResult(options, { id: target.id, label: target.label, hash: target.hash, fileName: target.fileName, file }, lines.join('\n'));
}

function sentenceCase(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function check(path: string, options: CommonOptions): void {
  const { problems } = checkTargetFile(path);
  const verdict = problems.length === 0 ? 'correct' : `${problems.length} problem${problems.length === 1 ? '' : 's'}`;
  printResult(options, { path, correct: problems.length === 0, problems }, `${path}: ${verdict}\n${describeProblems(problems)}`);
  // The problems are the result and are printed already; only the exit code is left to say.
  if (problems.length > 0) throw new CommanderError(EXIT.usage, 'targets.check', `${path}: ${verdict}`);
}
