// How is a comparison told? The same tables as text, Markdown and HTML, and everything as data.
import { TOOL } from '../core/version.ts';
import { words } from './cells.ts';
import { type Case, type Comparison, type Difference, knownPart, MEASURES, NETWORK_COLUMNS, numbersOf } from './comparison.ts';
import { formatNumber, formatValue, isBound, listWords, plural, type Value } from './format.ts';
import { COST_COLUMNS, FIT_COLUMNS } from './placement-columns.ts';
import type { Verdict } from './requirements.ts';
import { section } from './summary.ts';
import { element, escapeXml, type Markup } from './svg.ts';
import { type Column, htmlTable, markdownTable, meaningsTable, textTable } from './table.ts';

/** Numbers that are formatted already, and aligned as numbers. */
const numberWords = { unit: '', format: { decimals: 0 } } as const;

/** Prints a table in some format. */
type TablePrinter = <Row>(columns: readonly Column<Row>[], rows: readonly Row[]) => string;

/** A part of a comparison: a table, and remarks below it. */
interface Part {
  readonly title: string;
  /** Null where there is nothing to list. */
  readonly table: ((print: TablePrinter) => string) | null;
  readonly remarks: readonly string[];
}

/** For a terminal or a file of plain text. */
export function comparisonText(comparison: Comparison, verdicts: readonly Verdict[], colour: boolean): string {
  const print: TablePrinter = (columns, rows) => textTable(columns, rows, { colour });
  return partsOf(comparison, verdicts)
    .map(({ title, table, remarks }) => section(title, [...(table === null ? [] : [table(print)]), ...remarks], colour))
    .join('\n');
}

/** For a page that understands Markdown. */
export function comparisonMarkdown(comparison: Comparison, verdicts: readonly Verdict[]): string {
  const parts = partsOf(comparison, verdicts).map(({ title, table, remarks }) =>
    [
      `## ${title}`,
      ...(table === null ? [] : [table(markdownTable).trimEnd()]),
      ...remarks.map((remark) => remark.replaceAll('<', '&lt;')),
    ].join('\n\n'),
  );
  return `# Comparison\n\n${parts.join('\n\n')}\n`;
}

// Readable on a screen in light and dark, on paper, and in grey: good and bad news differ by weight as well.
const STYLE = `
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; white-space: nowrap; }
th, td { border-bottom: 1px solid #8886; padding: 0.2rem 0.7rem; }
.number { text-align: right; }
.words { text-align: left; }
.good { color: #1a7f37; }
.bad { color: #cf222e; font-weight: bold; }
@media (prefers-color-scheme: dark) { .good { color: #56d364; } .bad { color: #ff7b72; } }
@media print { body { margin: 0; max-width: none; font-size: 10px; } }`;

/** One page that loads nothing and runs nothing. */
export function comparisonHtml(comparison: Comparison, verdicts: readonly Verdict[]): string {
  const parts = partsOf(comparison, verdicts).flatMap(({ title, table, remarks }) => [
    element('h2', {}, [escapeXml(title)]),
    ...(table === null ? [] : [element('div', { class: 'wide' }, [table(htmlTable) as Markup])]),
    ...remarks.map((remark) => element('p', {}, [escapeXml(remark)])),
  ]);
  const title = `Comparison of ${listWords(comparison.runs.map(({ name }) => name))}`;
  const head = [
    element('meta', { charset: 'utf-8' }),
    element('meta', { 'http-equiv': 'Content-Security-Policy', content: "default-src 'none'; style-src 'unsafe-inline'" }),
    element('meta', { name: 'viewport', content: 'width=device-width' }),
    element('title', {}, [escapeXml(title)]),
    element('style', {}, [STYLE as Markup]),
  ];
  const body = [element('h1', {}, [escapeXml(title)]), ...parts, element('p', {}, [escapeXml(`Made by ${TOOL.replace('@', ' ')}.`)])];
  return `<!doctype html>\n${element('html', { lang: 'en' }, [element('head', {}, head), element('body', {}, body)])}\n`;
}

