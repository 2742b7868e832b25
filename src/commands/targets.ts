// bimt-export targets: which chips are known, what is known of each, and is a user's target file correct?
import { Command, CommanderError } from 'commander';
import { EXIT } from '../core/errors.ts';
import { quantityText } from '../report/format.ts';
import { type Column, textTable } from '../report/table.ts';
import { describeProblems } from '../targets/check.ts';
import { executability } from '../targets/formats.ts';
import { coresPerChip } from '../targets/grid.ts';
import { provenanceText, sourceLine } from '../targets/known.ts';
import { checkTargetFile, listTargets, loadTarget, type Target } from '../targets/load.ts';
import { parameterValues } from '../targets/parameters.ts';
import { findQuantities, pathText } from '../targets/quantities.ts';
import { targetJsonSchema } from '../targets/schema.ts';
import { type CommonOptions, printResult, withCommonOptions } from './common.ts';

/** The command and its subcommands. */
export function targetsCommand(): Command {
  const command = new Command('targets').description(
    'Chips that networks can be mapped onto; one JSON file each, every number with its source.',
  );
  const add = (name: string, description: string) => {
    const inner = withCommonOptions(new Command(name)).description(description);
    command.addCommand(inner);
    return inner;
  };
  add('list', 'List the shipped targets and their parameters.')
    .addHelpText('after', '\nExample:\n  $ bimt-export targets list --json')
    .action(list);
  add('show', 'Show every number of a target, with provenance and source.')
    .argument('<target>', 'name, or path of a file, with parameters: rram-mesh:rows=128,adcBits=6')
    .addHelpText('after', '\nExamples:\n  $ bimt-export targets show loihi1\n  $ bimt-export targets show rram-mesh:rows=128,adcBits=6')
    .action(show);
  add('check', 'Check a target file; all problems at once.')
    .argument('<file>', 'path of the JSON file')
    .addHelpText('after', '\nExample:\n  $ bimt-export targets check my-chip.json')
    .action(check);
  add('schema', 'Print the JSON Schema of target files.').addHelpText('after', '\nExample:\n  $ bimt-export targets schema').action(schema);
  return command;
}

interface Summary {
  readonly id: string;
  readonly name: string;
  readonly maker: string;
  readonly year: number;
  readonly class: string;
  readonly support: string;
  readonly cores: number | null;
  readonly network: string;
  readonly executable: boolean;
  readonly parameters: readonly string[];
}

function summaryOf(target: Target): Summary {
  const { id, name, maker, year, class: kind, support, parameters = {} } = target.file;
  const { executable } = executability(target);
  return {
    id,
    name,
    maker,
    year,
    class: kind,
    support,
    cores: coresPerChip(target.file),
    network: target.file.topology.kind,
    executable,
    parameters: Object.keys(parameters),
  };
}

function list(options: CommonOptions): void {
  const summaries = listTargets().map((id) => summaryOf(loadTarget(id)));
  const text = wordTable(summaries, {
    target: ({ id }) => id,
    name: ({ name }) => name,
    year: ({ year }) => String(year),
    class: (target) => target.class,
    support: ({ support }) => support,
    cores: ({ cores }) => String(cores ?? 'unknown'),
    network: ({ network }) => network,
    'runs rate networks': ({ executable }) => (executable ? 'yes' : 'no'),
    parameters: ({ parameters }) => parameters.join(', ') || '-',
  });
  printResult(options, summaries, `${text}\nAll numbers of one: bimt-export targets show NAME`);
}

function show(spec: string, options: CommonOptions): void {
  const target = loadTarget(spec);
  const { file } = target;
  const parameters = parameterValues(file);
  const { executable, reason } = executability(target);
  const lines = [
    `${target.label}: ${file.name} (${file.maker}, ${file.year}), ${file.class}, ${file.support}`,
    ...(file.note === undefined ? [] : [file.note]),
    `Runs rate networks as they stand: ${executable ? 'yes' : 'no'}; ${reason}.`,
    `Signs: ${file.weight.signScheme}. Network: ${file.topology.kind}. Messages: ${file.routing.castMode}. Synapses: ${file.limits.packing}.`,
    '',
    // A checked file is nowhere too deep.
    wordTable(findQuantities(file) ?? [], {
      field: ({ path }) => pathText(path),
      value: ({ quantity }) => quantityText(quantity),
      'provenance, source': ({ quantity }) => provenanceText(quantity),
    }),
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

function check(path: string, options: CommonOptions): void {
  const { problems } = checkTargetFile(path);
  const verdict = problems.length === 0 ? 'correct' : `${problems.length} problem${problems.length === 1 ? '' : 's'}`;
  printResult(options, { path, correct: problems.length === 0, problems }, `${path}: ${verdict}\n${describeProblems(problems)}`);
  // The problems are the result and are printed already; only the exit code is left to say.
  if (problems.length > 0) throw new CommanderError(EXIT.usage, 'targets.check', `${path}: ${verdict}`);
}

function schema(options: CommonOptions): void {
  const value = targetJsonSchema();
  printResult(options, value, JSON.stringify(value, null, 2));
}

/** A table of words from a column's title and what it says of a row. */
function wordTable<Row>(rows: readonly Row[], columns: Readonly<Record<string, (row: Row) => string>>): string {
  const column = ([title, value]: [string, (row: Row) => string]): Column<Row> => ({
    key: title,
    title,
    unit: '',
    format: 'words',
    meaning: title,
    value,
  });
  return textTable(Object.entries(columns).map(column), rows);
}
