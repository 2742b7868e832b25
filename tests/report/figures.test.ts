// Do the figures of trained networks show what was measured, and nothing that was not?
import { describe, expect, test } from 'vitest';
import { csrFromDense } from '../../src/network/csr.ts';
import type { Network } from '../../src/network/network.ts';
import { brainMap } from '../../src/report/brain-map.ts';
import { connectionMap } from '../../src/report/connection-map.ts';
import { comparisonFigures, FIGURES, networkFigures } from '../../src/report/figures.ts';
import { layoutComparison } from '../../src/report/layout-comparison.ts';
import { nullHistograms } from '../../src/report/null-histograms.ts';
import { type ParetoPlot, paretoPlot } from '../../src/report/pareto-plot.ts';
import { performancePlot } from '../../src/report/performance-plot.ts';
import { encodePng } from '../../src/report/pixels.ts';
import { seriesStyle } from '../../src/report/series.ts';
import { varianceCurve } from '../../src/report/variance-curve.ts';
import { weightMatrix } from '../../src/report/weight-matrix.ts';
import { sampleAnalysis, silentAnalysis } from './analysis-sample.ts';
import { boundsOf, inside, overlapsIn } from './bounds.ts';
import { expectGolden } from './golden.ts';
import { sampleNetwork } from './sample.ts';
import { elementsOf, parseXml, titleOf, wordsOf } from './xml.ts';

const network = sampleNetwork();
const analysis = sampleAnalysis(network);
const other = { ...sampleAnalysis(network), network: { ...analysis.network, train: { condition: 'l1' } } };
const inLine: Network = { ...network, grid: { rows: 1, columns: 16, metric: 'l1' } };

const PARETO: ParetoPlot = {
  title: 'Error against wiring length',
  x: { label: 'wiring length (grid sides)', log: true },
  series: [
    {
      name: 'bimt',
      points: [
        { x: 0, error: 0.75, label: 'λ 1e-3' },
        { x: 10, error: 0.5, label: 'λ 1e-4' },
        { x: 100, error: 0.125, label: 'λ 1e-5' },
        { x: 200, error: 0.25, label: 'λ 1e-6' },
      ],
      hypervolume: { mean: 1.25, spread: 0.03125 },
    },
    { name: 'l1', points: [{ x: 1000, error: 0.125, label: 'λ 1e-5' }], hypervolume: { mean: 0.75, spread: null } },
    { name: 'none', points: [], hypervolume: null },
  ],
};

const compared = comparisonFigures([
  { name: 'bimt', network, analysis },
  { name: 'l1', network, analysis: other },
]);

const pictures: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(networkFigures(network, analysis, 'sample')).map(([file, svg]) => [`figures/${file}`, svg])),
  ...Object.fromEntries(Object.entries(compared).map(([file, svg]) => [`figures/compared.${file}`, svg])),
  'figures/line.brain-map.svg': networkFigures(inLine, sampleAnalysis(inLine), 'a line')['brain-map.svg'],
  'figures/line.connection-map.svg': networkFigures(inLine, sampleAnalysis(inLine), 'a line')['connection-map.svg'],
  'figures/pareto.svg': paretoPlot(PARETO),
};

test('every figure exists, those that depend on the layout once for each layout', () => {
  const placed = FIGURES.filter((figure) => figure.placed).map(({ name }) => `${name}.searched.svg`);
  expect(Object.keys(networkFigures(network, analysis)).sort()).toEqual([...FIGURES.map(({ name }) => `${name}.svg`), ...placed].sort());
  expect(Object.keys(networkFigures(network, { ...analysis, layouts: analysis.layouts.slice(0, 1) }))).toHaveLength(FIGURES.length);
});

describe.each(Object.entries(pictures))('%s', (file, svg) => {
  test('is the golden one', () => expectGolden(file, svg));

  test('is well-formed, with a title, its words inside and apart from each other', () => {
    const root = parseXml(svg);
    const [width, height] = [Number(root.attributes['width']), Number(root.attributes['height'])];
    expect(titleOf(root)).toBeTruthy();
    for (const text of elementsOf(root, 'text')) expect(boundsOf(text), text.text).toSatisfy(inside(width, height));
    expect(overlapsIn(root)).toEqual([]);
  });
});

describe('pictures of a network in which nothing happens', () => {
  const empty = { ...network, recurrent: csrFromDense(new Float32Array(144), 12, 12) };
  const files = networkFigures(empty, silentAnalysis(empty), 'a silent network');

  test('say so instead of drawing nothing', () => {
    const said = (name: string) => wordsOf(parseXml(files[name] as string)).join(' / ');
    expect(said('brain-map.svg')).toContain('no active neurons');
    expect(said('task-variance-matrix.svg')).toContain('no active neurons');
    expect(said('task-variance.svg')).toContain('0 of 12 neurons active');
    expect(said('null-histograms.svg')).toContain('unknown: no functional clusters to measure');
    expect(said('weight-matrix.svg')).toContain('no recurrent connections');
    expect(said('performance.svg')).toContain('no tasks');
  });

  test('hold no number that is none', () => {
    const nothing = [paretoPlot({ ...PARETO, series: [] }), layoutComparison('a', []), performancePlot('a', []), varianceCurve('a', [])];
    for (const svg of [...Object.values(files), ...Object.values(comparisonFigures([])), ...nothing]) {
      expect(svg).not.toMatch(/NaN|Infinity|undefined|null/);
      parseXml(svg);
    }
  });
});

