// What does quantization tell: bits, losses, tasks, and the widths that a budget buys?
import { beforeAll, describe, expect, it } from 'vitest';
import { quantizationText } from '../../src/commands/quantize-text.ts';
import { decodeQuantized, encodeQuantized } from '../../src/compression/quantized-file.ts';
import { UsageError } from '../../src/core/errors.ts';
import { chipOf } from '../../src/mapping/chip.ts';
import { resolveRunConfig } from '../../src/pipeline/config.ts';
import { type NetworkArtifact, readNetwork, writeNetwork } from '../../src/pipeline/network-file.ts';
import { type QuantizedResult, quantizeStage } from '../../src/pipeline/quantize-stage.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { findSuite } from '../../src/tasks/suites.ts';
import { randomNetwork } from '../compression/random-network.ts';
import { HEADER } from '../exchange/artifacts.ts';

const suite = findSuite('yang19');
const PLAN = { trialsPerTask: 3, seed: 1 };
const target = loadTarget('rram-mesh');

/** An untrained network: what it answers does not matter here. */
function artifact(): NetworkArtifact {
  const network = randomNetwork(1, { inputs: suite.inputs, neurons: 24, outputs: suite.outputs, density: 0.3 });
  const bytes = writeNetwork({ header: HEADER, network, history: { training: null, pruning: null } });
  return readNetwork(bytes, 'test');
}

function quantizeWith(settings: object): Promise<QuantizedResult> {
  const { quantize } = resolveRunConfig({ quantize: { calibrationTrials: 2, ...settings } });
  const chip = chipOf(target, { maxNeuronsPerCore: 12, weightBits: quantize.weightBits });
  return quantizeStage(artifact(), chip, quantize, PLAN);
}

describe('a quantization without a budget', () => {
  let result: QuantizedResult;
  beforeAll(async () => {
    result = await quantizeWith({ weightBits: 'ternary', stateBits: 4 });
  });

  it('stores the format and says how much it takes', () => {
    const { artifact, summary } = result;
    expect(artifact.network.stateMax).toBe(15);
    expect(artifact.header.config['quantize']).toMatchObject({ weightBits: 2, stateBits: 4, granularity: 'channel' });
    expect(new Set(artifact.network.recurrent.values)).toEqual(new Set([-1, 1]));
    expect(decodeQuantized(encodeQuantized(artifact), 'q')).toEqual(artifact);
    const kept = artifact.network.recurrent.values.length + artifact.network.input.values.length + artifact.network.readout.values.length;
    expect(summary.storedBits).toBe(2 * kept);
    expect(summary.synapses.recurrent - summary.roundedToZero.recurrent).toBe(artifact.network.recurrent.values.length);
    expect(summary.widths).toBeNull();
  });

  it('compares every task on the same trials, and means of those with and without a delay', () => {
    const { tasks, loss } = result.summary;
    expect(tasks.map(({ task }) => task)).toEqual(suite.tasks);
    const lost = (hasDelay: boolean) => {
      const chosen = tasks.filter((task) => task.hasDelay === hasDelay);
      return chosen.reduce((sum, { float, integer }) => sum + float - integer, 0) / chosen.length;
    };
    const all = tasks.reduce((sum, { float, integer }) => sum + float - integer, 0) / tasks.length;
    expect(loss).toEqual({ all, withDelay: lost(true), others: lost(false) });
    expect(result.artifact.header.scores['integer']).toMatchObject(PLAN);
  });

  it('is told in words', () => {
    const summary = {
      ...result.summary,
      tasks: [
        { task: 'dms', hasDelay: true, float: 1, integer: 0.9375 },
        { task: 'go', hasDelay: false, float: 1, integer: 0.998 },
      ],
      loss: { all: 0.03225, withDelay: 0.0625, others: 0.002 },
      clipped: { recurrent: 3, input: 0, readout: 0 },
    };
    const text = quantizationText(summary);
    expect(text).toContain('  weights      2 bits (ternary), integers −1 … 1, one scale per channel; states of 4 bits\n');
    expect(text).toMatch(/ {2}stored {7}\d+ of [\d,]+ weights in [\d,]+ bits, 2\.00 a weight\n/);
    expect(text).toMatch(/ {2}became 0 {5}W \d+ of \d+, W_in \d+ of \d+, W_out \d+ of \d+\n {2}saturated {4}W 3 of/);
    expect(text).toContain('  tasks with a delay lose 0.063 on average, others 0.002; most: dms 0.063\n');
    expect(text).toMatch(/dms {3}yes {4}1\.000 {4}0\.938 {2}0\.063/);
  });
});

describe('a bit budget', () => {
  it.each(['channel', 'core', 'tensor'])('is shared out by %s, is kept, and every row stays within its width', async (granularity) => {
    const { artifact, summary } = await quantizeWith({ bitBudget: 3.5, granularity });
    const { widths } = summary;
    if (widths === null) throw new Error('no widths');
    expect(widths.map(({ group }) => group).at(-1)).toBe('readout');
    expect(widths.length).toBe({ channel: 25, core: 4 + 1, tensor: 2 }[granularity]);
    const bits = widths.reduce((sum, { weights, bits }) => sum + weights * bits, 0);
    const weights = widths.reduce((sum, choice) => sum + choice.weights, 0);
    expect(weights).toBe(summary.synapses.recurrent + summary.synapses.input + summary.synapses.readout);
    expect(bits).toBeLessThanOrEqual(3.5 * weights);
    expect(bits).toBeGreaterThan(2.4 * weights);
    // The file refuses integers beyond the width of their row.
    const decoded = decodeQuantized(encodeQuantized(artifact), 'q');
    expect(decoded.details.widths).toEqual(artifact.details.widths);
    expect(new Set(artifact.details.widths?.hidden)).toEqual(new Set(widths.slice(0, -1).map((choice) => choice.bits)));
    expect(quantizationText(summary)).toMatch(/ {2}weights {6}up to 8 bits/);
  });

  it('is the same every time', async () => {
    const [a, b] = [await quantizeWith({ bitBudget: 4 }), await quantizeWith({ bitBudget: 4 })];
    expect(encodeQuantized(a.artifact)).toEqual(encodeQuantized(b.artifact));
  });

  it('beyond the widest weights is refused', async () => {
    expect(() => resolveRunConfig({ quantize: { bitBudget: 5, weightBits: 4 } })).toThrow(UsageError);
    expect(() => resolveRunConfig({ quantize: { bitBudget: 5, weightBits: 4 } })).toThrow('the budget is more than weightBits');
  });
});
