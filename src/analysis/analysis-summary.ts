// Which numbers stand for a network in a table? One row per network and layout, every column defined once.
import type { Analysis, LayoutAnalysis } from './analysis-file.ts';

/** A row of the tables of sweeps and results; null is unknown. Lengths in unit-square units. */
export interface AnalysisSummary {
  readonly accuracy: number;
  /** 1 − accuracy. */
  readonly error: number;
  readonly strictAccuracy: number;
  /** Tasks at most 0.05 below their ceiling. */
  readonly tasksNearCeiling: number;
  /** Largest gap of a task to its ceiling. */
  readonly worstGap: number;
  readonly activeNeurons: number;
  readonly connections: number;
  readonly selfConnections: number;
  readonly clusters: number | null;
  readonly silhouette: number | null;
  readonly qBinary: number | null;
  readonly pEffective: number | null;
  readonly own: LayoutSummary;
  /** After a layout search; null where none was made. */
  readonly searched: LayoutSummary | null;
}

/** The numbers that depend on where neurons sit. */
export interface LayoutSummary {
  readonly wiringLength: number;
  readonly weightedWiring: number;
  readonly meanLength: number | null;
  readonly isolated: number | null;
  readonly isolatedZ: number | null;
  readonly isolatedP: number | null;
  readonly clusterSize: number | null;
  readonly clusterSizeZ: number | null;
  readonly clusterSizeP: number | null;
}

const NEAR_CEILING = 0.05;

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

function summarizeLayout({ wiring, isolated, clusterSize }: LayoutAnalysis): LayoutSummary {
  return {
    wiringLength: wiring.length,
    weightedWiring: wiring.weighted,
    meanLength: wiring.meanLength,
    isolated: isolated?.value ?? null,
    isolatedZ: isolated?.z ?? null,
    isolatedP: isolated?.p ?? null,
    clusterSize: clusterSize?.value ?? null,
    clusterSizeZ: clusterSize?.z ?? null,
    clusterSizeP: clusterSize?.p ?? null,
  };
}
