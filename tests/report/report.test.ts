import { describe, expect, test } from 'vitest';
import { CURVE_COLUMNS } from '../../src/pipeline/density-curve.ts';
import { coresCsv, linksCsv, placementsCsv, tasksCsv } from '../../src/report/csv.ts';
import type { ReportInput } from '../../src/report/input.ts';
import { flatMetrics, partRows, requireOwnKeys } from '../../src/report/metrics.ts';
import { TOLD } from '../../src/report/numbers-reference.ts';
import { buildReport, type PlacementResult, reportJson } from '../../src/report/report.ts';
import { summaryText } from '../../src/report/summary.ts';
import type { Column } from '../../src/report/table.ts';
import { reportText } from '../../src/report/text.ts';
import { expectGolden } from './golden.ts';
import { sampleInput } from './sample.ts';

const report = buildReport(sampleInput());
const [mesh, tiny] = report.targets;
const [capped] = mesh.placements;
const result = capped.result as PlacementResult;

/** The sample with parts of its first target replaced. */
function changed(target: Partial<ReportInput['targets'][number]>): ReportInput {
  const input = sampleInput();
  return { ...input, targets: [{ ...input.targets[0], ...target }] };
}

test('the text tells what a chip asks for beyond a slot a neuron and a row a source', () => {
  const { placements } = sampleInput().targets[0];
  const fanInSplit = { unitsSplit: 3, share: 0.25, extraUnits: 4, extraDepth: 1, note: 'exact here' };
  const overheads = { fanInSplit, copies: 5, expansion: { rows: 1.5, arrays: 1, columnsPerNeuron: 1 } };
  const asking = placements.map((placement) => ({
    ...placement,
    result: placement.result && { ...placement.result, metrics: { ...placement.result.metrics, overheads } },
  }));
  const text = reportText(buildReport(changed({ placements: asking })));
  expect(text).toContain('A source takes 1.50 rows on average for the signs of its synapses, in 1 array each.');
  expect(text).toContain('5 neuron slots more hold copies of neurons, which send to targets that one slot does not reach.');
  expect(text).toContain('3 units (25 %) listen to more sources than a core takes: 4 partial sums, up to 1 in a row; exact here.');
  // 27 synapses are stored, four of them sums.
  expect(text).toContain('23 of 27 weights are stored');
});

