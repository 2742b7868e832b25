// Does the mapper find the shortest wires where they are known without it? On every chip, by an argument beside each number.
import { describe, expect, it } from 'vitest';
import { type Chip, chipOf } from '../../src/mapping/chip.ts';
import { chipProblem } from '../../src/mapping/chip-problem.ts';
import { checkPlacement } from '../../src/mapping/legality.ts';
import { place } from '../../src/mapping/place.ts';
import { realWeights } from '../../src/mapping/problem.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { costByDefinition } from '../mapping/support.ts';
import { mappableTargets } from '../targets/support.ts';
import { type Planted, plant, weightOfSplit } from './planted.ts';

type Link = readonly [number, number];

/** Blocks 0 1 over 2 3, linked to those beside, above and below: neighbours on any mesh. */
const SQUARE: readonly Link[] = [[0, 1], [2, 3], [0, 2], [1, 3]]; // biome-ignore format: a row a line
/** Blocks 0 1 2 over 3 4 5. */
const LADDER: readonly Link[] = [[0, 1], [1, 2], [3, 4], [4, 5], [0, 3], [1, 4], [2, 5]]; // biome-ignore format: a row a line
/** The square with one diagonal: neighbours on hexagons only. */
const HEXAGONS: readonly Link[] = [...SQUARE, [0, 3]];
/** All pairs of four blocks: where every two cores are equally far apart. */
const ALL: readonly Link[] = [...SQUARE, [0, 3], [1, 2]];

/** What is planted on a chip, and Σ|w|·hops of its best placement. */
interface Case {
  /** Units that fill one of its cores to the limit named. */
  readonly full: number;
  readonly by: string;
  readonly blocks: number;
  readonly links: readonly Link[];
  readonly strong: number;
  readonly weak: number;
  readonly inputs?: number;
  readonly outputs?: number;
  readonly optimum: number;
}

/**
 * Why the numbers are what they are. Units of one block fill a core, so two blocks share none. If all units of a block lie on
 * one core, a link joins two cores and is at least as long as the shortest way between any two; it is two synapses of `weak`.
 * The input's synapse of weight `strong` is at least as long as the shortest way from the port to a core. The sum of these
 * is reached when linked blocks lie on neighbouring cores and block 0 at the port:
 *
 *     optimum = links · 2·weak · shortest way between cores + strong · shortest way from the port
 *
 * If a block does not lie on one core, wires of `weightOfSplit` or more lead between two cores: more than those of all links.
 */
