// Which numbers of the targets stand side by side at the top of report.html? Those of their placements, and what their integers are worth.
import { words } from './cells.ts';
import { type PlacementRow, placementColumn } from './placement-columns.ts';
import type { Report } from './report.ts';
import type { Column } from './table.ts';
import { accuracyLoss } from './verdict-words.ts';

const ratio = { unit: '', format: { decimals: 3 } } as const;

/** What a target's integer network is worth; no other table has these. */
export function integerColumns(report: Pick<Report, 'accuracy'>): readonly Column<PlacementRow>[] {
  return [
    {
      ...ratio,
      key: 'integerAccuracy',
      title: 'accuracy',
      meaning: 'Mean accuracy over all tasks of the integer network that this target stores.',
      value: ({ target }) => accuracyLoss(report, target.label)?.integer.mean ?? null,
    },
    {
      ...ratio,
      key: 'accuracyLost',
      title: 'lost',
      meaning: 'Mean accuracy that integers lose against the float network; unknown where the two stand on different trials.',
      value: ({ target }) => accuracyLoss(report, target.label)?.lost ?? null,
    },
    {
      ...words,
      key: 'verified',
      title: 'verified',
      meaning: 'Whether interpreter, ONNX files and simulated chip computed the same integers.',
      value: ({ target: { verification } }) => (verification === null ? 'not verified' : verification.mismatches.length === 0),
      tone: ({ target: { verification } }) => (verification === null ? null : verification.mismatches.length === 0 ? 'good' : 'bad'),
    },
  ];
}

/** The columns of the page's first table. */
export function sideBySideColumns(report: Pick<Report, 'accuracy'>): readonly Column<PlacementRow>[] {
  const [accuracy, lost, verified] = integerColumns(report);
  return [
    ...['target', 'fits', 'coresUsed', 'coresAvailable', 'limitedBy', 'peakUtilization'].map(placementColumn),
    accuracy,
    lost,
    ...['wiringCost', 'wiringOverRandom', 'hopsMean', 'energyNjPerStep', 'latencyUsPerStep', 'executable'].map(placementColumn),
    verified,
  ];
}
