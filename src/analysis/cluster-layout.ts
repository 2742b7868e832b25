// Do neurons of one functional cluster sit together? Isolated neurons and spatial spread. Liu et al. (2023), figure 2.
import { type Grid, gridSide, siteCoordinates } from '../network/geometry.ts';

/** Where the members of clusters sit. Members are the active neurons, in any order. */
export interface ClusterLayout {
  /** Share of members without a member of the same cluster among their neighbours. */
  isolated(labels: Int32Array): number;
  /**
   * Mean squared distance of members from the centre of their cluster, mean over clusters of two or more, squared unit-square units;
   * null without such clusters.
   */
  clusterSize(labels: Int32Array): number | null;
  /** Root of that mean squared distance, mean over clusters; null as above. */
  clusterRadius(labels: Int32Array): number | null;
  /** L1 distance of two members, mean over the pairs of a cluster and then over clusters; null as above. */
  clusterPairDistance(labels: Int32Array): number | null;
}

/**
 * Prepares the measures for members at fixed sites; each takes the cluster of every member. Members have 8 neighbours on the grid, 2 in a
 * line; neurons outside the grid or not among the members are nobody's neighbours.
 *
 * @param site - site of each member, shape [members]
 * @param clusters - number of clusters
 */
export function clusterLayout(grid: Grid, site: ArrayLike<number>, clusters: number): ClusterLayout {
  const members = site.length;
  const side = gridSide(grid);
  const rows = Int32Array.from(site, (s) => siteCoordinates(grid, s).row);
  const columns = Int32Array.from(site, (s) => siteCoordinates(grid, s).column);
  const { starts, neighbours } = neighbourhood(grid, site);
  const count = new Int32Array(clusters);
  const sumRows = new Float64Array(clusters);
  const sumColumns = new Float64Array(clusters);
  const sumSquares = new Float64Array(clusters);

  /** Mean over clusters of two or more of a function of their spread, which is exact up to one division: coordinates are integers. */
  const meanOfSpread = (labels: Int32Array, of: (spread: number) => number): number | null => {
    for (const sums of [count, sumRows, sumColumns, sumSquares]) sums.fill(0);
    for (let i = 0; i < members; i++) {
      const c = labels[i];
      count[c]++;
      sumRows[c] += rows[i];
      sumColumns[c] += columns[i];
      sumSquares[c] += rows[i] * rows[i] + columns[i] * columns[i];
    }
    let total = 0;
    let counted = 0;
    for (let c = 0; c < clusters; c++) {
      const size = count[c];
      if (size < 2) continue;
      total += of((size * sumSquares[c] - sumRows[c] * sumRows[c] - sumColumns[c] * sumColumns[c]) / (size * size * side * side));
      counted++;
    }
    return counted === 0 ? null : total / counted;
  };

  return {
    isolated(labels) {
      let alone = members;
      for (let i = 0; i < members; i++) {
        for (let at = starts[i]; at < starts[i + 1]; at++) {
          if (labels[neighbours[at]] !== labels[i]) continue;
          alone--;
          break;
        }
      }
      return alone / members;
    },
    clusterSize: (labels) => meanOfSpread(labels, (spread) => spread),
    clusterRadius: (labels) => meanOfSpread(labels, Math.sqrt),
    clusterPairDistance(labels) {
      const sums = new Float64Array(clusters);
      const pairs = new Float64Array(clusters);
      for (let i = 0; i < members; i++) {
        for (let j = 0; j < i; j++) {
          if (labels[i] !== labels[j]) continue;
          sums[labels[i]] += Math.abs(rows[i] - rows[j]) + Math.abs(columns[i] - columns[j]);
          pairs[labels[i]]++;
        }
      }
      const means = Array.from(sums, (sum, c) => sum / side / pairs[c]).filter((_, c) => pairs[c] > 0);
      return means.length === 0 ? null : means.reduce((total, mean) => total + mean, 0) / means.length;
    },
  };
}

/** Neighbours of each member among the members: those of member i are `neighbours[starts[i]]` up to `starts[i + 1]`. */
function neighbourhood(grid: Grid, site: ArrayLike<number>): { starts: Int32Array; neighbours: Int32Array } {
  const members = site.length;
  const memberAt = new Map<number, number>();
  for (let i = 0; i < members; i++) memberAt.set(site[i], i);
  const starts = new Int32Array(members + 1);
  const neighbours: number[] = [];
  for (let i = 0; i < members; i++) {
    const { row, column } = siteCoordinates(grid, site[i]);
    for (let r = row - 1; r <= row + 1; r++) {
      for (let c = column - 1; c <= column + 1; c++) {
        if (r < 0 || c < 0 || r >= grid.rows || c >= grid.columns) continue;
        const other = memberAt.get(r * grid.columns + c);
        if (other !== undefined && other !== i) neighbours.push(other);
      }
    }
    starts[i + 1] = neighbours.length;
  }
  return { starts, neighbours: Int32Array.from(neighbours) };
}