const CASES: Readonly<Record<string, Case>> = {
  // Two arrays of 256 columns behind one router: nothing is far from anything.
  brainscales2: { full: 256, by: 'neurons', blocks: 2, links: [[0, 1]], strong: 32, weak: 1, optimum: 0 },
  // Two links of the tree from any of four cores to any other, one from the port at the chip's router: 6·2·1·2 + 2·1.
  'dynap-se': { full: 256, by: 'neurons', blocks: 4, links: ALL, strong: 2, weak: 1, optimum: 26 },
  // 6·2·1·2 + 8·1.
  'dynap-se2': { full: 256, by: 'neuronSlots', blocks: 4, links: ALL, strong: 8, weak: 1, optimum: 32 },
  // One core.
  'hermes-core': { full: 256, by: 'neurons', blocks: 1, links: [], strong: 64, weak: 1, optimum: 0 },
  // 4·2·1·1; the port is the router of a core.
  'ibm-34tile': { full: 512, by: 'neurons', blocks: 4, links: SQUARE, strong: 64, weak: 1, optimum: 8 },
  // A bus: one hop between any two cores, and from where inputs enter: 6·2·1·1 + 64·1.
  'ibm-64core': { full: 256, by: 'neurons', blocks: 4, links: ALL, strong: 64, weak: 1, optimum: 76 },
  // Eight arrays of 128 rows and 16 neurons. 7·2·1·1.
  'isaac-ce': { full: 128, by: 'arrays', blocks: 6, links: LADDER, strong: 64, weak: 1, optimum: 14 },
  // Weights are even where signs are mixed: 4·2·2·1.
  loihi1: { full: 1024, by: 'neurons', blocks: 4, links: SQUARE, strong: 64, weak: 2, optimum: 16 },
  // 1·2·1·1.
  loihi2: { full: 8192, by: 'neurons', blocks: 2, links: [[0, 1]], strong: 64, weak: 1, optimum: 2 },
  // Only ±2 can be stored: 6·2·2·2 + 2·1.
  morphic: { full: 512, by: 'neurons', blocks: 4, links: ALL, strong: 2, weak: 2, optimum: 50 },
  // One routing tile between neighbours, and one between the port, itself one, and the two tiles that stand beside it: 7·2·1·1 + 64·1.
  mosaic: { full: 32, by: 'neurons', blocks: 6, links: LADDER, strong: 64, weak: 1, optimum: 78 },
  // 256 rows are 128 sources with both signs. The host moves everything, in one transfer: 6·2·1·1 + 4·1.
  neurram: { full: 128, by: 'axonsIn', blocks: 4, links: ALL, strong: 4, weak: 1, optimum: 16 },
  // One core.
  odin: { full: 256, by: 'neuronSlots', blocks: 1, links: [], strong: 4, weak: 1, optimum: 0 },
  // A 129th source asks for a second row of arrays, and a 129th neuron for a ninth column: 18 arrays instead of 8, and there are 16. 7·2·1·1.
  puma: { full: 128, by: 'arrays', blocks: 6, links: LADDER, strong: 64, weak: 1, optimum: 14 },
  // 4·2·1·1.
  ranc: { full: 256, by: 'neuronSlots', blocks: 4, links: SQUARE, strong: 64, weak: 1, optimum: 8 },
  // One core, with 256 inputs and 16 readout units of its own.
  reckon: { full: 272, by: 'neurons', blocks: 1, links: [], strong: 64, weak: 1, inputs: 256, outputs: 16, optimum: 0 },
  // Four arrays of 18 neurons, 14 columns each. 7·2·1·1.
  'rram-mesh': { full: 72, by: 'arrays', blocks: 6, links: LADDER, strong: 64, weak: 1, optimum: 14 },
  // 5·2·1·1: a hexagonal mesh joins chips along one diagonal, too.
  spinnaker1: { full: 256, by: 'neurons', blocks: 4, links: HEXAGONS, strong: 64, weak: 1, optimum: 10 },
  // 4·2·1·1.
  spinnaker2: { full: 1000, by: 'neurons', blocks: 4, links: SQUARE, strong: 64, weak: 1, optimum: 8 },
  // 4·2·1·1.
  tianjic: { full: 256, by: 'neurons', blocks: 4, links: SQUARE, strong: 8, weak: 1, optimum: 8 },
  // 4·2·1·1. A neuron that carries a link sends nothing into its own core, so nobody needs a copy.
  truenorth: { full: 256, by: 'neuronSlots', blocks: 4, links: SQUARE, strong: 64, weak: 1, optimum: 8 },
  // One core each, readout units apart.
  'xylo-audio2': { full: 1008, by: 'neurons', blocks: 1, links: [], strong: 64, weak: 1, inputs: 16, outputs: 8, optimum: 0 },
  'xylo-audio3': { full: 1024, by: 'neurons', blocks: 1, links: [], strong: 64, weak: 1, outputs: 32, optimum: 0 },
  'xylo-imu': { full: 512, by: 'neurons', blocks: 1, links: [], strong: 64, weak: 1, outputs: 16, optimum: 0 },
};

/** Units of a block in small, under a cap. */
const SMALL = 24;
/** Neurons that a neuron listens to: enough for a split to cost more than all links, even in weights of 2. */
const REACH = 8;

it('every chip that networks are mapped onto has a case', () => {
  expect(Object.keys(CASES).sort()).toEqual(mappableTargets());
});

/** The chip with so many cores at each router, the others kept free; all of them where there is only one router. */
function withCoresPerRouter(id: string, most: number, maxNeuronsPerCore: number | null): Chip {
  const target = loadTarget(id);
  const { topology } = chipOf(target, { maxNeuronsPerCore });
  const count = new Map<number, number>();
  const keepFree = Array.from({ length: topology.cores }, (_, core) => core).filter((core) => {
    const router = topology.routerOf(core);
    count.set(router, (count.get(router) ?? 0) + 1);
    return topology.kind !== 'single' && (count.get(router) ?? 0) > most;
  });
  return chipOf(target, { maxNeuronsPerCore, keepFree });
}

