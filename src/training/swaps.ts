// Which neurons should trade places? Exact gains of exchanging two sites, all partners at once, with weights left where they are.
import { distanceMatrix, type WireCost } from '../network/geometry.ts';
import type { NetworkSizes } from '../network/network.ts';
import type { TrainingState } from './engine.ts';
import { parameterLayout } from './parameters.ts';

/** An exchange must gain more than this share of the wirelength, or dead neurons would trade places for nothing. */
const MINIMUM_GAIN = 1e-9;

/** What one or more rounds did. */
export interface SwapOutcome {
  readonly accepted: number;
  /** Wirelength Σ D_ij|W_ij| before and after. */
  readonly before: number;
  readonly after: number;
}

/** Searches for exchanges of sites that shorten wires; outputs of the network do not depend on sites. */
export interface SwapSearch {
  /**
   * One round: the `top` neurons of largest Σ|weights in and out|, strongest first, each trade places with the neuron that
   * shortens the wires most, if any does. Candidates are neurons, not sites: one that was moved is still visited once.
   *
   * @param site - site of each neuron; changed in place
   */
  round(parameters: TrainingState['parameters'], site: Int32Array, top: number | 'all'): SwapOutcome;
  /** Rounds over all neurons until no exchange of two sites shortens the wires. */
  converge(parameters: TrainingState['parameters'], site: Int32Array): SwapOutcome;
}

/**
 * ΔC of exchanging a neuron with each other one. With S = |W| + |W|ᵀ, zero diagonal, and G[a][p] = Σ_i S[a][i]·D(site_i, p):
 * ΔC(a,b) = G[a][site_b] + G[b][site_a] − G[a][site_a] − G[b][site_b] + 2·S[a][b]·D(site_a, site_b),
 * the exchange gain of the quadratic assignment problem (Burkard & Rendl 1984).
 */
export interface GainTables {
  /** Takes on links S, shape [neurons, neurons], and sites; returns the wirelength C = ½ Σ_ab S[a][b]·D(site_a, site_b). */
  build(links: Float64Array, site: Int32Array): number;
  /** Writes ΔC(a, b) for every b to out, shape [neurons]. */
  gains(a: number, out: Float64Array): void;
  /** Follows an exchange of the sites of a and b; called before `site` changes. */
  exchange(a: number, b: number): void;
}

/** A search with its buffers, for networks of one size on one geometry. */
export function createSwapSearch(sizes: NetworkSizes, wire: WireCost): SwapSearch {
  const { neurons } = sizes;
  const links = new Float64Array(neurons * neurons);
  const scores = new Float64Array(neurons);
  const gains = new Float64Array(neurons);
  const order = new Int32Array(neurons);
  const tables = wire.separable ? separableGains(neurons, wire.separable) : rowGains(neurons, wire);

  const search = (site: Int32Array, top: number): SwapOutcome => {
    const before = tables.build(links, site);
    // Ties go to the lower site, so that the choice does not depend on how neurons are numbered.
    order.forEach((_, i) => {
      order[i] = i;
    });
    order.sort((a, b) => scores[b] - scores[a] || site[a] - site[b]);
    let accepted = 0;
    let wirelength = before;
    for (let k = 0; k < top; k++) {
      const a = order[k];
      tables.gains(a, gains);
      let best = a;
      for (let b = 0; b < neurons; b++) {
        if (gains[b] < gains[best] || (gains[b] === gains[best] && site[b] < site[best])) best = b;
      }
      if (gains[best] > -MINIMUM_GAIN * Math.max(1, wirelength)) continue;
      wirelength += gains[best];
      tables.exchange(a, best);
      const from = site[a];
      site[a] = site[best];
      site[best] = from;
      accepted++;
    }
    return { accepted, before, after: wirelength };
  };

  return {
    round(parameters, site, top) {
      measureLinks(parameters, sizes, links, scores);
      return search(site, top === 'all' ? neurons : Math.min(top, neurons));
    },
    converge(parameters, site) {
      measureLinks(parameters, sizes, links, scores);
      let { accepted, before, after } = search(site, neurons);
      for (let latest = accepted; latest > 0; ) {
        ({ accepted: latest, after } = search(site, neurons));
        accepted += latest;
      }
      return { accepted, before, after };
    },
  };
}

/** S = |W| + |W|ᵀ without its diagonal, and each neuron's Σ|weight| over W (rows and columns), W_in and W_out. */
function measureLinks(parameters: TrainingState['parameters'], sizes: NetworkSizes, links: Float64Array, scores: Float64Array): void {
  const { neurons, inputs } = sizes;
  const { W_in, W_out } = parameterLayout(sizes);
  for (let a = 0; a < neurons; a++) {
    let score = 2 * Math.abs(parameters[a * neurons + a]);
    for (let b = 0; b < a; b++) {
      const link = Math.abs(parameters[a * neurons + b]) + Math.abs(parameters[b * neurons + a]);
      links[a * neurons + b] = link;
      links[b * neurons + a] = link;
      scores[b] += link;
      score += link;
    }
    links[a * neurons + a] = 0;
    for (let m = W_in.start + a * inputs; m < W_in.start + (a + 1) * inputs; m++) score += Math.abs(parameters[m]);
    for (let o = W_out.start + a; o < W_out.end; o += neurons) score += Math.abs(parameters[o]);
    scores[a] = score;
  }
}

/**
 * Gains where the distance is a sum over axes: G splits into one small table per axis, F[x][a] = Σ_i S[a][i]·|x_i − x|, so that
 * the gains of one neuron cost O(neurons) and following an exchange costs O(neurons · extent).
 */
