import { describe, expect, it, test } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { type ComparedRun, compareRuns, MEASURES } from '../../src/report/comparison.ts';
import { comparisonData, comparisonHtml, comparisonMarkdown, comparisonText, missedText } from '../../src/report/comparison-formats.ts';
import type { ReportInput, TargetInput } from '../../src/report/input.ts';
import { flatMetrics } from '../../src/report/metrics.ts';
import { buildReport } from '../../src/report/report.ts';
import { judge, parseRequirement } from '../../src/report/requirements.ts';
import { sampleInput } from './sample.ts';

type Placed = NonNullable<TargetInput['placements'][number]['result']>;

/** The sample with its exported placement changed. */
function run(name: string, change: (result: Placed) => Placed = (result) => result, more: Partial<ReportInput> = {}): ComparedRun {
  const input = sampleInput();
  const [mesh, tiny] = input.targets as [TargetInput, TargetInput];
  const [exported, ...others] = mesh.placements as [TargetInput['placements'][number], ...TargetInput['placements']];
  const placements = [{ ...exported, result: exported.result && change(exported.result) }, ...others];
  return { name, report: buildReport({ ...input, targets: [{ ...mesh, placements }, tiny], ...more }) };
}

/** A total of so much energy, in pJ. */
const energy =
  (value: number, complete = true) =>
  (result: Placed) => {
    const total = { value, low: value, high: value, complete };
    return { ...result, energy: result.energy.map((estimate) => ({ ...estimate, dynamic: total, total })) };
  };

const before = run('before');
/** A tenth more energy. */
const after = run('after', energy(1320.275));
const judged = (runs: readonly ComparedRun[], ...texts: string[]) =>
  judge(texts.map(parseRequirement), compareRuns(runs, runs.length > 1 ? 'before' : null));

describe('a comparison', () => {
  it('has a case for the exported placement of every target of every run', () => {
    const { cases } = compareRuns([before, after], 'before');
    expect(cases.map((one) => [one.run.name, one.target.label, one.placement.cap])).toEqual([
      ['before', 'mesh', 4],
      ['before', 'tiny', null],
      ['after', 'mesh', 4],
      ['after', 'tiny', null],
    ]);
  });

  it('tells the difference of every measure, absolute and relative', () => {
    const { differences } = compareRuns([before, after], 'before');
    expect(differences).toHaveLength(2 * MEASURES.length);
    const of = (target: string, name: string) => differences.find((one) => one.target === target && one.measure.name === name);
    expect(of('mesh', 'energy')).toMatchObject({ run: 'after', before: 1.20025, after: 1.320275 });
    expect(of('mesh', 'energy')?.absolute).toBeCloseTo(0.120025, 12);
    expect(of('mesh', 'energy')?.relative).toBeCloseTo(0.1, 12);
    expect(of('mesh', 'cores')).toMatchObject({ before: 4, after: 4, absolute: 0, relative: 0 });
    // 13 recurrent, 6 input and 8 readout weights.
    expect(of('mesh', 'synapses')).toMatchObject({ before: 27, after: 27, absolute: 0 });
    expect(of('mesh', 'latency')).toMatchObject({ before: { bound: '≥', value: 0.084 }, absolute: 0 });
    expect(of('mesh', 'accuracy')).toMatchObject({ before: 0.875 });
    // Where nothing was placed there is no number, and no difference.
    expect(of('tiny', 'energy')).toMatchObject({ before: '', after: '', absolute: null, relative: null });
    expect(of('tiny', 'accuracy')).toMatchObject({ before: null, after: null, absolute: null });
  });

  it('has no relative difference from 0', () => {
    const { differences } = compareRuns([run('before', energy(0)), run('after', energy(10))], 'before');
    expect(differences.find(({ measure }) => measure.name === 'energy')).toMatchObject({ absolute: 0.01, relative: null });
  });

  it('leaves targets alone that the baseline does not have', () => {
    const { targets } = sampleInput();
    const wide = run('wide', undefined, { targets: targets.slice(0, 1) });
    const { differences } = compareRuns([wide, { ...after, name: 'after' }], 'wide');
    expect([...new Set(differences.map(({ target }) => target))]).toEqual(['mesh']);
    expect(comparisonText(compareRuns([wide, after], 'wide'), [], false)).toContain('Not compared, as only one side has it: tiny.');
  });
});

