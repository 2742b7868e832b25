// What does the network look like on the chip? Cores where they are, filled by utilization, links by traffic; what is in focus is lit.
import { formatCount, formatNumber, plural } from '../format.ts';
import type { CoreReport } from '../report.ts';
import { coloursOf, neuronsOf } from './colouring.ts';
import { drawnToWidth, h } from './dom.ts';
import type { Chip, Model, TargetModel } from './model.ts';
import { amountFill, amountInk, linkStroke } from './palette.ts';
import { listenToReader, type Places } from './reader.ts';
import { type Focus, focusOf, type State, type Store } from './state.ts';
import { createSurface, nextTowards, pointerAt } from './surface.ts';
import { onThemeChange, theme } from './theme.ts';

const MOST_HEIGHT = 620;
/** Room for the arrow of the port, in pixels of the drawing. */
const MARGIN = 16;

/** How near to a link points at it, in pixels. */
const NEAR = 6;

/** From the drawing of a chip to the canvas. */
interface Frame {
  readonly scale: number;
  readonly left: number;
}

/** The chip; it listens to the store and changes it. */
export function chipView(model: Model, store: Store): HTMLElement {
  const surface = createSurface('');
  const missing = h('p', { class: 'missing' });
  const element = h('div', { class: 'chip' }, surface.element, missing);
  let frame: Frame = { scale: 1, left: 0 };
  let width = 0;
  const target = () => model.targets[store.state.target] as TargetModel;
  const paint = (state: State, what: 'all' | 'focus') => {
    const { chip } = target();
    if (chip === null) return;
    if (what === 'all') surface.draw('back', (context) => paintChip(context, target(), chip, frame));
    surface.draw('front', (context) => paintFocus(context, model, state, chip, frame));
  };
  const layOut = () => {
    const { chip, report, placement } = target();
    surface.element.hidden = chip === null;
    missing.textContent = chip === null ? `The network is not placed on ${report.label}.` : chip.cropped;
    if (chip === null || width === 0) return;
    const cores = plural(placement.result?.coresUsed ?? 0, 'core');
    surface.front.setAttribute(
      'aria-label',
      `Chip ${report.name}, ${cores} in use. Arrow keys go from core to core, Escape leaves the selection.`,
    );
    const scale = Math.min(width / (chip.width + 2 * MARGIN), MOST_HEIGHT / (chip.height + 2 * MARGIN));
    frame = { scale, left: (width - chip.width * scale) / 2 };
    surface.resize(width, Math.ceil((chip.height + 2 * MARGIN) * scale));
    paint(store.state, 'all');
  };
  drawnToWidth(element, (wide) => {
    width = wide;
    layOut();
  });
  store.listen((state, changed) => (changed.has('target') ? layOut() : paint(state, 'focus')));
  onThemeChange(() => paint(store.state, 'all'));
  listenToReader(
    surface,
    store,
    placesOn(model, store, target, () => frame),
  );
  return element;
}

function placesOn(model: Model, store: Store, target: () => TargetModel, frame: () => Frame): Places {
  return {
    under(event) {
      const { chip } = target();
      if (chip === null) return null;
      const pointer = pointerAt(event);
      const { scale, left } = frame();
      const [x, y] = [(pointer.x - left) / scale, pointer.y / scale - MARGIN];
      for (const [i, core] of chip.cores.entries()) {
        const [boxLeft, boxTop, wide, high] = chip.boxes.subarray(4 * i, 4 * i + 4);
        if (x >= boxLeft && y >= boxTop && x <= boxLeft + wide && y <= boxTop + high) return { kind: 'core', index: core };
      }
      return linkAt(chip, x, y, NEAR / scale);
    },
    towards(direction) {
      const { chip, core, placement } = target();
      const used = placement.result?.cores ?? [];
      if (chip === null || used.length === 0) return null;
      const { selected } = store.state;
      const first = selected === null ? undefined : neuronsOf(model, store.state.target, selected)[0];
      const here = selected?.kind === 'core' ? selected.index : first === undefined ? null : (core?.[first] ?? null);
      const place = (i: number) => centreOf(chip, (used[i] as CoreReport).id);
      const from = used.findIndex(({ id }) => id === here);
      // The first key goes to the core that is lit already, or to the first.
      const next = from < 0 ? 0 : selected?.kind === 'core' ? nextTowards(from, used.length, place, direction) : from;
      return { kind: 'core', index: (used[next] as CoreReport).id };
    },
  };
}

