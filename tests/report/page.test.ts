// Is report.html one safe file: nothing from input is markup, nothing is loaded, and what is packed comes back?
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { csrFromDense } from '../../src/network/csr.ts';
import type { Network } from '../../src/network/network.ts';
import { reportPage } from '../../src/report/page.ts';
import { type NeuronFunctions, type Packed, pageData } from '../../src/report/page-data.ts';
import { buildReport, type Report } from '../../src/report/report.ts';
import { meshTopology, sampleInput, sampleNetwork } from './sample.ts';

const EVIL = '</script><img src=x onerror=alert(1)>';

const FUNCTIONS: NeuronFunctions = {
  tasks: ['go', 'dms'],
  taskVariance: Array.from({ length: 12 }, (_, i) => [i / 16, 0.5]),
  module: Array.from({ length: 12 }, (_, i) => (i === 3 ? null : i % 2)),
  modules: [
    { size: 6, preferredTask: 'go' },
    { size: 5, preferredTask: 'dms' },
  ],
  note: null,
};

function sampleData(report: Report, network: Network = sampleNetwork()) {
  const core = Int32Array.of(6, 6, 6, 6, 8, 8, 8, 8, 10, 10, 10, 2);
  const messages = Array.from({ length: 14 }, (_, i) => i / 16);
  return pageData(report, network, network.neurons === 12 ? FUNCTIONS : null, [
    { topology: meshTopology(3, 2, 2), core, messages },
    { topology: meshTopology(1, 1, 1), core: null, messages: null },
  ]);
}

const report = buildReport(sampleInput());
const page = reportPage(report, sampleData(report));

/** What an element of the page holds. */
function block(html: string, id: string): string {
  return new RegExp(`<script type="application/json" id="${id}">(.*?)</script>`, 's').exec(html)?.[1] ?? '';
}

function unpack({ type, base64 }: Packed): number[] {
  const { buffer, byteOffset, byteLength } = Buffer.from(base64, 'base64');
  const bytes = buffer.slice(byteOffset, byteOffset + byteLength);
  const arrays = { uint16: Uint16Array, int32: Int32Array, float32: Float32Array } as const;
  return Array.from(new arrays[type](bytes));
}

describe('report.html', () => {
  it('holds the object of report.json', () => {
    expect(JSON.parse(block(page, 'report'))).toEqual(JSON.parse(JSON.stringify(report)));
  });

  it('is the same for the same input', () => {
    const again = buildReport(sampleInput());
    expect(reportPage(again, sampleData(again))).toBe(page);
  });

  it('allows its own script and style by their hashes, and nothing else', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1];
    const hash = (content = '') => `'sha256-${createHash('sha256').update(content).digest('base64')}'`;
    const script = /<script>(.*?)<\/script>/s.exec(page)?.[1];
    const style = /<style>(.*?)<\/style>/s.exec(page)?.[1];
    expect(policy).toBe(
      `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; img-src data:; base-uri 'none'; form-action 'none'`,
    );
    expect(page.replaceAll(/<script.*?<\/script>/gs, '')).not.toMatch(/https?:|\bsrc=|@import|url\(/);
  });

  it('keeps names with markup inside its data', () => {
    const input = sampleInput();
    const evil = buildReport({
      ...input,
      run: { ...input.run, suite: { ...input.run.suite, title: EVIL, tasks: [EVIL, 'dms'] } },
      targets: input.targets.map((target, i) => ({ ...target, target: { ...target.target, label: `${EVIL}${i}` } })),
    });
    const html = reportPage(evil, sampleData(evil));
    expect(html.match(/<img/g)).toBeNull();
    expect(html.match(/<\/script>/g)).toHaveLength(3);
    expect(html).toContain('<title>&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt; on');
    expect((JSON.parse(block(html, 'report')) as Report).accuracy.tasks[0].task).toBe(EVIL);
  });

  it('stays under 5 MB for 400 neurons that are all connected', () => {
    const neurons = 400;
    const weights = Float32Array.from({ length: neurons * neurons }, (_, i) => 0.1 + (i % 97) / 97);
    const dense: Network = {
      ...sampleNetwork(),
      neurons,
      grid: { rows: 20, columns: 20, metric: 'l1' },
      site: Int32Array.from({ length: neurons }, (_, i) => i),
      recurrent: csrFromDense(weights, neurons, neurons),
      input: csrFromDense(new Float32Array(neurons * 2).fill(1), neurons, 2),
      readout: csrFromDense(new Float32Array(neurons * 2).fill(1), 2, neurons),
    };
    const full = buildReport({ ...sampleInput(), network: dense });
    expect(reportPage(full, sampleData(full, dense)).length).toBeLessThan(5e6);
  });
});