describe('a requirement', () => {
  test.each([
    ['energy<=1.05*baseline', 'energy', null, '<=', 1.05, true],
    [' cores@rram-mesh:rows=128,adcBits=6 < 9 ', 'cores', 'rram-mesh:rows=128,adcBits=6', '<', 9, false],
    ['accuracy >= baseline', 'accuracy', null, '>=', 1, true],
    ['fits==1', 'fits', null, '==', 1, false],
    ['wiring>1e-3', 'wiring', null, '>', 0.001, false],
    ['wiring> 2 * baseline', 'wiring', null, '>', 2, true],
  ])('%s is read', (text, metric, target, operator, factor, ofBaseline) => {
    expect(parseRequirement(text)).toEqual({ text, metric, target, operator, factor, ofBaseline });
  });

  test.each(['', 'energy', 'energy<=', '<=3', 'energy=<3', 'energy<=many', 'energy<=2*3', 'energy<=x*baseline', 'energy<=Infinity'])(
    "'%s' is refused",
    (text) => {
      expect(() => parseRequirement(text)).toThrow(UsageError);
      expect(() => parseRequirement(text)).toThrow(/write METRIC/);
    },
  );

  test.each([
    // Energy: 1.20025 before, 1.320275 after; limits are kept off the last digits of a product.
    ['energy<=1.11*baseline', 'met'],
    ['energy<=1.09*baseline', 'missed'],
    ['energy<1.33', 'met'],
    ['energy>=1.33', 'missed'],
    ['energy>1.2', 'met'],
    ['energy==1.320275', 'met'],
    ['energy==1', 'missed'],
    ['cores<=4', 'met'],
    ['cores<4', 'missed'],
    ['cores>=4', 'met'],
    ['cores>4', 'missed'],
    ['cores==baseline', 'met'],
    ['fits==1', 'met'],
    ['accuracy>=0.875', 'met'],
    // Latency is at least 0.084: more than a smaller limit for certain, less than a larger one perhaps.
    ['latency<=0.01', 'missed'],
    ['latency<=1', 'unknown'],
    ['latency>=0.08', 'met'],
    ['latency>=1', 'unknown'],
    ['latency<=baseline', 'met'],
    ['latency<=0.9*baseline', 'missed'],
    // Wire length is at most so much: the other way round.
    ['wire<=1000', 'met'],
    ['wire>=1000', 'missed'],
    ['wire>=0', 'unknown'],
    // Every number of the metrics has a name.
    ['recurrent_synapses<=13', 'met'],
    ['neurons_limit==8', 'met'],
    // A chip without routing tables.
    ['table_entries<=5', 'unknown'],
  ])('%s on the mesh: %s', (text, outcome) => {
    expect(judged([before, after], text.replace(/^\w+/, '$&@mesh')).map((verdict) => verdict.outcome)).toEqual([outcome]);
  });

  it('is asked of every target of every run but the baseline, or of the only run', () => {
    const subjects = (runs: readonly ComparedRun[]) => judged(runs, 'fits==1').map(({ run, target, outcome }) => [run, target, outcome]);
    expect(subjects([before, after])).toEqual([
      ['after', 'mesh', 'met'],
      ['after', 'tiny', 'missed'],
    ]);
    expect(subjects([before])).toEqual([
      ['before', 'mesh', 'met'],
      ['before', 'tiny', 'missed'],
    ]);
  });

  it('on a number that is unknown is missed, with the reason', () => {
    const unmeasured = run('before', (result) => ({ ...result, energy: [] }));
    const [value] = judged([unmeasured], 'energy@mesh<=1');
    expect(value).toMatchObject({ outcome: 'unknown', value: null, reason: 'it is unknown' });
    expect(judged([unmeasured, after], 'energy@mesh<=baseline')[0]).toMatchObject({
      outcome: 'unknown',
      limit: null,
      reason: 'in the baseline it is unknown',
    });
    expect(judged([before], 'energy@tiny<=1')[0]).toMatchObject({ outcome: 'unknown', reason: 'the network does not fit this target' });
    expect(missedText(judged([unmeasured], 'energy@mesh<=1'))).toMatch(
      /^1 requirement of 1 not met\n {2}energy@mesh<=1: energy of before on mesh is unknown, asked for <= 1 nJ\/step; it is unknown\n {2}try: /,
    );
  });

  it('that is missed is told with the number, the limit and what would be met', () => {
    expect(missedText(judged([before, after], 'energy@mesh<=1.05*baseline', 'cores@mesh<=3'))).toBe(
      [
        '2 requirements of 2 not met',
        '  energy@mesh<=1.05*baseline: energy of after on mesh is 1.32028 nJ/step, asked for <= 1.26026 nJ/step (1.05 × baseline)',
        '  cores@mesh<=3: cores of after on mesh is 4, asked for <= 3',
        '  try: a better network or placement; this one meets energy@mesh<=1.1*baseline',
        '  try: a better network or placement; this one meets cores@mesh<=4',
      ].join('\n'),
    );
    expect(missedText(judged([before, after], 'cores@mesh<=4'))).toBe('');
  });

  it('with a name that nobody knows, or without the baseline it needs, is refused', () => {
    expect(() => judged([before], 'enrgy<=1')).toThrow(
      "unknown metric 'enrgy'; did you mean 'energy'? list all with: bimt-export compare --help",
    );
    expect(() => judged([before], 'energy@mash<=1')).toThrow("no run has the target 'mash'; there are: mesh, tiny");
    expect(() => judged([before], 'energy<=baseline')).toThrow('needs a baseline');
  });
});

