// How is a table shown? The columns of the text reports, their meanings a pointer away.
import { formatValue } from '../format.ts';
import type { Column } from '../table.ts';
import { type Child, h } from './dom.ts';
import { withTip } from './tip.ts';

/** How a table differs from the plain one. */
export interface TableOptions<Row> {
  /** Replaces the text of a cell; null keeps it. */
  readonly cell?: (column: Column<Row>, row: Row, text: string) => Child;
}

/** A table; wide ones scroll in a frame of their own. */
export function table<Row>(
  caption: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  options: TableOptions<Row> = {},
): HTMLElement {
  const kind = (column: Column<Row>) => (column.format === 'words' ? 'words' : 'number');
  return framed(
    caption,
    h('thead', {}, h('tr', {}, ...columns.map((column) => heading(column, kind(column))))),
    h(
      'tbody',
      {},
      rows.map((row) =>
        h(
          'tr',
          {},
          columns.map((column, at) => {
            const text = formatValue(column.value(row), column.format === 'words' ? { decimals: 0 } : column.format);
            const tone = column.tone?.(row) ?? null;
            const classes = `${kind(column)}${tone === null ? '' : ` ${tone}`}${text === 'unknown' ? ' unknown' : ''}`;
            const content = options.cell?.(column, row, text) ?? text;
            const label = { class: classes, 'data-key': column.key, 'data-label': labelOf(column) };
            return at === 0 ? h('th', { ...label, scope: 'row' }, content) : h('td', label, content);
          }),
        ),
      ),
    ),
  );
}

/** What stands beside a cell where there is no room for a heading. */
function labelOf<Row>({ title, unit }: Column<Row>): string {
  return unit === '' ? title : `${title}, ${unit}`;
}

function heading<Row>({ title, unit, meaning }: Column<Row>, kind: string): HTMLElement {
  const name = withTip(h('span', { class: 'term' }, title), meaning);
  return h('th', { scope: 'col', class: kind }, name, unit === '' ? null : h('span', { class: 'unit' }, ` ${unit}`));
}

/** A table in a frame that can be scrolled by keys. */
export function framed(caption: string, ...parts: readonly Child[]): HTMLElement {
  return h(
    'div',
    { class: 'table', tabindex: 0, role: 'region', 'aria-label': caption },
    h('table', {}, h('caption', { class: 'unseen' }, caption), ...parts),
  );
}
