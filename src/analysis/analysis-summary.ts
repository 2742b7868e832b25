// Which numbers stand for a network in a table? One row per network and layout, every number defined once.
import { z } from 'zod';
import type { Analysis, LayoutAnalysis } from './analysis-file.ts';

const count = z.int().nonnegative();
const ratio = z.number().min(0).max(1);
const amount = z.number().nonnegative();

/** Tasks at most this far below their ceiling are near it. */
export const NEAR_CEILING = 0.05;
/** A p-value below this is called beyond chance. */
export const SIGNIFICANT = 0.01;

/** The numbers that depend on where neurons sit. Lengths in unit-square units; null is unknown. */
const LayoutSummary = z.object({
  wiringLength: amount,
  weightedWiring: amount,
  meanLength: amount.nullable(),
  isolated: ratio.nullable(),
  isolatedZ: z.number().nullable(),
  isolatedP: ratio.nullable(),
  /** Share of the numbers of clusters that were tried at which the p of isolated neurons is below 0.01. */
  isolatedShare: ratio.nullable(),
  clusterSize: amount.nullable(),
  clusterSizeZ: z.number().nullable(),
  clusterSizeP: ratio.nullable(),
  /** The same share for cluster size. */
  clusterSizeShare: ratio.nullable(),
});
type LayoutSummary = z.output<typeof LayoutSummary>;

/** A row of the tables of sweeps and results; null is unknown. Not strict: numbers that a later version adds do no harm. */
export const AnalysisSummary = z.object({
  accuracy: ratio,
  /** 1 − accuracy. */
  error: ratio,
  strictAccuracy: ratio,
  /** Tasks at most 0.05 below their ceiling. */
  tasksNearCeiling: count,
  /** Largest gap of a task to its ceiling. */
  worstGap: z.number(),
  activeNeurons: count,
  connections: count,
  selfConnections: count,
  clusters: count.nullable(),
  silhouette: z.number().nullable(),
  qBinary: z.number().nullable(),
  pEffective: amount.nullable(),
  own: LayoutSummary,
  /** After a layout search; null where none was made. */
  searched: LayoutSummary.nullable(),
});
export type AnalysisSummary = z.output<typeof AnalysisSummary>;

/** The summary of an analysis. */
export function summarizeAnalysis({ accuracy, activity, connections, clusters, modularity, layouts }: Analysis): AnalysisSummary {
  const gaps = accuracy.tasks.map((task) => task.ceiling - task.accuracy);
  const layout = (name: LayoutAnalysis['name']) => layouts.find((candidate) => candidate.name === name);
  const searched = layout('searched');
  return {
    accuracy: accuracy.mean,
    error: 1 - accuracy.mean,
    strictAccuracy: accuracy.strict,
    tasksNearCeiling: gaps.filter((gap) => gap <= NEAR_CEILING).length,
    worstGap: Math.max(...gaps),
    activeNeurons: activity.active.length,
    connections: connections.active,
    selfConnections: connections.self,
    clusters: clusters?.clusters.length ?? null,
    silhouette: clusters?.silhouette ?? null,
    qBinary: modularity?.qBinary ?? null,
    pEffective: modularity?.pEffective ?? null,
    own: summarizeLayout(layout('own') ?? layouts[0]),
    searched: searched === undefined ? null : summarizeLayout(searched),
  };
}

function summarizeLayout({ wiring, isolated, clusterSize, byClusters }: LayoutAnalysis): LayoutSummary {
  return {
    wiringLength: wiring.length,
    weightedWiring: wiring.weighted,
    meanLength: wiring.meanLength,
    isolated: isolated?.value ?? null,
    isolatedZ: isolated?.z ?? null,
    isolatedP: isolated?.p ?? null,
    isolatedShare: significantShare(byClusters.map(({ isolatedP }) => isolatedP)),
    clusterSize: clusterSize?.value ?? null,
    clusterSizeZ: clusterSize?.z ?? null,
    clusterSizeP: clusterSize?.p ?? null,
    clusterSizeShare: significantShare(byClusters.map(({ clusterSizeP }) => clusterSizeP)),
  };
}

/** Null of none. */
function significantShare(ps: readonly number[]): number | null {
  return ps.length === 0 ? null : ps.filter((p) => p < SIGNIFICANT).length / ps.length;
}
