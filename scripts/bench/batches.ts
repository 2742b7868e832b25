// How long does a batch take to build? Microseconds, both modes; run with: npx tsx scripts/bench/batches.ts
import { BATCH_MODES, makeBatch } from '../../src/tasks/batches.ts';
import { yang19 } from '../../src/tasks/yang19.ts';

const ROUNDS = 5;
const MS_PER_ROUND = 300;

process.stdout.write('mode      rows   steps   best of rounds, us/batch   ns/step/row\n');
for (const mode of BATCH_MODES) {
  for (const rows of [32, 64, 256]) {
    const plan = { mode, rows, seed: 0, purpose: 'bench' };
    let update = 0;
    let steps = 0;
    const round = () => {
      const start = performance.now();
      let batches = 0;
      while (performance.now() - start < MS_PER_ROUND) {
        steps = makeBatch(yang19, plan, update++).steps;
        batches++;
      }
      return (1000 * (performance.now() - start)) / batches;
    };
    const best = Math.min(...Array.from({ length: ROUNDS }, round));
    const perCell = (1000 * best) / (steps * rows);
    process.stdout.write(
      `${mode.padEnd(8)}${String(rows).padStart(6)}${String(steps).padStart(8)}${best.toFixed(0).padStart(27)}${perCell.toFixed(0).padStart(14)}\n`,
    );
  }
}
