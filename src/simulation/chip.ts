// What does the placed hardware compute? Executes a mapping core by core from its stored cells alone; values move only
// along axons.
import type { Tensors } from '../core/safetensors.ts';
import type { Address, MappedNeuron, MappingFile } from '../mapping/mapping-file.ts';
import { checkMapping } from './check.ts';
import { type CoreWeights, decodeCore, readImages } from './decode.ts';

/** A chip with a network on it. */
export interface Chip {
  readonly mapping: MappingFile;
  /** The stored cells. */
  readonly images: Tensors;
  /** What the cells decode to, by position in `mapping.cores`. */
  readonly weights: readonly CoreWeights[];
}

/** Units that sum and requantize or send: hidden neurons, their copies, and partial units. */
export function summingUnits({ network, cores }: MappingFile): number {
  const others = ({ kind }: MappedNeuron) => kind === 'copy' || kind === 'partial';
  return network.neurons + cores.reduce((count, { neurons }) => count + neurons.filter(others).length, 0);
}

/** Integers of a run, row-major: states [steps, neurons, rows], outputs [steps, outputs, rows]. */
export interface Integers {
  readonly states: Int32Array;
  readonly outputs: Int32Array;
}

/**
 * Loads a chip from what it would get: the mapping and the bytes of the images file.
 *
 * @throws UsageError if the mapping contradicts itself, or the images are not the ones it was written with
 */
export function loadChip(mapping: MappingFile, imageBytes: Uint8Array): Chip {
  checkMapping(mapping);
  const images = readImages(mapping, imageBytes);
  return { mapping, images, weights: mapping.cores.map((core) => decodeCore(mapping, core, images)) };
}

/** A neuron where it sits. */
interface Site {
  readonly neuron: MappedNeuron;
  readonly slot: number;
  readonly weights: CoreWeights;
  /** Values on the axons of its core, shape [axons, rows]. */
  readonly axons: Int32Array;
}

/**
 * Runs trials side by side from zero state. In each step
 *
 *     inputs arrive on their axons, beside the states sent in the step before;
 *     partial units of hidden neurons send their sums, level by level;
 *     each hidden neuron, and each copy, sums its rows, requantizes and saturates; then the axons are free;
 *     the new states travel to their axons; partial units of readout units send their sums; each readout unit sums its rows.
 *
 * Messages for the same axon add, as on a row line.
 *
 * @param inputs - shape [steps, rows, inputs]
 * @param accumulators - if given, receives the sums before requantization, shape [steps, summing units, rows]: hidden neurons by
 *   index, then copies and partial units by their place in the file
 * @throws RangeError if the inputs have another length
 */
export function runChip(chip: Chip, inputs: Int32Array, steps: number, rows: number, accumulators?: Int32Array): Integers {
  const { network, cores, inputs: channels } = chip.mapping;
  if (inputs.length !== steps * rows * network.inputs)
    throw new RangeError(`${inputs.length} inputs, [${steps}, ${rows}, ${network.inputs}] expected`);
  const states = new Int32Array(steps * network.neurons * rows);
  const outputs = new Int32Array(steps * network.outputs * rows);
  const axonsOf = new Map(cores.map((core) => [core.id, new Int32Array(core.axons * rows)]));
  const sites = cores.flatMap(({ id, neurons }, position) => {
    const axons = axonsOf.get(id) as Int32Array;
    return neurons.map((neuron, slot): Site => ({ neuron, slot, weights: chip.weights[position], axons }));
  });
  const ofKind = (kind: MappedNeuron['kind']) => sites.filter((site) => site.neuron.kind === kind);
  const [hidden, copies, readout] = [ofKind('hidden'), ofKind('copy'), ofKind('readout')];
  const levels = partialLevels(ofKind('partial'));
  const place = new Map([...sites.filter(({ neuron }) => neuron.kind === 'copy' || neuron.kind === 'partial')].map((site, k) => [site, k]));
  let step = 0;
  const trace = (site: Site) => {
    const at = site.neuron.kind === 'hidden' ? site.neuron.index : network.neurons + (place.get(site) ?? 0);
    accumulators?.set(sums, (step * (network.neurons + place.size) + at) * rows);
  };
  const sendSums = (serves: 'hidden' | 'readout') => {
    for (const level of levels[serves]) {
      const sent = level.map((site) => {
        accumulate(sums, site);
        trace(site);
        const divisor = site.neuron.partial?.divisor ?? 1;
        return sums.map((sum) => Math.trunc(sum / divisor));
      });
      level.forEach(({ neuron }, k) => {
        send(sent[k], neuron.targets, axonsOf);
      });
    }
  };
  const sums = new Int32Array(rows);
  const values = new Int32Array(rows);
  /** States of the copies, shape [copies, rows]. */
  const copied = new Int32Array(copies.length * rows);

  for (; step < steps; step++) {
    const state = (index: number) => vector(states, step * network.neurons + index, rows);
    for (const { index, targets } of channels) {
      for (let row = 0; row < rows; row++) values[row] = inputs[(step * rows + row) * network.inputs + index];
      send(values, targets, axonsOf);
    }
    sendSums('hidden');
    copies.forEach((site, k) => {
      accumulate(sums, site);
      trace(site);
      requantize(sums, site.neuron.multiplier as number, network.shift, network.stateMax, vector(copied, k, rows));
    });
    for (const site of hidden) {
      accumulate(sums, site);
      trace(site);
      requantize(sums, site.neuron.multiplier as number, network.shift, network.stateMax, state(site.neuron.index));
    }
    for (const axons of axonsOf.values()) axons.fill(0);
    for (const { neuron } of hidden) send(state(neuron.index), neuron.targets, axonsOf);
    copies.forEach(({ neuron }, k) => {
      send(vector(copied, k, rows), neuron.targets, axonsOf);
    });
    sendSums('readout');
    for (const site of readout) accumulate(vector(outputs, step * network.outputs + site.neuron.index, rows), site);
  }
  return { states, outputs };
}