/** Everything, every number of every case included; the data of `compare --json`. */
export function comparisonData({ runs, baseline, cases, differences }: Comparison, verdicts: readonly Verdict[]) {
  return {
    schema: 'bimt-compare/1',
    baseline: baseline?.name ?? null,
    runs: runs.map(({ name, report: { run, network } }) => ({ name, ...run, network })),
    cases: cases.map((one) => ({
      run: one.run.name,
      target: one.target.label,
      fits: one.placement.fits,
      metrics: Object.fromEntries([...numbersOf(one)].map(([name, { value, unit }]) => [name, { ...dataOf(value), unit: unit || '1' }])),
    })),
    differences: differences.map(({ measure: { name, column }, before, after, ...difference }) => ({
      ...difference,
      metric: name,
      unit: column.unit || '1',
      before: dataOf(before),
      after: dataOf(after),
    })),
    requirements: verdicts.map(({ requirement, value, limit, ...verdict }) => ({
      requirement: requirement.text,
      metric: requirement.metric,
      ...verdict,
      value: dataOf(value),
      limit: dataOf(limit),
    })),
  };
}

function dataOf(value: Value): { readonly value: number | null; readonly bound?: string } {
  return { value: knownPart(value), ...(isBound(value) ? { bound: value.bound } : {}) };
}

function partsOf(comparison: Comparison, verdicts: readonly Verdict[]): Part[] {
  const { cases, runs } = comparison;
  const run: readonly Column<Case>[] = runs.length < 2 ? [] : [RUN];
  const placed = cases.filter(({ placement }) => placement.result !== null);
  return [
    { title: 'Where it fits', table: (print) => print([...run, ...FIT_COLUMNS], cases), remarks: runLines(comparison) },
    {
      title: 'What it keeps',
      table: (print) => print([...run, ...COST_COLUMNS.slice(0, 1), ...NETWORK_COLUMNS], cases),
      remarks: [],
    },
    ...(placed.length === 0
      ? []
      : [
          {
            title: 'What wires and time steps cost',
            table: (print: TablePrinter) => print([...run, ...COST_COLUMNS], placed),
            remarks: ['Energy and latency are estimates from published constants; ≥ where some of them are unknown and left out.'],
          },
        ]),
    ...changes(comparison),
    ...(verdicts.length === 0
      ? []
      : [{ title: 'Requirements', table: (print: TablePrinter) => print(VERDICT_COLUMNS, verdicts), remarks: [] }]),
  ];
}

/** Markdown: what the columns mean that comparisons alone have. */
export function comparisonColumnReference(): string {
  const tables = [
    ['What it keeps', meaningsTable([RUN, ...NETWORK_COLUMNS])],
    ['What changed', meaningsTable(DIFFERENCE_COLUMNS)],
    ['Requirements', meaningsTable(VERDICT_COLUMNS)],
  ];
  return `## Comparisons\n\n${tables.map(([title, table]) => `### ${title} (\`compare\`)\n\n${table}`).join('\n')}`;
}

const RUN: Column<Case> = {
  ...words,
  key: 'run',
  title: 'run',
  meaning: 'Folder of the run.',
  value: ({ run }) => run.name,
};

/** Where the runs come from, where that differs. */
function runLines({ runs, baseline }: Comparison): string[] {
  const told = runs.map(({ name, report: { run, network } }) => ({
    name,
    told: `${run.suiteTitle} · grid ${network.grid} · seed ${run.seed} · ${run.tool.replace('@', ' ')}`,
  }));
  return told.map((line) => `${line.name}${line.name === baseline?.name ? ' (baseline)' : ''}: ${line.told}`);
}

