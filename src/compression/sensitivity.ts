// Which weights can be coarse? Measured: one group of neurons after the other is quantized, and the answers are compared.
import type { Csr } from '../network/csr.ts';
import type { Network } from '../network/network.ts';
import { runNetwork } from '../network/run.ts';
import type { CalibrationBatch, Ranges } from './calibrate.ts';
import { type FakeQuantized, fakeQuantize } from './fake-quantize.ts';
import { chooseUnits, neuronsByGroup, type UnitOptions } from './units.ts';
import { narrowFormat } from './weight-format.ts';

/** Trials side by side, with the steps that count: mask 1, shape [steps, rows]. */
export interface MaskedBatch extends CalibrationBatch {
  readonly mask: Float32Array;
}

/** Neurons whose weights share a width. */
export interface WeightGroup {
  /** Hidden neurons; null for the whole readout. */
  readonly neurons: readonly number[] | null;
  /** Recurrent and input weights of these neurons, or all readout weights. */
  readonly weights: number;
}

/** A group, and what each width costs. */
export interface Sensitivity extends WeightGroup {
  /** Mean Kullback–Leibler divergence of the answers from the float network's, in nats per step, one per width. */
  readonly damage: readonly number[];
}

/** Groups of hidden neurons with weights in the order of their first neuron, then the readout. */
export function weightGroups(network: Network, groups: UnitOptions['groups']): WeightGroup[] {
  const entries = ({ indptr }: Csr, row: number) => indptr[row + 1] - indptr[row];
  const hidden = neuronsByGroup(network.neurons, groups).map((neurons) => ({
    neurons,
    weights: neurons.reduce((sum, i) => sum + entries(network.recurrent, i) + entries(network.input, i), 0),
  }));
  return [...hidden, { neurons: null, weights: network.readout.values.length }];
}

/**
 * Damage of every group at every width, all other weights and all states in float.
 *
 * The measure is the divergence KL(softmax of the float logits ‖ softmax of the quantized ones): in the unit of the training loss,
 * blind to what no answer depends on (an offset of all logits, changes among answers that are out of the question), and free of
 * labels, which would reward a group for errors that happen to be right. It is smooth where accuracy has steps.
 *
 * @param widths - bits, ascending
 * @param onGroup - awaited after each group; what it throws ends the measurement
 */
export async function measureSensitivity(
  network: Network,
  ranges: Ranges,
  options: UnitOptions,
  widths: readonly number[],
  trials: MaskedBatch,
  onGroup?: (done: number, total: number) => Promise<void>,
): Promise<Sensitivity[]> {
  const exact = answersOf(network, trials);
  const coarse = widths.map((bits) => {
    const narrow = { ...options, weights: narrowFormat(options.weights, bits) };
    return fakeQuantize(network, chooseUnits(network, ranges, narrow), narrow);
  });
  const groups = weightGroups(network, options.groups);
  const measured: Sensitivity[] = [];
  for (const group of groups) {
    const damage = coarse.map((fake) => divergence(exact, answersOf(withGroup(network, fake, group), trials), trials));
    measured.push({ ...group, damage });
    await onGroup?.(measured.length, groups.length);
  }
  return measured;
}

/** The network with one group quantized. */
function withGroup(network: Network, fake: FakeQuantized, { neurons }: WeightGroup): Network {
  if (neurons === null) return { ...network, readout: { ...network.readout, values: fake.readout.values }, readoutBias: fake.readoutBias };
  const rows = (csr: Csr, from: Float32Array): Csr => {
    const values = csr.values.slice();
    for (const i of neurons) values.set(from.subarray(csr.indptr[i], csr.indptr[i + 1]), csr.indptr[i]);
    return { ...csr, values };
  };
  const bias = network.bias.slice();
  for (const i of neurons) bias[i] = fake.bias[i];
  return { ...network, bias, recurrent: rows(network.recurrent, fake.recurrent.values), input: rows(network.input, fake.input.values) };
}

/** Logarithms of the answers' probabilities, shape [steps, outputs, rows]. */
function answersOf(network: Network, { inputs, steps, rows }: MaskedBatch): Float64Array {
  const logits = Float64Array.from(runNetwork(network, inputs, steps, rows).outputs);
  const { outputs } = network;
  for (let step = 0; step < steps; step++) {
    for (let row = 0; row < rows; row++) {
      const at = (k: number) => (step * outputs + k) * rows + row;
      let largest = Number.NEGATIVE_INFINITY;
      for (let k = 0; k < outputs; k++) largest = Math.max(largest, logits[at(k)]);
      let sum = 0;
      for (let k = 0; k < outputs; k++) sum += Math.exp(logits[at(k)] - largest);
      const normal = largest + Math.log(sum);
      for (let k = 0; k < outputs; k++) logits[at(k)] -= normal;
    }
  }
  return logits;
}

/** Mean of Σ_k p_k (log p_k − log q_k) over the steps that count. */
function divergence(exact: Float64Array, other: Float64Array, { mask, steps, rows }: MaskedBatch): number {
  const outputs = exact.length / (steps * rows);
  let sum = 0;
  let count = 0;
  for (let cell = 0; cell < steps * rows; cell++) {
    if (mask[cell] === 0) continue;
    count++;
    const first = Math.floor(cell / rows) * outputs * rows + (cell % rows);
    for (let k = 0; k < outputs; k++) {
      const at = first + k * rows;
      sum += Math.exp(exact[at]) * (exact[at] - other[at]);
    }
  }
  // Rounding may leave a divergence of 0 below it.
  return count === 0 ? 0 : Math.max(0, sum / count);
}

/** Batches beside each other as one, shorter ones padded by steps that do not count: many rows make products fast. */
export function sideBySide(batches: readonly MaskedBatch[], channels: number): MaskedBatch {
  const steps = batches.reduce((most, batch) => Math.max(most, batch.steps), 0);
  const rows = batches.reduce((sum, batch) => sum + batch.rows, 0);
  const inputs = new Float32Array(steps * rows * channels);
  const mask = new Float32Array(steps * rows);
  let first = 0;
  for (const batch of batches) {
    for (let step = 0; step < batch.steps; step++) {
      const [from, to] = [step * batch.rows, step * rows + first];
      inputs.set(batch.inputs.subarray(from * channels, (from + batch.rows) * channels), to * channels);
      mask.set(batch.mask.subarray(from, from + batch.rows), to);
    }
    first += batch.rows;
  }
  return { inputs, mask, steps, rows };
}
