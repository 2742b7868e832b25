// Do inputs and targets say what the description says? Checked against formulas written out again, and against the noise stated.
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/random.ts';
import { bump, directionAngle } from '../../src/tasks/ring.ts';
import type { Trial, TrialInfo } from '../../src/tasks/suite.ts';
import { sampleTrial } from '../../src/tasks/trial.ts';
import { yang19 } from '../../src/tasks/yang19.ts';

const CHANNELS = 53;

/** The trial again, cell by cell from the published formulas, in float64. */
function expectedCell(info: TrialInfo, step: number, channel: number): number {
  const period = info.periods.find(({ start, end }) => step >= start && step < end)?.name;
  if (channel === 0) return period === 'decision' ? 0 : 1;
  if (channel >= 33) return yang19.tasks[channel - 33] === info.task ? 1 : 0;
  const ring = channel < 17 ? 1 : 2;
  const preferred = (2 * Math.PI * ((channel - 1) % 16)) / 16;
  return info.stimuli
    .filter((stimulus) => stimulus.ring === ring && stimulus.period === period)
    .reduce((sum, { angle, strength }) => {
      const apart = Math.min(Math.abs(angle - preferred), 2 * Math.PI - Math.abs(angle - preferred));
      return sum + 0.8 * strength * Math.exp(-0.5 * (apart / (Math.PI / 8)) ** 2);
    }, 0);
}

function* trialsOf(task: number, count: number, noise: boolean): Generator<Trial> {
  for (let i = 0; i < count; i++) yield sampleTrial(yang19, task, randomStream(5, `test/${yang19.tasks[task]}`, i), { noise });
}

const eachTask = yang19.tasks.map((name, task) => [name, task] as const);

describe('bumps', () => {
  it('are a Gaussian of the circular distance, one slot wide, that peaks at 0.8 and sums to 2.005', () => {
    const published = [0.8, 0.48522, 0.10827, 0.00889, 0.00027, 0.000003];
    for (let direction = 0; direction < 16; direction++) {
      const values = bump(directionAngle(direction));
      published.forEach((value, distance) => {
        expect(values[(direction + distance) % 16]).toBeCloseTo(value, 5);
        expect(values[(direction - distance + 16) % 16]).toBeCloseTo(value, 5);
      });
      expect(values.reduce((a, b) => a + b, 0)).toBeCloseTo(2.005, 3);
    }
  });

  it('work off the grid and beyond a full turn', () => {
    expect(bump(2 * Math.PI + 0.1)[0]).toBeCloseTo(0.8 * Math.exp(-0.5 * (0.1 / (Math.PI / 8)) ** 2), 12);
    expect(bump(-0.1)[0]).toBeCloseTo(bump(0.1)[0], 12);
  });
});

describe.each(eachTask)('a trial of %s', (_name, task) => {
  it('without noise holds exactly what its description implies', () => {
    for (const { info, steps, inputs, targets } of trialsOf(task, 10, false)) {
      const decision = info.periods.at(-1);
      expect(inputs).toHaveLength(steps * CHANNELS);
      const expected = Float32Array.from(inputs, (_, cell) => expectedCell(info, Math.floor(cell / CHANNELS), cell % CHANNELS));
      expect(Math.max(...inputs.map((value, cell) => Math.abs(value - expected[cell])))).toBeLessThan(1e-6);
      for (let step = 0; step < steps; step++) {
        const due = decision?.name === 'decision' && step >= decision.start && info.response !== null ? 1 + info.response : 0;
        expect(targets[step]).toBe(due);
      }
    }
  });

  it('is rebuilt from its description alone, even after a round trip through JSON', () => {
    for (const trial of trialsOf(task, 10, false)) {
      expect(yang19.rebuild(JSON.parse(JSON.stringify(trial.info)) as TrialInfo)).toEqual(trial);
    }
  });

  it('has the same description, targets and noise-free input with noise as without', () => {
    const clean = [...trialsOf(task, 3, false)];
    [...trialsOf(task, 3, true)].forEach((noisy, i) => {
      expect(noisy.info).toEqual(clean[i].info);
      expect(noisy.targets).toEqual(clean[i].targets);
    });
  });

  it('has noise of 0.1 where its family says and nowhere else', () => {
    const name = yang19.tasks[task];
    const [periods, ownRingOnly] = /go$|anti$/.test(name)
      ? [[], false]
      : /^d.*m[sc]$/.test(name)
        ? [['sample', 'test'], true]
        : [name.includes('dly') ? ['stim1', 'stim2'] : ['stimulus'], false];
    let strayNoise = 0;
    let cells = 0;
    let sum = 0;
    let squares = 0;
    for (const { info, steps, inputs } of trialsOf(task, 60, true)) {
      const clean = yang19.rebuild(info).inputs;
      const ring = info.stimuli[0].ring;
      for (let step = 0; step < steps; step++) {
        const period = info.periods.find(({ start, end }) => step >= start && step < end)?.name ?? '';
        for (let c = 0; c < CHANNELS; c++) {
          const noise = inputs[step * CHANNELS + c] - clean[step * CHANNELS + c];
          const onOwnRing = c >= (ring === 1 ? 1 : 17) && c < (ring === 1 ? 17 : 33);
          if (!periods.includes(period) || c >= 33 || (ownRingOnly && !onOwnRing)) {
            strayNoise += Math.abs(noise);
            continue;
          }
          cells++;
          sum += noise;
          squares += noise ** 2;
        }
      }
    }
    expect(strayNoise).toBe(0);
    if (periods.length === 0) {
      expect(cells).toBe(0);
      return;
    }
    // Five standard errors.
    expect(Math.abs(sum / cells)).toBeLessThan((5 * 0.1) / Math.sqrt(cells));
    expect(Math.abs(squares / cells / 0.01 - 1)).toBeLessThan(5 * Math.sqrt(2 / cells));
  });

  it('shows nothing but the rule during the decision, except that rt tasks show the stimulus there', () => {
    for (const { info, steps, inputs } of trialsOf(task, 10, true)) {
      const start = info.periods.at(-1)?.start ?? Number.NaN;
      for (let step = start; step < steps; step++) {
        const peak = Math.max(...inputs.subarray(step * CHANNELS, step * CHANNELS + 33));
        expect(peak).toBeCloseTo(info.task.startsWith('rt') ? 0.8 : 0, 6);
        expect(inputs[step * CHANNELS]).toBe(0);
      }
    }
  });
});
