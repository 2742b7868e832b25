// Is every change that a refusal names enough, and the next smaller one not?
import { describe, expect, it } from 'vitest';
import { possibleWeights, pruneWeights } from '../../src/compression/prune-weights.ts';
import { readInputFile } from '../../src/core/files.ts';
import { type Chip, chipOf, withCap } from '../../src/mapping/chip.ts';
import { chipProblem } from '../../src/mapping/chip-problem.ts';
import { checkFit, type FitCheck, modulesDoNotFit } from '../../src/mapping/legality.ts';
import type { MappingProblem, WeightedNetwork } from '../../src/mapping/problem.ts';
import { filterCsr } from '../../src/network/csr.ts';
import { readNetwork } from '../../src/pipeline/network-file.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { mappableTargets } from '../targets/support.ts';
import { madeUpChip, randomNetwork, randomProblem } from './support.ts';

const chipFor = (spec: string, maxNeuronsPerCore: number | null = null) => chipOf(loadTarget(spec), { maxNeuronsPerCore });

/** A matrix without entries. */
const csrOf = (rows: number, columns: number) => ({
  rows,
  columns,
  indptr: new Int32Array(rows + 1),
  indices: new Int32Array(),
  values: new Float32Array(),
});

/** What check says of a network, other targets included. */
function checkOn(network: WeightedNetwork, chip: Chip): FitCheck {
  const { maxNeuronsPerCore } = chip;
  return checkFit(chipProblem(network, null, chip), chip, { network, options: { maxNeuronsPerCore } });
}

/** The same without other targets. */
function checkAlone(network: WeightedNetwork, chip: Chip): FitCheck {
  return checkFit(chipProblem(network, null, chip), chip);
}

/** What the remedies of the first violation say where they match. */
function wordIn({ violations }: FitCheck, pattern: RegExp): string | undefined {
  return violations[0].remedies.flatMap((remedy) => pattern.exec(remedy)?.[1] ?? [])[0];
}

const DENSITY = /^prune its weakest synapses down to \d+ or fewer \(density (\S+)\)$/;
const CHIPS = /^take \d+ chips \(chips=(\d+) in --target\)$/;

const MODEL = 'models/yang19-20x20-bimt.safetensors';
const model = () => readNetwork(readInputFile(MODEL), MODEL, ['pruned']).network;

describe('a cap', () => {
  it('is raised as far as is needed, and no farther', () => {
    const problem = randomProblem(31, { rows: 6, columns: 6, density: 0.5 });
    const chip = withCap(madeUpChip({ wide: 2, high: 2, neurons: 100 }), 7);
    expect(checkFit(problem, chip).violations[0].remedies).toContain('raise the cap to 10 neurons per core');
    expect(checkFit(problem, withCap(chip, 10)).fits).toBe(true);
    expect(checkFit(problem, withCap(chip, 9)).fits).toBe(false);
  });
});

describe('a density', () => {
  /** The problem with its weakest synapses dropped, down to a density. */
  const prunedTo = (problem: MappingProblem, density: number): MappingProblem => {
    const { neurons, inputs, outputs, synapses } = problem;
    const kept = Math.round(density * neurons * (neurons + inputs + outputs));
    const ranked = Array.from(synapses.values).sort((a, b) => b - a);
    return { ...problem, synapses: filterCsr(synapses, (_unit, _source, weight) => weight > (ranked[kept] ?? 0)) };
  };

  it.each([
    ['cores', { wide: 3, high: 2, neurons: 8, axons: 32 }],
    ['rows of a core', { axons: 10 }],
  ])('that spares %s is enough; half as much again is not', (_, shape) => {
    const problem = randomProblem(31, { rows: 6, columns: 6, density: 0.5 });
    const chip = madeUpChip(shape);
    const density = Number(wordIn(checkFit(problem, chip), DENSITY));
    expect(density).toBeGreaterThan(0.01);
    expect(checkFit(prunedTo(problem, density), chip).fits).toBe(true);
    expect(checkFit(prunedTo(problem, 1.5 * density), chip).fits).toBe(false);
  });

  it('is what the prune command is asked for, of the sites of the grid even where few are left', () => {
    const chip = chipFor('brainscales2');
    const network = model();
    const [, synapses, density] = /down to (\d+) or fewer \(density (\S+)\)/.exec(checkOn(network, chip).violations[0].remedies[0]) ?? [];
    expect(Number(synapses)).toBe(Math.round(Number(density) * 400 * (400 + network.inputs + network.outputs)));
    const to = (count: number) => pruneWeights(network, { density: count / possibleWeights(network) });
    expect(checkOn(to(Number(synapses)), chip).fits).toBe(true);
    expect(checkOn(to(1.2 * Number(synapses)), chip).fits).toBe(false);
  });
});

