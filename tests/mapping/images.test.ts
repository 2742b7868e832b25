import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IntegerNetwork } from '../../src/compression/integer-network.ts';
import { UsageError } from '../../src/core/errors.ts';
import { sha256 } from '../../src/core/hash.ts';
import { chipOf } from '../../src/mapping/chip.ts';
import { chipProblem } from '../../src/mapping/chip-problem.ts';
import { buildMapping } from '../../src/mapping/images.ts';
import { parseMapping } from '../../src/mapping/mapping-file.ts';
import { place } from '../../src/mapping/place.ts';
import { realWeights } from '../../src/mapping/problem.ts';
import { forEachEntry } from '../../src/network/csr.ts';
import { weightFormat } from '../../src/targets/formats.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { randomIntegerNetwork } from '../compression/random-integer-network.ts';
import { readBack, type WeightTable } from './read-back.ts';

/** Every synapse of an integer network, by name. */
function tableOf({ recurrent, input, readout }: IntegerNetwork): WeightTable {
  const table: WeightTable = new Map();
  forEachEntry(recurrent, (i, j, w) => table.set(`neuron ${j} > neuron ${i}`, w));
  forEachEntry(input, (i, k, w) => table.set(`input ${k} > neuron ${i}`, w));
  forEachEntry(readout, (o, j, w) => table.set(`neuron ${j} > readout ${o}`, w));
  return table;
}

function mapped(targetSpec: string, seed: number, cap: number | null, density = 0.3) {
  const target = loadTarget(targetSpec);
  const { qmax, step, rowLevels } = weightFormat(target);
  const network = randomIntegerNetwork(seed, { inputs: 4, neurons: 20, outputs: 3, density, qmax, step, rowLevels });
  const chip = chipOf(target, { maxNeuronsPerCore: cap });
  const problem = chipProblem(realWeights(network, { rows: 4, columns: 5, metric: 'l1' }), null, chip, network);
  const placement = place(problem, chip, { seed, effort: 0.05 });
  return { network, chip, problem, placement, ...buildMapping(network, 'hash of the network', chip, problem, placement) };
}

// The last two: several arrays a core with columns to spare, and digits of two bits.
const TARGETS = ['loihi1', 'isaac-ce', 'rram-mesh', 'rram-mesh:rows=8,cols=46', 'rram-mesh:bitsPerCell=2,rows=16,cols=16'];

describe.each(TARGETS)('the files for %s', (spec) => {
  it('hold each synapse of the integer network exactly once, and no other', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.constantFrom(3, 7, 30), fc.constantFrom(0, 0.05, 0.3), (seed, cap, density) => {
        const { network, mapping, images } = mapped(spec, seed, cap, density);
        expect(readBack(parseMapping(JSON.stringify(mapping), 'mapping.json'), images)).toEqual(tableOf(network));
      }),
      { numRuns: 8 },
    );
  });

  it('carry every parameter and hash', () => {
    const { network, chip, placement, mapping, images } = mapped(spec, 1, 6);
    expect(mapping.target).toEqual({ id: chip.target.id, hash: chip.target.hash });
    expect(mapping.images).toEqual({ file: 'images.safetensors', hash: sha256(images) });
    expect(mapping.network).toEqual({ hash: 'hash of the network', inputs: 4, neurons: 20, outputs: 3, stateMax: 255, shift: 20 });
    for (const core of mapping.cores) {
      expect([core.x, core.y]).toEqual([chip.topology.routerX[core.id], chip.topology.routerY[core.id]]);
      for (const { kind, index, bias, multiplier } of core.neurons) {
        const isHidden = kind === 'hidden';
        expect(placement.core[isHidden ? index : 20 + index]).toBe(core.id);
        expect(bias).toBe((isHidden ? network.bias : network.readoutBias)[index]);
        expect(multiplier).toBe(isHidden ? network.multiplier[index] : null);
      }
    }
    expect(mapping.cores.flatMap((core) => core.neurons).length).toBe(23);
  });

  it('are the same bytes for the same seed', () => {
    const [a, b] = [mapped(spec, 2, 5), mapped(spec, 2, 5)];
    expect(JSON.stringify(a.mapping)).toBe(JSON.stringify(b.mapping));
    expect(sha256(a.images)).toBe(sha256(b.images));
  });

  it('refuse a weight that the chip cannot store', () => {
    const { network, chip, problem, placement } = mapped(spec, 3, 8);
    const values = network.recurrent.values.slice();
    values[0] = spec === 'isaac-ce' ? 40_000 : 300;
    const broken = { ...network, recurrent: { ...network.recurrent, values } };
    const store = () => buildMapping(broken, '', chip, problem, placement);
    expect(store).toThrow(UsageError);
    const source = network.recurrent.indices[0];
    const unit = network.recurrent.indptr.findIndex((end) => end > 0) - 1;
    expect(store).toThrow(
      `${chip.target.label} cannot store weight ${values[0]} of the synapse from neuron ${source} to neuron ${unit} in 8 bits; quantize the network for this target`,
    );
  });
});