function changes(comparison: Comparison): Part[] {
  const { baseline, differences, runs, cases } = comparison;
  if (baseline === null) return [];
  const changed = differences.filter(({ absolute, before, after }) => (absolute === null ? before !== after : absolute !== 0));
  const same = MEASURES.filter((measure) => !changed.some((difference) => difference.measure === measure));
  const compared = new Set(differences.map(({ target }) => target));
  const alone = [...new Set(cases.map(({ target }) => target.label))].filter((label) => !compared.has(label));
  const run: readonly Column<Difference>[] = runs.length < 3 ? [] : [CHANGED_RUN];
  return [
    {
      title: `What changed against ${baseline.name}`,
      table: changed.length === 0 ? null : (print) => print([...run, ...DIFFERENCE_COLUMNS], changed),
      remarks: [
        ...(compared.size === 0 ? [] : changed.length === 0 ? ['Nothing.'] : []),
        ...(compared.size === 0 || same.length === 0 || changed.length === 0
          ? []
          : [`The same in all: ${listWords(same.map(({ column }) => column.title))}.`]),
        ...otherTrials(comparison),
        ...(alone.length === 0 ? [] : [`Not compared, as only one side has ${alone.length === 1 ? 'it' : 'them'}: ${listWords(alone)}.`]),
      ],
    },
  ];
}

/** Accuracies of different trials differ by chance. */
function otherTrials({ runs }: Comparison): string[] {
  const told = runs.flatMap(({ name, report: { accuracy } }) => {
    const stage = accuracy.stages.find(({ target }) => target !== null);
    return stage === undefined ? [] : [{ name, trials: `${plural(stage.trialsPerTask, 'trial')} of each task, seed ${stage.seed}` }];
  });
  if (new Set(told.map(({ trials }) => trials)).size < 2) return [];
  return [`Accuracies stand on different trials: ${told.map(({ name, trials }) => `${name} ${trials}`).join('; ')}.`];
}

const CHANGED_RUN: Column<Difference> = { ...words, key: 'run', title: 'run', meaning: 'Folder of the run.', value: ({ run }) => run };

const DIFFERENCE_COLUMNS: readonly Column<Difference>[] = [
  { ...words, key: 'target', title: 'target', meaning: 'The chip.', value: ({ target }) => target },
  {
    ...words,
    key: 'metric',
    title: 'number',
    meaning: 'What is compared.',
    value: ({ measure: { column } }) => (column.unit === '' ? column.title : `${column.title} (${column.unit})`),
  },
  { ...numberWords, key: 'before', title: 'before', meaning: 'In the baseline.', value: ({ before, measure }) => cell(before, measure) },
  { ...numberWords, key: 'after', title: 'after', meaning: 'In this run.', value: ({ after, measure }) => cell(after, measure) },
  {
    ...numberWords,
    key: 'absolute',
    title: 'difference',
    meaning: 'After minus before; between shares in percentage points.',
    value: ({ absolute, measure }) => (absolute === null ? null : signed(absolute, (size) => amount(size, measure))),
    tone: toneOf,
  },
  {
    ...numberWords,
    key: 'relative',
    title: 'relative',
    meaning: 'The difference over the number before; empty where that is 0.',
    value: ({ relative, absolute }) => (relative === null ? (absolute === null ? null : '') : signed(relative, percent)),
    tone: toneOf,
  },
];

/** A number in the format of its measure. */
function cell(value: Value, { column: { format } }: Difference['measure']): string {
  return formatValue(value, format === 'words' ? { decimals: 0 } : format);
}

/** The size of a difference: shares differ by points, not by percent. */
function amount(size: number, { column: { format } }: Difference['measure']): string {
  if (format === 'percent') return `${formatNumber(100 * size, { significant: 3 })} points`;
  return formatNumber(size, format === 'words' ? { decimals: 0 } : format);
}

function percent(ratio: number): string {
  return formatNumber(ratio, 'percent');
}

function signed(value: number, format: (size: number) => string): string {
  return `${value < 0 ? '−' : value > 0 ? '+' : ''}${format(Math.abs(value))}`;
}

