// Does the plot of accuracy against density show what it is given?
import { describe, expect, test } from 'vitest';
import { type DensityPlot, densityPlot } from '../../src/report/density-plot.ts';
import { boundsOf, inside } from './bounds.ts';
import { expectGolden } from './golden.ts';
import { elementsOf, parseXml, titleOf, wordsOf } from './xml.ts';

const point = (density: number, accuracy: number, isWithin: boolean, isChosen = false) => ({
  density,
  accuracy,
  neurons: Math.round(1000 * density) + 20,
  isWithin,
  isChosen,
  worst: { task: 'dm1', drop: 0.04 },
});
const plot: DensityPlot = {
  title: 'Accuracy against density',
  before: 0.975,
  maxAccuracyDrop: 0.01,
  maxTaskDrop: null,
  trialsPerTask: 500,
  // Accuracy need not fall with density.
  points: [point(0.007, 0.91, false), point(0.0132, 0.968, true, true), point(0.0166, 0.962, false), point(0.027, 0.973, true)],
};

describe('the density plot', () => {
  test('is the golden one, and the same each time', () => {
    expect(densityPlot(plot)).toBe(densityPlot(plot));
    expectGolden('density-plot.svg', densityPlot(plot));
  });

  const cases: Readonly<Record<string, DensityPlot>> = {
    'as usual': plot,
    'with a bound for each task': { ...plot, maxTaskDrop: 0.05 },
    'of one network': { ...plot, points: plot.points.slice(1, 2) },
    'of nothing': { ...plot, points: [] },
    'with a drop of everything': { ...plot, maxAccuracyDrop: 1 },
    'of networks that lose nothing': { ...plot, points: plot.points.map((one) => ({ ...one, accuracy: 0.975 })) },
  };
  test.each(Object.entries(cases))('%s has all its words and marks inside', (_, given) => {
    const root = parseXml(densityPlot(given));
    const [width, height] = [Number(root.attributes['width']), Number(root.attributes['height'])];
    for (const text of elementsOf(root, 'text')) expect(boundsOf(text), text.text).toSatisfy(inside(width, height));
    expect(densityPlot(given)).not.toMatch(/NaN|Infinity/);
  });

  test('names every network with its values, and marks before, bound and result', () => {
    const root = parseXml(densityPlot(plot));
    const marks = elementsOf(root, 'path').map(titleOf).filter(Boolean);
    expect(marks).toEqual([
      'density 0.00700, 27 neurons: accuracy 0.910, dm1 lost 0.040; loses too much',
      'density 0.0132, 33 neurons: accuracy 0.968, dm1 lost 0.040; the result',
      'density 0.0166, 37 neurons: accuracy 0.962, dm1 lost 0.040; loses too much',
      'density 0.0270, 47 neurons: accuracy 0.973, dm1 lost 0.040; within',
    ]);
    const words = wordsOf(root);
    for (const text of ['before pruning: 0.975', 'may be lost: 0.010', 'loses too much', 'the result', 'mean accuracy'])
      expect(words).toContain(text);
    expect(words).toContain('4 pruned networks, 500 trials a task; density 0.0132 is the sparsest that may be');
  });

  test('says that none may be when none is within', () => {
    const points = plot.points.map((one) => ({ ...one, isWithin: false, isChosen: false }));
    expect(wordsOf(parseXml(densityPlot({ ...plot, points })))).toContain(
      '4 pruned networks, 500 trials a task; none loses as little as it should',
    );
  });
});
