// Does the picture show the trial? Marks are read back from the SVG and compared with inputs and targets.
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/random.ts';
import { trialPlot } from '../../src/report/trial-plot.ts';
import { trialText } from '../../src/report/trial-text.ts';
import { modcog84 } from '../../src/tasks/mod-cog.ts';
import type { TaskSuite, Trial } from '../../src/tasks/suite.ts';
import { findSuite, findTask } from '../../src/tasks/suites.ts';
import { sampleTrial } from '../../src/tasks/trial.ts';
import { yang19 } from '../../src/tasks/yang19.ts';
import { elementsOf, parseXml, titleOf, wordsOf } from './xml.ts';

const trialOf = (task: string, noise: boolean, seed = 3) =>
  sampleTrial(yang19, findTask(yang19, task), randomStream(seed, 'plot'), { noise });

/** Tooltips of all marks. */
const marksOf = (svg: string) =>
  elementsOf(parseXml(svg), 'rect')
    .map(titleOf)
    .filter((title) => title !== undefined);

describe('the plot of a trial', () => {
  it('is well-formed and names suite, task, periods, axes and legend', () => {
    const shown = wordsOf(parseXml(trialPlot(yang19, trialOf('dms', true))));
    for (const word of [
      'fixation',
      'sample',
      'delay',
      'test',
      'decision',
      'cue',
      'ring 1 unit',
      'ring 2 unit',
      'rule',
      'class due',
      'input',
    ])
      expect(shown).toContain(word);
    expect(shown).toContain('time step (100 ms each)');
    expect(shown[0]).toBe('yang19 dms: respond if the test has the direction of the sample');
  });

  it('has one mark with its exact value for each stretch of equal input, and none for zeros', () => {
    const trial = trialOf('dlyanti', false);
    const marks = marksOf(trialPlot(yang19, trial));
    expect(marks).toContain('fixation cue, steps 0 to 14: 1.000');
    expect(marks).toContain('rule dlyanti, steps 0 to 19: 1.000');
    const bump = marks.filter((mark) => mark.startsWith('ring'));
    expect(bump).toHaveLength(16);
    expect(bump.filter((mark) => mark.endsWith('steps 5 to 9: 0.800'))).toHaveLength(1);
    expect(bump.filter((mark) => mark.endsWith('steps 5 to 9: 0.485'))).toHaveLength(2);
  });

  it('shows every input that is not zero when there is noise', () => {
    const trial = trialOf('multidm', true);
    const stimulus = trial.info.periods[1];
    const cells = marksOf(trialPlot(yang19, trial)).filter((mark) => mark.startsWith('ring'));
    expect(cells).toHaveLength(32 * (stimulus.end - stimulus.start));
  });

  it('shows the class that is due at every step', () => {
    const trial = trialOf('go', false);
    const due = trial.targets[14] - 1;
    const marks = marksOf(trialPlot(yang19, trial)).filter((mark) => mark.includes('class'));
    expect(marks).toEqual(['steps 0 to 9: class 0, fixate', `steps 10 to 14: class ${1 + due}, respond at ${due * 22.5}°`]);
  });

  it('draws the stimulus of a go task in the row of its response', () => {
    const trial = trialOf('go', false);
    const rects = elementsOf(parseXml(trialPlot(yang19, trial)), 'rect');
    const peak = rects.find((rect) => titleOf(rect)?.endsWith(': 0.800'));
    // Rows of 10 pixels, unit 0 at the bottom of its ring's panel.
    const bottom = trial.info.stimuli[0].ring === 1 ? 272 : 444;
    expect((bottom - Number(peak?.attributes['y'])) / 10 - 1).toBe(trial.info.response);
  });

  it('is the same file for the same trial', async () => {
    await expect(trialPlot(yang19, trialOf('rtanti', false))).toMatchFileSnapshot('../golden/trial-rtanti.svg');
  });
});

describe('pictures of Mod-Cog trials', () => {
  const reference = findSuite('modcog84:ring=reference');
  /** A trial with the response begun at this direction. */
  const moving = (suite: TaskSuite, task: string, response: number) =>
    suite.rebuild({ ...suite.describe(findTask(suite, task), randomStream(3, 'plot')), response });
  const classMarks = (suite: TaskSuite, trial: Trial) => marksOf(trialPlot(suite, trial)).filter((mark) => mark.includes('class'));

  it('show a moving response step by step, around the ring', () => {
    const trial = moving(modcog84, 'rtgoseqr', 14);
    expect(classMarks(modcog84, trial)).toEqual([
      'steps 0 to 4: class 0, fixate',
      'step 5: class 15, respond at 315°',
      'step 6: class 16, respond at 337.5°',
      'step 7: class 1, respond at 0°',
      'step 8: class 2, respond at 22.5°',
      'step 9: class 3, respond at 45°',
    ]);
    const text = trialText(modcog84, trial);
    expect(text).toContain('response due from direction 14 (315°) on, +1 slot a step');
    expect(text).toContain('· · · · · 14150 1 2\n');
    expect(text).not.toContain('is class 0 here');
  });

  it('tell direction 15 from fixating where both are class 0', () => {
    const trial = moving(reference, 'rtgoseql', 0);
    expect(classMarks(reference, trial).slice(0, 3)).toEqual([
      'steps 0 to 4: class 0, fixate',
      'step 5: class 1, respond at 0°',
      'step 6: class 0, respond at 337.5°',
    ]);
    const text = trialText(reference, trial);
    expect(text).toContain('· · · · · 0 15141312\n');
    expect(text).toContain('respond in that direction; 15 is class 0 here, that of fixate');
  });

  it('give a long title a line of its own for what the task asks, within the picture', () => {
    const suite = findSuite('modcog84:matchDelay=7,ring=reference');
    const trial = sampleTrial(suite, findTask(suite, 'dlyantiintr#2'), randomStream(3, 'plot'), { noise: false });
    const document = parseXml(trialPlot(suite, trial));
    const shown = wordsOf(document);
    expect(shown.slice(0, 2)).toEqual([
      'modcog84:matchDelay=7,ring=reference dlyantiintr#2',
      'the same as dlyantiintr, with a rule channel of its own',
    ]);
    expect(shown[2]).toMatch(/^a trial of the reach family, .* response due in direction/);
    expect(shown).toContain('dlyantiintr#2');
  });
});

describe('a trial as text', () => {
  it('keeps the picture within 80 columns and says what is due', () => {
    for (const task of yang19.tasks) {
      const trial = trialOf(task, true);
      const lines = trialText(yang19, trial).split('\n');
      for (const line of lines.filter((candidate) => /^(step|period|cue|ring|target +·)/.test(candidate)))
        expect([...line].length).toBeLessThanOrEqual(80);
      const { response } = trial.info;
      expect(lines[1]).toContain(response === null ? 'no response due' : `direction ${response} `);
      const due = lines.find((line) => line.startsWith('target ')) as string;
      expect(due.match(/\d+/)?.[0] ?? null).toBe(response === null ? null : `${response}`);
    }
  });

  it('is the same text for the same trial', async () => {
    await expect(trialText(yang19, trialOf('rtanti', false))).toMatchFileSnapshot('../golden/trial-rtanti.txt');
  });
});
