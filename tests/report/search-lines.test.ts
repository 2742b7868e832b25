import { describe, expect, it } from 'vitest';
import { searchLines, wishLines } from '../../src/report/search-lines.ts';

const cost = { start: 120, final: 90.5 };

describe('what a placement was searched for', () => {
  it('is told with units, seed and effort', () => {
    const wire = { name: 'wire' as const, unit: 'Σ|w|·hops', ...cost };
    expect(searchLines({ search: { seed: 2, effort: 1.5, cost, objective: wire }, modulesApart: null })).toEqual([
      'Search for short wires: from 120.0 Σ|w|·hops in the best start to 90.50 Σ|w|·hops, inputs and readout included (seed 2, effort 1.5).',
    ]);
    const energy = { name: 'energy' as const, unit: 'pJ/step', start: 50, final: 40 };
    const modulesApart = { modules: 3, neurons: 30, wiringCostTogether: 60, objectiveTogether: 20 };
    expect(searchLines({ search: { seed: 0, effort: 8, cost, objective: energy }, modulesApart })).toEqual([
      'Objective energy: from 50.00 pJ/step where wires are shortest to 40.00 pJ/step; wires 90.50 Σ|w|·hops (seed 0, effort 8).',
      '3 functional clusters of 30 neurons share no core; where they may, the same search finds 20.00 pJ/step, wires 60.00 Σ|w|·hops.',
    ]);
  });

  it('names what was kept free and pinned, eight pins at most', () => {
    expect(wishLines({ pins: {}, keepFree: [], keepModules: false })).toEqual([]);
    const pins = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`neuron:${i}`, 5]));
    expect(wishLines({ pins, keepFree: [3, 17], keepModules: false })).toEqual([
      'Kept free: cores 3, 17.',
      `Pinned: ${Array.from({ length: 8 }, (_, i) => `neuron:${i} to core 5`).join(', ')} and 2 more.`,
    ]);
  });
});
