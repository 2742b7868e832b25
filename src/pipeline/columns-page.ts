// Where is every number of every report explained? docs/columns.md, from the definitions that reports, searches and studies print.
import { comparisonColumnReference } from '../report/comparison-formats.ts';
import { numbersReference } from '../report/numbers-reference.ts';
import { curveColumnReference } from './density-curve.ts';
import { precisionColumnReference } from './precision.ts';
import { sweepColumnReference } from './sweep-columns.ts';

const HEAD = `# What the numbers of the reports mean

Numbers are the same in \`report.txt\`, \`report.html\`, CSV files, \`report.json\` and \`metrics.json\`. On the page \`report.html\`, names tell their meaning when
they are pointed at. \`≥\` and \`≤\` mark numbers of which only a bound is known; what is unknown is \`unknown\` in texts, \`null\` in JSON and empty in CSV, and
never counted as 0. Shares are 0 to 1 in files and percentages in texts.

\`metrics.json\` is flat: \`stage__group__key\`, the key of a column in snake case, its unit under the same name with \`__unit\`, and a bound, where
the number itself is not known, under \`__lower_bound\` or \`__upper_bound\`. There, PLACEMENT is the target, with \`_cap_25\` where a cap was asked for;
RESOURCE, PART and MATRIX are the names in those tables, \`all\` included; STAGE is a stage of accuracy or a target.

This page is generated (\`npx tsx scripts/columns-page.ts\`).
`;

/** The page. */
export function columnsPage(): string {
  return [
    HEAD,
    numbersReference(),
    comparisonColumnReference(),
    curveColumnReference(),
    precisionColumnReference(),
    `## Sweeps\n\n${sweepColumnReference()}`,
  ].join('\n');
}
