// What did pruning cost at each density? The curve as data: one row a density that was tried.
import { canonicalJson } from '../core/hash.ts';
import type { Scores } from '../network/artifact.ts';
import { count, words } from '../report/cells.ts';
import { type DensityPlot, densityPlot } from '../report/density-plot.ts';
import { type Column, csvTable, meaningsTable, textTable } from '../report/table.ts';
import type { SearchConfig } from './config.ts';

/** A density that was tried. */
export interface DensityPoint {
  /** Density that pruning was told to leave. */
  readonly asked: number;
  /** What was left; null if nothing that is active and reaches the readout. */
  readonly left: {
    /** Share of the weights that the network before pruning could have; less than asked for, because dead neurons go as well. */
    readonly density: number;
    readonly weights: number;
    readonly neurons: number;
    /** On the trials of the search. */
    readonly scores: Scores;
  } | null;
}

/** Accuracy against density. */
export interface DensityCurve {
  readonly search: SearchConfig;
  /** The network before pruning, on the trials of the search. */
  readonly before: Scores;
  /** By ascending density. */
  readonly points: readonly DensityPoint[];
}

/** Slack of comparisons: means of shares carry rounding errors. */
const ROUNDING = 1e-9;

/** A point, and what it lost. */
export interface JudgedPoint extends DensityPoint {
  /** Mean accuracy lost; null where nothing was left. */
  readonly drop: number | null;
  /** The task that lost most, and how much. */
  readonly worst: { readonly task: string; readonly drop: number } | null;
  /** Whether both are within what may be lost. */
  readonly isWithin: boolean;
}

/** What a density lost against the network before pruning. */
export function judge(point: DensityPoint, { search, before }: Pick<DensityCurve, 'search' | 'before'>): JudgedPoint {
  const { left } = point;
  if (left === null) return { ...point, drop: null, worst: null, isWithin: false };
  const drop = before.meanAccuracy - left.scores.meanAccuracy;
  const worst = Object.entries(before.perTask)
    .map(([task, accuracy]) => ({ task, drop: accuracy - left.scores.perTask[task] }))
    .reduce((a, b) => (b.drop > a.drop ? b : a));
  const { maxAccuracyDrop, maxTaskDrop } = search;
  const isWithin = drop <= maxAccuracyDrop + ROUNDING && (maxTaskDrop === null || worst.drop <= maxTaskDrop + ROUNDING);
  return { ...point, drop, worst, isWithin };
}

/** The sparsest network that lost no more than it may; null if none. */
export function sparsestWithin(curve: DensityCurve): JudgedPoint | null {
  const weightsOf = ({ left }: DensityPoint) => left?.weights ?? 0;
  const within = curve.points.map((point) => judge(point, curve)).filter(({ isWithin }) => isWithin);
  return within.sort((a, b) => weightsOf(a) - weightsOf(b) || a.asked - b.asked)[0] ?? null;
}

const density = { unit: '', format: { significant: 3 } } as const;
const accuracy = { unit: '', format: { decimals: 4 } } as const;

/** Columns of the curve. */
export const CURVE_COLUMNS: readonly Column<JudgedPoint>[] = [
  { ...density, key: 'asked', title: 'asked for', meaning: 'Density that pruning was told to leave.', value: ({ asked }) => asked },
  {
    ...density,
    key: 'density',
    title: 'density',
    meaning: 'Share of the possible weights that was left: dead neurons take theirs along.',
    value: ({ left }) => left?.density ?? null,
  },
  { ...count, key: 'weights', title: 'weights', meaning: 'Weights left.', value: ({ left }) => left?.weights ?? null },
  { ...count, key: 'neurons', title: 'neurons', meaning: 'Neurons left.', value: ({ left }) => left?.neurons ?? null },
  {
    ...accuracy,
    key: 'accuracy',
    title: 'accuracy',
    meaning: 'Mean accuracy on trials that serve the search alone.',
    value: ({ left }) => left?.scores.meanAccuracy ?? null,
  },
  { ...accuracy, key: 'drop', title: 'drop', meaning: 'Mean accuracy lost against the network before pruning.', value: ({ drop }) => drop },
  { ...words, key: 'worstTask', title: 'worst task', meaning: 'Task that lost most.', value: ({ worst }) => worst?.task ?? null },
  { ...accuracy, key: 'worstDrop', title: 'its drop', meaning: 'Accuracy that this task lost.', value: ({ worst }) => worst?.drop ?? null },
  { ...words, key: 'isWithin', title: 'within', meaning: 'Whether no more was lost than may be.', value: ({ isWithin }) => isWithin },
];

/** What the columns of the curve mean, as Markdown. */
export function curveColumnReference(): string {
  return `## Searches for the sparsest network\n\n### Accuracy against density (\`pruned.curve.csv\`)\n\n${meaningsTable(CURVE_COLUMNS)}`;
}

/** The curve as a table for people. */
export function curveText(curve: DensityCurve): string {
  return textTable(CURVE_COLUMNS, judged(curve), { indent: 2 });
}

/** The files of a curve, by what their names end in. */
export function curveFiles(curve: DensityCurve): Readonly<Record<'.curve.json' | '.curve.csv' | '.curve.svg', string>> {
  const points = judged(curve);
  const chosen = sparsestWithin(curve);
  const data = { schema: 'bimt-density-curve/1', ...curve, points, chosen: chosen?.asked ?? null };
  return {
    '.curve.json': `${canonicalJson(data, 1)}\n`,
    '.curve.csv': csvTable(CURVE_COLUMNS, points),
    '.curve.svg': densityPlot(plotOf(curve, points, chosen)),
  };
}

function judged(curve: DensityCurve): JudgedPoint[] {
  return curve.points.map((point) => judge(point, curve));
}

function plotOf({ search, before }: DensityCurve, points: readonly JudgedPoint[], chosen: JudgedPoint | null): DensityPlot {
  return {
    title: 'Accuracy against density',
    before: before.meanAccuracy,
    maxAccuracyDrop: search.maxAccuracyDrop,
    maxTaskDrop: search.maxTaskDrop,
    trialsPerTask: search.trialsPerTask,
    points: points.flatMap(({ asked, left, isWithin, worst }) =>
      left === null
        ? []
        : [
            {
              density: left.density,
              accuracy: left.scores.meanAccuracy,
              neurons: left.neurons,
              isWithin,
              isChosen: asked === chosen?.asked,
              worst,
            },
          ],
    ),
  };
}
