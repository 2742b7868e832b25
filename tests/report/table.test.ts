import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatNumber, formatValue, listWords, plural } from '../../src/report/format.ts';
import { type Column, csvTable, markdownTable, meaningsTable, textTable } from '../../src/report/table.ts';

interface Row {
  readonly name: string;
  readonly energy: number | null;
  readonly share: number;
  readonly fits: boolean;
}

const columns: Column<Row>[] = [
  { key: 'name', title: 'target', unit: '', format: 'words', meaning: 'Name of the target.', value: ({ name }) => name },
  { key: 'energyPj', title: 'energy', unit: 'pJ', format: { decimals: 1 }, meaning: 'Energy of a step.', value: ({ energy }) => energy },
  { key: 'share', title: 'share', unit: '', format: 'percent', meaning: 'Share of it all.', value: ({ share }) => share },
  {
    key: 'fits',
    title: 'fits',
    unit: '',
    format: 'words',
    meaning: 'Whether it fits.',
    value: ({ fits }) => fits,
    tone: ({ fits }) => (fits ? 'good' : 'bad'),
  },
];

const rows: Row[] = [
  { name: 'mesh', energy: 12345.678, share: 0.5, fits: true },
  { name: 'a "big", one', energy: null, share: 0.0123, fits: false },
];

describe('text', () => {
  test('is aligned, words left and numbers right, without blanks at the ends of lines', () => {
    expect(textTable(columns, rows)).toBe(
      [
        'target          energy  share  fits',
        '                    pJ',
        'mesh          12,345.7   50 %  yes',
        'a "big", one   unknown  1.2 %  no',
        '',
      ].join('\n'),
    );
  });

  test('has no line of units when no column has one', () => {
    expect(textTable([columns[0] as Column<Row>], rows.slice(0, 1), { indent: 2 })).toBe('  target\n  mesh\n');
  });

  test('is coloured only when asked, and then says the same', () => {
    const coloured = textTable(columns, rows, { colour: true });
    expect(textTable(columns, rows)).not.toContain('\u001b');
    expect(coloured).toContain('\u001b[32myes');
    expect(coloured).toContain('\u001b[31mno');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for.
    expect(coloured.replaceAll(/\u001b\[\d+m/g, '').replaceAll(/ +$/gm, '')).toBe(textTable(columns, rows));
  });
});

describe('CSV', () => {
  test('keeps full precision, quotes what needs it, and leaves unknown cells empty', () => {
    expect(csvTable(columns, rows)).toBe('name,energyPj,share,fits\nmesh,12345.678,0.5,true\n"a ""big"", one",,0.0123,false\n');
  });

  test('gives any text back to a reader that follows RFC 4180', () => {
    const words: Column<string>[] = ['a', 'b'].map((key) => ({
      key,
      title: key,
      unit: '',
      format: 'words' as const,
      meaning: key,
      value: (x: string) => (key === 'a' ? x : 'end'),
    }));
    const text = fc.array(fc.constantFrom('a', '"', ',', '\n', '\r\n', ' ', 'é'), { maxLength: 8 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), (cells) => {
        expect(readCsv(csvTable(words, cells))).toEqual([['a', 'b'], ...cells.map((cell) => [cell, 'end'])]);
      }),
    );
  });
});

test('Markdown names units in the head, aligns, and escapes bars', () => {
  expect(markdownTable(columns.slice(0, 2), [{ name: 'a|b', energy: 1, share: 0, fits: true }])).toBe(
    '| target | energy (pJ) |\n| --- | ---: |\n| a\\|b | 1.0 |\n',
  );
});

test('the reference table says what each column means', () => {
  expect(meaningsTable(columns)).toContain('| energy | `energyPj` | pJ | Energy of a step. |\n');
});

describe('numbers', () => {
  test('have their decimals or significant digits, and grouped thousands', () => {
    expect(formatNumber(1234567, { decimals: 0 })).toBe('1,234,567');
    expect(formatNumber(-1234.5, { decimals: 2 })).toBe('-1,234.50');
    expect(formatNumber(-0.001, { decimals: 1 })).toBe('0.0');
    expect([0, 0.00012345, 0.9996, 1.2345, 99.96, 1234.5].map((x) => formatNumber(x, { significant: 3 }))).toEqual([
      '0',
      '0.000123',
      '1.00',
      '1.23',
      '100',
      '1,235',
    ]);
  });

  test('as percentages keep a digit when they are small, and only nothing is 0 %', () => {
    expect([0, 0.00002, 0.0004, 0.004, 0.0996, 0.5, 1, 12].map((x) => formatNumber(x, 'percent'))).toEqual([
      '0 %',
      '< 0.01 %',
      '0.04 %',
      '0.4 %',
      '10 %',
      '50 %',
      '100 %',
      '1,200 %',
    ]);
  });

  test('that are bounds say so, and those that are not finite are refused', () => {
    expect(formatValue({ bound: '≥', value: 2 }, { decimals: 1 })).toBe('≥ 2.0');
    expect(formatValue(null, 'percent')).toBe('unknown');
    expect(() => formatNumber(Number.NaN, 'percent')).toThrow(/cannot print/);
  });
});

test('words are joined as in a sentence', () => {
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(listWords)).toEqual(['', 'a', 'a and b', 'a, b and c']);
  expect([plural(1, 'core'), plural(2, 'core'), plural(2, 'axis', 'axes')]).toEqual(['1 core', '2 cores', '2 axes']);
});

/** A reader of RFC 4180, one character at a time. */
function readCsv(text: string): string[][] {
  const table: string[][] = [[]];
  let cell = '';
  let inside = false;
  for (let at = 0; at < text.length; at++) {
    const c = text[at] as string;
    if (inside && c === '"' && text[at + 1] === '"') {
      cell += '"';
      at++;
    } else if (c === '"') inside = !inside;
    else if (!inside && (c === ',' || c === '\n')) {
      table.at(-1)?.push(cell);
      cell = '';
      if (c === '\n') table.push([]);
    } else cell += c;
  }
  return table.slice(0, -1);
}
