// Does report.html work in a real browser: figures as in report.json, pictures that answer, no error, no request, no script from input?
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paretoFront } from '../../src/analysis/pareto.ts';
import type { MappingFile } from '../../src/mapping/mapping-file.ts';
import type { Network } from '../../src/network/network.ts';
import { readNetwork } from '../../src/pipeline/network-file.ts';
import { reportPipeline } from '../../src/pipeline/run.ts';
import { openRunFolder } from '../../src/pipeline/run-folder.ts';
import { folderTradeOffs } from '../../src/pipeline/sweep-plots.ts';
import { formatCount, formatNumber, formatRatio, formatValue, plural } from '../../src/report/format.ts';
import { TOLD } from '../../src/report/numbers-reference.ts';
import { reportPage } from '../../src/report/page.ts';
import { type PageData, pageData } from '../../src/report/page-data.ts';
import { PAGE_TERMS } from '../../src/report/page-terms.ts';
import { COST_COLUMNS, FIT_COLUMNS, placementRows } from '../../src/report/placement-columns.ts';
import { buildReport, type Report } from '../../src/report/report.ts';
import { makePageRun, PAGE_TARGETS } from './page-run.ts';
import { meshTopology, sampleInput, sampleNetwork } from './sample.ts';

const program = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((path) => join(path, 'chromium'))
  .find(existsSync);
if (program === undefined) console.warn('report.html in a browser skipped: chromium is not installed (Debian: apt install chromium)');

it('a browser is installed where its tests must not be skipped', () => {
  if (process.env['CI']) expect(program).toBeDefined();
});

