import { describe, expect, test } from 'vitest';
import { csrFromDense } from '../../src/network/csr.ts';
import { connectionMap } from '../../src/report/connection-map.ts';
import { linkTrafficPlot } from '../../src/report/link-traffic.ts';
import { placementPlot } from '../../src/report/placement.ts';
import { buildReport, type PlacementResult, type TargetReport } from '../../src/report/report.ts';
import { weightDistancePlot } from '../../src/report/weight-distance.ts';
import { type NetworkShape, type Topology, topologyOf } from '../../src/targets/topology.ts';
import { boundsOf, inside } from './bounds.ts';
import { expectGolden } from './golden.ts';
import { meshTopology, sampleInput, sampleNetwork, samplePlacement } from './sample.ts';
import { elementsOf, parseXml, titleOf, wordsOf } from './xml.ts';

/** The sample's placement on another chip of at least 11 cores. */
function on(topology: Topology): [TargetReport, PlacementResult, Topology] {
  const input = sampleInput();
  const [target] = input.targets;
  const report = buildReport({ ...input, targets: [{ ...target, topology, placements: [samplePlacement(topology, null)] }] });
  return [report.targets[0], report.targets[0].placements[0].result as PlacementResult, topology];
}

const mesh = meshTopology(3, 2, 2);
const report = buildReport(sampleInput());
const pictures: Readonly<Record<string, () => string>> = {
  'connection-map.svg': () => connectionMap('12 neurons after pruning', sampleNetwork()),
  'weight-distance.svg': () => weightDistancePlot('Weight against distance', report.weightByDistance),
  'placement.svg': () => placementPlot(...on(mesh)),
  'link-traffic.svg': () => linkTrafficPlot(...on(mesh)),
};

describe.each(Object.entries(pictures))('%s', (file, draw) => {
  test('is the golden one, and the same each time', () => {
    const svg = draw();
    expect(draw()).toBe(svg);
    expectGolden(file, svg);
  });

  test('is well-formed, has a title, a light background, and all its words inside', () => {
    const root = parseXml(draw());
    const [width, height] = [Number(root.attributes['width']), Number(root.attributes['height'])];
    expect(root.attributes['viewBox']).toBe(`0 0 ${width} ${height}`);
    expect(titleOf(root)).toBeTruthy();
    expect(elementsOf(root, 'rect')[0]?.attributes).toMatchObject({ fill: '#ffffff', width: `${width}`, height: `${height}` });
    for (const text of elementsOf(root, 'text')) expect(boundsOf(text), text.text).toSatisfy(inside(width, height));
  });
});

describe('the connection map', () => {
  const root = parseXml(connectionMap('a', sampleNetwork()));

  test('draws each weight once, with its value, signs told apart by colour and by dashes', () => {
    const curves = elementsOf(root, 'path');
    const weights = curves.map(titleOf);
    expect(weights).toHaveLength(12);
    expect(weights).toContain('neuron 11 to neuron 0: 1.000');
    expect(weights).toContain('neuron 0 to neuron 11: -0.7500');
    for (const curve of curves) {
      expect(curve.attributes['stroke-dasharray'] !== undefined, titleOf(curve)).toBe(titleOf(curve)?.includes('-') === true);
    }
    expect(elementsOf(root, 'circle').map(titleOf)).toContain('neuron 5 to itself: 0.5000');
  });

  test('draws widths in proportion to |weight|', () => {
    const widthOf = (title: string) =>
      Number(elementsOf(root, 'path').find((curve) => titleOf(curve) === title)?.attributes['stroke-width']);
    expect(widthOf('neuron 10 to neuron 11: 1.375')).toBeCloseTo(4, 2);
    expect(widthOf('neuron 11 to neuron 0: 1.000')).toBeCloseTo(4 / 1.375, 2);
  });

  test('says how many weights are too faint to draw', () => {
    const network = sampleNetwork();
    const recurrent = csrFromDense(
      Float32Array.from({ length: 144 }, (_, at) => (at === 1 ? 1 : at < 6 && at > 1 ? 0.001 : 0)),
      12,
      12,
    );
    const faint = parseXml(connectionMap('a', { ...network, recurrent }));
    expect(elementsOf(faint, 'path')).toHaveLength(1);
    expect(wordsOf(faint).join()).toContain('5 recurrent connections (4 below 1.0 % of the strongest not drawn)');
  });

  test('draws networks in a line, and those without connections', () => {
    const network = { ...sampleNetwork(), grid: { rows: 1, columns: 16, metric: 'l1' as const } };
    expect(elementsOf(parseXml(connectionMap('a', network)), 'path')).toHaveLength(12);
    const empty = { ...network, recurrent: csrFromDense(new Float32Array(144), 12, 12) };
    expect(wordsOf(parseXml(connectionMap('a', empty))).join()).toContain('0 recurrent connections');
  });
});

interface Made {
  readonly kind: NetworkShape['kind'];
  readonly wide?: number;
  readonly high?: number;
  readonly slots?: number;
  readonly chips?: number;
  readonly absent?: readonly (readonly [number, number])[];
}

