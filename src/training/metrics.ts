// What is written down about a run? One row per logged update; nothing in it depends on the clock.
import { z } from 'zod';

/** One logged update. Losses and gradient norm are those of the update's batch, before it; costs are those after it and its swaps. */
export const MetricsRow = z.strictObject({
  update: z.int().nonnegative(),
  /** Mean cross-entropy, nats. */
  predictionLoss: z.number(),
  /** λ·ℓ_cc, nats. */
  penalty: z.number(),
  /** ℓ_cc, dimensionless. */
  connectionCost: z.number(),
  /** Σ D_ij|W_ij|, in grid sides. */
  gridWirelength: z.number(),
  /** Global norm of the prediction gradient, before clipping. */
  gradientNorm: z.number(),
  learningRate: z.number(),
  lambda: z.number(),
  /** Exchanges of sites accepted since the first update. */
  swaps: z.int().nonnegative(),
  /** 0 to 1; null where accuracy was not measured. */
  meanAccuracy: z.number().nullable(),
});
export type MetricsRow = z.output<typeof MetricsRow>;

/** Rows as CSV: a header, one line a row, shortest decimals that read back to the same numbers, nothing for null. */
export function metricsCsv(rows: readonly MetricsRow[]): string {
  const columns = Object.keys(MetricsRow.shape) as (keyof MetricsRow)[];
  const lines = rows.map((row) => columns.map((column) => row[column] ?? '').join(','));
  return `${[columns.join(','), ...lines].join('\n')}\n`;
}
