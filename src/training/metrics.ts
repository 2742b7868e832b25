// What is written down about a run? One row per logged update; nothing in it depends on the clock.
import { z } from 'zod';

/** One logged update. Losses and gradient norm are those of the update's batch, before it; costs are those after it and its swaps. */
export const MetricsRow = z.strictObject({
  update: z.int().nonnegative().describe('update of the weights'),
  predictionLoss: z.number().describe("mean cross-entropy of the update's batch, in nats"),
  penalty: z.number().describe('λ times the connection cost, in nats'),
  connectionCost: z.number().describe('sum of |parameter| over all parameters, recurrent weights times 1 + A·D'),
  gridWirelength: z.number().describe('sum of D·|w|, in grid sides'),
  gradientNorm: z.number().describe('global norm of the gradient of the prediction, before clipping'),
  learningRate: z.number().describe('step size of Adam'),
  lambda: z.number().describe('λ, price of a weight of 1'),
  swaps: z.int().nonnegative().describe('exchanges of sites since the first update'),
  meanAccuracy: z.number().nullable().describe('mean accuracy over all tasks; null where it was not measured'),
});
export type MetricsRow = z.output<typeof MetricsRow>;

/** Rows as CSV: a header, one line a row, shortest decimals that read back to the same numbers, nothing for null. */
export function metricsCsv(rows: readonly MetricsRow[]): string {
  const columns = Object.keys(MetricsRow.shape) as (keyof MetricsRow)[];
  const lines = rows.map((row) => columns.map((column) => row[column] ?? '').join(','));
  return `${[columns.join(','), ...lines].join('\n')}\n`;
}
