import { describe, expect, it } from 'vitest';
import { runInteger } from '../../src/compression/run-integer.ts';
import { chipOf } from '../../src/mapping/chip.ts';
import { buildMapping } from '../../src/mapping/images.ts';
import { parseMapping } from '../../src/mapping/mapping-file.ts';
import { place } from '../../src/mapping/place.ts';
import { mappingProblem, realWeights } from '../../src/mapping/problem.ts';
import { loadChip } from '../../src/simulation/chip.ts';
import { mutationTest } from '../../src/simulation/mutation-test.ts';
import { assertAgreement, chipExecution, type Execution, stressInputs, verifyExecutions } from '../../src/simulation/verify.ts';
import { weightFormat } from '../../src/targets/formats.ts';
import { listTargets, loadTarget } from '../../src/targets/load.ts';
import { randomIntegerInputs, randomIntegerNetwork } from '../compression/random-integer-network.ts';

/** A random network that the target can store, placed by the mapper and loaded from the text and bytes it writes. */
function mapped(targetSpec: string, seed: number, maxNeuronsPerCore: number | null) {
  const target = loadTarget(targetSpec);
  const { qmax, step } = weightFormat(target);
  const network = randomIntegerNetwork(seed, { inputs: 5, neurons: 36, outputs: 4, density: 0.15, qmax, step });
  const chip = chipOf(target, { maxNeuronsPerCore });
  const problem = mappingProblem(realWeights(network, { rows: 6, columns: 6, metric: 'l1' }), null);
  const { mapping, images } = buildMapping(network, 'network', chip, place(problem, chip, { seed, effort: 0.1 }));
  const loaded = loadChip(parseMapping(JSON.stringify(mapping), 'mapping.json'), images);
  const interpreter: Execution = { name: 'interpreter', version: '', run: async (...trials) => runInteger(network, ...trials) };
  return { network, mapping, loaded, interpreter };
}

const TRIALS = [stressInputs(1, 8, 4, 5), { steps: 8, rows: 30, inputs: randomIntegerInputs(2, 8 * 30 * 5) }];

// The last: arrays so small that cores stack and line up many, with columns to spare.
describe.each([...listTargets(), 'rram-mesh:rows=8,cols=46'])('random networks mapped onto %s', (target) => {
  it.each([
    [1, 5],
    [2, 12],
    [3, null],
  ])('compute the integers of the interpreter (seed %i, at most %s neurons a core)', async (seed, cap) => {
    const { network, mapping, loaded, interpreter } = mapped(target, seed, cap);
    if (cap !== null) expect(mapping.cores.length).toBeGreaterThanOrEqual(Math.ceil(40 / cap));
    const { stateMax } = network;
    const facts = { stateMax, executable: { value: true, reason: null }, hashes: {} };
    const result = await verifyExecutions([interpreter, chipExecution(loaded)], TRIALS, facts);
    assertAgreement(result);
    expect(result.saturatedStates).toBeGreaterThan(100);
    expect(result.integersCompared).toBe(8 * 34 * 40);
  });

  it('show each of 200 mutations, or a measured reason why they cannot', () => {
    const { loaded } = mapped(target, 4, 8);
    const outcomes = mutationTest(loaded, TRIALS, 200, 1);
    expect(outcomes.filter(({ detectedAfter, reason }) => (detectedAfter === null) === (reason === null))).toEqual([]);
    expect(outcomes.filter(({ detectedAfter }) => detectedAfter !== null).length).toBeGreaterThan(100);
  });
});
