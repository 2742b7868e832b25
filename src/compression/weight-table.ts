// Which few weights should a neuron have, where its synapses can only choose from a small table?
import { ckmeans } from 'simple-statistics';
import { roundHalfEven } from '../core/rounding.ts';

/**
 * The table of a neuron: integers other than 0, at most `most`, ascending. They are the rounded means of the clusters with
 * the least squared error that its weights can be divided into (optimal k-means in one dimension; Wang & Song 2011).
 *
 * @param weights - the neuron's integers other than 0
 */
export function chooseTable(weights: readonly number[], most: number): number[] {
  const different = new Set(weights);
  const levels = different.size <= most ? different : new Set(ckmeans([...weights], most).map((cluster) => roundHalfEven(mean(cluster))));
  levels.delete(0);
  return [...levels].sort((a, b) => a - b);
}

/** The level nearest to a weight, 0 among them: a synapse can be off. The smaller magnitude of two at the same distance. */
export function nearestLevel(table: readonly number[], weight: number): number {
  let nearest = 0;
  for (const level of table) {
    const closer = Math.abs(weight - level) - Math.abs(weight - nearest);
    if (closer < 0 || (closer === 0 && Math.abs(level) < Math.abs(nearest))) nearest = level;
  }
  return nearest;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
