// Is an analysis that was edited or damaged found out before anything is drawn from it?
import { describe, expect, it } from 'vitest';
import { type Analysis, analysisJson, parseAnalysis } from '../../src/analysis/analysis-file.ts';
import { UsageError } from '../../src/core/errors.ts';
import { sampleAnalysis, silentAnalysis } from '../report/analysis-sample.ts';
import { sampleNetwork } from '../report/sample.ts';

const sample = sampleAnalysis();
const { activity, layouts } = sample;
const clusters = sample.clusters as NonNullable<Analysis['clusters']>;
const own = layouts[0] as Analysis['layouts'][number];
const at = (site: number[]): Partial<Analysis> => ({ layouts: [{ ...own, site }] });

describe('analysis.json', () => {
  it('is read as it was written', () => {
    for (const analysis of [sample, silentAnalysis(sampleNetwork())]) {
      expect(parseAnalysis(JSON.parse(analysisJson(analysis)), 'analysis.json')).toEqual(analysis);
    }
  });

  it.each<[string, Partial<Analysis>, RegExp]>([
    ['without a neuron', { activity: { ...activity, taskVariance: activity.taskVariance.slice(1) } }, /one row for each neuron/],
    ['without a task', { activity: { ...activity, tasks: ['go'] } }, /one column for each task/],
    [
      'of neurons beyond the last',
      { activity: { ...activity, active: [0, 1, 2, 3, 4, 5, 6, 7, 12] } },
      /neurons that the network does not/,
    ],
    ['of a cluster beyond the last', { clusters: { ...clusters, labels: [0, 0, 0, 1, 1, 1, 2, 2, 3] } }, /one of the clusters/],
    ['of too few labels', { clusters: { ...clusters, labels: [0] } }, /one of the clusters/],
    ['of too few sites', at(own.site.slice(1)), /a site of its own/],
    ['of two neurons on a site', at(own.site.map((site, i) => (i === 1 ? (own.site[0] ?? 0) : site))), /a site of its own/],
    ['of a site off the grid', at(own.site.map((site, i) => (i === 1 ? 16 : site))), /a site of its own/],
    ['without the own layout', { layouts: layouts.slice(1) }, /first of layouts/],
  ])('%s is refused', (_, wrong, reason) => {
    const read = () => parseAnalysis({ ...sample, ...wrong }, 'analysis.json');
    expect(read).toThrow(UsageError);
    expect(read).toThrow(/^analysis\.json contradicts itself:\n {2}[^\n]*$/);
    expect(read).toThrow(reason);
  });
});
