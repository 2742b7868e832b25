// How is drawn on a canvas? Two of them on top of each other: what rarely changes below, what follows the pointer above.
import { h } from './dom.ts';
import { isPaper } from './theme.ts';

/** A pair of canvases in CSS pixels. */
export interface Surface {
  readonly element: HTMLElement;
  /** The upper canvas: it takes pointer and keys. */
  readonly front: HTMLCanvasElement;
  readonly width: number;
  readonly height: number;
  /** Gives both the size, cleared. */
  resize(width: number, height: number): void;
  /** Draws on one of them in the next frame, cleared before; calls within a frame are one. */
  draw(layer: 'back' | 'front', paint: (context: CanvasRenderingContext2D) => void): void;
}

/** An empty pair, focusable, with a name for those who do not see it. */
export function createSurface(label: string): Surface {
  const back = h('canvas', { 'aria-hidden': 'true' });
  const front = h('canvas', { tabindex: 0, role: 'application', 'aria-label': label });
  const element = h('div', { class: 'surface' }, back, front);
  const pending = new Map<HTMLCanvasElement, (context: CanvasRenderingContext2D) => void>();
  let width = 0;
  let height = 0;
  const paintOn = (canvas: HTMLCanvasElement, paint: (context: CanvasRenderingContext2D) => void, clear: boolean) => {
    const context = canvas.getContext('2d');
    if (context === null) return;
    const scale = canvas.width / Math.max(1, width);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    if (clear) context.clearRect(0, 0, width, height);
    paint(context);
  };
  const paintPending = () => {
    for (const [canvas, paint] of pending) paintOn(canvas, paint, true);
    pending.clear();
  };
  return {
    element,
    front,
    get width() {
      return width;
    },
    get height() {
      return height;
    },
    resize(wide, high) {
      [width, height] = [wide, high];
      const scale = Math.max(1, Math.min(3, devicePixelRatio));
      for (const canvas of [back, front]) {
        canvas.width = Math.round(wide * scale);
        canvas.height = Math.round(high * scale);
      }
      element.style.aspectRatio = `${wide} / ${high}`;
    },
    draw(layer, paint) {
      // On paper there is no next frame and no upper canvas: to clear one would clear what is printed below it.
      if (isPaper()) return paintOn(back, paint, layer === 'back');
      if (pending.size === 0) requestAnimationFrame(paintPending);
      pending.set(layer === 'back' ? back : front, paint);
    },
  };
}

/** Position of a pointer on a canvas. */
export function pointerAt(event: MouseEvent): { readonly x: number; readonly y: number } {
  const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}

/** Direction of an arrow key; null for other keys. */
export function arrowOf(key: string): { readonly x: number; readonly y: number } | null {
  if (key === 'ArrowLeft') return { x: -1, y: 0 };
  if (key === 'ArrowRight') return { x: 1, y: 0 };
  if (key === 'ArrowUp') return { x: 0, y: -1 };
  return key === 'ArrowDown' ? { x: 0, y: 1 } : null;
}

/**
 * The nearest of several places in a direction; sideways counts three times.
 *
 * @returns its index, or `from` if there is none
 */
export function nextTowards(
  from: number,
  count: number,
  place: (index: number) => { readonly x: number; readonly y: number },
  direction: { readonly x: number; readonly y: number },
): number {
  const here = place(from);
  let best = from;
  let least = Number.POSITIVE_INFINITY;
  for (let index = 0; index < count; index++) {
    const there = place(index);
    const [dx, dy] = [there.x - here.x, there.y - here.y];
    const ahead = dx * direction.x + dy * direction.y;
    const aside = Math.abs(dx * direction.y) + Math.abs(dy * direction.x);
    if (ahead <= 1e-6 || ahead + 3 * aside >= least) continue;
    least = ahead + 3 * aside;
    best = index;
  }
  return best;
}