/** The link with traffic that is nearest, if one is near. */
function linkAt({ loads }: Chip, x: number, y: number, near: number): Focus | null {
  let nearest: Focus | null = null;
  let least = near;
  for (let i = 0; i < loads.length; i += 4) {
    const [x1, y1, x2, y2] = loads.subarray(i, i + 4);
    const squared = (x2 - x1) ** 2 + (y2 - y1) ** 2;
    const along = squared === 0 ? 0 : Math.min(1, Math.max(0, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / squared));
    const distance = Math.hypot(x - x1 - along * (x2 - x1), y - y1 - along * (y2 - y1));
    if (distance > least) continue;
    least = distance;
    nearest = { kind: 'link', index: i / 4 };
  }
  return nearest;
}

function boxOf({ cores, boxes }: Chip, core: number): readonly [left: number, top: number, width: number, height: number] | null {
  const at = cores.indexOf(core);
  return at < 0 ? null : [boxes[4 * at], boxes[4 * at + 1], boxes[4 * at + 2], boxes[4 * at + 3]];
}

function centreOf(chip: Chip, core: number): { readonly x: number; readonly y: number } {
  const [left, top, width, height] = boxOf(chip, core) ?? [0, 0, 0, 0];
  return { x: left + width / 2, y: top + height / 2 };
}

function paintChip(context: CanvasRenderingContext2D, { placement: { result } }: TargetModel, chip: Chip, { scale, left }: Frame): void {
  const { dark, ink, line, soft, background } = theme();
  const used = new Map((result?.cores ?? []).map((core) => [core.id, core]));
  context.translate(left, MARGIN * scale);
  context.scale(scale, scale);
  context.strokeStyle = line;
  context.lineWidth = 0.8 / scale;
  stroke(context, chip.links);
  context.fillStyle = line;
  for (let i = 0; i < chip.hubs.length; i += 2) {
    context.beginPath();
    context.arc(chip.hubs[i], chip.hubs[i + 1], Math.min(6, 3 / scale), 0, 2 * Math.PI);
    context.fill();
  }
  for (const [i, core] of chip.cores.entries()) {
    const [x, y, width, height] = chip.boxes.subarray(4 * i, 4 * i + 4);
    const facts = used.get(core);
    context.fillStyle = facts === undefined ? background : amountFill(facts.utilization, dark);
    context.fillRect(x, y, width, height);
    context.strokeStyle = facts === undefined ? line : soft;
    context.lineWidth = 0.8 / scale;
    context.strokeRect(x, y, width, height);
    if (facts === undefined) continue;
    const words = formatCount(facts.neurons + facts.readouts);
    const size = Math.min(13 / scale, height * 0.5, (width * 1.4) / words.length);
    if (size * scale < 7) continue;
    context.fillStyle = amountInk(facts.utilization, dark);
    context.font = `${size}px system-ui, sans-serif`;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillText(words, x + width / 2, y + height / 2);
  }
  const loads = result?.links?.loads ?? [];
  const most = result?.links?.max ?? 0;
  for (const [i, { trafficPerStep }] of loads.entries()) {
    const share = trafficPerStep / most;
    context.strokeStyle = linkStroke(share, dark);
    context.lineWidth = Math.max(1 / scale, 0.5 + share * (chip.widest - 0.5));
    stroke(context, chip.loads.subarray(4 * i, 4 * i + 4));
  }
  context.fillStyle = ink;
  const { x, y } = chip.port;
  context.beginPath();
  context.moveTo(x - 1, y);
  context.lineTo(x - 11, y - 6);
  context.lineTo(x - 11, y + 6);
  context.fill();
}