describe('the connection map', () => {
  test('of a dense network draws the strongest and says how many, in a file of sensible size', () => {
    const weights = Float32Array.from({ length: 160_000 }, (_, at) => ((at * 7919) % 160_000) / 160_000 + 0.5);
    const dense: Network = {
      ...network,
      neurons: 400,
      grid: { rows: 20, columns: 20, metric: 'l1' },
      site: Int32Array.from({ length: 400 }, (_, i) => i),
      recurrent: csrFromDense(weights, 400, 400),
    };
    const svg = connectionMap('a', dense);
    expect(svg).toContain('400 neurons, 160,000 recurrent connections (the 2,500 strongest drawn)');
    const drawn = svg.match(/<title>neuron \d+ to [^<]*<\/title>/g) ?? [];
    expect(drawn).toHaveLength(2500);
    // The strongest 2500 are those above 1.5 − 2500/160,000.
    for (const title of drawn) expect(Number(title.match(/: ([\d.]+)/)?.[1])).toBeGreaterThanOrEqual(1.484);
    expect(svg.length).toBeLessThan(700_000);
  });

  test('puts neurons where a layout has them', () => {
    const site = Array.from({ length: 12 }, (_, i) => 15 - i);
    expect(connectionMap('a', network, site)).toContain('neuron 0 at row 3, column 3');
  });
});

describe('the brain map', () => {
  test('draws each active neuron once, with its number, and no other', () => {
    const root = parseXml(pictures['figures/brain-map.svg'] as string);
    const titles = elementsOf(root, 'g').flatMap((group) => titleOf(group) ?? []);
    expect(titles).toHaveLength(9);
    expect(titles[3]).toBe('neuron 3 at row 0, column 3: task variance 0.625, cluster 2 (rtgo)');
    // Three squares and one sign in the legend for each of the three clusters.
    for (const name of ['1', '2', '3']) expect(wordsOf(root).filter((word) => word === name).length).toBeGreaterThanOrEqual(4);
    expect(wordsOf(root).join()).toContain('go (3)');
  });

  test('tells 29 clusters apart by number, and by colour and texture together', () => {
    const looks = new Set<string>();
    const grid = { rows: 1, columns: 29, metric: 'l1' } as const;
    const active = Array.from({ length: 29 }, (_, i) => i);
    const clusters = active.map((cluster) => ({ size: 1, preferredTask: `t${cluster}` }));
    const many = {
      ...analysis,
      activity: { tasks: ['a'], active, taskVariance: active.map(() => [1]) },
      clusters: { tried: [], silhouette: 1, labels: active, clusters },
    };
    const root = parseXml(brainMap('a', grid, many, { site: active, isolated: null }));
    for (const group of elementsOf(root, 'g').filter((one) => titleOf(one) !== undefined)) {
      const [path] = elementsOf(group, 'path');
      const texture = path === undefined ? 0 : (path.attributes['d']?.replace(/[\d. ]+/g, '') ?? 0);
      looks.add(`${elementsOf(group, 'rect')[0]?.attributes['fill']} ${texture} ${wordsOf(group).join()}`);
    }
    expect(looks.size).toBe(29);
    expect(overlapsIn(root)).toEqual([]);
  });
});

test('the sorted task variance marks the threshold at the number of active neurons', () => {
  const svg = pictures['figures/task-variance.svg'] as string;
  expect(svg).toContain('9 of 12 neurons active (task variance above 0.001)');
  expect(svg).toContain('values below 0.000001 lie on the axis');
});

test('the task variance matrix names the mean of each cluster in each task', () => {
  const titles = elementsOf(parseXml(pictures['figures/task-variance-matrix.svg'] as string), 'rect').flatMap(
    (rect) => titleOf(rect) ?? [],
  );
  // Neurons 0, 1, 2 over their largest: dms 0, 0.25, 0.
  expect(titles).toContain('cluster 1 (go, 3 neurons), dms: mean 0.08 of the largest');
  expect(titles).toContain('cluster 1 (go, 3 neurons), go: mean 1.00 of the largest');
});