describe('the data', () => {
  test('say what the network is, counted by hand', () => {
    expect(report.network).toMatchObject({ neuronsTrained: 16, neurons: 12, selfConnections: 1, grid: '4x4' });
    expect(report.network.matrices).toEqual({
      recurrent: { synapses: 13, possible: 144, density: 13 / 144 },
      input: { synapses: 6, possible: 24, density: 0.25 },
      readout: { synapses: 8, possible: 24, density: 8 / 24 },
    });
    // Nine neighbours at ¼, one vertical at ¼, and two at (3 + 2)/4; of 12 connections between neurons.
    expect(report.network.meanConnectionLength).toBeCloseTo((10 * 0.25 + 2 * 1.25) / 12, 12);
  });

  test('list accuracy in the order of the pipeline, whatever the order of the files, integers last', () => {
    const input = sampleInput();
    const { stages, tasks, meanCeiling } = buildReport({ ...input, scores: [...input.scores].reverse() }).accuracy;
    expect(stages.map(({ key, target }) => [key, target])).toEqual([
      ['trained', null],
      ['pruned', null],
      ['mesh', 'mesh'],
    ]);
    expect(tasks[1]).toEqual({ task: 'dms', ceiling: 0.96875, accuracy: { trained: 0.875, pruned: 0.84375, mesh: 0.8125 } });
    expect(meanCeiling).toBe(0.984375);
  });

  test('count resources over the whole chip', () => {
    expect(result.resources[0]).toMatchObject({
      resource: 'neurons',
      used: 14,
      available: 96,
      headroom: 82,
      utilization: 14 / 96,
      max: 0.5,
      maxCore: 6,
    });
  });

  test('have sums that agree', () => {
    const rows = partRows(result);
    for (const { part } of rows) {
      expect(part.synapsesInsideCore + part.synapsesBetweenCores).toBe(part.synapses);
      expect(part.synapseHops.histogram.reduce((sum, count) => sum + count, 0)).toBe(part.synapses);
    }
    const { recurrent, input, readout } = report.network.matrices;
    expect(rows.map(({ part }) => part.synapses)).toEqual([
      recurrent.synapses,
      readout.synapses,
      input.synapses,
      recurrent.synapses + readout.synapses + input.synapses,
    ]);
    expect(result.cores.reduce((sum, core) => sum + core.synapses, 0)).toBe(result.total.synapses);
    expect(result.cores.reduce((sum, core) => sum + core.neurons, 0)).toBe(report.network.neurons);
    expect(result.cores.length).toBe(result.coresUsed);
    for (const { neuronTrafficPerStep, inputTrafficPerStep, trafficPerStep } of result.links?.loads ?? []) {
      expect(neuronTrafficPerStep + inputTrafficPerStep).toBe(trafficPerStep);
    }
    expect(Math.max(...(result.links?.loads ?? []).map(({ trafficPerStep }) => trafficPerStep))).toBe(result.links?.max);
  });

  test('put cores in their places on the chip', () => {
    expect(result.cores.map(({ id, tileX, tileY, slot }) => [id, tileX, tileY, slot])).toEqual([
      [6, 0, 1, 0],
      [8, 1, 1, 0],
      [10, 2, 1, 0],
      [2, 1, 0, 0],
    ]);
  });

  test('give the verdict: the fullest resource, or the limit that is exceeded most', () => {
    expect([capped.fits, capped.limiting]).toEqual([true, { resource: 'axons in', subject: 'core 6', share: 0.5625 }]);
    expect([tiny.placements[0].fits, tiny.placements[0].limiting]).toEqual([
      false,
      { resource: 'neurons', subject: 'the network', share: 1.75 },
    ]);
  });

  test('name a limit of 0 without dividing by it', () => {
    const [{ placements }] = sampleInput().targets;
    const violation = {
      rule: 'fit/negative-weights',
      subject: 'neuron 2',
      found: 3,
      limit: 0,
      unit: 'weights',
      source: 'mesh.json',
      remedies: ['another target'],
    };
    const refused = buildReport(changed({ placements: [{ ...placements[0], violations: [violation], result: null }] }));
    expect(refused.targets[0].placements[0].limiting).toEqual({ resource: 'negative weights', subject: 'neuron 2', share: null });
    expect(reportText(refused)).toContain('neuron 2 needs 3 weights, the limit is 0. Try: another target.');
  });

  test('list every assumption once: port, pitch, numbers of the file, what the models simplify, what the chip cannot do, and the caller’s', () => {
    const texts = report.assumptions.filter(({ subject }) => subject === 'mesh').map(({ text }) => text);
    expect(new Set(texts).size).toBe(texts.length);
    for (const part of [
      'west edge',
      'upper bounds',
      'limits.axonsIn = 16 (twice the neurons)',
      'energyProfiles[0].hop = 3 pJ (half of a router)',
      'time.hop.x = 4 ns and time.hop.y = 4 ns (2 cycles a hop)',
      'energy profile first2018: Before silicon.',
      'mean activity',
      'structural model: the chip sends binary values of 1 bit',
      'one chip is powered',
    ]) {
      expect(
        texts.filter((text) => text.includes(part)),
        part,
      ).toHaveLength(1);
    }
    // Simulated constants are no assumptions.
    expect(texts.join()).not.toContain('synop');
    // Neither is what nobody computes with.
    expect(texts.join()).not.toContain('boards');
  });

  test('list what a chip of crossbars is trusted to do', () => {
    const [{ target }] = sampleInput().targets;
    const file = {
      ...target.file,
      executes: ['dense-mvm'],
      recurrence: 'restricted',
      recurrenceNote: 'by buffers',
      neuronModels: ['sigmoid-unit'],
    };
    const trusted = buildReport(changed({ target: { ...target, file: file as typeof target.file } }));
    const texts = trusted.assumptions.map(({ text }) => text);
    expect(texts).toContain('recurrence is restricted: by buffers');
    expect(texts).toContain('its units (sigmoid-unit) can scale and rectify instead');
  });

  test('survive JSON', () => {
    expect(JSON.parse(reportJson(report))).toEqual(report);
  });
});

describe('columns', () => {
  const tables = [
    ...TOLD.map(({ title, columns }) => [title, columns] as const),
    ['searches', CURVE_COLUMNS as readonly Column<never>[]] as const,
  ];

  test.each(tables)('of %s have unique keys and a sentence that says what they mean', (_, columns) => {
    expect(new Set(columns.map(({ key }) => key)).size).toBe(columns.length);
    for (const { key, title, meaning } of columns) {
      expect(meaning, key).toMatch(/^[A-Z0-9].{8,}\.$/);
      expect(title, key).not.toBe('');
    }
  });
});

