// What would a neuron's wires measure somewhere else? G[a][p] = Σ_i S[a][i]·D(site_i, p), for S = |W| + |W|ᵀ without its diagonal.
import { distanceMatrix, type WireCost } from '../network/geometry.ts';

/** G for links and sites that it was built on, followed through exchanges of sites. */
export interface Potentials {
  /** Takes on links S, shape [neurons, neurons], and the site of each neuron; writes G[b][site_b] for every b to diagonal. */
  build(links: Float64Array, site: Int32Array, diagonal: Float64Array): void;
  /** Writes G[a][site_b] for every b. */
  row(a: number, out: Float64Array): void;
  /** Writes G[b][site_a] for every b. */
  column(a: number, out: Float64Array): void;
  /** Follows an exchange of the sites of a and b; called before `site` changes. */
  exchange(a: number, b: number): void;
}

/** The cheapest form for a geometry. */
export function createPotentials(neurons: number, wire: WireCost): Potentials {
  return wire.separable ? separablePotentials(neurons, wire.separable) : densePotentials(neurons, wire);
}

/** Exchanges kept as corrections before the tables are built anew; more make columns slower, fewer make exchanges dearer. */
const PENDING = 32;

/** Columns of a table that are summed together, few enough to stay in the fastest cache. */
const BLOCK = 64;

/**
 * For distances that are sums over axes: G splits into one table per axis, F[x][b] = Σ_i S[b][i]·|x_i − x|. A row or column of G
 * costs O(neurons), an exchange a correction of O(neurons) to later columns.
 */
export function separablePotentials(neurons: number, { unit, axes, extents }: NonNullable<WireCost['separable']>): Potentials {
  const tables = axes.map((coordinates, k) => ({
    coordinates,
    extent: extents[k],
    /** F, shape [extent, neurons], as it was when built. */
    sums: new Float64Array(extents[k] * neurons),
    /** Coordinate of each neuron. */
    at: new Int32Array(neurons),
    along: new Float64Array(extents[k]),
    /** Coordinates that pending exchanges took a neuron from and to. */
    from: new Int32Array(PENDING),
    to: new Int32Array(PENDING),
  }));
  /** S[a] − S[b] of pending exchanges, shape [PENDING, neurons]. */
  const changes = new Float64Array(PENDING * neurons);
  let pending = 0;
  let links: Float64Array = changes;

  const buildSums = () => {
    for (const { sums, at } of tables) {
      sums.fill(0);
      for (let start = 0; start < neurons; start += BLOCK) addRows(sums, at, links, neurons, start, Math.min(start + BLOCK, neurons));
    }
    for (const { sums, extent } of tables) sumDistances(sums, extent, neurons);
    pending = 0;
  };

  return {
    build(newLinks, site, diagonal) {
      links = newLinks;
      for (const { coordinates, at } of tables) for (let i = 0; i < neurons; i++) at[i] = coordinates[site[i]];
      buildSums();
      diagonal.fill(0);
      for (const { sums, at } of tables) for (let b = 0; b < neurons; b++) diagonal[b] += unit * sums[at[b] * neurons + b];
    },
    row(a, out) {
      out.fill(0);
      for (const { extent, at, along } of tables) {
        along.fill(0);
        for (let i = 0; i < neurons; i++) along[at[i]] += links[a * neurons + i];
        sumDistances(along, extent, 1);
        for (let b = 0; b < neurons; b++) out[b] += unit * along[at[b]];
      }
    },
    column(a, out) {
      out.fill(0);
      for (const { sums, at } of tables) {
        const base = at[a] * neurons;
        for (let b = 0; b < neurons; b++) out[b] += unit * sums[base + b];
      }
      for (let k = 0; k < pending; k++) {
        let farther = 0;
        for (const { at, from, to } of tables) farther += Math.abs(to[k] - at[a]) - Math.abs(from[k] - at[a]);
        const base = k * neurons;
        if (farther !== 0) for (let b = 0; b < neurons; b++) out[b] += unit * farther * changes[base + b];
      }
    },
    exchange(a, b) {
      const base = pending * neurons;
      for (let i = 0; i < neurons; i++) changes[base + i] = links[a * neurons + i] - links[b * neurons + i];
      for (const { at, from, to } of tables) {
        from[pending] = at[a];
        to[pending] = at[b];
        at[a] = to[pending];
        at[b] = from[pending];
      }
      pending++;
      if (pending === PENDING) buildSums();
    },
  };
}

/** sums[at_i][b] += links[i][b] for all i and the columns start … end − 1. */
function addRows(sums: Float64Array, at: Int32Array, links: Float64Array, neurons: number, start: number, end: number): void {
  for (let i = 0; i < neurons; i++) {
    const to = at[i] * neurons;
    const from = i * neurons;
    for (let b = start; b < end; b++) sums[to + b] += links[from + b];
  }
}

/** Turns masses m[x][b], shape [extent, columns], into Σ_y m[y][b]·|y − x|. */
function sumDistances(values: Float64Array, extent: number, columns: number): void {
  const ahead = new Float64Array(columns);
  const sum = new Float64Array(columns);
  for (let x = 0; x < extent; x++) {
    for (let b = 0; b < columns; b++) {
      ahead[b] += values[x * columns + b];
      sum[b] += values[x * columns + b] * x;
    }
  }
  // One step along the axis brings what lies ahead nearer by one, and takes what lies here and behind away by one.
  for (let x = 0; x < extent; x++) {
    for (let b = 0; b < columns; b++) {
      const here = values[x * columns + b];
      values[x * columns + b] = sum[b];
      ahead[b] -= 2 * here;
      sum[b] -= ahead[b];
    }
  }
}

/** For any distance: sums over all neurons, O(neurons²) a row or column. */
export function densePotentials(neurons: number, wire: WireCost): Potentials {
  const { sites } = wire;
  const distances = distanceMatrix(wire);
  const atSite = new Float64Array(sites);
  const near = new Float64Array(neurons);
  let links: Float64Array = near;
  let site = new Int32Array(0) as Int32Array;
  return {
    build(newLinks, newSite, diagonal) {
      links = newLinks;
      site = newSite;
      for (let b = 0; b < neurons; b++) {
        diagonal[b] = 0;
        for (let i = 0; i < neurons; i++) diagonal[b] += links[b * neurons + i] * distances[site[b] * sites + site[i]];
      }
    },
    row(a, out) {
      atSite.fill(0);
      for (let i = 0; i < neurons; i++) {
        const link = links[a * neurons + i];
        const base = site[i] * sites;
        if (link !== 0) for (let p = 0; p < sites; p++) atSite[p] += link * distances[base + p];
      }
      for (let b = 0; b < neurons; b++) out[b] = atSite[site[b]];
    },
    column(a, out) {
      for (let i = 0; i < neurons; i++) near[i] = distances[site[a] * sites + site[i]];
      for (let b = 0; b < neurons; b++) {
        let sum = 0;
        for (let i = 0; i < neurons; i++) sum += links[b * neurons + i] * near[i];
        out[b] = sum;
      }
    },
    exchange() {
      // Sums are taken over the sites as they are.
    },
  };
}
