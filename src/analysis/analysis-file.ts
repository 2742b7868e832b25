// What does an analysis say? The one description of analysis.json, read by reports, figures, sweeps and the results page.
import { z } from 'zod';
import { UsageError } from '../core/errors.ts';
import { parseWith } from '../core/validate.ts';
import { parseGrid, siteCount } from '../network/geometry.ts';

const count = z.int().nonnegative();
const ratio = z.number().min(0).max(1);
const amount = z.number().nonnegative();

/** A measure of a layout against shuffles of the active neurons over their sites; Liu et al. (2023), figure 2. */
const NullComparison = z.strictObject({
  value: z.number(),
  nullMean: z.number(),
  /** Population standard deviation of the shuffled values. */
  nullSd: amount,
  /** (value − nullMean)/nullSd; null where every shuffle gave the same value. */
  z: z.number().nullable(),
  /** One-sided: (1 + shuffles ≤ value) / (1 + shuffles). */
  p: ratio,
  /** Histogram of the shuffled values: `counts[i]` lie in [edges[i], edges[i + 1]), the last bin closed. */
  histogram: z.strictObject({ edges: z.array(z.number()), counts: z.array(count) }),
});
export type NullComparison = z.output<typeof NullComparison>;

/** All ordered pairs of neurons at one distance. */
const DistanceBin = z.strictObject({
  distance: amount.describe("distance on the grid, in the grid's side"),
  pairs: count.describe('pairs of neurons at that distance, both directions counted'),
  active: count.describe('pairs with an active connection'),
  activeShare: ratio.describe('share of the pairs with an active connection'),
  meanWeight: amount.describe('mean |weight| of all pairs, those without a connection included'),
});

/** What depends on where neurons sit. Lengths in unit-square units (side of the grid = 1). */
export const LayoutAnalysis = z.strictObject({
  /** `own`: as trained. `searched`: after a search for the shortest wires, which moves neurons and changes nothing else. */
  name: z.enum(['own', 'searched']),
  /** Site of each neuron, shape [neurons]. */
  site: z.array(count),
  wiring: z.strictObject({
    /** Σ D over active connections. */
    length: amount,
    /** Σ D·|w| over all recurrent weights: what BIMT's penalty counts. */
    weighted: amount,
    /** length / active connections between different neurons; null where there are none. */
    meanLength: amount.nullable(),
  }),
  /** `bins`: pairs of different neurons, nearest first, without empty bins. `self`: connections of a neuron to itself, told apart. */
  weightByDistance: z.strictObject({ self: DistanceBin, bins: z.array(DistanceBin) }),
  /** Share of active neurons without an active neighbour of their own cluster; null without clusters. */
  isolated: NullComparison.nullable(),
  /** Mean spatial spread of the clusters, squared unit-square units; null without clusters. */
  clusterSize: NullComparison.nullable(),
  /** Root of the mean squared distance from the centre, mean over clusters; null as above. */
  clusterRadius: amount.nullable(),
  /** Mean L1 distance of two members, mean over clusters; null as above. */
  clusterPairDistance: amount.nullable(),
  /**
   * The p-values for every number of clusters that was tried, with a tenth of the shuffles: which number is kept is often a matter of
   * chance. Empty without clusters.
   */
  byClusters: z.array(z.strictObject({ clusters: count, isolatedP: ratio, clusterSizeP: ratio })),
  /** What the search did; null for the network's own layout. */
  search: z.strictObject({ seed: count, exchanges: count, before: amount, after: amount }).nullable(),
});
export type LayoutAnalysis = z.output<typeof LayoutAnalysis>;

/** How modular the wiring itself is, by the functional clusters; self-connections left out. Newman (2006), Béna & Goodman (2021). */
const Modularity = z.strictObject({
  /** Active connections inside clusters over the pairs there. */
  densityInside: ratio.nullable(),
  /** Active connections between clusters over the pairs there. */
  densityBetween: ratio.nullable(),
  /** densityBetween / densityInside; null where either is unknown or nothing is inside. */
  pEffective: amount.nullable(),
  /** Directed modularity of the active connections. */
  qBinary: z.number().nullable(),
  /** The same with |w| as edge weights. */
  qWeighted: z.number().nullable(),
  /**
   * 1 − Σ outgoing share · incoming share of each cluster in the active connections: the most that the binary Q can be for clusters with
   * that many ends of connections. It is 1 − Σ share² where both shares are equal, and Q never exceeds it.
   */
  qMaximum: ratio.nullable(),
});
export type Modularity = z.output<typeof Modularity>;

const TaskScore = z.strictObject({
  task: z.string(),
  accuracy: ratio,
  strict: ratio,
  fixationKept: ratio,
  meanDirectionError: amount.nullable(),
  ceiling: ratio,
});

