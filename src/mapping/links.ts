// Which links do messages take, and how much goes over each?
import type { Chip } from './chip.ts';
import type { Connection } from './connections.ts';
import type { UsedCores } from './geometry.ts';

/** Load of one directed link between neighbouring routers. */
export interface LinkLoad {
  readonly from: { readonly x: number; readonly y: number };
  readonly to: { readonly x: number; readonly y: number };
  /** Messages of hidden neurons and of inputs. */
  readonly neuronTrafficPerStep: number;
  readonly inputTrafficPerStep: number;
  readonly trafficPerStep: number;
}

/** Traffic of all links. */
export interface LinkTraffic {
  readonly max: number;
  /** Over all links of the smallest rectangle that holds the used routers and the port; of the whole torus where links wrap. */
  readonly mean: number;
  readonly busiest: LinkLoad | null;
  /** Links that carry traffic, by router, then direction. */
  readonly loads: readonly LinkLoad[];
}

/** Load of each link when every source sends its activity, messages per step, on each of its connections. */
export function linkTraffic(chip: Chip, used: UsedCores, connections: readonly Connection[], activity: Float64Array): LinkTraffic {
  const { topology } = chip;
  const { links, routers } = topology;
  const neuron = new Float64Array(links.from.length);
  const input = new Float64Array(links.from.length);
  for (const { source, from, to } of connections) {
    const load = from === null ? input : neuron;
    const core = used.ids[to];
    const route = from === null ? chip.portRoute(core) : topology.route(used.ids[from], core);
    for (const link of route) load[link] += activity[source];
  }
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
  return { max: busiest?.trafficPerStep ?? 0, mean: available === 0 ? 0 : total / available, busiest, loads };
}

/** Links of the smallest rectangle that holds the used routers and the port; of the whole network where links wrap. */
function linksAround({ topology, port }: Chip, used: UsedCores): number {
  const { links, routers, wraps, routerX, routerY } = topology;
  if (wraps) return links.from.length;
  const spans = [
    { at: routers.x, values: [port.x, ...used.ids.map((core) => routerX[core])] },
    { at: routers.y, values: [port.y, ...used.ids.map((core) => routerY[core])] },
  ].map(({ at, values }) => ({ at, low: values.reduce((a, b) => Math.min(a, b)), high: values.reduce((a, b) => Math.max(a, b)) }));
  const isInside = (router: number) => spans.every(({ at, low, high }) => low <= at[router] && at[router] <= high);
  return links.from.reduce((count, from, link) => count + Number(isInside(from) && isInside(links.to[link])), 0);
}