function stroke(context: CanvasRenderingContext2D, ends: Float32Array): void {
  context.beginPath();
  for (let i = 0; i < ends.length; i += 4) {
    context.moveTo(ends[i], ends[i + 1]);
    context.lineTo(ends[i + 2], ends[i + 3]);
  }
  context.stroke();
}

function paintFocus(context: CanvasRenderingContext2D, model: Model, state: State, chip: Chip, { scale, left }: Frame): void {
  const { core } = model.targets[state.target] as TargetModel;
  const { accent, ink, background } = theme();
  context.translate(left, MARGIN * scale);
  context.scale(scale, scale);
  const outline = (id: number, colour: string, width: number, dash: readonly number[]) => {
    const box = boxOf(chip, id);
    if (box === null) return;
    context.setLineDash(dash.map((length) => length / scale));
    for (const [stroke, lineWidth] of [
      [background, width + 2],
      [colour, width],
    ] as const) {
      context.strokeStyle = stroke;
      context.lineWidth = lineWidth / scale;
      context.strokeRect(...box);
    }
  };
  if (state.colouring === 'core' && core !== null) markColours(context, model, state, chip);
  const focus = focusOf(state);
  if (focus === null) return;
  if (focus.kind === 'link') {
    context.strokeStyle = ink;
    context.lineWidth = chip.widest + 3 / scale;
    stroke(context, chip.loads.subarray(4 * focus.index, 4 * focus.index + 4));
  } else if (focus.kind === 'core') outline(focus.index, focus === state.selected ? accent : ink, 3, []);
  else if (core !== null) {
    const own = new Set(neuronsOf(model, state.target, focus).map((neuron) => core[neuron]));
    if (focus.kind === 'neuron') {
      const { indptr, partner } = model.outgoing;
      const reached = new Set(partner.slice(indptr[focus.index], indptr[focus.index + 1]).map((neuron) => core[neuron]));
      for (const id of reached) if (!own.has(id)) outline(id, ink, 2, [4, 3]);
    }
    for (const id of own) outline(id, focus === state.selected ? accent : ink, 3, []);
  }
  context.setLineDash([]);
}

/** A stripe in the colour that the core's neurons have on the grid. */
function markColours(context: CanvasRenderingContext2D, model: Model, state: State, chip: Chip): void {
  const { legend } = coloursOf(model, state, theme());
  if (!('kinds' in legend)) return;
  for (const { focus, fill } of legend.kinds) {
    const box = boxOf(chip, focus.index);
    if (box === null) continue;
    context.fillStyle = fill;
    context.fillRect(box[0], box[1], box[2], Math.max(2, box[3] * 0.22));
  }
}

/** What a legend beside the chip says. */
export function chipLegend(target: TargetModel): HTMLElement {
  const { result } = target.placement;
  const { dark } = theme();
  if (result === null) return h('div', { class: 'legend' });
  const bar = h('span', { class: 'ramp' });
  bar.style.background = `linear-gradient(to right, ${Array.from({ length: 9 }, (_, i) => amountFill(i / 8, dark)).join(', ')})`;
  const most = result.links?.max ?? null;
  const links =
    result.links === null
      ? 'links: traffic was not measured'
      : most === 0
        ? 'no message crosses a link'
        : `links: width and colour by messages, at most ${formatNumber(most ?? 0, { significant: 3 })}/step`;
  return h(
    'div',
    { class: 'legend' },
    h('span', { class: 'entry' }, 'use of the fullest resource 0 %', bar, '100 %'),
    h('span', { class: 'entry' }, 'number: neurons and readout units'),
    h('span', { class: 'entry' }, links),
    h('span', { class: 'entry' }, `▶ inputs enter here${result.port.assumed ? ' (assumed)' : ''}`),
    h('span', { class: 'entry' }, 'dashed outline: hears the neuron'),
    (target.chip?.hubs.length ?? 0) > 0 ? h('span', { class: 'entry' }, '● router without a core') : null,
  );
}