export function separableGains(neurons: number, { unit, axes, extents }: NonNullable<WireCost['separable']>): GainTables {
  const tables = axes.map((coordinates, k) => ({
    coordinates,
    extent: extents[k],
    /** F, shape [extent, neurons]: what neuron a's links would measure along this axis if a sat at x. */
    sums: new Float64Array(extents[k] * neurons),
    /** F at each neuron's own coordinate. */
    own: new Float64Array(neurons),
    /** Coordinate of each neuron. */
    at: new Int32Array(neurons),
  }));
  const change = new Float64Array(neurons);
  let links: Float64Array = new Float64Array(0);
  return {
    build(newLinks, site) {
      links = newLinks;
      for (const { coordinates, sums, at } of tables) {
        for (let i = 0; i < neurons; i++) at[i] = coordinates[site[i]];
        sums.fill(0);
      }
      for (let i = 0; i < neurons; i++) {
        for (const { sums, at } of tables) addRow(sums, at[i] * neurons, links, i * neurons, neurons);
      }
      let wirelength = 0;
      for (const { extent, sums, own, at } of tables) {
        distancesToAll(sums, extent, neurons);
        for (let a = 0; a < neurons; a++) {
          own[a] = sums[at[a] * neurons + a];
          wirelength += own[a];
        }
      }
      return 0.5 * unit * wirelength;
    },
    gains(a, out) {
      out.fill(0);
      for (const { sums, own, at } of tables) {
        const from = at[a];
        const base = from * neurons;
        const here = own[a];
        for (let b = 0; b < neurons; b++) {
          const between = 2 * links[a * neurons + b] * Math.abs(from - at[b]);
          out[b] += unit * (sums[at[b] * neurons + a] + sums[base + b] - here - own[b] + between);
        }
      }
      out[a] = 0;
    },
    exchange(a, b) {
      for (let i = 0; i < neurons; i++) change[i] = links[a * neurons + i] - links[b * neurons + i];
      for (const { extent, sums, own, at } of tables) {
        const from = at[a];
        const to = at[b];
        if (from === to) continue;
        for (let x = 0; x < extent; x++) {
          const farther = Math.abs(to - x) - Math.abs(from - x);
          for (let i = 0; i < neurons; i++) sums[x * neurons + i] += change[i] * farther;
        }
        at[a] = to;
        at[b] = from;
        for (let i = 0; i < neurons; i++) own[i] = sums[at[i] * neurons + i];
      }
    },
  };
}

function addRow(to: Float64Array, toStart: number, from: Float64Array, fromStart: number, length: number): void {
  for (let i = 0; i < length; i++) to[toStart + i] += from[fromStart + i];
}

/** Turns masses m[x][a], shape [extent, neurons], into Σ_y m[y][a]·|y − x|. */
function distancesToAll(values: Float64Array, extent: number, neurons: number): void {
  const total = new Float64Array(neurons);
  const sum = new Float64Array(neurons);
  for (let x = 0; x < extent; x++) {
    for (let a = 0; a < neurons; a++) {
      total[a] += values[x * neurons + a];
      sum[a] += values[x * neurons + a] * x;
    }
  }
  // One step along the axis brings what lies ahead nearer by one, and takes what lies here and behind away by one.
  for (let x = 0; x < extent; x++) {
    for (let a = 0; a < neurons; a++) {
      const here = values[x * neurons + a];
      values[x * neurons + a] = sum[a];
      total[a] -= 2 * here;
      sum[a] -= total[a];
    }
  }
}

/** Gains for any distance: a row and a column of G per candidate, O(neurons²). */
export function rowGains(neurons: number, wire: WireCost): GainTables {
  const { sites } = wire;
  const distances = distanceMatrix(wire);
  const diagonal = new Float64Array(neurons);
  const row = new Float64Array(sites);
  const near = new Float64Array(neurons);
  let links: Float64Array = new Float64Array(0);
  let site: Int32Array = new Int32Array(0);
  return {
    build(newLinks, newSite) {
      links = newLinks;
      site = newSite;
      let wirelength = 0;
      for (let a = 0; a < neurons; a++) {
        let sum = 0;
        for (let i = 0; i < neurons; i++) sum += links[a * neurons + i] * distances[site[a] * sites + site[i]];
        diagonal[a] = sum;
        wirelength += sum;
      }
      return 0.5 * wirelength;
    },
    gains(a, out) {
      row.fill(0);
      for (let i = 0; i < neurons; i++) {
        const link = links[a * neurons + i];
        const base = site[i] * sites;
        near[i] = distances[site[a] * sites + site[i]];
        if (link !== 0) for (let p = 0; p < sites; p++) row[p] += link * distances[base + p];
      }
      for (let b = 0; b < neurons; b++) {
        let column = 0;
        for (let i = 0; i < neurons; i++) column += links[b * neurons + i] * near[i];
        out[b] = row[site[b]] + column - diagonal[a] - diagonal[b] + 2 * links[a * neurons + b] * near[b];
      }
      out[a] = 0;
    },
    exchange(a, b) {
      const from = site[a] * sites;
      const to = site[b] * sites;
      let ofA = 0;
      let ofB = 0;
      for (let i = 0; i < neurons; i++) {
        const before = distances[from + site[i]];
        const after = distances[to + site[i]];
        if (i === a || i === b) continue;
        ofA += links[a * neurons + i] * after;
        ofB += links[b * neurons + i] * before;
        diagonal[i] += (links[a * neurons + i] - links[b * neurons + i]) * (after - before);
      }
      const between = links[a * neurons + b] * distances[from + site[b]];
      diagonal[a] = ofA + between;
      diagonal[b] = ofB + between;
    },
  };
}
