// Are pictures the same pixels everywhere?
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { encodePng } from '../../src/report/pixels.ts';
import { svgToPng } from '../../src/report/png.ts';
import { element, svgDocument, words } from '../../src/report/svg.ts';

/** Width and height as the file's header has them. */
function sizeOf(png: Uint8Array): [number, number] {
  const view = new DataView(png.buffer, png.byteOffset);
  return [view.getUint32(16), view.getUint32(20)];
}

const golden = (file: string) => readFileSync(new URL(`../golden/${file}`, import.meta.url), 'utf8');

describe('an SVG as PNG', () => {
  test('has the asked size and is the same bytes twice', async () => {
    const svg = golden('weight-distance.svg');
    const png = await svgToPng(svg);
    const [width, height] = [/ width="(\d+)"/, / height="(\d+)"/].map((pattern) => Number(svg.match(pattern)?.[1]));
    expect(sizeOf(png)).toEqual([2 * width, 2 * height]);
    expect(Buffer.from(await svgToPng(svg)).equals(Buffer.from(png))).toBe(true);
    expect(sizeOf(await svgToPng(svg, { scale: 0.5 }))).toEqual([Math.ceil(width / 2), Math.ceil(height / 2)]);
  });

  test.each(['placement.svg', 'link-traffic.svg', 'trial-rtanti.svg', 'figures/brain-map.svg', 'figures/weight-matrix.svg'])(
    'can be drawn of %s',
    async (file) => {
      expect((await svgToPng(golden(file), { scale: 0.5 })).length).toBeGreaterThan(1000);
    },
  );

  test('shows shapes, text and embedded images', async () => {
    const page = (body: Parameters<typeof svgDocument>[2]) => svgDocument({ width: 60, height: 60 }, { title: '' }, body);
    const blank = await svgToPng(page([]));
    const href = `data:image/png;base64,${Buffer.from(encodePng({ width: 1, height: 1, cells: Uint8Array.of(0), palette: ['#123456'] })).toString('base64')}`;
    const shapes = [
      element('rect', { x: 10, y: 10, width: 20, height: 20, rx: 3, fill: '#ff0000' }),
      element('path', { d: 'M1 1L50 50', stroke: '#000000', 'stroke-dasharray': '3 2', fill: 'none' }),
      element('polygon', { points: '1,1 20,1 20,20' }),
      element('image', { x: 5, y: 5, width: 30, height: 30, href }),
      words(10, 40, 'Σ −1 ≥ µ²', { rotate: -90, bold: true }),
    ];
    for (const shape of shapes) expect(Buffer.from(await svgToPng(page([shape]))).equals(Buffer.from(blank)), shape).toBe(false);
  });

  test('is refused for what we never draw, with the reason', async () => {
    const of = (inside: string) => svgToPng(`<svg width="10" height="10">${inside}</svg>`);
    await expect(of('<script/>')).rejects.toThrow(UsageError);
    await expect(of('<script/>')).rejects.toThrow(/cannot draw <script>; known: /);
    await expect(of('<image href="file:///etc/passwd"/>')).rejects.toThrow(/not an embedded PNG/);
    await expect(of('<rect width="many"/>')).rejects.toThrow(/width="many"/);
    await expect(svgToPng('no picture')).rejects.toThrow(/not SVG/);
    await expect(svgToPng('<html/>')).rejects.toThrow(/its root is <html>/);
    await expect(svgToPng('<svg width="1e6" height="1e6"/>')).rejects.toThrow(/choose another scale/);
  });
});
