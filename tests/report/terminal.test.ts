import { describe, expect, it } from 'vitest';
import type { NeuronFunctions, TargetDrawing } from '../../src/report/page-data.ts';
import { buildReport, type Report } from '../../src/report/report.ts';
import { type Drawing, terminalPictures } from '../../src/report/terminal.ts';
import { meshTopology, sampleInput } from './sample.ts';

const report = buildReport(sampleInput());
/** Neurons 0 … 3 on core 6, 4 … 7 on 8, 8 … 10 on 10, the last on 2, as the sample counts them. */
const core = Int32Array.from([6, 6, 6, 6, 8, 8, 8, 8, 10, 10, 10, 2]);
const functions: NeuronFunctions = {
  tasks: ['go', 'dms'],
  taskVariance: null,
  module: [0, 0, 1, 1, 0, 0, 1, 1, null, null, null, null],
  modules: [
    { size: 4, preferredTask: 'go' },
    { size: 4, preferredTask: 'dms' },
  ],
  note: null,
};
const mesh: TargetDrawing = { topology: meshTopology(3, 2, 2), core, messages: null };
const tiny: TargetDrawing = { topology: meshTopology(1, 1, 1), core: null, messages: null };
const drawing: Drawing = {
  grid: { rows: 4, columns: 4, metric: 'l1' },
  site: Int32Array.from({ length: 12 }, (_, i) => i),
  functions,
  targets: [mesh, tiny],
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for.
const withoutColour = (text: string) => text.replaceAll(/\u001b\[\d+m/g, '');
const widest = (text: string) => Math.max(...text.split('\n').map((line) => [...line].length));

describe('pictures for a terminal', () => {
  it('show the grid by function and by core, and the chip by use', () => {
    expect(terminalPictures(report, drawing, false)).toBe(
      [
        'The network by function',
        '  1 1 2 2',
        '  1 1 2 2',
        '  - - - -',
        '  · · · ·',
        '',
        '  1 go (4)   2 dms (4)',
        '  - neuron of no module, · no neuron',
        '',
        'The network by core of mesh',
        '  1 1 1 1',
        '  2 2 2 2',
        '  3 3 3 0',
        '  · · · ·',
        '',
        '  a character for each core, as below; · no neuron',
        '',
        'mesh, cores in their places',
        // Cores 2, 6, 8 and 10 of 12, two a tile; used 5, 9, 8 and 7 sixteenths.
        '  · ·  0▃·  · ·',
        '  1▅·  2▄·  3▄·',
        '',
        '  which core, then use of its fullest resource from ▁ to █; · idle core',
        '  core: neurons and readout units, use of the fullest resource',
        '  0 core 2: 2, 31 %   1 core 6: 4, 56 %   2 core 8: 4, 50 %   3 core 10: 4, 44 %',
        '',
        'tiny',
        '  The network is not placed on it.',
        '',
      ].join('\n'),
    );
  });

  it('say the same in colour', () => {
    const coloured = terminalPictures(report, drawing, true);
    expect(coloured).toContain('\u001b[');
    expect(withoutColour(coloured).replaceAll(/ +$/gm, '')).toBe(terminalPictures(report, drawing, false));
  });

  it('say what is not known', () => {
    const unknown = terminalPictures(report, { ...drawing, functions: null, targets: [{ ...mesh, core: null }, tiny] }, false);
    expect(unknown).toContain('What neurons do was not measured');
    expect(unknown).toContain('Which neuron is where is unknown.');
    const many = { ...functions, module: null, note: 'Too many neurons.' };
    expect(terminalPictures(report, { ...drawing, functions: many }, false)).toContain('The network by function\n  Too many neurons.');
  });

  it.each([
    ['as wide as spaces between allow', 39, 39],
    ['without spaces between', 40, 40],
    ['in blocks', 100, 100],
    ['of neurons in a line, broken', 1, 400],
  ])('of a sheet %s fit 80 columns', (_, rows, columns) => {
    const neurons = rows * columns;
    const site = Int32Array.from({ length: neurons }, (_, i) => i);
    const cores = Int32Array.from({ length: neurons }, (_, i) => (i % columns < columns / 2 ? 6 : 8));
    const sheet: Drawing = {
      grid: { rows, columns, metric: 'l1' },
      site,
      functions: null,
      targets: [{ ...mesh, core: cores }, tiny],
    };
    const text = terminalPictures(report, sheet, false);
    expect(widest(text)).toBeLessThanOrEqual(80);
    const lines = (/by core of mesh\n(.*?)\n\n/s.exec(text)?.[1] ?? '').split('\n').map((line) => line.replaceAll(' ', ''));
    // Left half on one core, right half on the other; whole blocks of them.
    if (rows > 1)
      expect(new Set(lines)).toEqual(
        new Set([`${'1'.repeat(Math.ceil(lines[0].length / 2))}${'2'.repeat(Math.floor(lines[0].length / 2))}`]),
      );
    else expect(lines.join('')).toBe('1'.repeat(200) + '2'.repeat(200));
  });

  it.each([
    [8, 4, 4],
    [32, 32, 1],
    [70, 20, 1],
    [12, 12, 12],
    [100, 100, 1],
  ])('of %i × %i tiles with %i cores each fit 80 columns, all in use or some', (wide, high, perTile) => {
    const topology = meshTopology(wide, high, perTile);
    const [exported] = report.targets[0].placements;
    const some = exported?.result?.cores[0];
    if (exported?.result == null || some === undefined) throw new Error('the sample has a placement');
    const { result } = exported;
    for (const step of [1, 7]) {
      const ids = Array.from({ length: Math.floor(topology.cores / step) }, (_, i) => i * step);
      const cores = ids.map((id) => ({ ...some, id, tileX: topology.tileX[id] as number, tileY: topology.tileY[id] as number }));
      const target = { ...report.targets[0], placements: [{ ...exported, result: { ...result, cores } }] };
      const full: Report = { ...report, targets: [target] };
      const text = terminalPictures(full, { ...drawing, targets: [{ ...mesh, topology }] }, false);
      expect(widest(text)).toBeLessThanOrEqual(80);
      const drawn = wide * perTile <= 78;
      const [picture = ''] = text.split('cores in their places\n')[1]?.split('\n\n') ?? [];
      expect(picture.match(/▅/g)?.length ?? 0).toBe(drawn ? ids.length : 0);
      expect(picture.includes('placement.svg')).toBe(!drawn);
    }
  });
});
