// Which neurons should trade places? Exact gains of exchanging two sites, all partners at once, with weights left where they are.
import type { WireCost } from '../network/geometry.ts';
import type { NetworkSizes } from '../network/network.ts';
import type { TrainingState } from './engine.ts';
import { parameterLayout } from './parameters.ts';
import { createPotentials, type Potentials } from './potentials.ts';

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

/** A search with its buffers, for networks of one size on one geometry. */
export function createSwapSearch(sizes: NetworkSizes, wire: WireCost): SwapSearch {
  const { neurons } = sizes;
  const links = new Float64Array(neurons * neurons);
  const scores = new Float64Array(neurons);
  const { round, converge } = createExchangeSearch(neurons, wire);
  return {
    round(parameters, site, top) {
      measureLinks(parameters, sizes, links, scores);
      return round(links, scores, site, top === 'all' ? neurons : Math.min(top, neurons));
    },
    converge(parameters, site) {
      measureLinks(parameters, sizes, links, scores);
      return converge(links, scores, site, neurons);
    },
  };
}

/** The same search on links S, shape [neurons, neurons], and a score of each neuron, for networks that have no parameters. */
export interface ExchangeSearch {
  /** The `top` neurons of largest score each trade places with their best partner; `site` is changed in place. */
  round(links: Float64Array, scores: Float64Array, site: Int32Array, top: number): SwapOutcome;
  /** Rounds over the `top` neurons until no exchange of one of them gains. */
  converge(links: Float64Array, scores: Float64Array, site: Int32Array, top: number): SwapOutcome;
}

/** An exchange search with its buffers. An empty site is a neuron without links. */
export function createExchangeSearch(neurons: number, wire: WireCost): ExchangeSearch {
  const order = new Int32Array(neurons);
  const gainsOfRound = lazily(() => createGains(neurons, wire, createPotentials(neurons, wire, 'some')));
  const gainsOfAll = wire.separable ? gainsOfRound : lazily(() => createGains(neurons, wire, createPotentials(neurons, wire, 'all')));

  /** Lets the first `top` neurons by score trade places; `gains` is up to date and `before` is its wirelength. */
  const visit = (gains: Gains, before: number, scores: Float64Array, site: Int32Array, top: number): SwapOutcome => {
    for (let i = 0; i < neurons; i++) order[i] = i;
    // Ties go to the lower site, so that the choice does not depend on how neurons are numbered.
    order.sort((a, b) => scores[b] - scores[a] || site[a] - site[b]);
    let accepted = 0;
    let wirelength = before;
    for (let k = 0; k < top; k++) {
      const { partner, change } = gains.best(order[k]);
      if (change > -MINIMUM_GAIN * Math.max(1, wirelength)) continue;
      gains.exchange(order[k], partner);
      wirelength += change;
      accepted++;
    }
    return { accepted, before, after: wirelength };
  };

  return {
    round(links, scores, site, top) {
      const gains = gainsOfRound();
      return visit(gains, gains.build(links, site), scores, site, top);
    },
    converge(links, scores, site, top) {
      const gains = gainsOfAll();
      const before = gains.build(links, site);
      let { accepted, after } = visit(gains, before, scores, site, top);
      for (let latest = accepted; latest > 0; ) {
        ({ accepted: latest, after } = visit(gains, gains.refresh(), scores, site, top));
        accepted += latest;
      }
      return { accepted, before, after };
    },
  };
}

/** Makes something when it is first asked for. */
function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
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
 * ΔC of exchanging one neuron with each other one. With G of the potentials and g_b = G[b][site_b]:
 * ΔC(a,b) = G[a][site_b] + G[b][site_a] − g_a − g_b + 2·S[a][b]·D(site_a, site_b),
 * the exchange gain of the quadratic assignment problem (Burkard & Rendl 1984).
 */
export interface Gains {
  /** Takes on links S, shape [neurons, neurons], and sites; returns the wirelength C = ½ Σ_b g_b. */
  build(links: Float64Array, site: Int32Array): number;
  /** The wirelength of the same links with the sites as they are now, free of earlier rounding where that is cheap. */
  refresh(): number;
  /** ΔC(a, b) for every b, shape [neurons]; valid until the next call. */
  all(a: number): Float64Array;
  /** The partner b of smallest ΔC(a, b); a itself where nothing gains. */
  best(a: number): { readonly partner: number; readonly change: number };
  /** Exchanges the sites of a and b; `all(a)` or `best(a)` was called just before. */
  exchange(a: number, b: number): void;
}

/** Gains with their buffers. */
export function createGains(neurons: number, wire: WireCost, potentials: Potentials): Gains {
  const own = new Float64Array(neurons);
  const row = new Float64Array(neurons);
  const column = new Float64Array(neurons);
  const near = new Float64Array(neurons);
  const change = new Float64Array(neurons);
  let links: Float64Array = own;
  let site = new Int32Array(0) as Int32Array;

  const wirelength = () => {
    let sum = 0;
    for (let b = 0; b < neurons; b++) sum += own[b];
    return 0.5 * sum;
  };

  const all = (a: number) => {
    potentials.row(a, row);
    potentials.column(a, column);
    for (let b = 0; b < neurons; b++) near[b] = wire.distance(site[a], site[b]);
    const base = a * neurons;
    for (let b = 0; b < neurons; b++) change[b] = row[b] + column[b] - own[a] - own[b] + 2 * links[base + b] * near[b];
    change[a] = 0;
    return change;
  };

  return {
    build(newLinks, newSite) {
      links = newLinks;
      site = newSite;
      potentials.build(links, site, own);
      return wirelength();
    },
    refresh() {
      potentials.refresh(own);
      return wirelength();
    },
    all,
    best(a) {
      all(a);
      let partner = a;
      for (let b = 0; b < neurons; b++) {
        if (change[b] < change[partner] || (change[b] === change[partner] && site[b] < site[partner])) partner = b;
      }
      return { partner, change: change[partner] };
    },
    exchange(a, b) {
      for (let i = 0; i < neurons; i++) {
        const moved = wire.distance(site[b], site[i]) - near[i];
        own[i] += (links[a * neurons + i] - links[b * neurons + i]) * moved;
      }
      // At its new site each is as far from the other as before, where G saw the other at distance 0.
      const between = links[a * neurons + b] * near[b];
      own[a] = row[b] + between;
      own[b] = column[b] + between;
      potentials.exchange(a, b);
      const from = site[a];
      site[a] = site[b];
      site[b] = from;
    },
  };
}
