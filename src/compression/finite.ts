// Is every number of a network one that can be quantized? NaN, infinity and vanishing units are refused by name.
import { UsageError } from '../core/errors.ts';
import { type Csr, forEachEntry } from '../network/csr.ts';
import type { Network } from '../network/network.ts';
import type { Ranges } from './calibrate.ts';
import type { Units } from './integer-network.ts';

/** The smallest normal float32: below it a scale loses its digits, or vanishes, in files and runtimes. */
export const SMALLEST_SCALE = 2 ** -126;

/** How to call a hidden neuron in messages. */
export function neuronAt({ site }: Pick<Network, 'site'>): (i: number) => string {
  return (i) => `the neuron at site ${site[i]}`;
}

/** How to call a readout unit in messages. */
export function readoutUnit(k: number): string {
  return `readout unit ${k}`;
}

/** @throws UsageError naming the first weight or bias that is NaN or infinite, its matrix and its neurons */
export function requireFinite(network: Network): void {
  const neuron = neuronAt(network);
  const matrix = (name: string, csr: Csr, source: (column: number) => string, target: (row: number) => string) => {
    if (csr.values.every(Number.isFinite)) return;
    forEachEntry(csr, (row, column, value) => {
      if (!Number.isFinite(value)) throw notFinite(`${name} holds ${value}, from ${source(column)} to ${target(row)}`);
    });
  };
  const vector = (name: string, values: Float32Array, subject: (i: number) => string) => {
    const i = values.findIndex((value) => !Number.isFinite(value));
    if (i >= 0) throw notFinite(`${name} of ${subject(i)} is ${values[i]}`);
  };
  matrix('W', network.recurrent, neuron, neuron);
  matrix('W_in', network.input, (k) => `input ${k}`, neuron);
  matrix('W_out', network.readout, neuron, readoutUnit);
  vector('b', network.bias, neuron);
  vector('b_out', network.readoutBias, readoutUnit);
}

/** @throws UsageError if a range is not a finite number of at least 0 */
export function requireRanges({ state, input }: Ranges): void {
  for (const [name, range] of [
    ['states', state],
    ['inputs', input],
  ] as const) {
    if (!(Number.isFinite(range) && range >= 0))
      throw new UsageError(`cannot quantize: the range of the ${name} is ${range}; it must be a finite number, 0 or more`);
  }
}

/** @throws UsageError naming the first unit that is 0, denormal or not finite */
export function requireUnits({ state, input, accumulator, readout }: Units, network: Network): void {
  const neuron = neuronAt(network);
  const require = (unit: number, what: string, remedy: string) => {
    if (Number.isFinite(unit) && unit >= SMALLEST_SCALE) return;
    throw new UsageError(`cannot quantize: one unit of ${what} is ${unit}, the smallest allowed is ${SMALLEST_SCALE}; ${remedy}`);
  };
  require(state, 'the states', 'check the calibration trials: these states are next to nothing');
  require(input, 'the inputs', 'check the calibration trials: these inputs are next to nothing');
  if (accumulator.length !== network.neurons)
    throw new UsageError(`cannot quantize: ${accumulator.length} accumulator units for ${network.neurons} neurons`);
  accumulator.forEach((unit, i) => {
    require(unit, `the accumulator of ${neuron(i)}`, 'its weights are next to nothing: prune them');
  });
  require(readout, 'the readout', 'its weights are next to nothing: check the training');
}

function notFinite(what: string): UsageError {
  return new UsageError(`cannot quantize: ${what}; train the network again, with a smaller learning rate or a smaller clipNorm`);
}
