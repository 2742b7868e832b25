// Which links do messages take, and how much goes over each? Dimension-ordered routing: along x, then along y.
import type { Topology } from '../targets/topology.ts';
import type { Chip } from './chip.ts';
import type { Connection } from './connections.ts';
import type { UsedCores } from './geometry.ts';

/** Load of one directed link between neighbouring routers under XY routing. */
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

type Router = { readonly x: number; readonly y: number };

const DIRECTIONS = [
  { x: 1, y: 0 },
  { x: -1, y: 0 },
  { x: 0, y: 1 },
  { x: 0, y: -1 },
] as const;

/** Load of each link when every source sends its activity, messages per step, on each of its connections. */
export function linkTraffic(chip: Chip, used: UsedCores, connections: readonly Connection[], activity: Float64Array): LinkTraffic {
  const { topology } = chip;
  const links = topology.routersWide * topology.routersHigh * DIRECTIONS.length;
  const neuron = new Float64Array(links);
  const input = new Float64Array(links);
  const routerOf = (core: number): Router => ({ x: topology.routerX[used.ids[core]], y: topology.routerY[used.ids[core]] });
  for (const connection of connections) {
    const load = connection.from === null ? input : neuron;
    const from = connection.from === null ? chip.port : routerOf(connection.from);
    for (const link of route(topology, from, routerOf(connection.to), connection)) load[link] += activity[connection.source];
  }
  const loads: LinkLoad[] = [];
  for (let link = 0; link < links; link++) {
    const trafficPerStep = neuron[link] + input[link];
    if (trafficPerStep === 0) continue;
    loads.push({ ...endsOf(topology, link), neuronTrafficPerStep: neuron[link], inputTrafficPerStep: input[link], trafficPerStep });
  }
  const busiest = loads.reduce<LinkLoad | null>(
    (best, load) => (best !== null && best.trafficPerStep >= load.trafficPerStep ? best : load),
    null,
  );
  const total = loads.reduce((sum, load) => sum + load.trafficPerStep, 0);
  const available = linksAround(topology, [chip.port, ...used.ids.map((_, core) => routerOf(core))]);
  return { max: busiest?.trafficPerStep ?? 0, mean: available === 0 ? 0 : total / available, busiest, loads };
}

/** Numbers of the links from one router to another: along x first, the shorter way round where links wrap. */
function* route(topology: Topology, from: Router, to: Router, hops: { hopsX: number; hopsY: number }): Generator<number> {
  const { routersWide, routersHigh, wraps } = topology;
  let { x, y } = from;
  const right = wraps ? mod(x + hops.hopsX, routersWide) === to.x : to.x > from.x;
  for (let step = 0; step < hops.hopsX; step++) {
    yield linkNumber(topology, x, y, right ? 0 : 1);
    x = mod(x + (right ? 1 : -1), routersWide);
  }
  const down = wraps ? mod(y + hops.hopsY, routersHigh) === to.y : to.y > from.y;
  for (let step = 0; step < hops.hopsY; step++) {
    yield linkNumber(topology, x, y, down ? 2 : 3);
    y = mod(y + (down ? 1 : -1), routersHigh);
  }
}

function linkNumber({ routersWide }: Topology, x: number, y: number, direction: number): number {
  return (y * routersWide + x) * DIRECTIONS.length + direction;
}

function endsOf({ routersWide, routersHigh }: Topology, link: number): Pick<LinkLoad, 'from' | 'to'> {
  const router = Math.floor(link / DIRECTIONS.length);
  const from = { x: router % routersWide, y: Math.floor(router / routersWide) };
  const { x, y } = DIRECTIONS[link % DIRECTIONS.length];
  return { from, to: { x: mod(from.x + x, routersWide), y: mod(from.y + y, routersHigh) } };
}

/** Directed links of the smallest rectangle that holds the routers. */
function linksAround({ wraps, routersWide, routersHigh }: Topology, routers: readonly Router[]): number {
  if (wraps) return 2 * routersWide * routersHigh * (Number(routersWide > 1) + Number(routersHigh > 1));
  const side = (of: (router: Router) => number) => {
    const values = routers.map(of);
    return values.reduce((a, b) => Math.max(a, b)) - values.reduce((a, b) => Math.min(a, b)) + 1;
  };
  const wide = side((router) => router.x);
  const high = side((router) => router.y);
  return 2 * ((wide - 1) * high + wide * (high - 1));
}

function mod(value: number, size: number): number {
  return ((value % size) + size) % size;
}