describe('metrics', () => {
  const metrics = flatMetrics(report);
  const bounds = Object.keys(metrics).filter((key) => /__(lower|upper)_bound$/.test(key));
  const keys = Object.keys(metrics).filter((key) => key !== 'schema' && !key.endsWith('__unit') && !bounds.includes(key));

  test('are flat numbers, each with its unit', () => {
    expect(keys.length).toBeGreaterThan(100);
    for (const key of keys) {
      expect(key).toMatch(/^[a-z0-9_]+__[a-z0-9_]+__[a-z0-9_]+$/);
      expect(metrics[key] === null || Number.isFinite(metrics[key]), key).toBe(true);
      expect(metrics[`${key}__unit`], key).toMatch(/./);
    }
    expect(Object.keys(metrics)).toHaveLength(2 * keys.length + bounds.length + 1);
  });

  test('tell a bound apart from a number: the number is unknown, the bound has a key of its own', () => {
    expect(bounds).toEqual(expect.arrayContaining(['map__mesh_cap_4__latency_us_per_step__lower_bound']));
    for (const key of bounds) {
      expect(metrics[key], key).toEqual(expect.any(Number));
      expect(metrics[key.replace(/__(lower|upper)_bound$/, '')], key).toBeNull();
    }
    expect(metrics).toMatchObject({
      map__mesh_cap_4__latency_us_per_step: null,
      map__mesh_cap_4__latency_us_per_step__lower_bound: 0.084,
      map__mesh_cap_4__latency_us_per_step__unit: 'µs/step',
      map__mesh_cap_4__latency_complete: 0,
    });
  });

  test('hold the numbers of the report', () => {
    expect(metrics).toMatchObject({
      map__mesh_cap_4__cores_used: 4,
      map__mesh__cores_used: 4,
      map__mesh_cap_4__wiring_cost: 4.25,
      map__mesh_cap_4__all_synapses: 27,
      map__mesh_cap_4__axons_in_used: 29,
      map__mesh_cap_4__energy_nj_per_step: 1.20025,
      map__mesh_cap_4__energy_nj_per_step__unit: 'nJ/step',
      map__tiny__fits: 0,
      map__tiny__wiring_cost: null,
      accuracy__pruned__tasks_near_ceiling: 1,
      verify__mesh__mismatches: 0,
    });
  });

  test('refuse targets whose names differ only in signs, their caps included', () => {
    const refused = (...labels: string[]) => expect(() => requireOwnKeys(labels, [null, 25]), labels.join(' '));
    refused('a-b', 'a', 'a_b').toThrow(/^targets a-b and a_b cannot be told apart in metrics\.json, which would call both a_b; /);
    refused('chip:rows=8', 'chip-rows-8').toThrow(/which would call both chip_rows_8; /);
    refused('a', 'a-cap-25').toThrow(/which would call both a_cap_25; /);
    refused('a', 'a-cap-2', 'b').not.toThrow();
    expect(() => requireOwnKeys(['a', 'a-cap-25'], [null, null])).not.toThrow();
  });
});

