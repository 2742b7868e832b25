// How long does a batch take to build, and which share of a training step is that? 400 neurons, engine `auto`, both measured in
// turns so that a busy machine slows them alike. Usage: npx tsx scripts/bench/batches.ts
import { BATCH_MODES, makeBatch } from '../../src/tasks/batches.ts';
import { yang19 } from '../../src/tasks/yang19.ts';
import { engineSpec } from '../../src/training/config.ts';
import { openEngine } from '../../src/training/engines/open.ts';
import { initialParameters } from '../../src/training/initial.ts';

const TURNS = 12;
const WARM_UP = 2;
/** Batches until their code is compiled; a training run has thousands. */
const COMPILE = 100;
const sizes = { inputs: yang19.inputs, neurons: 400, outputs: yang19.outputs };

const { engine } = await openEngine('auto', engineSpec({ activation: 'relu', clipNorm: 1, proximal: false }, sizes));
const parameters = initialParameters(sizes, 'diag', 0);
await engine.write({
  parameters,
  firstMoment: new Float32Array(parameters.length),
  secondMoment: new Float32Array(parameters.length),
});

process.stdout.write('mode      rows   steps   batch, us   training step, us   share\n');
for (const mode of BATCH_MODES) {
  for (const rows of [32, 64, 256]) {
    const plan = { mode, rows, seed: 0, purpose: 'bench' };
    for (let step = 0; step < COMPILE; step++) makeBatch(yang19, { ...plan, rows: 32 }, step);
    const building: number[] = [];
    const stepping: number[] = [];
    let steps = 0;
    for (let update = 1; update <= WARM_UP + TURNS; update++) {
      const start = performance.now();
      const batch = makeBatch(yang19, plan, update);
      const built = performance.now();
      await engine.step(batch, 1e-3, update);
      if (update <= WARM_UP) continue;
      building.push(1000 * (built - start));
      stepping.push(1000 * (performance.now() - built));
      steps = batch.steps;
    }
    const [batchUs, stepUs] = [median(building), median(stepping)];
    const share = `${((100 * batchUs) / (batchUs + stepUs)).toFixed(1)} %`;
    const columns = [String(rows).padStart(6), String(steps).padStart(8), batchUs.toFixed(0).padStart(12)];
    process.stdout.write(`${mode.padEnd(8)}${columns.join('')}${stepUs.toFixed(0).padStart(19)}${share.padStart(8)}\n`);
  }
}
await engine.dispose();

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
