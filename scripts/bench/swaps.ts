// What do swaps cost? First: a swap round at 400 neurons, and its share of training, measured in turns with training steps, so that a
// busy machine slows both alike. Then: the gains of all exchanges at 400, 2,500 and 10,000 neurons, against evaluating the
// complete connection cost for every trial exchange as the published BIMT notebooks do, in the same run.
// Usage: npx tsx scripts/bench/swaps.ts [rounds|gains]   (the largest needs 1.5 GB of memory)
import { randomStream } from '../../src/core/random.ts';
import { gridWireCost, parseGrid, type WireCost } from '../../src/network/geometry.ts';
import type { NetworkSizes } from '../../src/network/network.ts';
import { makeBatch } from '../../src/tasks/batches.ts';
import { yang19 } from '../../src/tasks/yang19.ts';
import { engineSpec, resolveTrainConfig } from '../../src/training/config.ts';
import { penaltyVector } from '../../src/training/connection-cost.ts';
import { openEngine } from '../../src/training/engines/open.ts';
import { initialParameters } from '../../src/training/initial.ts';
import { parameterLayout } from '../../src/training/parameters.ts';
import { createPotentials } from '../../src/training/potentials.ts';
import { createGains, createSwapSearch, type Gains } from '../../src/training/swaps.ts';
import { batchPlan, trainingSizes } from '../../src/training/train.ts';

const TURNS = 40;

/** Grids, trial exchanges of the full evaluation, and how often all gains are computed. */
const GAIN_CASES = [
  { side: 20, trials: 399, repeats: 11 },
  { side: 50, trials: 100, repeats: 3 },
  { side: 100, trials: 10, repeats: 1 },
];
/** Random numbers behind the weights of the gains bench, a prime, so that they repeat out of step with rows. */
const DRAWN = 1_000_003;

const [only] = process.argv.slice(2);
if (only !== 'gains') await benchRounds();
if (only !== 'rounds') benchGains();

async function benchRounds(): Promise<void> {
  const config = resolveTrainConfig({});
  const swapEvery = config.swapEvery ?? Number.POSITIVE_INFINITY;
  const sizes = trainingSizes(yang19, config);
  const { engine } = await openEngine('auto', engineSpec(config, sizes));
  const parameters = initialParameters(sizes, config.init, 0);
  const moments = () => new Float32Array(parameters.length);
  await engine.write({ parameters, firstMoment: moments(), secondMoment: moments() });

  /** Random weights on random sites: nearly every candidate finds a better site, so this is the most work a round can be. */
  const cases = (
    [
      ['20x20', 'l1', 30],
      ['400', 'l1', 30],
      ['20x20', 'l1', 'all'],
      ['20x20', 'l2', 30],
    ] as const
  ).map(([grid, metric, top]) => {
    const wire = gridWireCost(parseGrid(grid, metric));
    return { name: `${grid} ${metric} top ${top}`, wire, top, search: createSwapSearch(sizes, wire), times: [] as number[], accepted: 0 };
  });
  const steps: number[] = [];
  const prices: number[] = [];

  for (let turn = 1; turn <= TURNS; turn++) {
    const batch = makeBatch(yang19, batchPlan(config, 'bench'), turn);
    steps.push(await timed(() => engine.step(batch, config.learningRate, turn)));
    for (const bench of cases) {
      const site = randomStream(turn, 'bench sites').permutation(sizes.neurons);
      const time = await timed(() => {
        bench.accepted += bench.search.round(parameters, site, bench.top).accepted;
      });
      bench.times.push(time);
      if (bench === cases[0]) prices.push(await timed(() => engine.setPenalty(penaltyVector(sizes, site, bench.wire, 1e-5, 1))));
    }
  }
  await engine.dispose();

  const step = median(steps);
  console.log(`training step (${engine.version}, ${config.batchRows} trials): median ${step.toFixed(1)} ms`);
  console.log(`new prices after a round: median ${median(prices).toFixed(2)} ms`);
  console.log('round                 fastest, ms  median, ms  exchanges  share of training');
  for (const { name, times, accepted } of cases) {
    const share = (median(times) + median(prices)) / (median(times) + median(prices) + swapEvery * step);
    console.log(
      [
        name.padEnd(20),
        Math.min(...times)
          .toFixed(2)
          .padStart(12),
        median(times).toFixed(2).padStart(11),
        (accepted / TURNS).toFixed(0).padStart(10),
        `${(100 * share).toFixed(3)} %`.padStart(18),
      ].join(' '),
    );
  }
}