describe('more chips', () => {
  it.each([
    ['brainscales2', 20, 90],
    ['dynap-se2', 3, 30],
    ['loihi1', 1, 200],
    // Boards of two, of 8 to 32 and of 768 chips: three are on none.
    ['loihi1', 1, 300],
    ['spinnaker1:chips=4', 1, 150],
  ] as const)('%s, at most %s neurons a core, %i neurons: the smallest board that holds them', (spec, cap, neurons) => {
    const network = randomNetwork(5, { rows: 1, columns: neurons, density: 30 / neurons });
    const chip = chipFor(spec, cap);
    const count = Number(wordIn(checkOn(network, chip), CHIPS));
    const id = chip.target.id;
    expect(count).toBeGreaterThan(chip.topology.chips);
    expect(checkOn(network, chipFor(`${id}:chips=${count}`, cap)).fits).toBe(true);
    for (let fewer = count - 1; fewer > 1; fewer--) {
      let smaller: Chip;
      try {
        smaller = chipFor(`${id}:chips=${fewer}`, cap);
      } catch (error) {
        expect(String(error)).toContain('has no board of');
        continue;
      }
      const { fits, violations } = checkOn(network, smaller);
      expect(fits).toBe(false);
      expect(violations[0].source).toContain(`cores of ${fewer} chips`);
      break;
    }
  });

  it('are not named where none are enough, or the target comes on no board', () => {
    const network = randomNetwork(6, { rows: 1, columns: 60 });
    expect(wordIn(checkOn(network, chipFor('dynap-se2', 1)), CHIPS)).toBeUndefined();
    expect(wordIn(checkOn(network, chipFor('dynap-se', 1)), CHIPS)).toBeUndefined();
  });

  it('keep modules apart where one chip does not', () => {
    const problem = randomProblem(8, { rows: 4, columns: 4 });
    const modules = Int32Array.from({ length: 18 }, (_, unit) => unit % 6);
    const { violations } = modulesDoNotFit(problem, chipFor('dynap-se2'), modules);
    expect(violations[0].remedies).toEqual(['let modules share cores', 'take 2 chips (chips=2 in --target)']);
  });
});

describe('a larger target', () => {
  const network = randomNetwork(3, { rows: 1, columns: 100, density: 0.1 });
  /** Names and values of the parameters of one kind of remedy. */
  const parameters = (fit: FitCheck, kind: string): [string, number][] => {
    const words = wordIn(fit, new RegExp(`^${kind} \\((.*) in --target\\)$`))?.split(/, | or /) ?? [];
    return words.map((word) => word.split('=')).map(([name, value]) => [name, Number(value)]);
  };

  it.each([
    ['rram-mesh:width=1,height=1', null, ['width', 'height'], ['cols', 'arraysPerCore', 'bitsPerCell']],
    // Few rows: fan-ins are split.
    ['rram-mesh:width=5,height=1,rows=24,cols=64', null, ['width', 'height'], ['cols', 'arraysPerCore', 'bitsPerCell']],
    ['mosaic:width=1,height=3', null, ['width', 'height'], ['neurons']],
    // More room in a core is of no use under a cap.
    ['mosaic:width=2,height=2', 10, ['width', 'height'], []],
    // Its only parameter adds rows, which are not what is lacking.
    ['ibm-34tile', 2, [], []],
  ])('than %s, at most %s neurons a core, has as much more as is enough: cores by %j, or room in each by %j', (spec, cap, cores, room) => {
    const [id, given = ''] = spec.split(':');
    const fit = checkAlone(network, chipFor(spec, cap));
    const found = ['take more cores', 'give a core more'].map((kind) => parameters(fit, kind));
    expect(found.map((all) => all.map(([name]) => name))).toEqual([cores, room]);
    for (const [name, value] of found.flat()) {
      const others = given.split(',').filter((part) => part !== '' && !part.startsWith(`${name}=`));
      const fitsWith = (to: number) => checkAlone(network, chipFor(`${id}:${[...others, `${name}=${to}`].join(',')}`, cap)).fits;
      expect([name, fitsWith(value), fitsWith(value - 1)]).toEqual([name, true, false]);
    }
  });

  it('keeps modules apart where the mesh is too small', () => {
    const problem = randomProblem(8, { rows: 4, columns: 4 });
    const modules = Int32Array.from({ length: 18 }, (_, unit) => unit % 6);
    expect(modulesDoNotFit(problem, chipFor('mosaic:width=2,height=2'), modules).violations[0].remedies).toEqual([
      'let modules share cores',
      'take more cores (width=3 or height=3 in --target)',
    ]);
  });
});

