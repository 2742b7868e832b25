// How long does compression take, apart from training and from scoring? Usage: npx tsx scripts/bench/compression.ts [network.safetensors ...]
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { calibrate } from '../../src/compression/calibrate.ts';
import { balanceInputs } from '../../src/compression/input-unit.ts';
import { type QuantizeOptions, quantize } from '../../src/compression/quantize.ts';
import { SCALE_METHODS } from '../../src/compression/scale.ts';
import { INT8, narrowFormat } from '../../src/compression/weight-format.ts';
import { PACKAGE_ROOT } from '../../src/core/version.ts';
import type { Network } from '../../src/network/network.ts';
import { readNetwork } from '../../src/pipeline/network-file.ts';
import { calibrationBatches } from '../../src/pipeline/scores.ts';
import { findSuite } from '../../src/tasks/suites.ts';

const SHIPPED = ['yang19-20x20-bimt', 'yang19-20x20-none-trained'];
/** As `quantize` calibrates. */
const CALIBRATION = { trialsPerTask: 50, seed: 2 };
const TURNS = 5;
/** 400 neurons are to be quantized in a second. */
const LIMIT_MS = 1000;

const files = process.argv.length > 2 ? process.argv.slice(2) : SHIPPED.map((name) => join(PACKAGE_ROOT, 'models', `${name}.safetensors`));

process.stdout.write(`quantization, median of ${TURNS}, ms of processor time\n`);
for (const file of files) {
  const { network, header } = readNetwork(readFileSync(file), file);
  const { neurons, recurrent, input, readout } = network;
  const weights = recurrent.values.length + input.values.length + readout.values.length;
  process.stdout.write(`${basename(file)}: ${neurons} neurons, ${weights} weights\n`);
  const trials = calibrationBatches(findSuite(header.config.suite), CALIBRATION.trialsPerTask, CALIBRATION.seed);
  const calibrating = medianMs(() => calibrate(network, trials, 'max'));
  line('calibrate on 50 trials a task', calibrating);
  for (const scale of SCALE_METHODS) {
    for (const bits of [8, 4]) {
      const options: QuantizeOptions = { weights: narrowFormat(INT8, bits), groups: 'channel', scale };
      line(
        `quantize, ${scale}, ${bits} bits`,
        medianMs(() => quantizeOnce(network, options)),
      );
    }
  }
}

function quantizeOnce(network: Network, options: QuantizeOptions): void {
  const calibration = {
    state: 10,
    input: 1,
    stateSquares: new Float64Array(network.neurons).fill(1),
    inputSquares: new Float64Array(network.inputs).fill(1),
  };
  quantize(network, balanceInputs(network, calibration, options), options);
}

function line(what: string, ms: number): void {
  process.stdout.write(`  ${what.padEnd(34)}${ms.toFixed(1).padStart(9)}${ms > LIMIT_MS ? '  more than a second' : ''}\n`);
}

/** Time of the processor, so that other work on the machine does not count. */
function medianMs(work: () => unknown): number {
  const times = Array.from({ length: TURNS }, () => {
    const start = process.cpuUsage();
    work();
    return process.cpuUsage(start).user / 1000;
  });
  return times.sort((a, b) => a - b)[TURNS >> 1];
}
