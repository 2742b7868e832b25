// Do all executions agree whatever the widths of weights and states? From a float network to stored cells and ONNX.
import { describe, expect, it } from 'vitest';
import { calibrate } from '../../src/compression/calibrate.ts';
import { balanceInputs } from '../../src/compression/input-unit.ts';
import { quantize, quantizeInputs } from '../../src/compression/quantize.ts';
import { runInteger } from '../../src/compression/run-integer.ts';
import { exportInteger } from '../../src/exchange/int.ts';
import { openIntegerModel } from '../../src/exchange/run-onnx.ts';
import { chipOf } from '../../src/mapping/chip.ts';
import { chipProblem } from '../../src/mapping/chip-problem.ts';
import { buildMapping } from '../../src/mapping/images.ts';
import { parseMapping } from '../../src/mapping/mapping-file.ts';
import { place } from '../../src/mapping/place.ts';
import { realWeights } from '../../src/mapping/problem.ts';
import { loadChip, runChip } from '../../src/simulation/chip.ts';
import { weightFormat } from '../../src/targets/formats.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { randomInputs, randomNetwork } from '../compression/random-network.ts';
import { quantizedArtifact } from '../exchange/artifacts.ts';

const SIZES = { inputs: 5, neurons: 24, outputs: 4 };
const [STEPS, ROWS] = [8, 12];
const float = randomNetwork(7, { ...SIZES, density: 0.3 });
const inputs = randomInputs(8, STEPS * ROWS * SIZES.inputs);
const calibration = calibrate(float, [{ inputs, steps: STEPS, rows: ROWS }]);
/** Half the range, so that states saturate. */
const CALIBRATION = { ...calibration, state: calibration.state / 2 };

const CASES: [string, number, number][] = [
  'loihi1',
  'isaac-ce',
  'rram-mesh',
  'rram-mesh:bitsPerCell=2',
  'rram-mesh:levels=5',
  'rram-mesh:levels=12,cellsPerWeight=1',
].flatMap((target) =>
  [
    [8, 1],
    [7, 2],
    [6, 8],
    [5, 5],
    [4, 4],
    [3, 7],
    [2, 3],
  ].map(([weightBits, stateBits]): [string, number, number] => [target, weightBits, stateBits]),
);

describe.each(CASES)('on %s, weights of %i bits and states of %i', (spec, weightBits, stateBits) => {
  it('compute the same integers in the interpreter, in ONNX Runtime and on the simulated chip', async () => {
    const target = loadTarget(spec);
    const weights = weightFormat(target, weightBits);
    const options = { weights, stateBits, groups: 'channel', scale: 'mse' } as const;
    const { network } = quantize(float, balanceInputs(float, CALIBRATION, options), options);
    const chip = chipOf(target, { maxNeuronsPerCore: 9, weightBits });
    const problem = chipProblem(realWeights(network, { rows: 1, columns: 48, metric: 'l1' }), null, chip, network);
    const { mapping, images } = buildMapping(network, 'network', chip, problem, place(problem, chip, { seed: 1, effort: 0.05 }));
    const { integers } = quantizeInputs(inputs, network.scales.input);
    const expected = runInteger(network, integers, STEPS, ROWS);
    const largest = Math.max(...expected.states);
    expect(largest).toBeGreaterThan(0);
    if (weightBits > 2) expect(largest).toBe(2 ** stateBits - 1);
    const simulated = runChip(loadChip(parseMapping(JSON.stringify(mapping), 'mapping.json'), images), integers, STEPS, ROWS);
    expect(simulated).toEqual(expected);
    const model = await openIntegerModel(exportInteger(quantizedArtifact(network)), 'node');
    const { states, outputs } = await model.run(integers, STEPS, ROWS);
    await model.release();
    expect({ states, outputs }).toEqual(expected);
  });
});
