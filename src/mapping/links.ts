// How much goes over each link, and where does it jam?
import { messageFormat } from '../targets/formats.ts';
import type { Chip } from './chip.ts';
import type { Connection } from './connections.ts';
import type { UsedCores } from './geometry.ts';
import type { MappingProblem } from './problem.ts';
import { transfersOf } from './transfers.ts';

/** Load of one directed link between neighbouring routers, in packets: messages, or flits of a vector. */
export interface LinkLoad {
  readonly from: { readonly x: number; readonly y: number };
  readonly to: { readonly x: number; readonly y: number };
  /** Packets of hidden neurons and of inputs. */
  readonly neuronTrafficPerStep: number;
  readonly inputTrafficPerStep: number;
  readonly trafficPerStep: number;
}

/** Traffic of all links. */
export interface LinkTraffic {
  /** Σ packets through a link (N7): the most of any link, and the mean. */
  readonly max: number;
  /** Over all links of the smallest rectangle that holds the used routers and the port; of the whole network where links wrap. */
  readonly mean: number;
  readonly busiest: LinkLoad | null;
  /** Links that carry traffic, by router, then direction. */
  readonly loads: readonly LinkLoad[];
  /** Congestion expected without knowing the routes (N8); null where routers form no mesh. */
  readonly expected: ExpectedCongestion | null;
}

/** Messages of the given connections per step, spread over the ways they might take. */
export interface ExpectedCongestion {
  readonly mean: number;
  readonly max: number;
}

/** Packets of neurons and of inputs through each link in a mean step, as the chip casts them, shape [links]. */
export function linkLoads(
  problem: MappingProblem,
  chip: Chip,
  used: UsedCores,
  connections: readonly Connection[],
  activity: Float64Array,
): { readonly neuron: Float64Array; readonly input: Float64Array } {
  const { flits } = messageFormat(chip.target);
  const links = chip.topology.links.from.length;
  const loads = { neuron: new Float64Array(links), input: new Float64Array(links) };
  for (const transfer of transfersOf(problem, chip, used, connections, activity)) {
    const load = transfer.from === null ? loads.input : loads.neuron;
    // A vector whose flits nobody knows counts as one packet.
    const packets = transfer.perStep * (flits(transfer.states) ?? 1);
    for (const link of transfer.links) load[link] += packets;
  }
  return loads;
}

/** Load of each link, and where it is highest. */
export function linkTraffic(
  problem: MappingProblem,
  chip: Chip,
  used: UsedCores,
  connections: readonly Connection[],
  activity: Float64Array,
): LinkTraffic {
  const { links, routers } = chip.topology;
  const { neuron, input } = linkLoads(problem, chip, used, connections, activity);
  const place = (router: number) => ({ x: routers.x[router], y: routers.y[router] });
  const loads: LinkLoad[] = [];
  for (let link = 0; link < neuron.length; link++) {
    const trafficPerStep = neuron[link] + input[link];
    if (trafficPerStep === 0) continue;
    const ends = { from: place(links.from[link]), to: place(links.to[link]) };
    loads.push({ ...ends, neuronTrafficPerStep: neuron[link], inputTrafficPerStep: input[link], trafficPerStep });
  }
  const busiest = loads.reduce<LinkLoad | null>(
    (best, load) => (best !== null && best.trafficPerStep >= load.trafficPerStep ? best : load),
    null,
  );
  const total = loads.reduce((sum, load) => sum + load.trafficPerStep, 0);
  const available = linksAround(chip, used);
  return {
    max: busiest?.trafficPerStep ?? 0,
    mean: available === 0 ? 0 : total / available,
    busiest,
    loads,
    expected: expectedCongestion(chip, used, connections, activity),
  };
}

/** Links of the smallest rectangle that holds the used routers and the port; of the whole network where links wrap. */
function linksAround(chip: Chip, used: UsedCores): number {
  const { links, routers, wraps } = chip.topology;
  if (wraps) return links.from.length;
  const { left, right, top, bottom } = boxOf(chip, used);
  const isInside = (router: number) =>
    left <= routers.x[router] && routers.x[router] <= right && top <= routers.y[router] && routers.y[router] <= bottom;
  return links.from.reduce((count, from, link) => count + Number(isInside(from) && isInside(links.to[link])), 0);
}

/** The smallest rectangle that holds the used routers and the port. */
function boxOf({ topology: { routerX, routerY }, port }: Chip, { ids }: UsedCores) {
  const box = { left: port.x, right: port.x, top: port.y, bottom: port.y };
  for (const core of ids) {
    box.left = Math.min(box.left, routerX[core]);
    box.right = Math.max(box.right, routerX[core]);
    box.top = Math.min(box.top, routerY[core]);
    box.bottom = Math.max(box.bottom, routerY[core]);
  }
  return box;
}

/**
 * Expected congestion (N8): each message is spread evenly over its bounding box, so a vertical step gets a / (columns spanned)
 * and a horizontal one a / (rows spanned); the mean is over the 2XY − X − Y undirected links of the X × Y routers in use.
 *
 * @see Jin et al. (2023)
 */
export function expectedCongestion(
  chip: Chip,
  used: UsedCores,
  connections: readonly Connection[],
  activity: Float64Array,
): ExpectedCongestion | null {
  const { kind, routerX, routerY, routersWide: wide, routersHigh: high } = chip.topology;
  if (kind !== 'mesh2d' && kind !== 'cmesh') return null;
  // Differences whose running sums along both axes are the loads: each box costs four entries, however large.
  const across = new Float64Array((wide + 1) * (high + 1));
  const down = new Float64Array((wide + 1) * (high + 1));
  const spread = (field: Float64Array, x0: number, x1: number, y0: number, y1: number, value: number) => {
    if (x1 < x0 || y1 < y0) return;
    field[y0 * (wide + 1) + x0] += value;
    field[y0 * (wide + 1) + x1 + 1] -= value;
    field[(y1 + 1) * (wide + 1) + x0] -= value;
    field[(y1 + 1) * (wide + 1) + x1 + 1] += value;
  };
  for (const { source, from, to } of connections) {
    const [xa, ya] = from === null ? [chip.port.x, chip.port.y] : [routerX[used.ids[from]], routerY[used.ids[from]]];
    const [xb, yb] = [routerX[used.ids[to]], routerY[used.ids[to]]];
    const [left, right, top, bottom] = [Math.min(xa, xb), Math.max(xa, xb), Math.min(ya, yb), Math.max(ya, yb)];
    spread(across, left, right - 1, top, bottom, activity[source] / (bottom - top + 1));
    spread(down, left, right, top, bottom - 1, activity[source] / (right - left + 1));
  }
  const box = boxOf(chip, used);
  const [x, y] = [box.right - box.left + 1, box.bottom - box.top + 1];
  const loads = [...runningSums(across, wide + 1), ...runningSums(down, wide + 1)];
  const links = 2 * x * y - x - y;
  const total = loads.reduce((a, b) => a + b, 0);
  return { mean: links === 0 ? 0 : total / links, max: loads.reduce((a, b) => Math.max(a, b), 0) };
}

/** Sums of all entries to the left and above, in place. */
function runningSums(field: Float64Array, wide: number): Float64Array {
  for (let at = 0; at < field.length; at++) if (at % wide > 0) field[at] += field[at - 1];
  for (let at = wide; at < field.length; at++) field[at] += field[at - wide];
  return field;
}
