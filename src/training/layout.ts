// Where should the neurons of a finished network sit? Simulated annealing over exchanges of sites, then exchanges until none gains.
import { type Random, randomStream } from '../core/random.ts';
import { type Csr, forEachEntry } from '../network/csr.ts';
import { type Grid, gridSide, gridWireCost, siteCoordinates, siteCount } from '../network/geometry.ts';
import type { Network } from '../network/network.ts';
import { weightedWirelength } from '../network/wirelength.ts';
import { createExchangeSearch } from './swaps.ts';

/** A layout that was found. */
export interface Layout {
  /** Site of each neuron, in the network's order of neurons; not ascending. */
  readonly site: Int32Array;
  /** Exchanges, and moves to empty sites, that led from the network's own layout to this one. */
  readonly exchanges: number;
  /** Wirelength Σ D_ij|W_ij| of the network's own layout, unit-square units, and of this one. */
  readonly before: number;
  readonly after: number;
}

/** Weak links that together make up less than this share of Σ|W| are left out of annealing; dead neurons then cost it no time. */
const WEAK_SHARE = 0.001;
/**
 * First and last temperature, in mean |gain| of random exchanges. Of 0.1 to 1 and 0.001 to 0.01, measured on trained, pruned, random and
 * scattered local networks of 400 sites, these were best or within 0.5 % of it, which is less than chance does: seeds differ by up to 1.5 %
 * on pruned networks. Ten times the trials gain another 0.1 to 1.7 %.
 */
const FIRST_TEMPERATURE = 0.5;
const LAST_TEMPERATURE = 0.003;
/** Temperatures between them, falling by the same factor. */
const TEMPERATURES = 100;
/** Exchanges tried for each neuron that has links. */
const TRIALS_PER_NEURON = 10_000;
/** Links looked at over a whole annealing, at most, so that a dense network does not take longer than others of its size. */
const LINK_VISITS = 250_000_000;
/** Exchanges whose mean |gain| is the unit of temperature. */
const GAIN_SAMPLES = 1000;
/** Exchanges reach as far as makes this share of them accepted. Betz & Rose (1997), VPR, section 3. */
const ACCEPTED_SHARE = 0.44;

/**
 * Searches for the layout of shortest wires Σ D_ij|W_ij| on the network's grid, whatever the network was trained for. Neurons trade
 * places, and move to empty sites where the grid has more sites than neurons. Outputs do not depend on sites.
 *
 * The own layout is brought to where no exchange gains; so is an annealed one; the shorter counts, so that the result is never worse
 * than the swaps that end a training. Equal network and seed give an equal layout. Needs 8·sites² bytes, with the
 * Euclidean metric twice as many.
 */
export function searchLayout(network: Network, { seed }: { readonly seed: number }): Layout {
  const wire = gridWireCost(network.grid);
  const { sites } = wire;
  const links = linkStrengths(network.recurrent, sites);
  const scores = neuronScores(network, sites);
  const { converge } = createExchangeSearch(sites, wire);
  const own = withEmptySites(network.site, sites);
  const finish = (site: Int32Array, earlier: number): Layout => {
    const { accepted } = converge(links, scores, site, sites);
    const found = site.slice(0, network.neurons);
    const wirelength = (at: Int32Array) => weightedWirelength(network.recurrent, at, wire);
    return { site: found, exchanges: earlier + accepted, before: wirelength(network.site), after: wirelength(found) };
  };
  const converged = finish(own.slice(), 0);
  const strong = strongLinks(links, sites);
  if (strong.neurons.length === 0) return converged;
  const annealed = own.slice();
  const exchanges = anneal(annealed, strong, network.grid, randomStream(seed, 'layout'));
  const other = finish(annealed, exchanges);
  return other.after < converged.after ? other : converged;
}

/** S = |W| + |W|ᵀ without its diagonal, shape [sites, sites]; neurons beyond those of the network stand for empty sites. */
function linkStrengths(recurrent: Csr, sites: number): Float64Array {
  const links = new Float64Array(sites * sites);
  forEachEntry(recurrent, (to, from, weight) => {
    if (to === from) return;
    links[to * sites + from] += Math.abs(weight);
    links[from * sites + to] += Math.abs(weight);
  });
  return links;
}

/** Σ|weight| in and out of each neuron, as swaps while training rank them; 0 for empty sites. */
function neuronScores({ recurrent, input, readout }: Network, sites: number): Float64Array {
  const scores = new Float64Array(sites);
  forEachEntry(recurrent, (to, from, weight) => {
    scores[to] += Math.abs(weight);
    scores[from] += Math.abs(weight);
  });
  forEachEntry(input, (to, _channel, weight) => {
    scores[to] += Math.abs(weight);
  });
  forEachEntry(readout, (_unit, from, weight) => {
    scores[from] += Math.abs(weight);
  });
  return scores;
}

/** A permutation of all sites: those of the neurons, then the empty ones. */
function withEmptySites(site: Int32Array, sites: number): Int32Array {
  const taken = new Set(site);
  const empty = Array.from({ length: sites }, (_, s) => s).filter((s) => !taken.has(s));
  return Int32Array.of(...site, ...empty);
}

/** Links of each neuron as compressed rows, and the neurons that have any. */
interface StrongLinks {
  readonly start: Int32Array;
  readonly to: Int32Array;
  readonly strength: Float64Array;
  readonly neurons: Int32Array;
}

