// Do cores keep what they may, and only that?
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pruneWeights, weightCount } from '../../src/compression/prune-weights.ts';
import { FitError, UsageError } from '../../src/core/errors.ts';
import { checkFit } from '../../src/mapping/legality.ts';
import { partition } from '../../src/mapping/partition.ts';
import { mappingProblem } from '../../src/mapping/problem.ts';
import type { Network } from '../../src/network/network.ts';
import { coreRoom, openBudgets, withinBudgets } from '../../src/pipeline/core-budgets.ts';
import { randomNetwork } from '../compression/random-network.ts';
import { rawTarget, writeTarget } from '../targets/support.ts';

const NO_CAP = { maxNeuronsPerCore: null, synapses: null };

/** Synapses on each core of the mapper's partition; null if it finds none. */
function synapsesPerCore(network: Network, budgets: ReturnType<typeof openBudgets>): number[] | null {
  const problem = mappingProblem(network, null);
  const cut = partition(problem, budgets.chip);
  if (cut === null) return null;
  const counts = new Array<number>(cut.groups).fill(0);
  for (let unit = 0; unit < problem.units; unit++)
    counts[cut.group[unit]] += problem.synapses.indptr[unit + 1] - problem.synapses.indptr[unit];
  return counts;
}

describe('a number of synapses for each core', () => {
  it('is kept on every core as the mapper cuts what is left', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 60 }), fc.integer({ min: 3, max: 10 }), (seed, synapses, maxNeuronsPerCore) => {
        const network = randomNetwork(seed, { inputs: 3, neurons: 20, outputs: 2, density: 0.5 });
        const budgets = openBudgets({ target: 'loihi1', maxNeuronsPerCore, synapses });
        const after = withinBudgets(network, budgets, 1);
        for (const count of synapsesPerCore(after, budgets) ?? expect.fail('no partition')) expect(count).toBeLessThanOrEqual(synapses);
        expect(withinBudgets(after, budgets, 1)).toBe(after);
      }),
      { numRuns: 20 },
    );
  });

  it('leaves the strongest of each core, and is used up where there is enough', () => {
    const network = randomNetwork(3, { inputs: 3, neurons: 20, outputs: 2, density: 0.5 });
    const budgets = openBudgets({ target: 'loihi1', maxNeuronsPerCore: 6, synapses: 30 });
    const problem = mappingProblem(network, null);
    const cut = partition(problem, budgets.chip) ?? expect.fail('no partition');
    const after = mappingProblem(pruneWeights(network, { room: coreRoom(network, budgets) }), null);
    for (let core = 0; core < cut.groups; core++) {
      const sizes = ({ synapses: { indptr, values } }: typeof problem) =>
        [...cut.group.keys()]
          .filter((unit) => cut.group[unit] === core)
          .flatMap((unit) => [...values.subarray(indptr[unit], indptr[unit + 1])]);
      expect(sizes(after).toSorted()).toEqual(
        sizes(problem)
          .toSorted((a, b) => b - a)
          .slice(0, 30)
          .toSorted(),
      );
    }
  });
});

describe("the target's own limits", () => {
  it('remove nothing from a network that fits', () => {
    const network = randomNetwork(1, { inputs: 3, neurons: 20, outputs: 2 });
    expect(withinBudgets(network, openBudgets({ target: 'loihi1', ...NO_CAP }), 0)).toBe(network);
  });

  it.each([
    ['neurons listen to more than a core has room for', 'rram-mesh:arraysPerCore=1,rows=8'],
    ['neurons listen to too much and there are too few cores', 'rram-mesh:arraysPerCore=1,height=2,rows=8,width=2'],
    ['there are too few cores', 'rram-mesh:arraysPerCore=1,height=1,rows=24,width=2'],
  ])('make a network fit where %s', (_, target) => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(0, 2), (seed, locality) => {
        const network = randomNetwork(seed, { inputs: 5, neurons: 20, outputs: 2, density: 0.5 });
        const budgets = openBudgets({ target, ...NO_CAP });
        const fitsBefore = checkFit(mappingProblem(network, null), budgets.chip).fits;
        const after = withinBudgets(network, budgets, locality);
        expect(checkFit(mappingProblem(after, null), budgets.chip)).toMatchObject({ fits: true });
        if (fitsBefore) expect(after).toBe(network);
        // What is nearly empty fits as well.
        expect(weightCount(after)).toBeGreaterThan(70);
      }),
      { numRuns: 15 },
    );
  });

  it('do not make room for more neurons than the cores can hold', () => {
    const network = randomNetwork(5, { inputs: 5, neurons: 20, outputs: 2 });
    const budgets = openBudgets({ target: 'rram-mesh:height=1,width=2', maxNeuronsPerCore: 10, synapses: null });
    expect(() => withinBudgets(network, budgets, 0)).toThrow(FitError);
    expect(() => withinBudgets(network, budgets, 0)).toThrow('22 neurons, readout included: 3 cores, limit 2');
  });

  it('of a target nobody knows are refused', () => {
    expect(() => openBudgets({ target: 'loihi9', ...NO_CAP })).toThrow(UsageError);
  });
});

describe('a target file', () => {
  /** Loihi with other limits. */
  function changed(limits: object): string {
    const file = rawTarget('loihi1');
    // Not first-class: numbers may be unknown.
    return writeTarget(JSON.stringify({ ...file, support: 'structure-only', limits: { ...(file['limits'] as object), ...limits } }));
  }
  const unknown = (unit: string) => ({ value: null, unit, provenance: 'not-published', how: 'a test' });
  const stated = (value: number) => ({ value, unit: '1', provenance: 'assumption', how: 'a test' });

  it('that states no limit for synapses needs one from the user', () => {
    const target = changed({ axonsIn: unknown('1'), synapseMemory: unknown('bit') });
    expect(() => openBudgets({ target, ...NO_CAP })).toThrow('states no limit that synapses could fill');
    expect(() => openBudgets({ target, ...NO_CAP })).toThrow('give one with --core-synapses');
    expect(openBudgets({ target, maxNeuronsPerCore: null, synapses: 7 }).synapses).toBe(7);
  });

  it('may limit synapses by number, and the fan-in and fan-out of neurons', () => {
    const target = changed({ synapses: stated(500), fanInPerNeuron: stated(64), fanOutPerNeuron: stated(128) });
    expect(openBudgets({ target, ...NO_CAP })).toMatchObject({ synapses: 500, maxFanIn: 64, maxFanOut: 128 });
    expect(openBudgets({ target, maxNeuronsPerCore: null, synapses: 7 })).toMatchObject({ synapses: 7, maxFanIn: 64 });
  });
});
