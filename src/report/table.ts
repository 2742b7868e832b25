// How is a table told? Its columns are defined once; text, CSV, Markdown and HTML only print them.
import pc from 'picocolors';
import { type Bounded, formatValue, type NumberFormat, type Value } from './format.ts';
import { element, escapeXml, type Markup } from './svg.ts';

/** A column of a table whose rows are of one type. */
export interface Column<Row> {
  /** Header in CSV and JSON; the unit is part of it, as in `energyPj`. */
  readonly key: string;
  /** Heading for people. */
  readonly title: string;
  /** Unit of the printed numbers; empty for words, counts and ratios. */
  readonly unit: string;
  /** `words` are aligned left, numbers right. */
  readonly format: 'words' | NumberFormat;
  /** What it says, in one line. */
  readonly meaning: string;
  readonly value: (row: Row) => Value;
  /** Whether a cell is good or bad news, for colour; nothing is said by colour alone. */
  readonly tone?: (row: Row) => 'good' | 'bad' | null;
}

/** What columns say, by key. */
export function meaningsOf<Row>(columns: readonly Column<Row>[]): (key: string) => string {
  const meanings = new Map(columns.map(({ key, meaning }) => [key, meaning]));
  return (key) => {
    const meaning = meanings.get(key);
    if (meaning === undefined) throw new Error(`no column ${key}`);
    return meaning;
  };
}

/** How a text table is printed. */
export interface TextOptions {
  /** Off unless asked for: only a terminal wants it. */
  readonly colour?: boolean;
  readonly indent?: number;
}

/** Aligned columns with a heading line, a line of units where there are any, and one line per row. */
export function textTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[], options: TextOptions = {}): string {
  const colours = pc.createColors(options.colour ?? false);
  const body = rows.map((row) => columns.map((column) => cellText(column, row)));
  const heads = [columns.map(({ title }) => title)];
  if (columns.some(({ unit }) => unit !== '')) heads.push(columns.map(({ unit }) => unit));
  const widths = columns.map((_, c) => Math.max(...[...heads, ...body].map((cells) => width(cells[c] as string))));
  const margin = ' '.repeat(options.indent ?? 0);
  const pad = (text: string, c: number): string => {
    const blanks = ' '.repeat((widths[c] as number) - width(text));
    return columns[c]?.format === 'words' ? text + blanks : blanks + text;
  };
  const joined = (cells: readonly string[]): string => `${margin}${cells.join('  ')}`.trimEnd();
  const paint = { good: colours.green, bad: colours.red };
  return [
    ...heads.map((cells, i) => joined(trimLast(cells.map(pad)).map((text) => (i === 0 ? colours.bold(text) : colours.dim(text))))),
    ...body.map((cells, r) =>
      joined(
        trimLast(cells.map(pad)).map((text, c) => {
          const tone = columns[c]?.tone?.(rows[r] as Row) ?? null;
          return tone === null ? text : paint[tone](text);
        }),
      ),
    ),
    '',
  ].join('\n');
}

/** RFC 4180 with \n: numbers in full, an unknown value is an empty cell. */
export function csvTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const lines = [columns.map(({ key }) => key), ...rows.map((row) => columns.map(({ value }) => csvValue(value(row))))];
  return lines.map((cells) => `${cells.map(quoted).join(',')}\n`).join('');
}

/** A Markdown table. */
export function markdownTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const head = columns.map(({ title, unit }) => (unit === '' ? title : `${title} (${unit})`));
  const rule = columns.map(({ format }) => (format === 'words' ? '---' : '---:'));
  const body = rows.map((row) => columns.map((column) => cellText(column, row)));
  return [head.map(escapeMarkdown), rule, ...body.map((cells) => cells.map(escapeMarkdown))]
    .map((cells) => `| ${cells.join(' | ')} |\n`)
    .join('');
}

/** An HTML table; what a column means appears when its heading is pointed at, and tones are classes. */
export function htmlTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Markup {
  const heads = columns.map(({ title, unit, meaning, format }) =>
    element('th', { scope: 'col', title: meaning, class: format === 'words' ? 'words' : 'number' }, [
      escapeXml(unit === '' ? title : `${title} (${unit})`),
    ]),
  );
  const body = rows.map((row) =>
    element(
      'tr',
      {},
      columns.map((column) => {
        const kind = column.format === 'words' ? 'words' : 'number';
        return element('td', { class: [kind, column.tone?.(row) ?? ''].join(' ').trim() }, [escapeXml(cellText(column, row))]);
      }),
    ),
  );
  return element('table', {}, [element('thead', {}, [element('tr', {}, heads)]), element('tbody', {}, body)]);
}

/** The columns themselves as a Markdown table: the reference of what each number means. */
export function meaningsTable<Row>(columns: readonly Column<Row>[]): string {
  const describe = (key: string, title: string, value: (column: Column<Row>) => Value): Column<Column<Row>> => ({
    key,
    title,
    unit: '',
    format: 'words',
    meaning: title,
    value,
  });
  return markdownTable(
    [
      describe('title', 'column', ({ title }) => title),
      describe('key', 'key', ({ key }) => `\`${key}\``),
      describe('unit', 'unit', ({ unit }) => unit),
      describe('meaning', 'meaning', ({ meaning }) => meaning),
    ],
    columns,
  );
}

function cellText<Row>({ value, format }: Column<Row>, row: Row): string {
  return formatValue(value(row), format === 'words' ? { decimals: 0 } : format);
}

function csvValue(value: Value): string {
  if (value === null) return '';
  return String(typeof value === 'object' ? (value as Bounded).value : value);
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function escapeMarkdown(cell: string): string {
  // Markdown passes HTML on, and a name may hold some.
  return cell.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll(/\r?\n/g, ' ');
}

// Blanks at the end of a line are noise, and colour codes would hide them from trimEnd.
function trimLast(cells: readonly string[]): string[] {
  return cells.map((cell, c) => (c === cells.length - 1 ? cell.trimEnd() : cell));
}

function width(text: string): number {
  return [...text].length;
}
