import { describe, expect, test } from 'vitest';
import { placementRows } from '../../src/report/placement-columns.ts';
import { buildReport } from '../../src/report/report.ts';
import { energyRange } from '../../src/report/sensitivity.ts';
import { sampleInput, sampleTarget } from './sample.ts';

/** The sample's fitting target under several names, each with energies of [low, high, complete] in its profiles. */
function reportOf(targets: Readonly<Record<string, readonly (readonly [number, number, boolean])[]>>) {
  const input = sampleInput();
  const [fitting] = input.targets;
  const [placement] = fitting.placements;
  const { result } = placement;
  if (result === null) throw new Error('the sample fits');
  const named = Object.entries(targets).map(([label, profiles]) => ({
    ...fitting,
    target: sampleTarget(label),
    placements: [
      {
        ...placement,
        result: {
          ...result,
          energy: profiles.map(([low, high, complete]) => ({
            ...result.energy[0],
            total: { value: (low + high) / 2, low, high, complete },
          })),
        },
      },
    ],
  }));
  return buildReport({ ...input, targets: named });
}

describe('the energy of a placement over all constants', () => {
  const report = reportOf({
    narrow: [[10, 12, true]],
    wide: [[11, 13, true], [20, 30, true], [0, 99, false]], // biome-ignore format: profiles
    apart: [[14, 15, true]],
    far: [[31, 40, true]],
    unknown: [[1, 2, false]],
  });
  const rows = placementRows(report);

  test('reaches over the ranges of every profile that is complete', () => {
    const ranges = report.targets.map(({ placements }) => energyRange(placements[0]));
    expect(ranges).toEqual([{ low: 10, high: 12 }, { low: 11, high: 30 }, { low: 14, high: 15 }, { low: 31, high: 40 }, null]); // biome-ignore format: one a target
  });

  test('leaves a ranking undecided where ranges overlap', () => {
    expect(rows.map(({ undecided }) => undecided)).toEqual([['wide'], ['narrow', 'apart'], ['wide'], [], null]);
  });
});
