// Where do the words of a picture lie, and do they keep apart?
import { elementsOf, type XmlElement } from './xml.ts';

/** Left, right, top and bottom of a text, with the mean width of letters in common sans-serif fonts. */
export function boundsOf({ attributes, text }: XmlElement): [number, number, number, number] {
  const [x, y, size] = ['x', 'y', 'font-size'].map((name) => Number(attributes[name])) as [number, number, number];
  const length = text.length * size * 0.55;
  const before = { middle: length / 2, end: length }[attributes['text-anchor'] ?? ''] ?? 0;
  const turned = attributes['transform']?.startsWith('rotate(-90') === true;
  return turned ? [x - size, x, y - length / 2, y + length / 2] : [x - before, x - before + length, y - size, y];
}

/** Whether a text lies inside a picture. */
export function inside(width: number, height: number) {
  return ([left, right, top, bottom]: [number, number, number, number]) => left >= 0 && right <= width && top >= 0 && bottom <= height;
}

/** Pairs of texts that lie on each other; half a pixel is forgiven. */
export function overlapsIn(root: XmlElement): string[] {
  const texts = elementsOf(root, 'text').map((text) => ({ said: text.text, bounds: boundsOf(text) }));
  return texts.flatMap(({ said, bounds }, i) =>
    texts
      .slice(i + 1)
      .filter(
        (other) =>
          bounds[0] < other.bounds[1] - 0.5 &&
          other.bounds[0] < bounds[1] - 0.5 &&
          bounds[2] < other.bounds[3] - 0.5 &&
          other.bounds[2] < bounds[3] - 0.5,
      )
      .map((other) => `${said} | ${other.said}`),
  );
}
