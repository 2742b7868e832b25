import { describe, expect, it } from 'vitest';
import { runInteger } from '../../src/compression/run-integer.ts';
import { MismatchError } from '../../src/core/errors.ts';
import { sha256 } from '../../src/core/hash.ts';
import { encodeSafetensors } from '../../src/core/safetensors.ts';
import { chipOf } from '../../src/mapping/chip.ts';
import { chipProblem } from '../../src/mapping/chip-problem.ts';
import { buildMapping } from '../../src/mapping/images.ts';
import { parseMapping } from '../../src/mapping/mapping-file.ts';
import { place } from '../../src/mapping/place.ts';
import { realWeights } from '../../src/mapping/problem.ts';
import { type Chip, loadChip, runChip } from '../../src/simulation/chip.ts';
import { drawMutation } from '../../src/simulation/mutate.ts';
import { mutationTest } from '../../src/simulation/mutation-test.ts';
import { assertAgreement, type Execution, stressInputs, verifyExecutions } from '../../src/simulation/verify.ts';
import { weightFormat } from '../../src/targets/formats.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { topology } from '../../src/targets/topology.ts';
import { randomIntegerInputs, randomIntegerNetwork } from '../compression/random-integer-network.ts';
import { mappableTargets } from '../targets/support.ts';

/** A random network that the target can store, placed by the mapper and loaded from the text and bytes it writes. */
function mapped(targetSpec: string, seed: number, maxNeuronsPerCore: number | null) {
  const target = loadTarget(targetSpec);
  const { qmax, step, rowLevels } = weightFormat(target);
  const network = randomIntegerNetwork(seed, { inputs: 5, neurons: 36, outputs: 4, density: 0.15, qmax, step, rowLevels });
  const chip = chipOf(target, { maxNeuronsPerCore });
  const problem = chipProblem(realWeights(network, { rows: 6, columns: 6, metric: 'l1' }), null, chip, network);
  const { mapping, images } = buildMapping(network, 'network', chip, problem, place(problem, chip, { seed, effort: 0.1 }));
  const loaded = loadChip(parseMapping(JSON.stringify(mapping), 'mapping.json'), images);
  const interpreter: Execution = { name: 'interpreter', version: '', run: async (...trials) => runInteger(network, ...trials) };
  const verify = (chip: Chip) => {
    const simulated: Execution = { name: 'chip', version: '', run: async (...trials) => runChip(chip, ...trials) };
    const facts = { stateMax: network.stateMax, executable: { value: true, reason: null }, hashes: {} };
    return verifyExecutions([interpreter, simulated], TRIALS, facts);
  };
  return { mapping, loaded, verify };
}

/** The chip that someone finds who is given the files of this one. */
function rewritten({ mapping, images }: Chip): Chip {
  const bytes = encodeSafetensors(images, {});
  const text = JSON.stringify({ ...mapping, images: { ...mapping.images, hash: sha256(bytes) } });
  return loadChip(parseMapping(text, 'mapping.json'), bytes);
}

const TRIALS = [stressInputs(1, 8, 4, 5), { steps: 8, rows: 30, inputs: randomIntegerInputs(2, 8 * 30 * 5) }];

/** The cap, or none where the chip has too few cores for 40 units under it. */
const capFor = (target: string, cap: number) => (topology(loadTarget(target)).cores * cap >= 40 ? cap : null);

// The last: arrays so small that cores stack and line up many, with columns to spare.
describe.each([...mappableTargets(), 'rram-mesh:rows=8,cols=46'])('random networks mapped onto %s', (target) => {
  it.each([
    [1, capFor(target, 5)],
    [2, capFor(target, 12)],
    [3, null],
  ])('compute the integers of the interpreter (seed %i, at most %s neurons a core)', async (seed, cap) => {
    const { mapping, loaded, verify } = mapped(target, seed, cap);
    if (cap !== null) expect(mapping.cores.length).toBeGreaterThanOrEqual(Math.ceil(40 / cap));
    const result = await verify(loaded);
    assertAgreement(result);
    expect(result.saturatedStates).toBeGreaterThan(100);
    expect(result.integersCompared).toBe(8 * 34 * 40);
  });
});

/**
 * One of each way to hold synapses (lists, digits with an offset, pairs in columns and in rows, rows by sign and by type, ±1,
 * words), and how many of 200 changes show at least: where half of the rows serve the other sign, many cells carry little.
 */
const STORAGES: [string, number][] = [
  ['loihi1', 100],
  ['isaac-ce', 100],
  ['rram-mesh:rows=8,cols=46', 100],
  ['neurram', 50],
  ['brainscales2', 50],
  ['ranc', 50],
  ['morphic', 50],
  ['reckon', 100],
];

describe.each(STORAGES)('changes of a network on %s', (target, least) => {
  it('show each of 200 mutations, or a measured reason why they cannot', () => {
    const { loaded } = mapped(target, 4, capFor(target, 8));
    const outcomes = mutationTest(loaded, TRIALS, 200, 1);
    expect(outcomes.filter(({ detectedAfter, reason }) => (detectedAfter === null) === (reason === null))).toEqual([]);
    expect(outcomes.filter(({ detectedAfter }) => detectedAfter !== null).length).toBeGreaterThan(least);
  });

  it('fail verification when a detected mutation is written to the files, and pass it when it is an unobservable one', async () => {
    const { loaded, verify } = mapped(target, 4, capFor(target, 8));
    for (const [i, { detectedAfter }] of mutationTest(loaded, TRIALS, 25, 1).entries()) {
      const result = await verify(rewritten(drawMutation(loaded, 1, i).chip));
      if (detectedAfter === null) assertAgreement(result);
      else expect(() => assertAgreement(result)).toThrow(MismatchError);
      expect(result.mismatches[0]?.trial ?? null).toBe(detectedAfter === null ? null : detectedAfter - 1);
    }
  });
});
