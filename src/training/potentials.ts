// What would a neuron's wires measure somewhere else? G[a][p] = Σ_i S[a][i]·D(site_i, p), for S = |W| + |W|ᵀ without its diagonal.
import { distanceMatrix, type WireCost } from '../network/geometry.ts';

/** G for links and sites that it was built on, followed through exchanges of sites. */
export interface Potentials {
  /** Takes on links S, shape [neurons, neurons], and the site of each neuron; writes G[b][site_b] for every b to diagonal. */
  build(links: Float64Array, site: Int32Array, diagonal: Float64Array): void;
  /** Writes that diagonal for the same links and the sites as they are now, free of earlier rounding where that is cheap. */
  refresh(diagonal: Float64Array): void;
  /** Writes G[a][site_b] for every b. */
  row(a: number, out: Float64Array): void;
  /** Writes G[b][site_a] for every b. */
  column(a: number, out: Float64Array): void;
  /** Follows an exchange of the sites of a and b; called before `site` changes. */
  exchange(a: number, b: number): void;
}

/** The cheapest form for a geometry, to look at some neurons once, or at all of them until no exchange gains. */
export function createPotentials(neurons: number, wire: WireCost, visits: 'some' | 'all'): Potentials {
  if (wire.separable) return separablePotentials(neurons, wire.separable);
  return visits === 'some' ? densePotentials(neurons, wire) : tablePotentials(neurons, wire);
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
  let site = new Int32Array(0) as Int32Array;

  const buildSums = () => {
    for (const { sums, at } of tables) {
      sums.fill(0);
      for (let start = 0; start < neurons; start += BLOCK) addRows(sums, at, links, neurons, start, Math.min(start + BLOCK, neurons));
    }
    for (const { sums, extent } of tables) sumDistances(sums, extent, neurons);
    pending = 0;
  };

  const refresh = (diagonal: Float64Array) => {
    for (const { coordinates, at } of tables) for (let i = 0; i < neurons; i++) at[i] = coordinates[site[i]];
    buildSums();
    diagonal.fill(0);
    for (const { sums, at } of tables) for (let b = 0; b < neurons; b++) diagonal[b] += unit * sums[at[b] * neurons + b];
  };

  return {
    build(newLinks, newSite, diagonal) {
      links = newLinks;
      site = newSite;
      refresh(diagonal);
    },
    refresh,
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
  const refresh = (diagonal: Float64Array) => {
    for (let b = 0; b < neurons; b++) {
      diagonal[b] = 0;
      for (let i = 0; i < neurons; i++) diagonal[b] += links[b * neurons + i] * distances[site[b] * sites + site[i]];
    }
  };
  return {
    build(newLinks, newSite, diagonal) {
      links = newLinks;
      site = newSite;
      refresh(diagonal);
    },
    refresh,
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

/** For any distance: all of G in a table, O(neurons) a row or column, O(neurons · sites) an exchange, and O(neurons² · sites) once. */
export function tablePotentials(neurons: number, wire: WireCost): Potentials {
  const { sites } = wire;
  /** G, shape [neurons, sites]. */
  const table = new Float64Array(neurons * sites);
  /** What an exchange brings site p farther from one of the two, shape [sites]. */
  const farther = new Float64Array(sites);
  let links: Float64Array = table;
  let site = new Int32Array(0) as Int32Array;
  const addToRow = (b: number, factor: number, values: Float64Array) => {
    if (factor === 0) return;
    const base = b * sites;
    for (let p = 0; p < sites; p++) table[base + p] += factor * values[p];
  };
  const refresh = (diagonal: Float64Array) => {
    for (let b = 0; b < neurons; b++) diagonal[b] = table[b * sites + site[b]];
  };
  return {
    build(newLinks, newSite, diagonal) {
      links = newLinks;
      site = newSite;
      table.fill(0);
      const distances = new Float64Array(sites);
      for (let i = 0; i < neurons; i++) {
        for (let p = 0; p < sites; p++) distances[p] = wire.distance(site[i], p);
        for (let b = 0; b < neurons; b++) addToRow(b, links[i * neurons + b], distances);
      }
      refresh(diagonal);
    },
    refresh,
    row(a, out) {
      for (let b = 0; b < neurons; b++) out[b] = table[a * sites + site[b]];
    },
    column(a, out) {
      for (let b = 0; b < neurons; b++) out[b] = table[b * sites + site[a]];
    },
    exchange(a, b) {
      for (let p = 0; p < sites; p++) farther[p] = wire.distance(site[b], p) - wire.distance(site[a], p);
      for (let i = 0; i < neurons; i++) addToRow(i, links[a * neurons + i] - links[b * neurons + i], farther);
    },
  };
}
