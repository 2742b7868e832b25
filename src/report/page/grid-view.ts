// What does the network look like on its grid? Neurons as squares, the strongest synapses as curves; what is in focus is lit.
import { plural } from '../format.ts';
import { type Colours, coloursOf, neuronsOf } from './colouring.ts';
import { drawnToWidth } from './dom.ts';
import type { Model, Synapses } from './model.ts';
import { listenToReader, type Places } from './reader.ts';
import { focusOf, type State, type Store } from './state.ts';
import { createSurface, nextTowards, pointerAt, type Surface } from './surface.ts';
import { onThemeChange, theme } from './theme.ts';

const MOST_HEIGHT = 620;
const WIDEST_PITCH = 64;
/** More curves than this are one dark area, and slow. */
const MOST_CURVES = 20_000;
/** Of a pitch, the rest is room for curves. */
const SQUARE = 0.64;
/** Smallest square that carries words, in pixels. */
const NUMBERED = 12;

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where sites lie in pixels; a line of sites is folded into rows, and a margin without neurons is cut off. */
interface Sheet {
  readonly pitch: number;
  readonly at: (site: number) => Point;
}

/** Rows and columns that are drawn, inclusive. */
interface View {
  readonly columns: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The grid; it listens to the store and changes it. */
export function gridView(model: Model, store: Store): HTMLElement {
  const { rows } = model.grid;
  const label = `Neuron grid, ${plural(model.neurons, 'neuron')} on ${rows} × ${model.grid.columns} sites. Arrow keys go from neuron to neuron, Escape leaves the selection.`;
  const surface = createSurface(label);
  let sheet: Sheet = { pitch: 1, at: () => ({ x: 0, y: 0 }) };
  const place = (neuron: number) => sheet.at(model.site[neuron]);
  const paint = (state: State, what: 'all' | 'focus') => {
    const colours = coloursOf(model, state, theme());
    if (what === 'all') surface.draw('back', (context) => paintNetwork(context, model, state, colours, sheet));
    surface.draw('front', (context) => paintFocus(context, model, state, colours, sheet, surface));
  };
  const view = viewOf(model);
  drawnToWidth(surface.element, (width) => {
    const [wide, high] = [view.right - view.left + 1, view.bottom - view.top + 1];
    const pitch = Math.min(width / wide, MOST_HEIGHT / high, WIDEST_PITCH);
    const left = (width - pitch * wide) / 2;
    surface.resize(width, Math.ceil(pitch * high));
    sheet = {
      pitch,
      at: (site) => ({
        x: left + ((site % view.columns) - view.left + 0.5) * pitch,
        y: (Math.floor(site / view.columns) - view.top + 0.5) * pitch,
      }),
    };
    paint(store.state, 'all');
  });
  store.listen((state, changed) => {
    const isNew = (['target', 'colouring', 'drawn'] as const).some((key) => changed.has(key));
    paint(state, isNew ? 'all' : 'focus');
  });
  onThemeChange(() => paint(store.state, 'all'));
  listenToReader(
    surface,
    store,
    placesOn(model, store, place, () => sheet.pitch),
  );
  return surface.element;
}

/** The rows and columns with neurons, and one more all around. */
function viewOf({ grid, site }: Model): View {
  const columns = grid.rows > 1 ? grid.columns : Math.ceil(Math.sqrt(grid.columns));
  const rows = Math.ceil((grid.rows * grid.columns) / columns);
  const used = (place: (one: number) => number, last: number) => {
    const places = Array.from(site, place);
    const from = places.reduce((least, one) => Math.min(least, one), last);
    const to = places.reduce((most, one) => Math.max(most, one), 0);
    return [Math.max(0, from - 1), Math.min(last, to + 1)] as const;
  };
  const [left, right] = used((one) => one % columns, columns - 1);
  const [top, bottom] = used((one) => Math.floor(one / columns), rows - 1);
  return { columns, left, right, top, bottom };
}

/** What of the grid is not drawn, or drawn otherwise, in words. */
export function sheetWords(model: Model): string {
  const { rows, columns } = model.grid;
  if (rows === 1) return `A line of ${columns} sites, folded into rows.`;
  const { left, right, top, bottom } = viewOf(model);
  if (right - left + 1 === columns && bottom - top + 1 === rows) return '';
  return `Rows ${top}–${bottom} and columns ${left}–${right} of ${rows} × ${columns} sites; the others hold no neuron.`;
}

function placesOn(model: Model, store: Store, place: (neuron: number) => Point, pitch: () => number): Places {
  return {
    under(event) {
      const { x, y } = pointerAt(event);
      for (let neuron = 0; neuron < model.neurons; neuron++) {
        const there = place(neuron);
        if (Math.max(Math.abs(there.x - x), Math.abs(there.y - y)) <= pitch() / 2) return { kind: 'neuron', index: neuron };
      }
      return null;
    },
    towards(direction) {
      const { selected } = store.state;
      const first = selected === null ? undefined : neuronsOf(model, store.state.target, selected)[0];
      const index = first === undefined ? 0 : selected?.kind === 'neuron' ? nextTowards(first, model.neurons, place, direction) : first;
      return { kind: 'neuron', index };
    },
  };
}

function paintNetwork(context: CanvasRenderingContext2D, model: Model, state: State, colours: Colours, sheet: Sheet): void {
  const { pitch, at } = sheet;
  const { site, grid, strongest } = model;
  const { soft, line, positive, negative } = theme();
  context.fillStyle = line;
  const taken = new Set(site);
  for (let free = 0; free < grid.rows * grid.columns; free++) {
    if (taken.has(free)) continue;
    const { x, y } = at(free);
    dot(context, x, y, Math.max(0.5, pitch * 0.06));
  }
  const count = Math.min(state.drawn, MOST_CURVES);
  context.globalAlpha = Math.max(0.12, Math.min(0.5, 150 / count));
  const widest = Math.min(3, Math.max(0.8, pitch * 0.1));
  // Curves of nearly one width are one path: much faster than one by one. The strongest last, on top.
  for (let end = count; end > 0; ) {
    const start = Math.max(0, Math.min(end - 1, Math.floor(end * 0.8)));
    const width = Math.max(0.4, (widest * Math.abs(strongest.weight[start])) / Math.abs(strongest.weight[0]));
    for (const sign of [-1, 1]) {
      context.beginPath();
      for (let i = start; i < end; i++)
        if (Math.sign(strongest.weight[i]) === sign) curve(context, at(site[strongest.from[i]]), at(site[strongest.to[i]]), pitch);
      context.strokeStyle = sign > 0 ? positive : negative;
      context.lineWidth = width;
      context.stroke();
    }
    end = start;
  }
  context.globalAlpha = 1;
  for (let neuron = 0; neuron < model.neurons; neuron++) square(context, at(site[neuron]), pitch, neuron, colours, soft);
}

function paintFocus(context: CanvasRenderingContext2D, model: Model, state: State, colours: Colours, sheet: Sheet, surface: Surface): void {
  const focus = focusOf(state);
  if (focus === null || focus.kind === 'link') return;
  const { background, ink, accent, soft } = theme();
  const { site } = model;
  context.globalAlpha = 0.74;
  context.fillStyle = background;
  context.fillRect(0, 0, surface.width, surface.height);
  context.globalAlpha = 1;
  const own = neuronsOf(model, state.target, focus);
  const lit = new Set(own);
  if (focus.kind === 'neuron') {
    for (const [synapses, direction] of [
      [model.incoming, 'in'],
      [model.outgoing, 'out'],
    ] as const)
      for (const partner of lightSynapses(context, model, state, synapses, focus.index, direction, sheet)) lit.add(partner);
  }
  for (const neuron of lit) square(context, sheet.at(site[neuron]), sheet.pitch, neuron, colours, soft);
  context.strokeStyle = focus === state.selected ? accent : ink;
  context.lineWidth = 2;
  const side = sheet.pitch * SQUARE + 3;
  for (const neuron of own) {
    const { x, y } = sheet.at(site[neuron]);
    context.strokeRect(x - side / 2, y - side / 2, side, side);
  }
}

/** Draws the synapses of a neuron that are above the threshold; returns the neurons at their other ends. */
function lightSynapses(
  context: CanvasRenderingContext2D,
  { strongest, site }: Model,
  { drawn }: State,
  { indptr, partner, weight }: Synapses,
  neuron: number,
  direction: 'in' | 'out',
  { at, pitch }: Sheet,
): number[] {
  const { positive, negative } = theme();
  const most = Math.abs(strongest.weight[0] ?? 1);
  const least = Math.abs(strongest.weight[drawn - 1] ?? Number.POSITIVE_INFINITY);
  const partners: number[] = [];
  for (let i = indptr[neuron]; i < indptr[neuron + 1]; i++) {
    if (Math.abs(weight[i]) < least) continue;
    partners.push(partner[i]);
    const ends = direction === 'in' ? ([partner[i], neuron] as const) : ([neuron, partner[i]] as const);
    context.strokeStyle = weight[i] > 0 ? positive : negative;
    context.fillStyle = context.strokeStyle;
    context.setLineDash(weight[i] > 0 ? [] : [5, 3]);
    context.lineWidth = 0.8 + (2.4 * Math.abs(weight[i])) / most;
    arrow(context, at(site[ends[0]]), at(site[ends[1]]), pitch);
  }
  context.setLineDash([]);
  return partners;
}

function square(context: CanvasRenderingContext2D, { x, y }: Point, pitch: number, neuron: number, colours: Colours, edge: string): void {
  const side = Math.max(1.5, pitch * SQUARE);
  context.fillStyle = colours.fill(neuron);
  context.fillRect(x - side / 2, y - side / 2, side, side);
  if (side > 5) {
    context.strokeStyle = edge;
    context.lineWidth = 0.7;
    context.strokeRect(x - side / 2, y - side / 2, side, side);
  }
  const mark = side >= NUMBERED ? colours.mark(neuron) : '';
  const size = Math.min(12, (side - 2) / Math.max(1.1, 0.6 * mark.length));
  if (mark === '' || size < 6) return;
  context.fillStyle = colours.ink(neuron);
  context.font = `${size}px system-ui, sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(mark, x, y + 0.5);
}

function dot(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

/** Bends to the left of its direction, so that both directions of a pair can be told apart; a ring for a neuron to itself. */
function curve(context: CanvasRenderingContext2D, from: Point, to: Point, pitch: number): void {
  if (from.x === to.x && from.y === to.y) {
    context.moveTo(from.x + pitch * 0.5, from.y - pitch * 0.3);
    context.arc(from.x + pitch * 0.3, from.y - pitch * 0.3, pitch * 0.2, 0, 2 * Math.PI);
  } else {
    const bend = bendOf(from, to);
    context.moveTo(from.x, from.y);
    context.quadraticCurveTo(bend.x, bend.y, to.x, to.y);
  }
}

function bendOf(from: Point, to: Point): Point {
  return { x: (from.x + to.x) / 2 + 0.1 * (to.y - from.y), y: (from.y + to.y) / 2 - 0.1 * (to.x - from.x) };
}

/** A curve with a head before the square it leads to. */
function arrow(context: CanvasRenderingContext2D, from: Point, to: Point, pitch: number): void {
  context.beginPath();
  curve(context, from, to, pitch);
  context.stroke();
  const bend = bendOf(from, to);
  const length = Math.hypot(to.x - bend.x, to.y - bend.y);
  if (length === 0) return;
  const [ux, uy] = [(to.x - bend.x) / length, (to.y - bend.y) / length];
  const size = Math.min(7, Math.max(3, pitch * 0.3));
  const [x, y] = [to.x - ux * pitch * SQUARE * 0.55, to.y - uy * pitch * SQUARE * 0.55];
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x - ux * size - uy * size * 0.5, y - uy * size + ux * size * 0.5);
  context.lineTo(x - ux * size + uy * size * 0.5, y - uy * size - ux * size * 0.5);
  context.fill();
}
