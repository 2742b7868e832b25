// How wide should the weights of every group be, if all together have only so many bits?
import { UsageError } from '../core/errors.ts';
import type { Network } from '../network/network.ts';
import type { Sensitivity } from './sensitivity.ts';
import type { WeightWidths } from './weight-format.ts';

/** Budgets up to this many bits are divided exactly; larger ones in so many portions. */
const PORTIONS = 2 ** 16;

/**
 * The widths with the least damage in sum that fit the budget: a knapsack with one choice per group, solved by dynamic
 * programming. Damages of groups are taken to add up, which they do while they are small. Of equal damages the fewest bits win.
 *
 * @param widths - bits, ascending; `damage` of the groups has one entry for each
 * @param meanBits - most bits of a weight, on average
 * @returns bits by group
 * @throws UsageError if not even the narrowest width fits
 */
export function chooseWidths(
  groups: readonly Pick<Sensitivity, 'weights' | 'damage'>[],
  widths: readonly number[],
  meanBits: number,
): number[] {
  const weights = groups.reduce((sum, group) => sum + group.weights, 0);
  // What goes beyond the narrowest width is shared out.
  const spare = Math.floor((meanBits - widths[0]) * weights);
  if (spare < 0)
    throw new UsageError(
      `a mean of ${meanBits} bits a weight is not possible; the narrowest weights have ${widths[0]}: ask for at least that`,
    );
  const portion = Math.max(1, spare / PORTIONS);
  const portions = Math.floor(spare / portion);
  const price = (group: number, k: number) => Math.ceil((groups[group].weights * (widths[k] - widths[0])) / portion);

  // By portions spent at most, over the groups so far: the least damage, and which width the last group has for it.
  let least = new Float64Array(portions + 1);
  const choices = groups.map(({ damage }, g) => {
    const next = new Float64Array(portions + 1);
    const choice = new Uint8Array(portions + 1);
    for (let spent = 0; spent <= portions; spent++) {
      next[spent] = least[spent] + damage[0];
      for (let k = 1; k < widths.length; k++) {
        const rest = spent - price(g, k);
        if (rest < 0) break;
        const total = least[rest] + damage[k];
        if (total < next[spent]) [next[spent], choice[spent]] = [total, k];
      }
    }
    least = next;
    return choice;
  });
  const bits = new Array<number>(groups.length);
  let spent = portions;
  for (let g = groups.length - 1; g >= 0; g--) {
    const k = choices[g][spent];
    bits[g] = widths[k];
    spent -= price(g, k);
  }
  return bits;
}

/** The chosen widths, by neuron. */
export function widthsOf(network: Network, groups: readonly Pick<Sensitivity, 'neurons'>[], bits: readonly number[]): WeightWidths {
  const hidden = new Array<number>(network.neurons).fill(0);
  let readout = 0;
  groups.forEach(({ neurons }, g) => {
    if (neurons === null) readout = bits[g];
    else for (const i of neurons) hidden[i] = bits[g];
  });
  return { hidden, readout };
}