describe('the placement', () => {
  test('draws every core of a small chip in its place, used ones with their numbers', () => {
    const root = parseXml(placementPlot(...on(mesh)));
    const titles = elementsOf(root, 'rect').flatMap((rect) => titleOf(rect) ?? []);
    expect(titles).toContain('core 6: 4 neurons, 0 readout units, 9 axons, 11 synapses, 56 % of its fullest resource');
    expect(titles).toHaveLength(4);
    // 12 cores, and besides them the background, the bar's 32 steps and frame, and two signs in the legend.
    expect(elementsOf(root, 'rect')).toHaveLength(12 + 1 + 33 + 2);
  });

  test('cuts a large chip to the part in use and says so', () => {
    const root = parseXml(placementPlot(...on(meshTopology(64, 64, 4))));
    expect(wordsOf(root).join()).toMatch(/4 of 16,384 cores in use · routers 0–3 × 0–33 of 64 × 64, the others are idle/);
  });

  test('puts every core of every kind of network at its router, none over another, and links between routers that exist', () => {
    const kinds = [
      { kind: 'hier', slots: 4, chips: 2 },
      { kind: 'host', slots: 12, chips: 1 },
      { kind: 'interleaved', wide: 4, high: 3 },
      { kind: 'hextorus', chips: 12 },
      { kind: 'mesh2d', wide: 4, high: 3, absent: [[1, 1]] as const },
    ] as const;
    for (const { kind, wide = 1, high = 1, slots = 1, chips = 1, absent = [] } of kinds.map((each) => ({ ...each }) as Made)) {
      const across = chips > 4 ? 4 : chips;
      const places = Array.from({ length: chips }, (_, chip) => chip);
      const topology = topologyOf({
        ...{ name: 'made-up', kind, pitch: mesh.pitch },
        grid: {
          chip: { width: wide, height: high, absent, coresPerTile: slots },
          chips: { wide: across, high: chips / across, x: places.map((k) => k % across), y: places.map((k) => Math.floor(k / across)) },
          assumptions: [],
        },
      });
      const [target, result] = on(meshTopology(3, 2, 2));
      const cores = result.cores
        .slice(0, 1)
        .map((core) => ({ ...core, id: 0, routerX: topology.routerX[0], routerY: topology.routerY[0] }));
      const still = { ...result, cores, port: { ...topology.port, assumed: true }, links: null };
      const boxes = elementsOf(parseXml(placementPlot(target, still, topology)), 'rect').flatMap(({ attributes }) =>
        attributes['stroke-width'] === '0.6' || attributes['stroke-width'] === '0.8' ? [`${attributes['x']},${attributes['y']}`] : [],
      );
      // All cores, and no two of them at one place; two signs in the legend have such borders too.
      expect(new Set(boxes).size, kind).toBe(boxes.length);
      expect(boxes.length, kind).toBeGreaterThanOrEqual(topology.cores);
      const routers = elementsOf(parseXml(linkTrafficPlot(target, still, topology)), 'rect')
        .map(titleOf)
        .filter((title) => title?.startsWith('router'));
      expect(new Set(routers).size, kind).toBe(routers.length);
      expect(routers.length, kind).toBe(new Set(topology.links.from).size);
    }
  });

  test.each([
    ['a concentrated mesh', meshTopology(8, 6, 3, 2)],
    ['a torus', meshTopology(4, 4, 1, 1, true)],
    ['a single router', meshTopology(1, 1, 12)],
  ])('and the link traffic draw %s', (_, topology) => {
    const [target, result] = on(topology);
    const still = topology.cores === 12 ? { ...result, links: null } : result;
    for (const svg of [placementPlot(target, still, topology), linkTrafficPlot(target, still, topology)])
      expect(titleOf(parseXml(svg))).toContain('mesh');
  });
});

describe('the link traffic', () => {
  test('draws each loaded link with its load, wider and darker the more, and rings the busiest', () => {
    const root = parseXml(linkTrafficPlot(...on(mesh)));
    const links = elementsOf(root, 'line').filter((line) => titleOf(line) !== undefined);
    expect(links.map(titleOf)).toContain('link 0,1 to 1,1: 3.50 messages/step (neurons 1.50, inputs 2.00)');
    expect(links).toHaveLength(5);
    const widths = links.map((link) => Number(link.attributes['stroke-width']));
    expect(widths[0]).toBe(Math.max(...widths));
    expect(elementsOf(root, 'circle').filter((circle) => circle.attributes['stroke-dasharray'] !== undefined)).toHaveLength(2);
  });

  test('draws the two directions of a link apart, each on its right', () => {
    const root = parseXml(linkTrafficPlot(...on(mesh)));
    const yOf = (start: string) => Number(elementsOf(root, 'line').find((line) => titleOf(line)?.startsWith(start))?.attributes['y1']);
    expect(yOf('link 0,1 to 1,1')).toBeGreaterThan(yOf('link 1,1 to 0,1'));
  });
});

describe('the arrow of the inputs', () => {
  // Where its back lies from its tip, in pixels.
  test.each([
    ['west', [0, 1], [-11, 0]],
    ['north', [1, 0], [0, -11]],
    ['east', [2, 1], [11, 0]],
    ['south', [1, 2], [0, 11]],
    ['inside', [1, 1], [-11, 0]],
    ['a corner', [0, 0], [-11, 0]],
  ] as const)('comes from the edge of the chip: %s', (_, [x, y], back) => {
    const [target, result, network] = on(meshTopology(3, 3, 2));
    const port = { ...result.port, x, y };
    for (const svg of [placementPlot(target, { ...result, port }, network), linkTrafficPlot(target, { ...result, port }, network)]) {
      const arrow = elementsOf(parseXml(svg), 'polygon').find((polygon) =>
        titleOf(polygon)?.startsWith(`inputs enter at router ${x},${y}`),
      );
      const [tip, one, other] = (arrow?.attributes['points'] ?? '').split(' ').map((point) => point.split(',').map(Number));
      expect([(one[0] + other[0]) / 2 - tip[0], (one[1] + other[1]) / 2 - tip[1]].map((length) => Math.round(length))).toEqual(back);
      expect(Math.hypot(one[0] - other[0], one[1] - other[1])).toBeCloseTo(14, 1);
    }
  });
});