describe.skipIf(program === undefined)('report.html in Chromium', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bimt-page-'));
  const file = join(folder, 'run', 'report.html');
  let browser: Browser;
  let report: Report;
  let network: Network;

  beforeAll(async () => {
    await makePageRun(join(folder, 'run'));
    report = JSON.parse(readFileSync(join(folder, 'run', 'report.json'), 'utf8')) as Report;
    const pruned = join(folder, 'run', 'pruned.safetensors');
    network = readNetwork(readFileSync(pruned), pruned).network;
    browser = await chromium.launch({ executablePath: program as string, args: ['--no-sandbox'] });
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  /** Opens a file; what went wrong in it is collected. */
  async function open(path: string, width: number, height: number): Promise<{ page: Page; faults: string[] }> {
    const page = await browser.newPage({ viewport: { width, height } });
    page.setDefaultTimeout(10_000);
    const faults: string[] = [];
    const own = pathToFileURL(path).href;
    page.on('console', (message) => faults.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
    page.on('dialog', (dialog) => faults.push(`dialog: ${dialog.message()}`));
    page.on('request', (request) => {
      if (request.url() !== own) faults.push(`request: ${request.url()}`);
    });
    await page.goto(own);
    return { page, faults };
  }

  const picture = (page: Page, name: string): Locator => page.getByRole('application', { name });
  const fact = (page: Page, key: string): Promise<string | null> => page.locator(`.facts [data-term="${key}"] dd`).textContent();
  /** What a picture shows, to see whether it changed: it is drawn in the next frame. */
  async function pixels(page: Page, name: string): Promise<string> {
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    return (await picture(page, name).screenshot()).toString('base64');
  }

  describe.each([
    [1440, 900],
    [390, 844],
  ])('in a window of %i × %i', (width, height) => {
    let page: Page;
    let faults: string[];
    beforeAll(async () => {
      ({ page, faults } = await open(file, width, height));
    });
    afterAll(async () => {
      await page?.close();
    });

    it('opens with the verdict, in the figures of report.json', async () => {
      const { neurons, matrices } = report.network;
      expect(await page.locator('h1').textContent()).toBe(`The network of ${neurons} neurons fits 2 of 3 targets`);
      expect(await page.locator('.figures [data-term="neurons"] strong').textContent()).toBe(formatCount(neurons));
      expect(await page.locator('.figures [data-term="synapses"] strong').textContent()).toBe(formatCount(matrices.recurrent.synapses));
      const float = report.accuracy.stages.filter(({ target }) => target === null).at(-1);
      expect(await page.locator('.figures [data-term="accuracy"] strong').textContent()).toBe(formatRatio(float?.mean ?? null));
      const rows = placementRows(report).filter(({ target, placement }) => placement === target.placements[0]);
      for (const [i, row] of rows.entries()) {
        const shown = page.locator('#verdict tbody tr').nth(i);
        expect(await shown.locator('[data-key="fits"]').textContent()).toBe(row.placement.fits ? '✓ fits' : '✗ does not fit');
        for (const key of ['coresUsed', 'limitedBy', 'peakUtilization', 'wiringCost', 'energyNjPerStep', 'latencyUsPerStep']) {
          const column = [...FIT_COLUMNS, ...COST_COLUMNS].find((one) => one.key === key);
          if (column === undefined) throw new Error(`no column ${key}`);
          const text = formatValue(column.value(row), column.format === 'words' ? { decimals: 0 } : column.format);
          expect(await shown.locator(`[data-key="${key}"]`).textContent(), `${row.target.label} ${key}`).toBe(text);
        }
      }
      expect(await page.locator('.notice.bad').textContent()).toContain(report.targets[2].placements[0].violations[0].remedies[0]);
    });

    it('shows every target that is chosen, in the bar or in the table', async () => {
      for (const [index, choose] of [
        [1, () => page.selectOption('#target', { label: PAGE_TARGETS[1] })],
        [0, () => page.getByRole('button', { name: PAGE_TARGETS[0], exact: true }).click()],
      ] as const) {
        await choose();
        const { label, name, placements } = report.targets[index];
        expect(await page.getByRole('button', { name: label, exact: true }).getAttribute('aria-pressed')).toBe('true');
        expect(await page.locator('#target').inputValue()).toBe(String(index));
        expect(await picture(page, `Chip ${name}`).count()).toBe(1);
        const counts = await page.locator('rect.recurrent').evaluateAll((all) => all.map((one) => Number(one.getAttribute('data-count'))));
        const { histogram } = placements[0].result?.parts.recurrent.synapseHops ?? { histogram: [] };
        expect(counts.slice(0, histogram.length)).toEqual(histogram);
        expect(counts.slice(histogram.length).every((count) => count === 0)).toBe(true);
      }
      await page.selectOption('#target', '2');
      expect(await page.locator('#explore .chip .missing').textContent()).toBe(`The network is not placed on ${PAGE_TARGETS[2]}.`);
      await page.selectOption('#target', '0');
    });

    it('tells of the neuron that keys go to, and of its neighbour', async () => {
      const grid = picture(page, 'Neuron grid');
      await grid.focus();
      const before = await pixels(page, 'Neuron grid');
      await page.keyboard.press('ArrowRight');
      expect(await page.locator('.panel h3').textContent()).toBe('Neuron 0');
      await expectNeuron(page, 0);
      expect(await pixels(page, 'Neuron grid')).not.toBe(before);
      await page.keyboard.press('ArrowDown');
      const second = Number((await page.locator('.panel h3').textContent())?.replace('Neuron ', ''));
      expect(Math.floor(network.site[second] / 20)).toBeGreaterThan(Math.floor(network.site[0] / 20));
      await expectNeuron(page, second);
      await page.keyboard.press('Escape');
      expect(await page.locator('.panel h3').textContent()).toBe('Nothing is selected');
    });

    it('tells of the core that is clicked, and lights its neurons on the grid', async () => {
      const chip = picture(page, `Chip ${report.targets[0].name}`);
      await chip.focus();
      const before = await pixels(page, 'Neuron grid');
      await page.keyboard.press('ArrowRight');
      const core = report.targets[0].placements[0].result?.cores[0];
      expect(await page.locator('.panel h3').textContent()).toBe(`Core ${core?.id}`);
      expect(await fact(page, 'neuronsOfCore')).toBe(String(core?.neurons));
      expect(await fact(page, 'axons')).toBe(formatCount(core?.axons ?? Number.NaN));
      expect(await fact(page, 'synapsesOfCore')).toBe(formatCount(core?.synapses ?? Number.NaN));
      expect(await pixels(page, 'Neuron grid')).not.toBe(before);
      await page.keyboard.press('Escape');
    });

    it('colours neurons as asked, and draws as many synapses as the threshold leaves', async () => {
      const seen = new Set<string>();
      for (const colouring of ['module', 'core', 'activity', 'degree']) {
        await page.getByRole('radio', { name: colouring }).check();
        seen.add((await page.locator('.views .legend').first().textContent()) ?? '');
      }
      expect(seen.size).toBe(4);
      const { synapses } = report.network.matrices.recurrent;
      await page.locator('#threshold').fill('0');
      expect(await page.locator('#threshold-value').textContent()).toContain(
        `${formatCount(synapses)} of ${formatCount(synapses)} synapses`,
      );
      await page.locator('#threshold').fill('400');
      expect(await page.locator('#threshold-value').textContent()).toBe(`no synapse · 0 of ${formatCount(synapses)} synapses`);
    });

    it('says the source of a constant where it is pointed at', async () => {
      const constant = page.locator('#costs .constant').first();
      await constant.scrollIntoViewIfNeeded();
      await constant.hover();
      const { constants } = report.targets[0].placements[0].result?.energy[0] ?? { constants: [] };
      const name = await constant.textContent();
      expect(await page.getByRole('tooltip').textContent()).toContain(constants.find((one) => one.name === name)?.source);
    });

    it('fits the window, and did nothing that it should not', async () => {
      const wide = await page.evaluate<number>('document.documentElement.scrollWidth');
      expect(wide).toBeLessThanOrEqual(width);
      expect(faults).toEqual([]);
    });
  });

  it('lights the neuron under the pointer in both pictures, and keeps it when it is clicked', async () => {
    const { page } = await open(file, 1440, 900);
    const grid = picture(page, 'Neuron grid');
    await grid.scrollIntoViewIfNeeded();
    const box = await grid.boundingBox();
    if (box === null) throw new Error('no grid');
    const title = page.locator('.panel h3');
    const chip = await pixels(page, 'Chip');
    let name = '';
    for (let y = 8; y < box.height && !name.startsWith('Neuron'); y += 8) {
      await page.mouse.move(box.x + box.width / 2, box.y + y);
      name = (await title.textContent()) ?? '';
    }
    await expectNeuron(page, Number(name.replace('Neuron ', '')));
    expect(await pixels(page, 'Chip')).not.toBe(chip);
    await page.mouse.down();
    await page.mouse.up();
    await page.mouse.move(5, 5);
    expect(await title.textContent()).toBe(name);
    await page.close();
  });

  it('tells of the link under the pointer, until another target is chosen', async () => {
    const { page } = await open(file, 1440, 900);
    await page.selectOption('#target', '1');
    const canvas = picture(page, 'Chip');
    await canvas.scrollIntoViewIfNeeded();
    const box = await canvas.boundingBox();
    const { chip } = (JSON.parse((await page.locator('#drawing').textContent()) ?? '') as PageData).targets[1];
    if (box === null || chip === null) throw new Error('no chip');
    const [x1, y1, x2, y2] = new Float32Array(Uint8Array.from(Buffer.from(chip.loads.base64, 'base64')).buffer);
    const scale = box.height / (chip.height + 32);
    const left = (box.width - chip.width * scale) / 2;
    await page.mouse.click(box.x + left + ((x1 + x2) / 2) * scale, box.y + (16 + (y1 + y2) / 2) * scale);
    const load = report.targets[1].placements[0].result?.links?.loads[0];
    expect(await page.locator('.panel h3').textContent()).toBe('Link');
    expect(await fact(page, 'from')).toBe(`${load?.from.x},${load?.from.y}`);
    expect(await fact(page, 'to')).toBe(`${load?.to.x},${load?.to.y}`);
    expect(await fact(page, 'messages')).toBe(`${formatNumber(load?.trafficPerStep ?? Number.NaN, { significant: 3 })}/step`);
    await page.selectOption('#target', '0');
    expect(await page.locator('.panel h3').textContent()).toBe('Nothing is selected');
    await page.close();
  });

  /** The facts beside the pictures, counted in the network that the run wrote. */
  async function expectNeuron(page: Page, neuron: number): Promise<void> {
    const { recurrent, input, readout, site } = network;
    const fanOut = ({ indices }: { readonly indices: Int32Array }) => indices.filter((source) => source === neuron).length;
    const row = ({ indptr }: { readonly indptr: Int32Array }) => indptr[neuron + 1] - indptr[neuron];
    expect(await fact(page, 'site')).toBe(`row ${Math.floor(site[neuron] / 20)}, column ${site[neuron] % 20}`);
    expect(await fact(page, 'fanIn')).toBe(`${plural(row(recurrent), 'neuron')}, ${plural(row(input), 'input')}`);
    expect(await fact(page, 'fanOut')).toBe(`${plural(fanOut(recurrent), 'neuron')}, ${plural(fanOut(readout), 'readout unit')}`);
    const mapping = JSON.parse(readFileSync(join(folder, 'run', PAGE_TARGETS[0], 'mapping.json'), 'utf8')) as MappingFile;
    const core = mapping.cores.find(({ neurons }) => neurons.some(({ kind, index }) => kind === 'hidden' && index === neuron));
    expect(await fact(page, 'coreOf')).toBe(String(core?.id));
    expect(await page.locator('.bars li').count()).toBeGreaterThan(0);
  }

  /** Sentences that quote what is told elsewhere, names, and choices; all else that shows digits has to say what it is. */
  const QUOTED = [
    ...['h1', 'h2', 'h3', '.lead', '.notice', '.note', '.missing', 'option', 'button.target', 'summary', 'caption', 'thead'],
    ...['.sources', '.card li', '.panel .unseen', '.tip'],
  ];

  /** Words with digits that are not told, and what tells the others, in a page as it is shown now. */
  function toldIn(page: Page): Promise<{ untold: string[]; terms: string[]; columns: string[]; hidden: string[] }> {
    return page.evaluate(`(() => {
      const untold = [];
      const terms = new Set();
      const columns = new Set();
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
        const within = text.parentElement;
        if (within.closest('script, style') !== null || !/[0-9]/.test(text.textContent)) continue;
        const told = within.closest('[data-key], [data-term]');
        if (told === null) {
          if (within.closest('${QUOTED.join(', ')}') === null) untold.push(within.outerHTML);
        } else if (told.hasAttribute('data-key')) columns.add(told.getAttribute('data-key'));
        else terms.add(told.getAttribute('data-term'));
      }
      const named = [...document.querySelectorAll('.figure, .facts > div, .card[data-term]')];
      const hidden = named.filter((one) => one.querySelector('.tipped') === null).map((one) => one.outerHTML);
      return { untold, terms: [...terms], columns: [...columns], hidden };
    })()`);
  }

  it('tells what every number means, in the words of the reference', async () => {
    const { page } = await open(file, 1440, 900);
    // At the top of the page, where nothing has to be scrolled: that hides what was told.
    await page.locator('.figures [data-term="length"] .tipped').hover();
    expect(await page.getByRole('tooltip').textContent()).toBe(PAGE_TERMS.length.meaning);
    const grid = picture(page, 'Neuron grid');
    const meanings = new Set(Object.keys(PAGE_TERMS));
    const keys = new Set([
      ...TOLD.flatMap(({ columns }) => columns.map(({ key }) => key)),
      ...report.accuracy.stages.map(({ key }) => key),
    ]);
    const seen = new Set<string>();
    const look = async () => {
      const { untold, terms, columns, hidden } = await toldIn(page);
      expect(untold).toEqual([]);
      expect(hidden).toEqual([]);
      expect(terms.filter((term) => !meanings.has(term))).toEqual([]);
      expect(columns.filter((key) => !keys.has(key))).toEqual([]);
      for (const term of terms) seen.add(term);
    };
    for (const colouring of ['core', 'activity', 'degree', 'module']) {
      await page.getByRole('radio', { name: colouring }).check();
      await look();
    }
    await grid.focus();
    await page.keyboard.press('ArrowRight');
    await look();
    await picture(page, 'Chip').focus();
    await page.keyboard.press('ArrowRight');
    await look();
    await page.locator('.views .legend button.entry').first().click();
    await look();
    await page.selectOption('#target', '1');
    await look();
    expect([...seen]).toEqual(
      expect.arrayContaining(['neurons', 'threshold', 'chip', 'hops', 'stages', 'estimate', 'fanIn', 'axons', 'spread', 'checked']),
    );
    await page.close();
  });

  it('draws the trade-offs of a sweep, every network once', async () => {
    const { page, faults } = await open(file, 1440, 900);
    const plots = folderTradeOffs('models/yang19-lambda');
    expect(await page.locator('#sweep .mark').count()).toBe(0);
    await page.close();
    await reportPipeline(openRunFolder(join(folder, 'run')), plots);
    const { page: again, faults: others } = await open(file, 390, 844);
    for (const [i, { title, series }] of plots.entries()) {
      const drawn = again.locator('#sweep .card').nth(i);
      expect(await drawn.locator('h3').textContent()).toBe(title);
      expect(await drawn.locator('.chart .mark').count()).toBe(series.reduce((sum, { points }) => sum + points.length, 0));
      expect(await drawn.locator('.chart .mark.front').count()).toBe(
        series.reduce((sum, { points }) => sum + paretoFront(points).length, 0),
      );
    }
    expect(plots.length).toBeGreaterThan(0);
    expect([...faults, ...others]).toEqual([]);
    await again.close();
  });

  it('is light, dark, and light on paper', async () => {
    const { page } = await open(file, 1440, 900);
    const background = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await background()).toBe('rgb(244, 246, 248)');
    const light = await pixels(page, 'Neuron grid');
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await background()).toBe('rgb(14, 19, 24)');
    await page.emulateMedia({ colorScheme: 'dark', media: 'print' });
    expect(await background()).toBe('rgb(255, 255, 255)');
    expect(await page.locator('header').isVisible()).toBe(false);
    expect(light).not.toBe('');
    await page.close();
  });

  it('writes names with markup as text, and runs no script of theirs', async () => {
    const evil = '</script><img src=x onerror=alert(1)><b>';
    const input = sampleInput();
    const [target, other] = input.targets;
    const made = buildReport({
      ...input,
      run: { ...input.run, suite: { ...input.run.suite, title: evil, tasks: [evil, 'dms'] } },
      targets: [
        {
          ...target,
          target: { ...target.target, label: evil, file: { ...target.target.file, name: evil } },
          warnings: [{ rule: evil, message: evil }],
        },
        { ...other, target: { ...other.target, label: `${evil}2` } },
      ],
    });
    const functions = { tasks: [evil], taskVariance: null, module: null, modules: [], note: evil };
    const drawings = [
      { topology: meshTopology(3, 2, 2), core: Int32Array.of(6, 6, 6, 6, 8, 8, 8, 8, 10, 10, 10, 2), messages: null },
      { topology: meshTopology(1, 1, 1), core: null, messages: null },
    ];
    const path = join(folder, 'evil.html');
    writeFileSync(path, reportPage(made, pageData(made, sampleNetwork(), functions, drawings)));
    const { page, faults } = await open(path, 1440, 900);
    await page.getByRole('radio', { name: 'module' }).check();
    expect(await page.locator('#explore .legend .missing').textContent()).toBe(evil);
    expect(await page.locator('#accuracy svg text', { hasText: evil }).count()).toBe(1);
    expect(await page.locator('button.target').first().textContent()).toBe(evil);
    expect(await page.locator('img, b').count()).toBe(0);
    expect(faults).toEqual([]);
    await page.close();
  });
});