/** Partial units by whom they serve and by level, the lowest first. */
function partialLevels(sites: readonly Site[]): Record<'hidden' | 'readout', Site[][]> {
  const of = (serves: 'hidden' | 'readout') => {
    const serving = sites.filter(({ neuron }) => neuron.partial?.serves === serves);
    const levels = [...new Set(serving.map(({ neuron }) => neuron.partial?.level ?? 0))].sort((a, b) => a - b);
    return levels.map((level) => serving.filter(({ neuron }) => neuron.partial?.level === level));
  };
  return { hidden: of('hidden'), readout: of('readout') };
}

/** Row `index` of a matrix [.., rows]. */
function vector(matrix: Int32Array, index: number, rows: number): Int32Array {
  return matrix.subarray(index * rows, (index + 1) * rows);
}

/** Adds one message per trial to each target axon. */
function send(values: Int32Array, targets: readonly Address[], axonsOf: ReadonlyMap<number, Int32Array>): void {
  for (const { core, axon } of targets) {
    const axons = axonsOf.get(core) as Int32Array;
    const first = axon * values.length;
    for (let row = 0; row < values.length; row++) axons[first + row] += values[row];
  }
}

/**
 * sums = bias + Σ weight·axon, one sum per trial. Wraps like a 32-bit register, which changes no sum that fits. Four
 * rows of the core at a time, so that a sum is loaded and stored once for four products.
 */
function accumulate(sums: Int32Array, { neuron, slot, weights: { start, axon, weight }, axons }: Site): void {
  const rows = sums.length;
  const end = start[slot + 1];
  let at = start[slot];
  sums.fill(neuron.bias);
  for (; at + 4 <= end; at += 4) {
    const [a, b, c, d] = [axon[at] * rows, axon[at + 1] * rows, axon[at + 2] * rows, axon[at + 3] * rows];
    const [p, q, r, s] = [weight[at], weight[at + 1], weight[at + 2], weight[at + 3]];
    for (let row = 0; row < rows; row++) {
      sums[row] +=
        Math.imul(p, axons[a + row]) + Math.imul(q, axons[b + row]) + Math.imul(r, axons[c + row]) + Math.imul(s, axons[d + row]);
    }
  }
  for (; at < end; at++) {
    const [a, p] = [axon[at] * rows, weight[at]];
    for (let row = 0; row < rows; row++) sums[row] += Math.imul(p, axons[a + row]);
  }
}

/** state = min(stateMax, floor((max(sum, 0)·multiplier + 2^(shift−1)) / 2^shift)); exact while the product is below 2^53. */
function requantize(sums: Int32Array, multiplier: number, shift: number, stateMax: number, states: Int32Array): void {
  const unit = 2 ** shift;
  const half = unit / 2;
  for (let row = 0; row < sums.length; row++) {
    const scaled = Math.floor((Math.max(sums[row], 0) * multiplier + half) / unit);
    states[row] = Math.min(stateMax, scaled);
  }
}
