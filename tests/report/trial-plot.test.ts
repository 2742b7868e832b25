// Does the picture show the trial? Marks are read back from the SVG and compared with inputs and targets.
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/random.ts';
import { trialPlot } from '../../src/report/trial-plot.ts';
import { trialText } from '../../src/report/trial-text.ts';
import { findTask } from '../../src/tasks/suites.ts';
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
