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
export interface ClusteredNeurons extends Pick<FunctionalClusters, 'labels' | 'tried'> {
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

type ClusterMeasures = Pick<LayoutAnalysis, 'isolated' | 'clusterSize' | 'clusterRadius' | 'clusterPairDistance' | 'byClusters'>;

const NO_CLUSTERS: ClusterMeasures = { isolated: null, clusterSize: null, clusterRadius: null, clusterPairDistance: null, byClusters: [] };

/** Share of the shuffles that the numbers of clusters that were not kept get. */
const OTHER_SHUFFLES = 0.1;

function analyzeClusters(
  { grid }: Network,
  site: ArrayLike<number>,
  { active, labels, clusters, tried }: ClusteredNeurons,
  plan: { readonly shuffles: number; readonly seed: number },
): ClusterMeasures {
  const sites = active.map((neuron) => site[neuron]);
  const compare = (labels: Int32Array, count: number, shuffles: number) => {
    const layout = clusterLayout(grid, sites, count);
    const measures = {
      isolated: { measure: layout.isolated, unit: 1 / active.length },
      // There are more neurons than clusters, so that some cluster has two and the measure exists.
      clusterSize: { measure: (shuffled: Int32Array) => layout.clusterSize(shuffled) ?? 0, unit: null },
    };
    return compareWithShuffles(labels, measures, { ...plan, shuffles });
  };
  const layout = clusterLayout(grid, sites, clusters.length);
  const few = Math.ceil(OTHER_SHUFFLES * plan.shuffles);
  return {
    ...compare(labels, clusters.length, plan.shuffles),
    clusterRadius: layout.clusterRadius(labels),
    clusterPairDistance: layout.clusterPairDistance(labels),
    byClusters: tried.map((other) => {
      const { isolated, clusterSize } = compare(other.labels, other.clusters, few);
      return { clusters: other.clusters, isolatedP: isolated.p, clusterSizeP: clusterSize.p };
    }),
  };
}
