// Which widths do the weights of a network get under a bit budget? Measured on calibration trials of its suite.
import { chooseWidths, widthsOf } from '../compression/bit-budget.ts';
import type { Ranges } from '../compression/calibrate.ts';
import type { QuantizeOptions } from '../compression/quantize.ts';
import { measureSensitivity, sideBySide, weightGroups } from '../compression/sensitivity.ts';
import { formatBits, type WeightWidths } from '../compression/weight-format.ts';
import { InterruptedError, UsageError } from '../core/errors.ts';
import type { Network } from '../network/network.ts';
import { evaluationTrials } from '../tasks/accuracy.ts';
import type { TaskSuite } from '../tasks/suite.ts';
import type { QuantizeConfig } from './config.ts';
import type { StageHooks } from './train-stage.ts';

/** A group of neurons and the width of its weights. */
export interface WidthChoice {
  /** For example `neuron at site 41`, `core group 3`, `hidden neurons` or `readout`. */
  readonly group: string;
  /** Hidden neurons in it; 0 for the readout. */
  readonly neurons: number;
  readonly weights: number;
  readonly bits: number;
  /** Mean Kullback–Leibler divergence of the answers, in nats per step. */
  readonly damage: number;
}

/** Products of a weight and a state that measuring sensitivity may take: some seconds. More groups are measured on fewer trials. */
const SENSITIVITY_PRODUCTS = 3e9;
/**
 * Trials of each task that are measured on at least, however long it takes: on the shipped network, neuron by neuron, widths for
 * a mean of 5 bits keep 0.90 with 1 trial, 0.92 with 5 and 0.94 with 10, where 5 bits for all keep 0.91.
 */
const FEWEST_TRIALS = 5;

/**
 * Widths under a budget: every group is measured at every width, on as many calibration trials as are quick.
 *
 * @throws UsageError if the target's weights have one width only; InterruptedError when the signal aborts
 */
export async function chooseMixed(
  network: Network,
  ranges: Ranges,
  options: QuantizeOptions,
  suite: TaskSuite,
  config: QuantizeConfig,
  budget: number,
  hooks: StageHooks,
): Promise<{ widths: WeightWidths; choices: WidthChoice[] }> {
  const { weights, groups } = options;
  if (weights.rowLevels !== undefined)
    throw new UsageError(
      'a bit budget needs weights of several widths; a table of axon types has entries of one width; leave the budget out for this target',
    );
  const widths = Array.from({ length: formatBits(weights) - 1 }, (_, k) => k + 2);
  const count = weightGroups(network, groups);
  const runs = count.length * widths.length;
  const synapses = count.reduce((sum, group) => sum + group.weights, 0);
  const trialsAt = (perTask: number) =>
    sideBySide(
      suite.tasks.flatMap((_, task) => evaluationTrials(suite, task, perTask, config.seed, 'calibration')),
      suite.inputs,
    );
  const one = trialsAt(1);
  const affordable = Math.floor(SENSITIVITY_PRODUCTS / (runs * synapses * one.steps * one.rows));
  const trials = trialsAt(Math.min(Math.max(affordable, FEWEST_TRIALS), config.calibrationTrials));
  const measured = await measureSensitivity(network, ranges, options, widths, trials, async (done, total) => {
    hooks.onProgress?.({ stage: 'sensitivity', done, total, values: {} });
    // A signal is only heard while nothing runs.
    await new Promise((resolve) => setImmediate(resolve));
    if (hooks.signal?.aborted) throw new InterruptedError('quantization was interrupted while sensitivity was measured');
  });
  const bits = chooseWidths(measured, widths, budget);
  return {
    widths: widthsOf(network, measured, bits),
    choices: measured.map(({ neurons, weights, damage }, g) => ({
      group: groupName(network, groups, neurons),
      neurons: neurons?.length ?? 0,
      weights,
      bits: bits[g],
      damage: damage[widths.indexOf(bits[g])],
    })),
  };
}

function groupName({ site }: Network, groups: QuantizeOptions['groups'], neurons: readonly number[] | null): string {
  if (neurons === null) return 'readout';
  if (groups === 'tensor') return 'hidden neurons';
  return groups === 'channel' ? `neuron at site ${site[neurons[0]]}` : `core group ${groups[neurons[0]]}`;
}
