// Does the picture of accuracy against bits show what it is given?
import { describe, expect, test } from 'vitest';
import { type PrecisionPlot, precisionPlot } from '../../src/report/precision-plot.ts';
import { boundsOf, inside, overlapsIn } from './bounds.ts';
import { expectGolden } from './golden.ts';
import { elementsOf, parseXml, titleOf, wordsOf } from './xml.ts';

const point = (bits: number, isTrained: boolean, losses: readonly number[]) => ({
  bits,
  isTrained,
  accuracy: 0.97 - losses.reduce((a, b) => a + b) / losses.length,
  losses,
});
const plot: PrecisionPlot = {
  title: 'Accuracy against bits, rram-mesh',
  float: 0.97,
  trialsPerTask: 500,
  tasks: [
    { name: 'fdgo', hasDelay: false },
    { name: 'multidlydm', hasDelay: true },
    { name: 'dms', hasDelay: true },
  ],
  // In no order; a network may gain.
  points: [
    point(4, true, [0.004, 0.03, 0.01]),
    point(8, false, [-0.002, 0.001, 0]),
    point(4, false, [0.05, 0.4, 0.2]),
    point(2, false, [0.9, 0.8, 0.7]),
  ],
};

describe('the precision plot', () => {
  test('is the golden one, and the same each time', () => {
    expect(precisionPlot(plot)).toBe(precisionPlot(plot));
    expectGolden('precision-plot.svg', precisionPlot(plot));
  });

  test('has a column for each network, wide before narrow, rounded before trained', () => {
    const said = wordsOf(parseXml(precisionPlot(plot)));
    const heads = said.filter((text) => /^(\d bits|ternary|rounded|trained)$/.test(text));
    expect(heads).toEqual(['8 bits', 'rounded', '4 bits', 'rounded', '4 bits', 'trained', 'ternary', 'rounded']);
    expect(said).toContain('dms †');
  });

  test('tells the loss of each task at each width, exactly where it is pointed at', () => {
    const root = parseXml(precisionPlot(plot));
    const titles = elementsOf(root, 'rect').map(titleOf);
    expect(titles).toContain('multidlydm †, 4 bits, rounded: mean accuracy 0.753 lost 0.400');
    expect(titles).toContain('fdgo, 8 bits, rounded: mean accuracy 0.970 lost -0.002');
    expect(titles.filter((title) => title?.includes(' lost '))).toHaveLength(12);
  });

  const cases: Readonly<Record<string, PrecisionPlot>> = {
    'as usual': plot,
    'without training': { ...plot, points: plot.points.filter(({ isTrained }) => !isTrained) },
    'without delays': { ...plot, tasks: plot.tasks.map(({ name }) => ({ name, hasDelay: false })) },
    'of one width': { ...plot, points: plot.points.slice(0, 1) },
    'of nothing': { ...plot, points: [] },
  };
  test.each(Object.entries(cases))('%s has all its words inside and apart', (_, given) => {
    const root = parseXml(precisionPlot(given));
    const [width, height] = [Number(root.attributes['width']), Number(root.attributes['height'])];
    for (const text of elementsOf(root, 'text')) expect(boundsOf(text), text.text).toSatisfy(inside(width, height));
    expect(overlapsIn(root)).toEqual([]);
  });
});
