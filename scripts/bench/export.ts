// How long do quantization, export and verification take, and how much memory, at 400 neurons and at 10,000?
// Wall and CPU seconds; other work on the machine weighs on the first. Usage: npx tsx scripts/bench/export.ts [NEURONS DENSITY TRIALS] [--map TARGET]
import { calibrate } from '../../src/compression/calibrate.ts';
import { DEFAULT_WEIGHT_ONLY, dequantizedNetwork, quantizeWeightsOnly } from '../../src/compression/dequantize.ts';
import { quantize, quantizeInputs } from '../../src/compression/quantize.ts';
import { encodeQuantized, type QuantizedArtifact } from '../../src/compression/quantized-file.ts';
import { runInteger } from '../../src/compression/run-integer.ts';
import { INT8 } from '../../src/compression/weight-format.ts';
import { randomStream } from '../../src/core/random.ts';
import { exportInteger } from '../../src/exchange/int.ts';
import { exportIntegerNpz, exportNpz } from '../../src/exchange/npz.ts';
import { exportQdq } from '../../src/exchange/qdq.ts';
import { openIntegerModel, openSequenceModel, openStepModel } from '../../src/exchange/run-onnx.ts';
import { exportSequence } from '../../src/exchange/seq.ts';
import { exportStep } from '../../src/exchange/step.ts';
import { chipOf } from '../../src/mapping/chip.ts';
import { place } from '../../src/mapping/place.ts';
import { mappingProblem, realWeights } from '../../src/mapping/problem.ts';
import type { ArtifactHeader } from '../../src/network/artifact.ts';
import type { Csr } from '../../src/network/csr.ts';
import type { Network } from '../../src/network/network.ts';
import { runNetwork } from '../../src/network/run.ts';
import { RUNTIMES } from '../../src/onnx/runtime.ts';
import { assertAgreement, type Execution, verifyExecutions } from '../../src/simulation/verify.ts';
import { assertClose, type FloatPair, verifyFloats } from '../../src/simulation/verify-floats.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { evaluationTrials } from '../../src/tasks/accuracy.ts';
import { yang19 } from '../../src/tasks/yang19.ts';

const HEADER: ArtifactHeader = {
  config: { suite: 'yang19' },
  provenance: { stage: 'pruned', parentHash: null, configHash: '0'.repeat(64), tool: 'bench', engine: null },
  scores: {},
};

const argv = process.argv.slice(2);
const mapAt = argv.indexOf('--map');
const target = mapAt < 0 ? null : argv[mapAt + 1];
const [neurons, density, trials] = (mapAt < 0 ? argv : argv.slice(0, mapAt)).map(Number);
const cases =
  neurons === undefined
    ? [
        [400, 0.05, 1000],
        [10_000, 0.01, 10],
      ]
    : [[neurons, density, trials]];
for (const [n, share, count] of cases) await measure(n, share, count);

async function measure(neurons: number, density: number, trials: number): Promise<void> {
  const network = await timed(`${neurons} neurons, density ${density}: a random network`, () => randomNetwork(neurons, density));
  const calibration = evaluationTrials(yang19, 0, 10, 2, 'calibration');
  const { network: integers } = await timed('quantize', () =>
    quantize(network, calibrate(network, calibration, 'max'), { weights: INT8, groups: 'channel' }),
  );
  const artifact: QuantizedArtifact = {
    network: integers,
    details: { target: 'bench', weights: INT8, grid: network.grid },
    header: { ...HEADER, provenance: { ...HEADER.provenance, stage: 'quantized' } },
  };
  await timed('quantized.safetensors', () => encodeQuantized(artifact));
  const step = await timed('model.step.onnx', () => exportStep(network, HEADER));
  const seq = await timed('model.seq.onnx', () => exportSequence(network, HEADER));
  const qdq = await timed('model.qdq.onnx', () => exportQdq(network, HEADER));
  const int = await timed('model.int.onnx', () => exportInteger(artifact));
  await timed('npz', () => exportNpz(network, HEADER));
  await timed('npz of integers', () => exportIntegerNpz(artifact));
  await verifyIntegers(artifact, int, trials);
  await verifyForms(network, { step, seq, qdq }, trials);
  if (target !== null) {
    const chip = chipOf(loadTarget(target), { maxNeuronsPerCore: null });
    const problem = await timed(`mapping problem`, () => mappingProblem(realWeights(integers, network.grid), null));
    const placed = await timed(`place on ${target}`, () => place(problem, chip, { seed: 0 }));
    process.stdout.write(`  ${new Set(placed.core).size} cores\n`);
  }
}

