import { scaleLinear } from 'd3-scale';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  element,
  escapeXml,
  fixed,
  legend,
  line,
  RAMPS,
  SIGN_COLOURS,
  svgDocument,
  ticksOf,
  titled,
  words,
  xAxis,
  yAxis,
} from '../../src/report/svg.ts';
import { elementsOf, parseXml, titleOf, wordsOf } from './xml.ts';

/** Relative luminance (WCAG 2.1): what is left of a colour in grey. */
function luminance(colour: string): number {
  const hex = /^#(..)(..)(..)$/.exec(colour);
  const parts = hex ? hex.slice(1).map((part) => Number.parseInt(part, 16)) : (colour.match(/\d+/g) ?? []).map(Number);
  const [r, g, b] = parts.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4)) as [
    number,
    number,
    number,
  ];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

describe('numbers', () => {
  test('have two decimals at most and no negative zero', () => {
    expect([1, 1.5, 1.005, 100, -0.001, 1e21 / 1e21, 12.345, 1e-9].map(fixed)).toEqual(['1', '1.5', '1', '100', '0', '1', '12.35', '0']);
  });

  test('that are not finite are refused', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) expect(() => fixed(value)).toThrow(/cannot draw/);
  });
});

test('any text survives escaping, in content and in attributes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const root = parseXml(element('text', { 'data-x': text }, [escapeXml(text)]));
      const expected = text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd');
      expect(root.text).toBe(expected);
      expect(root.attributes['data-x']).toBe(expected);
    }),
  );
});

test('the checker of these tests refuses what is not well formed', () => {
  for (const bad of ['<a>', '<a></b>', '<a x=1/>', '<a>&</a>', '<a x="1" x="2"/>', '<a/><b/>', '<a>&nbsp;</a>']) {
    expect(() => parseXml(bad), bad).toThrow();
  }
});

test('a document carries its title for sighted readers and for screen readers, and no ids', () => {
  const box = { left: 60, top: 60, width: 200, height: 100 };
  const scale = scaleLinear([0, 10], [60, 260]);
  const svg = svgDocument({ width: 300, height: 220 }, { title: 'A < B', subtitle: 'why' }, [
    xAxis(box, ticksOf(scale, 5), 'time (steps)', { lines: true }),
    yAxis(
      box,
      [
        { at: 80, label: 'one' },
        { at: 100, label: '' },
      ],
      'channel',
    ),
    titled('circle', { cx: 1, cy: 2, r: 3 }, 'neuron 7: 0.5'),
    legend(10, 10, [{ label: 'positive', swatch: (x, y) => line(x, y + 6, x + 26, y + 6, SIGN_COLOURS.positive) }], 'sign').markup,
    words(3, 4, 'turned', { rotate: -90 }),
  ]);
  const root = parseXml(svg);
  expect(titleOf(root)).toBe('A < B');
  expect(root.attributes['aria-label']).toBe('A < B');
  expect(wordsOf(root)).toEqual(
    expect.arrayContaining(['A < B', 'why', '0', '10', 'time (steps)', 'one', 'channel', 'sign', 'positive', 'turned']),
  );
  expect(elementsOf(root, 'circle').map(titleOf)).toEqual(['neuron 7: 0.5']);
  expect(svg).not.toMatch(/ id="/);
  expect(svg.endsWith('</svg>\n')).toBe(true);
});

test('ramps darken all the way, and signs differ in grey', () => {
  for (const ramp of Object.values(RAMPS)) {
    const greys = Array.from({ length: 21 }, (_, i) => luminance(ramp(i / 20)));
    for (let i = 1; i < greys.length; i++) expect(greys[i]).toBeLessThan(greys[i - 1] as number);
    expect(ramp(-1)).toBe(ramp(0));
    expect(ramp(2)).toBe(ramp(1));
  }
  expect(Math.abs(luminance(SIGN_COLOURS.positive) - luminance(SIGN_COLOURS.negative))).toBeGreaterThan(0.12);
});