function strongLinks(links: Float64Array, neurons: number): StrongLinks {
  const ascending = links.filter((strength) => strength > 0).sort();
  let left = WEAK_SHARE * ascending.reduce((a, b) => a + b, 0);
  const weakest = ascending.find((strength) => {
    left -= strength;
    return left < 0;
  });
  const isStrong = (strength: number) => weakest !== undefined && strength >= weakest;
  const start = new Int32Array(neurons + 1);
  const to: number[] = [];
  for (let a = 0; a < neurons; a++) {
    for (let b = 0; b < neurons; b++) if (isStrong(links[a * neurons + b])) to.push(b);
    start[a + 1] = to.length;
  }
  const strength = new Float64Array(to.length);
  for (let a = 0; a < neurons; a++) for (let k = start[a]; k < start[a + 1]; k++) strength[k] = links[a * neurons + to[k]];
  const linked = Array.from({ length: neurons }, (_, i) => i).filter((i) => start[i + 1] > start[i]);
  return { start, to: Int32Array.from(to), strength, neurons: Int32Array.from(linked) };
}

/**
 * Metropolis et al. (1953) at falling temperatures. A random neuron tries the site of another one, or an empty one, near its own.
 *
 * @param site - site of each neuron, a permutation; changed in place
 * @returns the number of exchanges made
 */
function anneal(site: Int32Array, links: StrongLinks, grid: Grid, random: Random): number {
  const { neurons, start } = links;
  const { gain, exchange, neuronAt } = createExchanges(site, links, grid);
  const neighbour = () => neurons[random.int(neurons.length)];
  const visitsPerTrial = (2 * start[start.length - 1]) / neurons.length;
  const trials = Math.ceil(Math.min(TRIALS_PER_NEURON * neurons.length, LINK_VISITS / visitsPerTrial) / TEMPERATURES);
  let unit = 0;
  for (let k = 0; k < GAIN_SAMPLES; k++) unit += Math.abs(gain(neighbour(), random.int(site.length))) / GAIN_SAMPLES;
  let reach = gridSide(grid);
  let exchanges = 0;
  for (let k = 0; k < TEMPERATURES; k++) {
    const temperature = unit * FIRST_TEMPERATURE * (LAST_TEMPERATURE / FIRST_TEMPERATURE) ** (k / (TEMPERATURES - 1));
    let accepted = 0;
    for (let trial = 0; trial < trials; trial++) {
      const a = neighbour();
      const b = neuronAt(nearSite(grid, site[a], Math.round(reach), random));
      if (a === b) continue;
      const change = gain(a, b);
      if (change > 0 && change >= -temperature * Math.log(1 - random.uniform())) continue;
      exchange(a, b);
      accepted++;
    }
    exchanges += accepted;
    reach = Math.min(gridSide(grid), Math.max(1, reach * (1 - ACCEPTED_SHARE + accepted / trials)));
  }
  return exchanges;
}

/** A site at most `reach` rows and columns away, uniformly. */
function nearSite({ rows, columns }: Grid, site: number, reach: number, random: Random): number {
  const row = drawNear(Math.floor(site / columns), rows, reach, random);
  return row * columns + drawNear(site % columns, columns, reach, random);
}

function drawNear(at: number, extent: number, reach: number, random: Random): number {
  const first = Math.max(0, at - reach);
  return first + random.int(Math.min(extent - 1, at + reach) - first + 1);
}

/** Exchanges of two neurons and what they change, O(links of both). */
function createExchanges(site: Int32Array, { start, to, strength }: StrongLinks, grid: Grid) {
  // A distance depends on the difference of two sites alone, so a table of differences, which stays in the cache, does for all pairs.
  const width = 2 * grid.columns - 1;
  const offset = (row: number, column: number) => row * width + column;
  const middle = offset(grid.rows - 1, grid.columns - 1);
  const wire = gridWireCost(grid);
  const distances = new Float64Array(width * (2 * grid.rows - 1));
  const offsetOf = new Int32Array(siteCount(grid));
  for (let s = 0; s < offsetOf.length; s++) {
    const { row, column } = siteCoordinates(grid, s);
    offsetOf[s] = offset(row, column);
    for (const y of [-row, row]) for (const x of [-column, column]) distances[middle + offset(y, x)] = wire.distance(0, s);
  }
  const at = Int32Array.from(site, (s) => offsetOf[s]);
  const neuronAt = new Int32Array(site.length);
  site.forEach((s, neuron) => {
    neuronAt[s] = neuron;
  });
  return {
    neuronAt: (s: number) => neuronAt[s],
    /** ΔC of exchanging a and b, as in `Gains`. */
    gain(a: number, b: number): number {
      const fromA = middle - at[a];
      const fromB = middle - at[b];
      let change = 0;
      for (let k = start[a]; k < start[a + 1]; k++) {
        // The link between the two keeps its length.
        if (to[k] === b) continue;
        const i = at[to[k]];
        change += strength[k] * (distances[i + fromB] - distances[i + fromA]);
      }
      for (let k = start[b]; k < start[b + 1]; k++) {
        if (to[k] === a) continue;
        const i = at[to[k]];
        change += strength[k] * (distances[i + fromA] - distances[i + fromB]);
      }
      return change;
    },
    exchange(a: number, b: number): void {
      const siteOfA = site[a];
      site[a] = site[b];
      site[b] = siteOfA;
      at[a] = offsetOf[site[a]];
      at[b] = offsetOf[site[b]];
      neuronAt[site[a]] = a;
      neuronAt[site[b]] = b;
    },
  };
}