async function verifyIntegers({ network }: QuantizedArtifact, int: Uint8Array, trials: number): Promise<void> {
  const batches = batchesOf(trials).map(({ steps, rows, inputs }) => ({
    steps,
    rows,
    inputs: quantizeInputs(inputs, network.scales.input).integers,
  }));
  const executions: Execution[] = [{ name: 'integer network', version: '', run: async (...batch) => runInteger(network, ...batch) }];
  for (const runtime of RUNTIMES) {
    for (const level of ['disabled', 'all'] as const) {
      const name = `${runtime} ${level}`;
      const model = await timed(`  open model.int.onnx, ${name}`, () => openIntegerModel(int, runtime, level));
      executions.push({ ...model, name });
    }
  }
  const seconds = new Map<string, number>();
  const measured = executions.map(
    ({ run, ...execution }): Execution => ({
      ...execution,
      async run(...batch) {
        const start = performance.now();
        const result = await run(...batch);
        seconds.set(execution.name, (seconds.get(execution.name) ?? 0) + (performance.now() - start) / 1000);
        return result;
      },
    }),
  );
  const facts = { stateMax: network.stateMax, executable: { value: true, reason: null }, hashes: {} };
  const result = await timed(`verify integers on ${trials} trials`, () => verifyExecutions(measured, batches, facts));
  for (const [name, spent] of seconds) process.stdout.write(`    ${name.padEnd(30)}${spent.toFixed(2).padStart(8)} s\n`);
  assertAgreement(result);
  process.stdout.write(`  ${result.integersCompared} integers equal, ${result.saturatedStates} of them saturated states\n`);
}

async function verifyForms(
  network: Network,
  { step, seq, qdq }: Record<'step' | 'seq' | 'qdq', Uint8Array>,
  trials: number,
): Promise<void> {
  const asIs: FloatPair['reference'] = { name: 'float', run: (...batch) => runNetwork(network, ...batch) };
  const stored = dequantizedNetwork(network, quantizeWeightsOnly(network, DEFAULT_WEIGHT_ONLY));
  const dequantized: FloatPair['reference'] = { name: 'dequantized', run: (...batch) => runNetwork(stored, ...batch) };
  // One model at a time: at this size, memory counts.
  for (const runtime of RUNTIMES) {
    for (const [name, open, reference] of [
      ['step', () => openStepModel(step, runtime, network.neurons), asIs],
      ['seq', () => openSequenceModel(seq, runtime), asIs],
      ['qdq', () => openSequenceModel(qdq, runtime), dequantized],
    ] as const) {
      await timed(`verify ${name} in ${runtime} on ${trials} trials`, async () => {
        const model = await open();
        const execution = { ...model, name, optimization: 'basic' };
        const result = await verifyFloats([{ reference, execution }], batchesOf(trials), { skipped: [], hashes: {} });
        await model.release();
        assertClose(result);
      });
    }
  }
}

/** Trials of one task if there are few, else of all. */
function batchesOf(trials: number) {
  const tasks = trials < yang19.tasks.length ? 1 : yang19.tasks.length;
  return Array.from({ length: tasks }, (_, task) => evaluationTrials(yang19, task, Math.ceil(trials / tasks), 3, 'verification')).flat();
}

async function timed<T>(what: string, work: () => T | Promise<T>): Promise<T> {
  const [wall, cpu] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(cpu);
  const seconds = [(performance.now() - wall) / 1000, (user + system) / 1e6].map((value) => `${value.toFixed(2).padStart(8)} s`);
  const bytes = result instanceof Uint8Array ? `${(result.length / 1e6).toFixed(2)} MB` : '';
  const peak = `${(process.resourceUsage().maxRSS / 1e6).toFixed(2)} GB`;
  process.stdout.write(`${what.padEnd(60)}${seconds.join(' wall')} cpu  peak ${peak}  ${bytes}\n`);
  return result;
}

/** Gain 0.9: neither dies out nor explodes. Grids have 100 columns at most. */
function randomNetwork(neurons: number, density: number): Network {
  const random = randomStream(1, 'bench network', neurons);
  const columns = Math.ceil(Math.sqrt(neurons));
  const matrix = (rows: number, sources: number, share: number, gain: number): Csr => {
    const indptr = new Int32Array(rows + 1);
    const indices: number[] = [];
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < sources; column++) if (random.uniform() < share) indices.push(column);
      indptr[row + 1] = indices.length;
    }
    const values = Float32Array.from(indices, () => (gain * random.normal()) / Math.sqrt(share * sources));
    return { rows, columns: sources, indptr, indices: Int32Array.from(indices), values };
  };
  const { inputs, outputs } = yang19;
  return {
    inputs,
    neurons,
    outputs,
    activation: 'relu',
    grid: { rows: columns, columns, metric: 'l1' },
    site: Int32Array.from({ length: neurons }, (_, i) => i),
    recurrent: matrix(neurons, neurons, density, 0.9),
    input: matrix(neurons, inputs, 0.2, 1),
    readout: matrix(outputs, neurons, 0.2, 1),
    bias: Float32Array.from({ length: neurons }, () => 0.1 * random.normal()),
    readoutBias: new Float32Array(outputs),
  };
}
