import { describe, expect, it } from 'vitest';
import { chipOf } from '../../src/mapping/chip.ts';
import { realWeights, stackSynapses } from '../../src/mapping/problem.ts';
import { rowClasses } from '../../src/mapping/row-classes.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { randomIntegerNetwork } from '../compression/random-integer-network.ts';

const classesOn = (target: string, network: ReturnType<typeof randomIntegerNetwork>, quantized = true) =>
  rowClasses(
    chipOf(loadTarget(target), { maxNeuronsPerCore: null }),
    realWeights(network, { rows: 2, columns: 4, metric: 'l1' }),
    quantized ? network : null,
  );

describe('rows that synapses of a source share', () => {
  const network = randomIntegerNetwork(1, { inputs: 2, neurons: 8, outputs: 2, density: 0.6, qmax: 5, rowLevels: 4 });
  const { values, indptr, indices, rows, columns } = stackSynapses(network, Int32Array);

  it('are all the same where each synapse has its own sign', () => {
    for (const target of ['loihi1', 'isaac-ce', 'rram-mesh', 'neurram', 'morphic', 'dynap-se2'])
      expect(classesOn(target, network)).toBeNull();
  });

  it('are one for each sign where a row has one', () => {
    for (const target of ['brainscales2', 'odin'])
      expect(classesOn(target, network)).toEqual(Uint8Array.from(values, (w) => Number(w < 0)));
  });

  it('are one for each axon type: a neuron has one weight a type, and weights that differ have types that do', () => {
    const classes = classesOn('truenorth', network);
    if (classes === null) throw new Error('there are four types');
    for (let unit = 0; unit < rows; unit++) {
      const typeOf = new Map<number, number>();
      for (let at = indptr[unit]; at < indptr[unit + 1]; at++) {
        expect(typeOf.get(values[at]) ?? classes[at]).toBe(classes[at]);
        typeOf.set(values[at], classes[at]);
      }
      expect(new Set(typeOf.values()).size).toBe(typeOf.size);
    }
    expect(classes.every((type) => type < 4)).toBe(true);
  });

  it('are few: neurons that weigh their sources alike agree on types', () => {
    // Every neuron has the same levels times a number of its own, in the same order over the sources.
    const pattern = [3, -1, 2, -2, 3, 3, -1, 2];
    const alike = {
      ...network,
      input: empty(8, 2),
      readout: empty(2, 8),
      recurrent: dense(pattern.map((_, i) => pattern.map((w) => w * (i + 1)))),
    };
    const classes = classesOn('truenorth', { ...alike, scales: network.scales });
    const rowsOf = Array.from({ length: 8 }, (_, source) => new Set(Array.from(classes ?? []).filter((_, at) => at % 8 === source)).size);
    expect(rowsOf).toEqual(Array(8).fill(1));
  });

  it('are estimated before quantization, never more than there are types', () => {
    const classes = classesOn('ranc', network, false);
    expect(classes?.length).toBe(values.length);
    expect(classes?.every((type) => type < 4)).toBe(true);
    const used = new Set(Array.from(classes ?? [], (type, at) => `${indices[at]} ${type}`));
    expect(used.size).toBeGreaterThanOrEqual(columns - 2);
  });
});

function empty(rows: number, columns: number) {
  return { rows, columns, indptr: new Int32Array(rows + 1), indices: new Int32Array(0), values: new Int32Array(0) };
}

function dense(weights: readonly (readonly number[])[]) {
  const columns = weights[0].length;
  return {
    rows: weights.length,
    columns,
    indptr: Int32Array.from({ length: weights.length + 1 }, (_, row) => row * columns),
    indices: Int32Array.from(weights.flatMap((row) => row.map((_, column) => column))),
    values: Int32Array.from(weights.flat()),
  };
}