function toneOf({ absolute, measure: { better } }: Difference): 'good' | 'bad' | null {
  if (absolute === null || absolute === 0 || better === null) return null;
  return absolute > 0 === (better === 'more') ? 'good' : 'bad';
}

const VERDICT_COLUMNS: readonly Column<Verdict>[] = [
  { ...words, key: 'requirement', title: 'asked', meaning: 'The requirement.', value: ({ requirement }) => requirement.text },
  { ...words, key: 'run', title: 'run', meaning: 'Folder of the run.', value: ({ run }) => run },
  { ...words, key: 'target', title: 'target', meaning: 'The chip.', value: ({ target }) => target },
  { ...numberWords, key: 'value', title: 'found', meaning: 'The number.', value: ({ value }) => exact(value) },
  { ...numberWords, key: 'limit', title: 'limit', meaning: 'What it is held against.', value: ({ limit }) => exact(limit) },
  { ...words, key: 'unit', title: 'unit', meaning: 'Unit of both.', value: ({ unit }) => unit },
  {
    ...words,
    key: 'outcome',
    title: 'outcome',
    meaning: 'Whether it is met; what is unknown is not.',
    value: ({ outcome, reason }) => (reason === '' ? outcome : `${outcome}: ${reason}`),
    tone: ({ outcome }) => (outcome === 'met' ? 'good' : 'bad'),
  },
];

/** Digits enough to tell a number from its limit. */
function exact(value: Value): string {
  const number = knownPart(value);
  if (number === null) return value === null ? 'unknown' : '';
  const bound = isBound(value) ? `${value.bound} ` : '';
  return `${bound}${Number(number.toPrecision(6))}`;
}

/** What a failure says of the requirements that are not met; empty if all are. */
export function missedText(verdicts: readonly Verdict[]): string {
  const missed = verdicts.filter(({ outcome }) => outcome !== 'met');
  if (missed.length === 0) return '';
  const lines = missed.map(({ requirement, run, target, unit, value, limit, reason }) => {
    const { text, metric, operator, ofBaseline, factor } = requirement;
    const units = unit === '' ? '' : ` ${unit}`;
    const amount = (number: Value) => (knownPart(number) === null ? exact(number) || 'none' : `${exact(number)}${units}`);
    const origin = ofBaseline ? ` (${factor} × baseline)` : '';
    const why = reason === '' ? '' : `; ${reason}`;
    return `  ${text}: ${metric} of ${run} on ${target} is ${amount(value)}, asked for ${operator} ${amount(limit)}${origin}${why}`;
  });
  const remedies = [...new Set(missed.flatMap(remedy))];
  return [
    `${plural(missed.length, 'requirement')} of ${verdicts.length} not met`,
    ...lines,
    ...remedies.map((text) => `  try: ${text}`),
  ].join('\n');
}

/** What a requirement would have to say, or ask for, to be met. */
function remedy({ requirement, value, limit, outcome }: Verdict): string[] {
  const { metric, target, operator, factor, ofBaseline } = requirement;
  if (outcome === 'unknown') return [`requirements on numbers that are known in full; compare --json lists all, with their bounds`];
  const [found, allowed] = [knownPart(value), knownPart(limit)];
  if (found === null || allowed === null || operator === '==') return [];
  const at = target === null ? '' : `@${target}`;
  const reached = ofBaseline
    ? allowed === 0
      ? null
      : `${rounded((found / allowed) * factor, operator)}*baseline`
    : rounded(found, operator);
  return reached === null ? [] : [`a better network or placement; this one meets ${metric}${at}${operator}${reached}`];
}

/** Four digits, rounded so that the comparison holds. */
function rounded(value: number, operator: string): number {
  const near = Number(value.toPrecision(4));
  const holds = { '<=': near >= value, '<': near > value, '>=': near <= value, '>': near < value }[operator] ?? true;
  if (holds) return near;
  const step = 10 ** (Math.floor(Math.log10(Math.abs(value) || 1)) - 3);
  return Number((near + (operator.startsWith('<') ? step : -step)).toPrecision(4));
}
