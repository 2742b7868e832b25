// What does the page draw that report.json does not hold? Synapses, cores of neurons, places on the chip, packed.
import type { Network } from '../network/network.ts';
import type { Topology } from '../targets/topology.ts';
import { chipLayout, coresIn, croppedWords, linksIn, routersIn } from './chip-layout.ts';
import type { ParetoPlot } from './pareto-plot.ts';
import type { Report } from './report.ts';

/** Numbers as base64 of their little-endian bytes. */
export interface Packed {
  readonly type: 'uint16' | 'int32' | 'float32';
  readonly base64: string;
}

/** A chip on paper, in pixels from its top left corner. */
export interface ChipDrawing {
  readonly width: number;
  readonly height: number;
  /** Numbers of the cores that are drawn, shape [cores]. */
  readonly cores: Packed;
  /** Left, top, width and height of each, shape [cores, 4]. */
  readonly boxes: Packed;
  /** Ends x1, y1, x2, y2 of all links, shape [links, 4]; and of those with traffic, in the order of report.json, shape [loads, 4]. */
  readonly links: Packed;
  readonly loads: Packed;
  /** Centres x, y of the routers that no core sits behind, shape [routers, 2]. */
  readonly hubs: Packed;
  /** Width of a link with the most traffic. */
  readonly widest: number;
  /** Tip of the arrow where inputs enter. */
  readonly port: { readonly x: number; readonly y: number };
  /** What of the chip is not drawn; empty if nothing is missing. */
  readonly cropped: string;
}

/** One target, in the order of report.json. */
export interface PageTarget {
  /** Core of each neuron, shape [neurons]; null where the network is not placed. */
  readonly core: Packed | null;
  /** Mean messages per step of each neuron, shape [neurons]; null where they were not measured. */
  readonly messages: Packed | null;
  readonly chip: ChipDrawing | null;
}

/** What neurons do. */
export interface PageFunctions {
  readonly tasks: readonly string[];
  /** Task variance, shape [neurons, tasks]; null where it was not measured. */
  readonly taskVariance: Packed | null;
  /** Functional cluster of each neuron, −1 for those of none, shape [neurons]; null where there are no clusters. */
  readonly module: Packed | null;
  readonly modules: readonly { readonly size: number; readonly preferredTask: string }[];
  /** Why something is missing; null if nothing is. */
  readonly note: string | null;
}

/** Everything the page draws beside the numbers of report.json. */
export interface PageData {
  readonly schema: 'bimt-page/1';
  readonly grid: Network['grid'];
  /** Site of each neuron, shape [neurons]. */
  readonly site: Packed;
  /** Recurrent weights: compressed sparse rows, row = target neuron. */
  readonly recurrent: { readonly indptr: Packed; readonly indices: Packed; readonly values: Packed };
  /** Synapses of each neuron from inputs and to readout units, shape [neurons] each. */
  readonly inputs: Packed;
  readonly readouts: Packed;
  /** Null where the run did not measure them. */
  readonly functions: PageFunctions | null;
  readonly targets: readonly PageTarget[];
  /** Trade-offs of a sweep, if one is shown. */
  readonly sweep: readonly ParetoPlot[];
}

/** What the stages know of one target. */
export interface TargetDrawing {
  readonly topology: Topology;
  readonly core: Int32Array | null;
  readonly messages: readonly number[] | null;
}

/** What the stages know of neurons. */
export interface NeuronFunctions extends Omit<PageFunctions, 'taskVariance' | 'module'> {
  /** Shape [neurons][tasks]. */
  readonly taskVariance: readonly (readonly number[])[] | null;
  /** Null for neurons of no cluster. */
  readonly module: readonly (number | null)[] | null;
}

/**
 * Packs what is drawn.
 *
 * @param functions - null where they were not measured
 * @param targets - in the order of the report
 */
export function pageData(
  report: Report,
  network: Network,
  functions: NeuronFunctions | null,
  targets: readonly TargetDrawing[],
  sweep: readonly ParetoPlot[] = [],
): PageData {
  const { neurons, recurrent, input, readout } = network;
  const indices = neurons <= 65_536 ? pack('uint16', recurrent.indices) : pack('int32', recurrent.indices);
  return {
    schema: 'bimt-page/1',
    grid: network.grid,
    site: pack('int32', network.site),
    recurrent: { indptr: pack('int32', recurrent.indptr), indices, values: pack('float32', recurrent.values) },
    inputs: pack(
      'int32',
      Int32Array.from({ length: neurons }, (_, i) => input.indptr[i + 1] - input.indptr[i]),
    ),
    readouts: pack('int32', countOf(readout.indices, neurons)),
    functions: functions && packFunctions(functions),
    targets: targets.map(({ topology, core, messages }, i) => ({
      core: core && pack('int32', core),
      messages: messages && pack('float32', messages.slice(0, neurons)),
      chip: drawChip(report, i, topology),
    })),
    sweep,
  };
}

function packFunctions({ tasks, taskVariance, module, modules, note }: NeuronFunctions): PageFunctions {
  return {
    tasks,
    taskVariance: taskVariance && pack('float32', taskVariance.flat()),
    module:
      module &&
      pack(
        'int32',
        module.map((one) => one ?? -1),
      ),
    modules,
    note,
  };
}

/** Null where the network is not placed. */
function drawChip(report: Report, target: number, network: Topology): ChipDrawing | null {
  const result = report.targets[target]?.placements[0]?.result ?? null;
  if (result === null) return null;
  const layout = chipLayout(network, result);
  const { left, top, width, height } = layout.area;
  const cores = coresIn(network, layout.view);
  const ends = ({ x1, y1, x2, y2 }: ReturnType<typeof layout.link>) => [x1 - left, y1 - top, x2 - left, y2 - top];
  const occupied = new Set(cores.map(network.routerOf));
  const port = layout.block(result.port);
  return {
    width,
    height,
    cores: pack('int32', cores),
    boxes: pack(
      'float32',
      cores.flatMap((core) => {
        const box = layout.core(core);
        return [box.left - left, box.top - top, box.width, box.height];
      }),
    ),
    links: pack('float32', linksIn(layout, network).flatMap(ends)),
    loads: pack(
      'float32',
      (result.links?.loads ?? []).flatMap(({ from, to }) => ends(layout.link(from, to))),
    ),
    hubs: pack(
      'float32',
      routersIn(layout.view, network)
        .filter(({ router }) => !occupied.has(router))
        .flatMap((router) => {
          const box = layout.block(router);
          return [box.left + box.width / 2 - left, box.top + box.height / 2 - top];
        }),
    ),
    widest: layout.linkWidth(1),
    port: { x: port.left - left, y: port.top + port.height / 2 - top },
    cropped: croppedWords(layout, network).replace(/^ · /, ''),
  };
}

function countOf(values: Int32Array, length: number): Int32Array {
  const counts = new Int32Array(length);
  for (const value of values) counts[value]++;
  return counts;
}

const ARRAYS = { uint16: Uint16Array, int32: Int32Array, float32: Float32Array } as const;

function pack(type: Packed['type'], values: ArrayLike<number>): Packed {
  const { buffer } = ARRAYS[type].from(values);
  return { type, base64: Buffer.from(buffer).toString('base64') };
}
