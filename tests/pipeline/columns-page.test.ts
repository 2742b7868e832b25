// Is every number of the reports explained on docs/columns.md, from one definition each?
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type SchemaNode, schemaNode } from '../../src/core/allowed.ts';
import { PACKAGE_ROOT } from '../../src/core/version.ts';
import { columnsPage } from '../../src/pipeline/columns-page.ts';
import { compareRuns } from '../../src/report/comparison.ts';
import { comparisonMarkdown } from '../../src/report/comparison-formats.ts';
import { flatMetrics, snakeCase } from '../../src/report/metrics.ts';
import { namedPath, reportMeanings, SETTINGS, TOLD } from '../../src/report/numbers-reference.ts';
import { buildReport } from '../../src/report/report.ts';
import { reportSchema } from '../../src/report/report-schema.ts';
import { sampleInput } from '../report/sample.ts';

const report = buildReport(sampleInput());
const page = columnsPage();

it('is what the definitions say', () => {
  const isFresh = readFileSync(join(PACKAGE_ROOT, 'docs', 'columns.md'), 'utf8') === page;
  expect(isFresh, 'docs/columns.md is stale; run: npx tsx scripts/columns-page.ts').toBe(true);
});

/** Paths of all numbers, and of what is yes or no. */
function numbersIn(node: SchemaNode, path: string): string[] {
  const types = [node.type ?? []].flat();
  return [
    ...(types.some((type) => ['number', 'integer', 'boolean'].includes(type)) ? [path] : []),
    ...(node.anyOf ?? []).flatMap((choice) => numbersIn(choice, path)),
    ...Object.entries(node.properties ?? {}).flatMap(([name, inner]) => numbersIn(inner, path === '' ? name : `${path}.${name}`)),
    ...(typeof node.additionalProperties === 'object' ? numbersIn(node.additionalProperties, `${path}.*`) : []),
    ...(node.items === undefined ? [] : numbersIn(node.items, `${path}[]`)),
  ];
}

it('tells every number of report.json', () => {
  const told = new Set(reportMeanings().map(({ path }) => path));
  const numbers = new Set(numbersIn(schemaNode(reportSchema), '').map(namedPath));
  expect(numbers.size).toBeGreaterThan(150);
  // A list or a table of numbers is told as a whole.
  const others = [...numbers].filter((path) => !path.startsWith(SETTINGS));
  expect(others.filter((path) => !told.has(path) && !told.has(path.replace(/\[\]$|\.\*$/, '')))).toEqual([]);
  for (const { meaning } of reportMeanings()) expect(page).toContain(meaning.replaceAll('|', '\\|'));
});

it('tells every number of metrics.json, under the name that it has there', () => {
  const names = {
    PLACEMENT: '\\w+?',
    TARGET: '\\w+',
    STAGE: '\\w+?',
    MATRIX: '(recurrent|readout|input)',
    PART: '(recurrent|readout|input|all)',
  };
  const resources = new Set(report.targets.flatMap(({ placements }) => placements.flatMap(({ result }) => result?.resources ?? [])));
  const resource = `(${[...resources].map((one) => snakeCase(one.resource)).join('|')})`;
  const patterns = TOLD.flatMap(({ metric, columns }) => {
    if (metric === null) return [];
    const before = metric.replace(/[A-Z]+/g, (name) => ({ ...names, RESOURCE: resource })[name] ?? 'a name that nobody knows');
    return columns.map(({ key }) => new RegExp(`^${before}${snakeCase(key)}$`));
  });
  const keys = Object.keys(flatMetrics(report)).filter((key) => key !== 'schema' && !/__(unit|lower_bound|upper_bound)$/.test(key));
  expect(keys.length).toBeGreaterThan(100);
  expect(keys.filter((key) => !patterns.some((pattern) => pattern.test(key)))).toEqual([]);
});

it('tells every column of a comparison', () => {
  const runs = ['before', 'after'].map((name) => ({ name, report }));
  const changed = { ...report, network: { ...report.network, neurons: 1 } };
  const markdown = comparisonMarkdown(compareRuns([runs[0], { name: 'after', report: changed }], 'before'), []);
  const heads = [...markdown.matchAll(/^(\|.*\|)\n\| -/gm)].flatMap(([, head = '']) => head.split(/(?<!\\)\|/).slice(1, -1));
  expect(heads.length).toBeGreaterThan(20);
  const titles = heads.map((head) => head.replace(/ \([^()]*\) *$/, '').trim());
  expect(titles.filter((title) => !page.includes(`\n| ${title} |`))).toEqual([]);
});

it('has a sentence for each', () => {
  for (const [, meaning = ''] of page.matchAll(/^\| .* \| ([^|]*(?:\\\|[^|]*)*) \|$/gm)) {
    if (meaning !== 'meaning' && !meaning.startsWith('---')) expect(meaning).toMatch(/^[^a-z].*\.$|^λ.*\.$/);
  }
});
