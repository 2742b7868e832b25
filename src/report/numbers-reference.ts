// What does every number of the reports mean? The tables of docs/columns.md, from the definitions that the reports print.
import { type SchemaNode, schemaNode } from '../core/allowed.ts';
import { AWARE_COLUMNS } from './aware-table.ts';
import {
  CONSTANT_COLUMNS,
  CORE_COLUMNS,
  LINK_COLUMNS,
  PART_COLUMNS,
  RESOURCE_COLUMNS,
  TERM_COLUMNS,
  taskColumns,
} from './detail-columns.ts';
import { CEILING_COLUMNS, LENGTH_COLUMNS, MATRIX_COLUMNS, SIZE_COLUMNS, STAGE_COLUMNS, VERIFY_COLUMNS } from './fact-columns.ts';
import { MESSAGE_COLUMNS } from './message-columns.ts';
import { PAGE_PARTS } from './page-terms.ts';
import { PLACEMENT_COLUMNS } from './placement-columns.ts';
import { reportSchema } from './report-schema.ts';
import { integerColumns } from './side-by-side.ts';
import { type Column, markdownTable, meaningsTable } from './table.ts';

/** A table of a report, and the numbers of it that metrics.json holds. */
interface Told {
  readonly title: string;
  readonly columns: readonly Column<never>[];
  /** What comes before the key of a column, capitals standing for names; null where metrics.json has none of them. */
  readonly metric: string | null;
}

/** Every table whose columns describe a run. */
export const TOLD: readonly Told[] = [
  { title: 'Placements side by side (`placements.csv`)', columns: PLACEMENT_COLUMNS, metric: 'map__PLACEMENT__' },
  {
    title: 'Integers of a target (targets side by side in `report.html`)',
    columns: integerColumns({ accuracy: { meanCeiling: 0, stages: [], tasks: [] } }),
    metric: null,
  },
  { title: 'Sizes of the network', columns: SIZE_COLUMNS, metric: 'network__size__' },
  { title: 'Lengths of its connections', columns: LENGTH_COLUMNS, metric: 'network__wiring__' },
  { title: 'Its matrices', columns: MATRIX_COLUMNS, metric: 'network__MATRIX__' },
  { title: 'Accuracy after a stage', columns: STAGE_COLUMNS, metric: 'accuracy__STAGE__' },
  { title: 'Best possible accuracy', columns: CEILING_COLUMNS, metric: 'accuracy__ceiling__' },
  { title: 'Tasks (`tasks.csv`)', columns: taskColumns([]), metric: null },
  { title: 'Verification of a target', columns: VERIFY_COLUMNS, metric: 'verify__TARGET__' },
  { title: 'Rounds of training for a chip (`aware.csv`)', columns: AWARE_COLUMNS, metric: null },
  { title: 'Resources of a placement', columns: RESOURCE_COLUMNS, metric: 'map__PLACEMENT__RESOURCE_' },
  { title: 'Synapses of a placement', columns: PART_COLUMNS, metric: 'map__PLACEMENT__PART_' },
  { title: 'Messages of a placement', columns: MESSAGE_COLUMNS, metric: 'map__PLACEMENT__PART_' },
  { title: 'Cores (`cores.csv`)', columns: CORE_COLUMNS, metric: null },
  { title: 'Links (`links.csv`)', columns: LINK_COLUMNS, metric: null },
  { title: 'Terms of an estimate', columns: TERM_COLUMNS, metric: null },
  { title: 'Constants of an estimate', columns: CONSTANT_COLUMNS, metric: null },
];

/** Markdown: the numbers of a run in its tables, in metrics.json, on its page and in report.json. */
export function numbersReference(): string {
  const tables = TOLD.map(({ title, columns, metric }) => {
    const names = metric === null ? '' : `In \`metrics.json\`: \`${metric}\` and the key.\n\n`;
    return `### ${title}\n\n${names}${meaningsTable(columns)}`;
  });
  return [
    '## Tables\n',
    ...tables,
    `## The page \`report.html\`

Its tables have the columns above. What stands in no table:
`,
    ...PAGE_PARTS.map(
      ([part, terms]) =>
        `### ${part}\n\n${twoColumns(
          'shown',
          terms.map(({ title, meaning }) => [title, meaning]),
        )}`,
    ),
    `## The file \`report.json\`

\`[]\` is every entry of a list and \`*\` every name. PART is recurrent, readout, input or, one level up, \`total\`; MATRIX recurrent, input or
readout. \`training.config\` holds settings: [settings.md](settings.md).
`,
    ...reportTables(),
  ].join('\n');
}

/** Told in docs/settings.md. */
export const SETTINGS = 'training.config.';

/** Parts of report.json with a table of their own, the longest paths last. */
const SECTIONS = [
  '',
  'targets[].',
  'targets[].placements[].',
  'targets[].placements[].result.',
  'targets[].placements[].result.parts.PART.',
];

function reportTables(): string[] {
  const leaves = reportMeanings();
  const sectionOf = (path: string) => SECTIONS.findLast((section) => path.startsWith(section));
  return SECTIONS.map((section) => {
    const rows = leaves.filter(({ path }) => sectionOf(path) === section);
    const title = section === '' ? 'The run and the network' : `\`${section.replace(/\.$/, '')}\``;
    return `### ${title}\n\n${twoColumns(
      'key',
      rows.map(({ path, meaning }) => [`\`${path.slice(section.length)}\``, meaning]),
    )}`;
  });
}

/** Everything in report.json that says what it means, by its path; settings are told on a page of their own. */
export function reportMeanings(): { readonly path: string; readonly meaning: string }[] {
  const found = new Map<string, string>();
  collect(schemaNode(reportSchema), '', found);
  return [...found].flatMap(([path, meaning]) => (path.startsWith(SETTINGS) ? [] : { path, meaning }));
}

/** The path of something in report.json as the reference names it: one name for what is the same in several places. */
export function namedPath(path: string): string {
  return path
    .replace(/\.result\.(?:parts\.(?:recurrent|readout|input)|total)(?=\.)/, '.result.parts.PART')
    .replace(/\.matrices\.(?:recurrent|readout|input)(?=\.)/, '.matrices.MATRIX');
}

/** Groups are told before what they hold. */
function collect(node: SchemaNode, path: string, found: Map<string, string>): void {
  const { description, anyOf = [], properties = {}, additionalProperties, items } = node;
  if (description !== undefined) found.set(namedPath(path), sentence(description));
  for (const choice of anyOf) collect(choice, path, found);
  const inside = path === '' ? '' : `${path}.`;
  for (const [name, inner] of Object.entries(properties)) collect(inner, `${inside}${name}`, found);
  if (typeof additionalProperties === 'object') collect(additionalProperties, `${inside}*`, found);
  if (items !== undefined) collect(items, `${path}[]`, found);
}

function sentence(text: string): string {
  return `${text.replace(/^[a-z]/, (first) => first.toUpperCase())}${text.endsWith('.') ? '' : '.'}`;
}

function twoColumns(name: string, rows: readonly (readonly [string, string])[]): string {
  const column = (title: string, at: 0 | 1): Column<readonly [string, string]> => {
    return { key: title, title, unit: '', format: 'words', meaning: title, value: (row) => row[at] };
  };
  return markdownTable([column(name, 0), column('meaning', 1)], rows);
}
