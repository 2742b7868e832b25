// How long does a swap round take at 400 neurons, and which share of training is that? Rounds and training steps are measured in
// turns, so that a busy machine slows them alike. Usage: npx tsx scripts/bench/swaps.ts
import { randomStream } from '../../src/core/random.ts';
import { gridWireCost, parseGrid } from '../../src/network/geometry.ts';
import { makeBatch } from '../../src/tasks/batches.ts';
import { yang19 } from '../../src/tasks/yang19.ts';
import { engineSpec, resolveTrainConfig } from '../../src/training/config.ts';
import { penaltyVector } from '../../src/training/connection-cost.ts';
import { openEngine } from '../../src/training/engines/open.ts';
import { initialParameters } from '../../src/training/initial.ts';
import { createSwapSearch } from '../../src/training/swaps.ts';
import { batchPlan, trainingSizes } from '../../src/training/train.ts';

const TURNS = 40;
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

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