describe('a comparison is told', () => {
  const EVIL = '<script>alert(1)</script>';
  const comparison = compareRuns([before, { ...after, name: EVIL }], 'before');
  const verdicts = judge([parseRequirement('energy<=baseline')], comparison);

  it('in text: what changed, and what did not', () => {
    const text = comparisonText(compareRuns([before, after], 'before'), [], false);
    expect(text).toMatch(/\n {2}mesh {4}energy \(nJ\/step\) +1\.20 +1\.32 +\+0\.120 +\+10 %\n/);
    expect(text).toMatch(/The same in all: accuracy, neurons, synapses, density, fits, cores, .* and steps\/s\./);
    expect(comparisonText(compareRuns([before, { ...before, name: 'again' }], 'before'), [], false)).toContain(
      'against before\n  Nothing.',
    );
    expect(comparisonText(compareRuns([before], null), [], false)).not.toContain('changed');
  });

  it('in data: every number of metrics.json, and bounds as such', () => {
    const data = comparisonData(comparison, verdicts);
    const flat = flatMetrics(before.report);
    const [mesh] = data.cases;
    for (const [name, { value, bound, unit }] of Object.entries(mesh.metrics)) {
      const key = `map__mesh_cap_4__${name}`;
      if (!(key in flat)) continue;
      const found = flat[`${key}__${bound === '≥' ? 'lower' : 'upper'}_bound`];
      expect([value, unit], name).toEqual([bound === undefined ? flat[key] : found, flat[`${key}__unit`]]);
    }
    expect(mesh.metrics['latency']).toEqual({ value: 0.084, bound: '≥', unit: 'µs/step' });
    expect(Object.keys(mesh.metrics).length).toBeGreaterThan(100);
    expect(data.requirements.map(({ target, outcome }) => [target, outcome])).toEqual([
      ['mesh', 'missed'],
      ['tiny', 'unknown'],
    ]);
    expect(JSON.parse(JSON.stringify(data))).toEqual(data);
  });

  it('in HTML and Markdown with names as text, whatever they hold', () => {
    const html = comparisonHtml(comparison, verdicts);
    expect(html).not.toContain('<script');
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).not.toMatch(/(src|href|url)\s*[=(]/);
    expect(html).toContain('<td class="words bad">missed</td>');
    const markdown = comparisonMarkdown(comparison, verdicts);
    expect(markdown).not.toContain('<script');
    expect(markdown).toContain('| &lt;script>alert(1)&lt;/script> | mesh |');
  });
});
