// Does report.html stay fluid with 10,000 neurons? Megabytes, seconds to make and to open it, milliseconds from pointer to picture.
// usage: tsx scripts/bench/page.ts FILE.html (needs Debian's chromium)
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import type { Csr } from '../../src/network/csr.ts';
import type { Network } from '../../src/network/network.ts';
import { reportPage } from '../../src/report/page.ts';
import { pageData } from '../../src/report/page-data.ts';
import { buildReport } from '../../src/report/report.ts';
import { meshTopology, sampleInput, sampleNetwork, samplePlacement } from '../../tests/report/sample.ts';
import { neighbours } from './local-network.ts';

const [file = 'page.html'] = process.argv.slice(2);
const SIDE = 100;
const NEURONS = SIDE * SIDE;
/** Cores along each side of the chip; 25 neurons each. */
const CORES = 20;

function nothing(rows: number, columns: number): Csr {
  return { rows, columns, indptr: new Int32Array(rows + 1), indices: new Int32Array(0), values: new Float32Array(0) };
}

function makePage(): string {
  const network: Network = {
    ...sampleNetwork(),
    neurons: NEURONS,
    grid: { rows: SIDE, columns: SIDE, metric: 'l1' },
    site: Int32Array.from({ length: NEURONS }, (_, site) => site),
    recurrent: neighbours(SIDE),
    input: nothing(NEURONS, 2),
    readout: nothing(2, NEURONS),
  };
  const topology = meshTopology(CORES, CORES, 1);
  const block = SIDE / CORES;
  const core = Int32Array.from(
    { length: NEURONS },
    (_, site) => Math.floor(Math.floor(site / SIDE) / block) * CORES + Math.floor((site % SIDE) / block),
  );
  const placement = samplePlacement(topology, null);
  if (placement.result === null) throw new Error('the sample is placed');
  const cores = Array.from({ length: CORES * CORES }, (_, id) => {
    const place = { x: id % CORES, y: Math.floor(id / CORES), slot: 0 };
    return { id, ...place, neurons: 25, readouts: 0, axons: 121, synapses: 1225, utilization: 0.3 + ((id * 7) % 11) / 16 };
  });
  const metrics = { ...placement.result.metrics, coresUsed: cores.length, cores };
  const input = sampleInput();
  const targets = [{ ...input.targets[0], topology, placements: [{ ...placement, result: { ...placement.result, metrics } }] }];
  const report = buildReport({ ...input, network, targets });
  const messages = Array.from({ length: NEURONS }, (_, neuron) => (neuron % 100) / 100);
  return reportPage(report, pageData(report, network, null, [{ topology, core, messages }]));
}

/** Runs in the page: points at sixty neurons, then moves the threshold, and waits for each picture. */
const MEASURE = `(async () => {
  const [back, front] = document.querySelectorAll('#explore canvas');
  const box = front.getBoundingClientRect();
  const drawn = async (canvas, act) => {
    const start = performance.now();
    act();
    await new Promise((done) => requestAnimationFrame(done));
    canvas.getContext('2d').getImageData(0, 0, 1, 1);
    return performance.now() - start;
  };
  const pointed = [];
  for (let i = 0; i < 60; i++) {
    const at = { clientX: box.left + 20 + 6 * i, clientY: box.top + 30 + 5 * i };
    pointed.push(await drawn(front, () => front.dispatchEvent(new PointerEvent('pointermove', { pointerType: 'mouse', ...at }))));
  }
  const slider = document.querySelector('#threshold');
  const moved = [];
  for (const value of [50, 150, 250, 350, 0]) {
    slider.value = value;
    moved.push(await drawn(back, () => slider.dispatchEvent(new Event('input'))));
  }
  const median = (times) => times.sort((a, b) => a - b)[times.length >> 1];
  return { pointed: median(pointed), moved: median(moved) };
})()`;

const start = performance.now();
const html = makePage();
writeFileSync(file, html);
console.log(`made in ${((performance.now() - start) / 1000).toFixed(1)} s, ${(html.length / 1e6).toFixed(1)} MB`);
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
const opening = performance.now();
await page.goto(pathToFileURL(resolve(file)).href);
console.log(`opened in ${((performance.now() - opening) / 1000).toFixed(1)} s`);
const { pointed, moved } = await page.evaluate<{ pointed: number; moved: number }>(MEASURE);
console.log(`pointing at a neuron: ${pointed.toFixed(0)} ms; moving the threshold: ${moved.toFixed(0)} ms (medians)`);
await browser.close();