describe('the null histograms', () => {
  test('write value, shuffles, z and p, and say what is unknown', () => {
    const said = wordsOf(parseXml(pictures['figures/null-histograms.svg'] as string));
    expect(said).toContain('isolated neurons: 0.250, shuffled 0.750 ± 0.125, z = −4.00, p = 0.00050');
    expect(said.join()).toContain('z unknown (all shuffles alike), p = 1.0');
  });

  test('show one measure where the other is unknown', () => {
    const said = wordsOf(parseXml(nullHistograms('a', { isolated: analysis.layouts[0].isolated, clusterSize: null }, 10)));
    expect(said).toContain('cluster size: unknown');
    expect(said.join()).toContain('isolated neurons: 0.250');
  });
});

describe('the Pareto plot', () => {
  const root = parseXml(pictures['figures/pareto.svg'] as string);

  test('fills the points of the front and leaves dominated ones hollow', () => {
    const marks = elementsOf(root, 'path').filter((path) => titleOf(path) !== undefined);
    expect(marks).toHaveLength(5);
    const hollow = marks.filter((mark) => mark.attributes['fill'] === '#ffffff').map(titleOf);
    expect(hollow).toEqual(['bimt, λ 1e-6: wiring length (grid sides) 200.0, error 0.250']);
  });

  test('draws the front as steps: to the right, then down', () => {
    const front = elementsOf(root, 'path').find(
      ({ attributes }) => attributes['stroke'] === seriesStyle(0).colour && !attributes['transform'],
    );
    const points = [...(front?.attributes['d'] ?? '').matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
    expect(points).toHaveLength(5);
    for (const [i, [x, y]] of points.entries()) {
      const before = points[i - 1];
      if (before !== undefined) expect(i % 2 === 1 ? y : x).toBe(before[i % 2 === 1 ? 1 : 0]);
    }
  });

  test('writes the hypervolume of each series, and which have no networks', () => {
    expect(wordsOf(root)).toEqual(expect.arrayContaining(['bimt: 1.250 ± 0.031', 'l1: 0.750', 'none: no networks']));
  });
});

describe('the weight matrix', () => {
  test('is small and the same each time for 400 dense neurons, and shares cells beyond 800', () => {
    const dense = (neurons: number, every = 1): Network => ({
      ...network,
      neurons,
      grid: { rows: 1, columns: neurons, metric: 'l1' },
      site: Int32Array.from({ length: neurons }, (_, i) => i),
      recurrent: csrFromDense(
        Float32Array.from({ length: neurons * neurons }, (_, at) => (at % every === 0 ? (at % 3) - 1 : 0)),
        neurons,
        neurons,
      ),
    });
    const svg = weightMatrix('a', dense(400));
    expect(svg.length).toBeLessThan(300_000);
    expect(weightMatrix('a', dense(400))).toBe(svg);
    const shared = weightMatrix('a', dense(900, 97));
    expect(shared).toContain('the strongest of 2 × 2 in each cell');
    expect(shared.length).toBeLessThan(1_000_000);
  });

  test('orders neurons by the sites of a layout', () => {
    const reversed = Array.from({ length: 12 }, (_, i) => 11 - i);
    expect(weightMatrix('a', network, reversed)).not.toBe(weightMatrix('a', network));
    // A matrix turned by 180° is the matrix of the network whose neurons are numbered backwards.
    const turned = new Float32Array(144);
    for (let to = 0; to < 12; to++)
      for (let at = network.recurrent.indptr[to]; at < network.recurrent.indptr[to + 1]; at++)
        turned[(11 - to) * 12 + 11 - network.recurrent.indices[at]] = network.recurrent.values[at];
    const href = (svg: string) => svg.match(/href="[^"]*"/)?.[0];
    const backwards = { ...network, recurrent: csrFromDense(turned, 12, 12) };
    expect(href(weightMatrix('a', network, reversed))).toBe(href(weightMatrix('a', backwards)));
  });
});

test('an image keeps its cells as they are', () => {
  const png = Buffer.from(encodePng({ width: 2, height: 1, cells: Uint8Array.of(1, 0), palette: ['#000000', '#ff0000'] }));
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  expect(png.toString('hex')).toContain(`${Buffer.from('PLTE').toString('hex')}000000ff0000`);
  // One stored block of three bytes: filter 0, cells 1 and 0; Adler-32 = (1 + 0 + 1 + 0 = 2, 1 + 2 + 2 = 5).
  expect(png.toString('hex')).toContain('7801010300fcff00010000050002');
  expect(() => encodePng({ width: 2, height: 2, cells: new Uint8Array(3), palette: [] })).toThrow(RangeError);
});

test('49 series differ in their look', () => {
  expect(new Set(Array.from({ length: 49 }, (_, i) => JSON.stringify(seriesStyle(i)))).size).toBe(49);
});

test('the layout comparison groups networks by how they were trained', () => {
  const root = parseXml(compared['layout-comparison.svg'] as string);
  expect(wordsOf(root)).toEqual(expect.arrayContaining(['bimt', 'l1']));
  expect(elementsOf(root, 'path').flatMap((path) => titleOf(path) ?? [])).toContain('bimt: as trained 4.500, searched 3.750 grid sides');
});
