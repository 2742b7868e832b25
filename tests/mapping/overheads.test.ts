import { describe, expect, it } from 'vitest';
import { chipOf } from '../../src/mapping/chip.ts';
import { chipProblem } from '../../src/mapping/chip-problem.ts';
import { buildMapping } from '../../src/mapping/images.ts';
import { mappingMetrics } from '../../src/mapping/metrics.ts';
import { place } from '../../src/mapping/place.ts';
import { realWeights } from '../../src/mapping/problem.ts';
import { weightFormat } from '../../src/targets/formats.ts';
import { loadTarget, type Target } from '../../src/targets/load.ts';
import { randomIntegerNetwork } from '../compression/random-integer-network.ts';
import { loadChanged } from '../targets/support.ts';

function mapped(target: Target) {
  const { qmax, step, rowLevels } = weightFormat(target);
  const network = randomIntegerNetwork(5, { inputs: 4, neurons: 20, outputs: 3, density: 0.4, qmax, step, rowLevels });
  const chip = chipOf(target, { maxNeuronsPerCore: 8 });
  const problem = chipProblem(realWeights(network, { rows: 4, columns: 5, metric: 'l1' }), null, chip, network);
  const placement = place(problem, chip, { seed: 1, effort: 0.1 });
  const { overheads } = mappingMetrics(problem, chip, placement);
  return { overheads, mapping: buildMapping(network, '', chip, problem, placement).mapping };
}

describe('what a chip asks for beyond a slot a neuron and a row a source', () => {
  it('is what the mapping file holds', () => {
    for (const target of ['ranc', 'neurram']) {
      const { overheads, mapping } = mapped(loadTarget(target));
      const slots = mapping.cores.flatMap(({ neurons }) => neurons);
      expect(overheads.copies).toBe(slots.filter(({ kind }) => kind === 'copy').length);
      const axons = mapping.cores.reduce((sum, core) => sum + core.axons, 0);
      // Sources of a core: those that address any of its rows.
      const sources = mapping.cores.reduce((sum, { id }) => sum + sourcesOf(mapping, id), 0);
      expect(overheads.expansion?.rows).toBeCloseTo(axons / sources, 12);
      expect(overheads.fanInSplit).toBeNull();
    }
  });

  it('is nothing on a chip of lists, and a second array where signs lie apart', () => {
    expect(mapped(loadTarget('loihi1')).overheads).toEqual({ fanInSplit: null, copies: 0, expansion: null });
    const dual = mapped(loadChanged('rram-mesh', { 'weight.signScheme': 'dual-array' }));
    expect(dual.overheads).toMatchObject({ copies: 0, expansion: { rows: 1, arrays: 2, columnsPerNeuron: 7 } });
  });

  it('are sums where a neuron can have only so many synapses', () => {
    const limit = { value: 4, unit: '1', provenance: 'assumption', how: 'test' };
    const { overheads, mapping } = mapped(loadChanged('loihi1', { 'limits.fanInPerNeuron': limit }));
    const partials = mapping.cores.flatMap(({ neurons }) => neurons).filter(({ kind }) => kind === 'partial');
    expect(overheads.fanInSplit).toMatchObject({
      extraUnits: partials.length,
      extraDepth: Math.max(...partials.map(({ partial }) => partial?.level ?? 0)),
      note: expect.stringContaining('on spiking hardware'),
    });
    expect(partials.length).toBeGreaterThan(20);
  });
});

function sourcesOf({ cores, inputs }: ReturnType<typeof mapped>['mapping'], id: number): number {
  const reaches = (targets: readonly { core: number }[]) => targets.some(({ core }) => core === id);
  const names = cores.flatMap(({ neurons }) =>
    neurons.filter(({ targets }) => reaches(targets)).map(({ kind, index }) => `${kind === 'partial' ? kind : 'neuron'} ${index}`),
  );
  return new Set([...names, ...inputs.filter(({ targets }) => reaches(targets)).map(({ index }) => `input ${index}`)]).size;
}