function planted({ blocks, links, strong, weak, inputs = 1, outputs = 1 }: Case, blockSize: number): Planted {
  return { blockSize, blocks, across: Math.ceil(blocks / 2), reach: REACH, links, strong, weak, inputs, outputs };
}

/** Places what is planted; its cost by definition, which cores hold each block, and what limits are broken. */
function placed(chip: Chip, blocks: Planted, isKnown: boolean, seed: number, effort: number) {
  const { network, grid, blockOfUnit } = plant(blocks, isKnown);
  const problem = chipProblem(realWeights(network, grid), null, chip, network);
  const placement = place(problem, chip, { seed, effort });
  const cores = Array.from({ length: blocks.blocks }, () => new Set<number>());
  placement.core.forEach((core, unit) => {
    cores[blockOfUnit[unit]].add(core);
  });
  return {
    cost: placement.cost.final,
    costByDefinition: costByDefinition(problem, chip, placement.core),
    coresOfBlocks: cores.map(({ size }) => size),
    routers: new Set(placement.core.map(chip.topology.routerOf)).size,
    broken: checkPlacement(problem, chip, placement),
  };
}

describe.each(Object.entries(CASES))('blocks planted on %s', (id, planned) => {
  const { full, by, blocks, optimum } = planned;

  it(`that fill cores to the limit of ${by} cost ${optimum}, where neurons lie as they are planted`, () => {
    const chip = withCoresPerRouter(id, 1, null);
    const inFull = planted(planned, full);
    expect(weightOfSplit(inFull)).toBeGreaterThan(planned.links.length * 2 * planned.weak);
    expect(placed(chip, inFull, true, 1, 0.05)).toMatchObject({
      cost: optimum,
      costByDefinition: optimum,
      coresOfBlocks: Array(blocks).fill(1),
      broken: [],
    });
  });

  it.each([1, 2])(`cost ${optimum} in small, too, when nothing is known of where neurons lie: seed %i`, (seed) => {
    const small = planted({ ...planned, inputs: 1, outputs: 1 }, SMALL);
    const chip = withCoresPerRouter(id, 1, SMALL);
    expect(placed(chip, small, false, seed, 1)).toMatchObject({ cost: optimum, costByDefinition: optimum, broken: [] });
  });
});

/** Chips with several cores behind a router, and how many of them are used, so that a block fills them. */
const SHARED: readonly (readonly [id: string, coresPerRouter: number, cap: number])[] = [
  ['loihi1', 4, 6],
  ['spinnaker1', 17, 2],
  ['spinnaker2', 4, 6],
  ['isaac-ce', 4, 6],
  ['puma', 4, 6],
  // A unit a core.
  ['puma', 20, 1],
  ['isaac-ce', 48, 1],
];

// Cores behind one router are no hop apart: the argument is the same, of routers instead of cores.
describe.each(SHARED)('blocks planted on %s that fill %i cores behind a router, %i units a core', (id, coresPerRouter, cap) => {
  const { blocks, optimum } = CASES[id];
  const filling = planted(CASES[id], coresPerRouter * cap);

  it.each([true, false])(`cost ${optimum}; places known: %s`, (isKnown) => {
    const chip = withCoresPerRouter(id, coresPerRouter, cap);
    const found = placed(chip, filling, isKnown, 1, 0.25);
    expect(found).toMatchObject({ cost: optimum, costByDefinition: optimum, routers: blocks, broken: [] });
  });
});

// An input that weighs hardly more than a link: the whole layout has to lie at the port, the right way round.
it.each([1, 2, 5])('a light input draws a square of blocks to the port, with seed %i', (seed) => {
  const { network, grid } = plant({ ...planted(CASES['ranc'], 16), reach: 5 }, false);
  network.input.values.fill(1);
  const chip = chipOf(loadTarget('ranc'), { maxNeuronsPerCore: 16 });
  const problem = chipProblem(realWeights(network, grid), null, chip, network);
  expect(place(problem, chip, { seed, effort: 0.2 }).cost.final).toBe(CASES['ranc'].optimum);
});