describe('cores that are kept free', () => {
  it.each([
    [20, 'keep only 13 cores free'],
    [33, 'keep only 13 cores free'],
  ])('are as few as are needed: of %i', (kept, remedy) => {
    const network = randomNetwork(3, { rows: 1, columns: 100, density: 0.1 });
    const keepFree = Array.from({ length: kept }, (_, core) => core);
    const chip = (free: readonly number[]) => chipOf(loadTarget('ibm-34tile'), { maxNeuronsPerCore: 5, keepFree: free });
    expect(checkAlone(network, chip(keepFree)).violations[0].remedies).toContain(remedy);
    expect([13, 14].map((free) => checkAlone(network, chip(keepFree.slice(0, free))).fits)).toEqual([true, false]);
  });

  it('are not named where all cores are too few', () => {
    const network = randomNetwork(3, { rows: 1, columns: 100, density: 0.1 });
    const chip = chipOf(loadTarget('ibm-34tile'), { maxNeuronsPerCore: 2, keepFree: [1] });
    expect(checkAlone(network, chip).violations[0].remedies.join()).not.toContain('free');
  });
});

describe('another target', () => {
  const network = model();

  it('is each that is named; all that fit are counted, in the order of the list', () => {
    const { violations } = checkOn(network, chipFor('odin'));
    const fitting = mappableTargets().filter((id) => id !== 'odin' && checkOn(network, chipFor(id)).fits);
    expect(violations[0].remedies.at(-1)).toBe(
      `take another target: of those that ship ${fitting.length} fit, the first of them ${fitting.slice(0, 5).join(', ')}`,
    );
  });

  it('has the same cap; all are named where they are few', () => {
    const large = randomNetwork(7, { rows: 1, columns: 600, density: 0.01 });
    const { violations } = checkOn(large, chipFor('loihi1', 1));
    const fitting = mappableTargets().filter((id) => id !== 'loihi1' && checkOn(large, chipFor(id, 1)).fits);
    expect(fitting.length).toBeGreaterThan(0);
    expect(fitting.length).toBeLessThan(6);
    expect(violations[0].remedies.at(-1)).toMatch(
      new RegExp(`^take another target: of those that ship .*\\b${fitting.join(', ')}( fits)?$`),
    );
  });

  it('is said to be none where none fits', () => {
    const network: WeightedNetwork = {
      inputs: 3,
      neurons: 4200,
      outputs: 2,
      grid: { rows: 1, columns: 4200, metric: 'l1' },
      site: Int32Array.from({ length: 4200 }, (_, i) => i),
      recurrent: csrOf(4200, 4200),
      input: csrOf(4200, 3),
      readout: csrOf(2, 4200),
    };
    const { violations } = checkOn(network, chipFor('reckon', 1));
    const none = `no density fits 4202 neurons on the one core of reckon, and none of the ${mappableTargets().length - 1} other targets that ship fits either`;
    expect(violations[0].remedies.at(-1)).toContain(none);
  });
});