export const Analysis = z.strictObject({
  schema: z.literal('bimt-analysis/1'),
  tool: z.string(),
  network: z.strictObject({
    /** SHA-256 of the artifact. */
    hash: z.string(),
    stage: z.string(),
    suite: z.string(),
    grid: z.string(),
    neurons: count,
    inputs: count,
    outputs: count,
    /** Training settings as stored in the artifact; null for networks trained elsewhere. */
    train: z.record(z.string(), z.unknown()).nullable(),
  }),
  settings: z.strictObject({
    /** Trials that task variance is measured on. */
    trials: z.enum(['random', 'grid']),
    /** Random trials of each task; the grid has as many as it has. */
    trialsPerTask: count,
    /** Σ task variance above which a neuron is active. */
    activeAbove: amount,
    /** |w| above which a connection is active. */
    connectedAbove: amount,
    shuffles: count,
    seed: count,
    scores: z.strictObject({ trialsPerTask: count, seed: count }),
  }),
  accuracy: z.strictObject({ mean: ratio, strict: ratio, fixationKept: ratio, tasks: z.array(TaskScore) }),
  activity: z.strictObject({
    tasks: z.array(z.string()),
    /** Task variance, shape [neurons][tasks]. */
    taskVariance: z.array(z.array(amount)),
    /** Active neurons, ascending. */
    active: z.array(count),
  }),
  /** Functional clusters of the active neurons; null where there are too few active neurons to cluster. */
  clusters: z
    .strictObject({
      /** Mean silhouette and inertia of the best of the restarts, for every number of clusters that was tried. */
      tried: z.array(z.strictObject({ clusters: count, silhouette: z.number(), inertia: amount })),
      /** Mean silhouette of the number that was kept. */
      silhouette: z.number(),
      /** Cluster of each active neuron, in the order of `activity.active`; clusters are numbered by preferred task. */
      labels: z.array(count),
      /** Members and preferred task of each cluster. */
      clusters: z.array(z.strictObject({ size: count, preferredTask: z.string() })),
    })
    .nullable(),
  connections: z.strictObject({
    /** Recurrent connections with |w| above `connectedAbove`, self-connections included. */
    active: count,
    self: count,
    /** Nonzero recurrent weights. */
    stored: count,
    /** active / neurons². */
    density: ratio,
  }),
  modularity: Modularity.nullable(),
  layouts: z.array(LayoutAnalysis).min(1),
  /** What could not be measured and why, and what is weakly determined, one sentence each. */
  notes: z.array(z.string()),
});
export type Analysis = z.output<typeof Analysis>;

/**
 * Checks a parsed analysis.json.
 *
 * @throws UsageError listing everything that is wrong, or where its parts contradict each other
 */
export function parseAnalysis(data: unknown, what: string): Analysis {
  const analysis = parseWith(Analysis, data, what);
  const faults = contradictions(analysis);
  if (faults.length > 0) throw new UsageError(`${what} contradicts itself:\n  ${faults.join('\n  ')}`);
  return analysis;
}

/** What no schema sees and figures rely on. */
function contradictions({ network: { neurons, grid }, activity, clusters, layouts }: Analysis): string[] {
  const { tasks, taskVariance, active } = activity;
  const sites = siteCount(parseGrid(grid));
  const within = (indices: readonly number[], limit: number) => indices.every((index) => index < limit);
  const isLabelled = ({ labels, clusters: found }: NonNullable<Analysis['clusters']>) =>
    labels.length === active.length && within(labels, found.length);
  const isPlaced = ({ site }: LayoutAnalysis) => site.length === neurons && new Set(site).size === neurons && within(site, sites);
  const facts: readonly (readonly [boolean, string])[] = [
    [taskVariance.length === neurons, 'activity.taskVariance has not one row for each neuron'],
    [taskVariance.every((row) => row.length === tasks.length), 'activity.taskVariance has not one column for each task'],
    [within(active, neurons), 'activity.active names neurons that the network does not have'],
    [clusters === null || isLabelled(clusters), 'clusters.labels do not give each active neuron one of the clusters'],
    [layouts.every(isPlaced), 'layouts do not give each neuron a site of its own on the grid'],
    [layouts[0]?.name === 'own', 'the first of layouts is not the own one'],
  ];
  return facts.flatMap(([holds, otherwise]) => (holds ? [] : [otherwise]));
}

/** The file analysis.json: indented, with lists of numbers on one line each. */
export function analysisJson(analysis: Analysis): string {
  const indented = JSON.stringify(analysis, null, 2);
  return `${indented.replaceAll(/\[[\s\d.,e+-]*\]/g, (numbers) => numbers.replaceAll(/\s+/g, ' ').replaceAll(/^\[ | \]$/g, (end) => end.trim()))}\n`;
}
