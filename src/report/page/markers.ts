// How are kinds told apart in grey? By the shape of their marks.
import { svg } from './dom.ts';

/** The mark of the n-th kind: circle, square, triangle, and again. */
export function marker(classes: string, kind: number, x: number, y: number): SVGElement {
  if (kind % 3 === 0) return svg('circle', { class: classes, cx: x, cy: y, r: 4.4 });
  if (kind % 3 === 1) return svg('rect', { class: classes, x: x - 4, y: y - 4, width: 8, height: 8 });
  return svg('polygon', { class: classes, points: `${x},${y - 5.5} ${x + 5.5},${y + 4.5} ${x - 5.5},${y + 4.5}` });
}
