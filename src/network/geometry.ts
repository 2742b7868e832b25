// Where do neurons sit, and how far apart are they?
import { UsageError } from '../core/errors.ts';

/**
 * The sheet of neurons: `rows × columns` sites, index `row · columns + column`. A 1D grid has one row.
 * Site (i, j) lies at (i/side, j/side) with side = max(rows, columns), so that a step has the same length along
 * both axes; for a square grid this is the unit square of Liu et al. (2023), side = n_h.
 */
export interface Grid {
  readonly rows: number;
  readonly columns: number;
  readonly metric: 'l1' | 'l2';
}

/** What a wire between two sites costs, in unit-square units (dimensionless); training knows no other geometry. */
export interface WireCost {
  readonly sites: number;
  /** Distance of two sites; symmetric, 0 on the diagonal. */
  distance(a: number, b: number): number;
  /**
   * When the distance is |x_a − x_b| + |y_a − y_b|, the coordinates of each site, in units of `unit`: integers 0 … extent − 1.
   * Enables the separable swap search (O(N²) for all pairs); null otherwise.
   */
  readonly separable: { readonly unit: number; readonly axes: readonly Int32Array[]; readonly extents: readonly number[] } | null;
  /**
   * Lengths of wires that lead to no other site: from where input channels enter to a site, and from a site to readout units. Absent
   * where inputs and readout units have no place; their wires then have no length. The swap search does not see them.
   */
  readonly ends?: {
    input(site: number, channel: number): number;
    readout(unit: number, site: number): number;
  };
}

/** Number of sites. */
export function siteCount(grid: Grid): number {
  return grid.rows * grid.columns;
}

/** Sites along the longer side: the divisor of every distance. */
export function gridSide(grid: Grid): number {
  return Math.max(grid.rows, grid.columns);
}

/** Row and column of a site. */
export function siteCoordinates(grid: Grid, site: number): { row: number; column: number } {
  return { row: Math.floor(site / grid.columns), column: site % grid.columns };
}

/**
 * Grid distance as wire cost: D = (|Δrow| + |Δcolumn|)/side, or the Euclidean length. Liu et al. (2023) print a
 * division by n_h², which contradicts their positions, figures and text; see the README, "Distances".
 */
export function gridWireCost(grid: Grid): WireCost {
  const side = gridSide(grid);
  const sites = siteCount(grid);
  const rows = Int32Array.from({ length: sites }, (_, site) => siteCoordinates(grid, site).row);
  const columns = Int32Array.from({ length: sites }, (_, site) => siteCoordinates(grid, site).column);
  return {
    sites,
    distance(a, b) {
      const dRow = Math.abs((rows[a] as number) - (rows[b] as number));
      const dColumn = Math.abs((columns[a] as number) - (columns[b] as number));
      return (grid.metric === 'l1' ? dRow + dColumn : Math.hypot(dRow, dColumn)) / side;
    },
    separable: grid.metric === 'l1' ? { unit: 1 / side, axes: [rows, columns], extents: [grid.rows, grid.columns] } : null,
  };
}

/** Distances of all pairs of sites, shape [sites, sites], row-major. */
export function distanceMatrix(cost: WireCost): Float64Array {
  const n = cost.sites;
  const out = new Float64Array(n * n);
  for (let a = 0; a < n; a++) for (let b = 0; b < n; b++) out[a * n + b] = cost.distance(a, b);
  return out;
}

/**
 * Parses `14x14` (2D) or `400` (1D).
 *
 * @throws UsageError if the text is neither, or a side is not between 1 and 1000
 */
export function parseGrid(text: string, metric: Grid['metric'] = 'l1'): Grid {
  const match = /^(?:(\d+)x)?(\d+)$/.exec(text);
  const rows = Number(match?.[1] ?? 1);
  const columns = Number(match?.[2] ?? 0);
  if (!match || rows < 1 || columns < 1 || rows > 1000 || rows * columns > 10_000) {
    throw new UsageError(
      `grid '${text}' is not ROWSxCOLUMNS (for example 14x14) or a number of neurons in a line (for example 400), 10,000 sites at most`,
    );
  }
  return { rows, columns, metric };
}

/** `14x14` or `400`. */
export function formatGrid(grid: Grid): string {
  return grid.rows === 1 ? `${grid.columns}` : `${grid.rows}x${grid.columns}`;
}

/**
 * A grid of another shape with as many sites and the same metric.
 *
 * @throws UsageError if the text is no grid, or one of another number of sites
 */
export function reshaped(grid: Grid, shape: string): Grid {
  const other = parseGrid(shape, grid.metric);
  if (siteCount(other) !== siteCount(grid)) {
    throw new UsageError(
      `neurons of grid ${formatGrid(grid)} (${siteCount(grid)} sites) cannot be put on grid ${formatGrid(other)} (${siteCount(other)} sites): the numbers of sites must be equal`,
    );
  }
  return other;
}
