import { describe, expect, it } from 'vitest';
import { describeViolations } from '../../src/core/errors.ts';
import { chipOf } from '../../src/mapping/chip.ts';
import { chipProblem } from '../../src/mapping/chip-problem.ts';
import { checkFit, checkPlacement, FIT_RULES, PLACEMENT_RULES } from '../../src/mapping/legality.ts';
import { mappingMetrics } from '../../src/mapping/metrics.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { madeUpChip, randomNetwork, randomProblem } from './support.ts';

describe('a network that fits', () => {
  it('breaks no rule, and says how many cores it takes', () => {
    const problem = randomProblem(30, { rows: 6, columns: 6 });
    expect(checkFit(problem, madeUpChip({ neurons: 8 }))).toEqual({ fits: true, violations: [], cores: 5, coresAvailable: 16 });
  });
});

describe('a chip with too few cores', () => {
  const problem = randomProblem(31, { rows: 6, columns: 6, density: 0.5 });

  it('is found out, with the cores that are needed and where the limit was read', () => {
    const { fits, violations, cores } = checkFit(problem, madeUpChip({ wide: 2, high: 2, neurons: 8 }));
    expect(fits).toBe(false);
    expect(cores).toBe(5);
    expect(violations).toEqual([
      {
        rule: 'fit/cores',
        subject: '38 neurons, readout included',
        found: 5,
        limit: 4,
        unit: 'cores',
        source: 'made-up.json, cores of one chip',
        remedies: ['a target with larger or more cores: no density fits 38 neurons on the 4 cores of made-up'],
      },
    ]);
  });
});

describe('a neuron with too many synapses', () => {
  const problem = randomProblem(32, { rows: 5, columns: 5, outputs: 2, density: 0.4 });
  const fanIn = (unit: number) => problem.synapses.indptr[unit + 1] - problem.synapses.indptr[unit];

  it('is named with its fan-in and the limit, every one of them', () => {
    const chip = madeUpChip({ axons: 10 });
    const { violations, cores } = checkFit(problem, chip);
    const tooLong = [...Array(27).keys()].filter((unit) => fanIn(unit) > 10);
    expect(tooLong.length).toBeGreaterThan(5);
    expect(cores).toBeNull();
    expect(violations.map(({ subject }) => subject)).toEqual(
      tooLong.map((unit) => (unit < 25 ? `neuron ${unit}` : `readout ${unit - 25}`)),
    );
    const [first] = violations;
    expect(first).toMatchObject({
      rule: 'fit/alone/axons-in',
      found: fanIn(tooLong[0]),
      limit: 10,
      unit: 'axons',
      source: 'made-up.json limits.axonsIn',
    });
    expect(first.remedies[0]).toBe(`prune its fan-in from ${fanIn(tooLong[0])} to 10`);
  });

  it('reads as a message: what, how much, where the limit comes from, what to try', () => {
    const [violation] = checkFit(problem, madeUpChip({ axons: 10 })).violations;
    expect(describeViolations([violation])).toMatch(
      /^ {2}neuron \d+: \d+ axons, limit 10 \(fit\/alone\/axons-in; made-up\.json limits\.axonsIn\); try: prune its fan-in from \d+ to 10, or prune its weakest synapses down to \d+ or fewer \(density 0\.\d+\)$/,
    );
  });

  it('is found on a crossbar, in arrays', () => {
    const large = randomProblem(33, { rows: 8, columns: 8, density: 0.9 });
    const chip = chipOf(loadTarget('rram-mesh:rows=8,cols=46'), { maxNeuronsPerCore: null });
    const { violations } = checkFit(large, chip);
    expect(violations.length).toBe(66);
    expect(violations[0]).toMatchObject({
      rule: 'fit/alone/arrays',
      limit: 4,
      unit: 'arrays',
      found: Math.ceil((large.synapses.indptr[1] - large.synapses.indptr[0]) / 8),
    });
    expect(violations[0].remedies[0]).toMatch(/ to 32$/);
  });
});

describe('a placement', () => {
  it('breaks a rule for every resource of every core that holds too much', () => {
    const problem = randomProblem(34, { rows: 4, columns: 4, outputs: 0, density: 0.5 });
    const chip = madeUpChip({ wide: 2, high: 1, neurons: 10, axons: 12, axonsOut: 3 });
    const core = Int32Array.from({ length: 16 }, (_, unit) => (unit < 11 ? 0 : 1));
    const violations = checkPlacement(problem, chip, { core, seed: 1, cost: { start: 0, final: 0 }, objective: null });
    expect(violations.map(({ rule, subject }) => `${subject} ${rule}`)).toEqual([
      'core 0 fit/core/neurons',
      'core 0 fit/core/axons-in',
      'core 0 fit/core/axons-out',
      'core 1 fit/core/axons-in',
      'core 1 fit/core/axons-out',
    ]);
    expect(violations[0]).toMatchObject({ found: 11, limit: 10, remedies: ['put some of its neurons on other cores'] });
  });
});

describe('the sides of a tile', () => {
  // Neurons in a row listen to all others, one a core.
  const network = randomNetwork(2, { rows: 1, columns: 6, density: 1 });
  const on = (spec: string) => {
    const chip = chipOf(loadTarget(spec), { maxNeuronsPerCore: 1 });
    const problem = chipProblem(network, null, chip);
    const core = Int32Array.from({ length: problem.units }, (_, unit) => unit);
    const placement = { core, seed: 1, cost: { start: 0, final: 0 }, objective: null };
    return { ...mappingMetrics(problem, chip, placement).routing, broken: checkPlacement(problem, chip, placement) };
  };

  it('carry as many paths as they have room for, and not one more', () => {
    const free = on('mosaic');
    const most = free.sidePaths?.used ?? 0;
    expect(most).toBeGreaterThan(2);
    expect([free.broken, on(`mosaic:sideCapacity=${most}`).broken]).toEqual([[], []]);
    const tight = on(`mosaic:sideCapacity=${most - 1}`);
    expect(tight.broken).toEqual([
      expect.objectContaining({
        rule: 'fit/sides',
        subject: `a side of the tile at router (${tight.sidePaths?.x}, ${tight.sidePaths?.y})`,
        found: most,
        limit: most - 1,
        source: expect.stringContaining('mosaic.json routing.sideCapacity'),
      }),
    ]);
    expect(tight.broken[0].remedies).toContain(`give sides what this placement takes (sideCapacity=${most} in --target)`);
  });
});

describe('rules', () => {
  it('have names of their own, and say what they demand', () => {
    const rules = [...FIT_RULES, ...PLACEMENT_RULES];
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
    for (const { id, description } of rules) {
      expect(id).toMatch(/^fit\/[a-z-]+$/);
      expect(description.length).toBeGreaterThan(20);
    }
  });
});