/** The gains of all exchanges by both ways, on dense random weights and a random layout. */
function benchGains(): void {
  console.log(
    '\nThe full evaluation is timed on a sample of trial exchanges and extrapolated to all pairs; processor seconds. On the sample both',
  );
  console.log('ways agree on every gain and on the best partner. S is neurons² numbers of 8 bytes: what limits the number of neurons.');
  console.log('neurons  pairs       all gains, s  S and tables, MB  trial, ms  trials run  all trials, s     ratio  largest difference');
  for (const { side, trials, repeats } of GAIN_CASES) {
    const neurons = side * side;
    const sizes = { inputs: 53, neurons, outputs: 17 };
    const wire = gridWireCost({ rows: side, columns: side, metric: 'l1' });
    const random = randomStream(side, 'bench gains');
    const site = random.permutation(neurons);
    const weights = randomWeights(sizes, side);
    const gains = createGains(neurons, wire, createPotentials(neurons, wire, 'all'));
    const links = new Float64Array(neurons * neurons);
    const seconds = Array.from({ length: repeats }, () => cpuSeconds(() => allGains(weights, links, site, gains)));
    // The notebooks' search looks for the best partner of a candidate; so does this check, over as many partners as were tried.
    const evaluate = fullEvaluation(weights, sizes, site, wire);
    const candidate = random.int(neurons);
    const partners = [...random.permutation(neurons)].filter((b) => b !== candidate).slice(0, trials);
    const before = evaluate(candidate, candidate);
    const changes: number[] = [];
    const trialSeconds = cpuSeconds(() => changes.push(...partners.map((b) => evaluate(candidate, b) - before))) / partners.length;
    const exact = gains.all(candidate);
    const differences = changes.map((change, k) => Math.abs(change - exact[partners[k]]));
    const best = (values: readonly number[]) => values.indexOf(Math.min(...values));
    const largest = Math.max(...differences);
    // Sums over all weights differ from sums over two neurons' by rounding of the whole cost.
    if (largest > 1e-10 * before || best(changes) !== best(partners.map((b) => exact[b]))) {
      throw new Error(`${neurons} neurons: gains differ by ${largest}, or another partner is best`);
    }
    const pairs = (neurons * (neurons - 1)) / 2;
    const fast = median(seconds);
    console.log(
      [
        String(neurons).padEnd(8),
        String(pairs).padEnd(11),
        fast.toPrecision(3).padStart(12),
        ((links.byteLength + 16 * side * neurons) / 1e6).toFixed(0).padStart(17),
        (1000 * trialSeconds).toPrecision(3).padStart(10),
        String(partners.length).padStart(11),
        `${(trialSeconds * pairs).toPrecision(3)}`.padStart(13),
        `${((trialSeconds * pairs) / fast).toPrecision(3)}x`.padStart(9),
        largest.toExponential(1).padStart(19),
      ].join(' '),
    );
  }
}

/** S from W, tables, and the gains of every pair, from both sides. */
function allGains(weights: Float32Array, links: Float64Array, site: Int32Array, gains: Gains): void {
  const neurons = site.length;
  for (let a = 0; a < neurons; a++) {
    for (let b = 0; b < a; b++) {
      const link = Math.abs(weights[a * neurons + b]) + Math.abs(weights[b * neurons + a]);
      links[a * neurons + b] = link;
      links[b * neurons + a] = link;
    }
  }
  gains.build(links, site);
  for (let a = 0; a < neurons; a++) gains.all(a);
}

/**
 * The search step of the public BIMT notebooks: exchange the rows, columns and biases of two neurons, sum the connection cost of the
 * whole network, exchange them back. Distances are in a table of whole grid steps, one byte each, so that memory is not what is measured.
 */
function fullEvaluation(weights: Float32Array, sizes: NetworkSizes, site: Int32Array, wire: WireCost): (a: number, b: number) => number {
  const { neurons, inputs, outputs } = sizes;
  const { W_in, W_out, b: bias } = parameterLayout(sizes);
  const unit = wire.separable?.unit ?? 1;
  const steps = new Uint8Array(neurons * neurons);
  for (let i = 0; i < neurons; i++) {
    for (let j = 0; j < neurons; j++) steps[i * neurons + j] = Math.round(wire.distance(site[i], site[j]) / unit);
  }
  const trade = (p: number, q: number) => {
    const kept = weights[p];
    weights[p] = weights[q];
    weights[q] = kept;
  };
  const exchange = (a: number, b: number) => {
    for (let k = 0; k < neurons; k++) trade(a * neurons + k, b * neurons + k);
    for (let k = 0; k < neurons; k++) trade(k * neurons + a, k * neurons + b);
    for (let k = 0; k < inputs; k++) trade(W_in.start + a * inputs + k, W_in.start + b * inputs + k);
    for (let k = 0; k < outputs; k++) trade(W_out.start + k * neurons + a, W_out.start + k * neurons + b);
    trade(bias.start + a, bias.start + b);
  };
  const cost = () => {
    let sum = 0;
    // A = 1.
    for (let at = 0; at < steps.length; at++) sum += (1 + unit * steps[at]) * Math.abs(weights[at]);
    for (let at = steps.length; at < weights.length; at++) sum += Math.abs(weights[at]);
    return sum;
  };
  return (a, b) => {
    exchange(a, b);
    const changed = cost();
    exchange(a, b);
    return changed;
  };
}

/** Uniform parameters; as many as 10,000 neurons have are drawn once and repeated with another sign and size. */
function randomWeights(sizes: NetworkSizes, seed: number): Float32Array {
  const random = randomStream(seed, 'bench weights');
  const drawn = Float32Array.from({ length: DRAWN }, () => 2 * random.uniform() - 1);
  return Float32Array.from({ length: parameterLayout(sizes).length }, (_, at) => drawn[at % DRAWN] * drawn[((at / 7) % DRAWN) | 0]);
}

/** Processor time, for work too long to be repeated until the machine is free. */
function cpuSeconds(work: () => unknown): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
