// How long does it take to place a network of 400 neurons on each chip, and what do the wires cost? CPU seconds of `place` alone.
// usage: npx tsx scripts/bench/chips.ts [--caps none,25] [--seeds 1] [--effort 1] [--targets a,b] [MODEL ...]
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { FitError } from '../../src/core/errors.ts';
import { chipOf } from '../../src/mapping/chip.ts';
import { chipProblem } from '../../src/mapping/chip-problem.ts';
import { place } from '../../src/mapping/place.ts';
import { readNetwork } from '../../src/pipeline/network-file.ts';
import { listTargets, loadTarget } from '../../src/targets/load.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    caps: { type: 'string', default: 'none,25' },
    seeds: { type: 'string', default: '1' },
    effort: { type: 'string', default: '1' },
    targets: { type: 'string' },
  },
});
const models = positionals.length > 0 ? positionals : ['models/yang19-20x20-bimt.safetensors'];
const ids = values.targets?.split(',') ?? listTargets().filter((id) => loadTarget(id).file.support !== 'reference-only');
const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => i + 1);

let total = 0;
for (const model of models) {
  const { network } = readNetwork(readFileSync(model), model);
  for (const id of ids) {
    for (const cap of values.caps.split(',')) {
      const chip = chipOf(loadTarget(id), { maxNeuronsPerCore: cap === 'none' ? null : Number(cap) });
      const problem = chipProblem(network, null, chip);
      const before = process.cpuUsage();
      try {
        const found = seeds.map((seed) => place(problem, chip, { seed, effort: Number(values.effort) }));
        const { user, system } = process.cpuUsage(before);
        const seconds = (user + system) / 1e6 / seeds.length;
        total += seconds;
        const costs = found.map(({ cost }) => cost.final);
        const mean = costs.reduce((a, b) => a + b) / costs.length;
        const cores = found.map(({ core }) => new Set(core).size);
        console.log(
          [
            model.split('/').at(-1),
            id,
            cap,
            cores.join('/'),
            mean.toFixed(2),
            seconds.toFixed(2),
            costs.map((c) => c.toFixed(1)).join(' '),
          ].join('\t'),
        );
      } catch (error) {
        if (!(error instanceof FitError)) throw error;
        console.log([model.split('/').at(-1), id, cap, 'does not fit'].join('\t'));
      }
    }
  }
}
console.log(`all: ${total.toFixed(2)} s for one seed`);
