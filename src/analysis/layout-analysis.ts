// What depends on where neurons sit? Wire lengths, weight against distance, and whether functional clusters keep together.
import type { Network } from '../network/network.ts';
import type { LayoutAnalysis } from './analysis-file.ts';
import { clusterLayout } from './cluster-layout.ts';
import { measureWiring } from './connections.ts';
import type { FunctionalClusters } from './functional-clusters.ts';
import { compareWithShuffles } from './null-distribution.ts';
import { weightByDistance } from './weight-distance.ts';

/** A layout to be measured. */
export interface NamedLayout extends Pick<LayoutAnalysis, 'name' | 'search'> {
  /** Site of each neuron, shape [neurons]. */
  readonly site: ArrayLike<number>;
}

/** The active neurons and their clusters. */
export interface ClusteredNeurons extends Pick<FunctionalClusters, 'labels'> {
  /** Ascending, in the order of `labels`. */
  readonly active: readonly number[];
  readonly clusters: { readonly length: number };
}

/**
 * Measures a layout.
 *
 * @param clustered - null without functional clusters: what is measured of them is then null as well
 */
export function analyzeLayout(
  network: Network,
  { name, site, search }: NamedLayout,
  clustered: ClusteredNeurons | null,
  plan: { readonly shuffles: number; readonly seed: number },
): LayoutAnalysis {
  return {
    name,
    site: Array.from(site),
    wiring: measureWiring(network, site),
    weightByDistance: weightByDistance(network, site),
    ...(clustered === null ? NO_CLUSTERS : analyzeClusters(network, site, clustered, plan)),
    search,
  };
}

type ClusterMeasures = Pick<LayoutAnalysis, 'isolated' | 'clusterSize' | 'clusterRadius' | 'clusterPairDistance'>;

const NO_CLUSTERS: ClusterMeasures = { isolated: null, clusterSize: null, clusterRadius: null, clusterPairDistance: null };

function analyzeClusters(
  { grid }: Network,
  site: ArrayLike<number>,
  { active, labels, clusters }: ClusteredNeurons,
  plan: { readonly shuffles: number; readonly seed: number },
): ClusterMeasures {
  const layout = clusterLayout(
    grid,
    active.map((neuron) => site[neuron]),
    clusters.length,
  );
  const isolated = { measure: layout.isolated, unit: 1 / active.length };
  // Shuffles keep the sizes of clusters, so that the measure exists for all of them or for none.
  const clusterSize = { measure: (shuffled: Int32Array) => layout.clusterSize(shuffled) ?? 0, unit: null };
  const hasSize = layout.clusterSize(labels) !== null;
  const compared = compareWithShuffles(labels, { isolated, clusterSize }, plan);
  return {
    isolated: compared.isolated,
    clusterSize: hasSize ? compared.clusterSize : null,
    clusterRadius: layout.clusterRadius(labels),
    clusterPairDistance: layout.clusterPairDistance(labels),
  };
}