describe('texts', () => {
  test('compare accuracies only where they stand on the same trials', () => {
    expect(summaryText(report)).toContain('accuracy in integers 0.875, 0.016 below pruned');
    const { scores } = sampleInput().targets[0];
    if (scores === null) throw new Error('the sample has scores');
    for (const other of [{ trialsPerTask: 50 }, { seed: 8 }]) {
      const text = summaryText(buildReport(changed({ scores: { ...scores, ...other } })));
      expect(text).toContain(`accuracy in integers 0.875, on other trials than pruned (${other.trialsPerTask ?? 200} of each task)`);
    }
  });

  const files = [
    { path: 'run/report.json', holds: 'everything, as data' },
    { path: 'run/mesh/placement.svg', holds: 'the network on the chip' },
  ];

  test('are the golden ones', () => {
    expectGolden('summary.txt', summaryText(report, { files }));
    expectGolden('report.txt', reportText(report, { files }));
  });

  test('say the same in colour', () => {
    const coloured = reportText(report, { files, colour: true });
    expect(coloured).toContain('\u001b[31mdoes not fit');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for.
    const plain = coloured.replaceAll(/\u001b\[\d+m/g, '').replaceAll(/ +$/gm, '');
    expect(plain).toBe(reportText(report, { files }));
  });

  test('give a lower bound where terms are missing: what is known, at the low end', () => {
    const [{ placements }] = sampleInput().targets;
    const [placement] = placements;
    if (placement.result === null) throw new Error('the sample has results');
    const [energy] = placement.result.energy;
    const terms = [
      { name: 'cells', value: 3000, low: 1500, high: 3000, constants: ['cellRead'] },
      { name: 'static power', value: null, low: null, high: null, constants: ['staticPower'] },
    ];
    const partial = { value: 3000, low: 1500, high: 3000 };
    const estimate = { ...energy, terms, dynamic: { ...partial, complete: true }, total: { ...partial, complete: false } };
    const text = reportText(buildReport(changed({ placements: [{ ...placement, result: { ...placement.result, energy: [estimate] } }] })));
    expect(text).toMatch(/ 3\.00 +≥ 1\.50 /);
    expect(text).toContain('mesh: energy is a lower bound; unknown and left out: static power.');
    expect(text).toMatch(/^ +all that is known +3,000 +1,500 +3,000 +pJ +100 %/m);
  });

  test('say what the columns of the cost table do not show', () => {
    const input = sampleInput();
    const [{ target, placements }] = input.targets;
    const vectors = { ...target.file, routing: { castMode: 'dense-vector' } };
    expect(summaryText(buildReport(changed({ target: { ...target, file: vectors as typeof target.file } })))).toContain(
      'mesh: whole vectors are sent',
    );
    const [placement] = placements;
    if (placement.result === null) throw new Error('the sample has results');
    const { metrics } = placement.result;
    // Cores 6 and 7 share the tile at (0, 1).
    const together = {
      ...placement,
      result: { ...placement.result, metrics: { ...metrics, cores: [{ ...metrics.cores[0] }, { ...metrics.cores[0], id: 7 }] } },
    };
    expect(summaryText(buildReport(changed({ placements: [together] })))).toContain('mesh: all cores in use share a router');
    expect(summaryText(report)).not.toMatch(/share a router|whole vectors/);
  });

  test('count the weights that quantization made zero', () => {
    const { network } = report;
    const { recurrent } = network.matrices;
    const denser = { ...network, matrices: { ...network.matrices, recurrent: { ...recurrent, synapses: recurrent.synapses + 3 } } };
    expect(reportText({ ...report, network: denser })).toContain("27 of 30 weights are stored; the others are 0 in the chip's integers.");
    expect(reportText(report)).not.toContain('are stored');
  });

  test('tell a mismatch before anything reassuring', () => {
    const [{ verification }] = sampleInput().targets;
    if (verification === null) throw new Error('the sample is verified');
    const mismatches = [
      { between: ['a', 'b'] as const, trial: 3, step: 4, unit: 'neuron' as const, index: 5, values: [1, 2] as const, differing: 9 },
    ];
    const text = summaryText(buildReport(changed({ verification: { ...verification, mismatches } })));
    expect(text).toContain('mesh: MISMATCH, a and b first differ in trial 3, step 4, neuron 5');
    expect(text).not.toContain('computed the same');
  });

  test('tell float files that are too far apart, and are silent where none were verified', () => {
    const input = sampleInput();
    const { forms } = input;
    if (forms === null) throw new Error('the sample is verified');
    const [comparison] = forms.comparisons;
    const far = { ...forms, comparisons: [{ ...comparison, beyond: 7, first: comparison.largest }] };
    const text = summaryText(buildReport({ ...input, forms: far }));
    expect(text).toContain(
      'MISMATCH, float network and model.seq.onnx in onnxruntime-node are first too far apart in trial 3, step 4, neuron 5',
    );
    expect(text).not.toContain('came within');
    expect(summaryText(buildReport({ ...input, forms: null }))).not.toContain('Float ONNX');
  });

  test('do without what was not measured', () => {
    const input = sampleInput();
    const [target] = input.targets;
    const bare = target.placements.map((placement) => {
      if (placement.result === null) throw new Error('the sample has results');
      const { metrics } = placement.result;
      const { parts, total } = metrics;
      const still = (part: typeof total) => ({ ...part, traffic: null, synapseWireLengthMm: null, connectionWireLengthMm: null });
      return {
        ...placement,
        result: {
          ...placement.result,
          metrics: {
            ...metrics,
            wireLengthBasis: null,
            links: null,
            parts: { recurrent: still(parts.recurrent), readout: still(parts.readout), input: still(parts.input) },
            total: still(total),
          },
          energy: [],
          latency: [],
        },
      };
    });
    const unmeasured = buildReport({
      ...input,
      training: null,
      scores: [],
      targets: [{ ...target, placements: bare, scores: null, verification: null, activity: null, warnings: [] }],
    });
    const text = reportText(unmeasured);
    expect(text).toContain('Traffic was not measured.');
    expect(text).toContain('not verified');
    expect(text).toMatch(/ unknown {2,}unknown/);
    expect(text).not.toMatch(/NaN|undefined|null/);
    expect(flatMetrics(unmeasured)['map__mesh__energy_nj_per_step']).toBeNull();
  });
});

test('CSV files have a header and a line for each row', () => {
  const lines = (csv: string) => csv.trimEnd().split('\n');
  expect(lines(coresCsv(result))).toHaveLength(1 + 4);
  expect(lines(linksCsv(result))[1]).toBe('0,1,1,1,1.5,2,3.5');
  expect(linksCsv({ ...result, links: null })).toBe('fromX,fromY,toX,toY,neuronTrafficPerStep,inputTrafficPerStep,trafficPerStep\n');
  expect(tasksCsv(report)).toBe('task,ceiling,trained,pruned,mesh\ngo,1,0.96875,0.9375,0.9375\ndms,0.96875,0.875,0.84375,0.8125\n');
  expect(lines(placementsCsv(report))).toHaveLength(1 + 3);
});