describe('what the page draws', () => {
  const data = sampleData(report);

  it('is the network', () => {
    const { recurrent, site } = sampleNetwork();
    expect(unpack(data.site)).toEqual([...site]);
    expect(unpack(data.recurrent.indptr)).toEqual([...recurrent.indptr]);
    expect(unpack(data.recurrent.indices)).toEqual([...recurrent.indices]);
    expect(unpack(data.recurrent.values)).toEqual([...recurrent.values]);
    // Of inputs: the first three neurons listen to both. To readout units: every third entry of 2 × 12.
    expect(unpack(data.inputs)).toEqual([2, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(unpack(data.readouts)).toEqual([2, 0, 0, 2, 0, 0, 2, 0, 0, 2, 0, 0]);
  });

  it('is where neurons are, how often they send and what they do', () => {
    const [placed, refused] = data.targets;
    expect(unpack(placed.core as Packed)).toEqual([6, 6, 6, 6, 8, 8, 8, 8, 10, 10, 10, 2]);
    expect(unpack(placed.messages as Packed)).toEqual(Array.from({ length: 12 }, (_, i) => i / 16));
    expect(refused).toEqual({ core: null, messages: null, chip: null });
    expect(unpack(data.functions?.module as Packed)).toEqual([0, 1, 0, -1, 0, 1, 0, 1, 0, 1, 0, 1]);
    expect(unpack(data.functions?.taskVariance as Packed).slice(0, 4)).toEqual([0, 0.5, 1 / 16, 0.5]);
  });

  it('is every core in its place and every link with its load', () => {
    const { chip } = data.targets[0];
    if (chip === null) throw new Error('no chip');
    expect(unpack(chip.cores)).toEqual(Array.from({ length: 12 }, (_, core) => core));
    const boxes = unpack(chip.boxes);
    const boxOf = (core: number) => boxes.slice(4 * core, 4 * core + 4);
    // Cores 0 and 1 share the first tile, 2 lies in the tile east of it, 6 in the one south.
    expect(boxOf(1)[0]).toBeGreaterThan(boxOf(0)[0]);
    expect(boxOf(2)[1]).toBe(boxOf(0)[1]);
    expect(boxOf(2)[0] - boxOf(0)[0]).toBeCloseTo(chip.width / 3, 4);
    expect(boxOf(6)[1] - boxOf(0)[1]).toBeCloseTo(chip.height / 2, 4);
    for (let core = 0; core < 12; core++) {
      const [left, top, width, height] = boxOf(core);
      expect(Math.min(left, top, width, height, chip.width - left - width, chip.height - top - height)).toBeGreaterThan(0);
    }
    // A mesh of 3 × 2 routers has 7 pairs of neighbours, a link in each direction.
    expect(unpack(chip.links)).toHaveLength(4 * 14);
    expect(unpack(chip.loads)).toHaveLength(4 * (report.targets[0].placements[0].result?.links?.loads.length ?? 0));
    expect(chip.cropped).toBe('');
    expect(unpack(chip.hubs)).toEqual([]);
  });
});
