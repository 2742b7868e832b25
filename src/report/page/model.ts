// What does the page know? The two data blocks of the file, unpacked, with synapses by both ends.
import type { ChipDrawing, Packed, PageData, PageFunctions } from '../page-data.ts';
import type { PlacementReport, Report, TargetReport } from '../report.ts';

/** Synapses of all neurons at one end: those of neuron i are `indptr[i]` … `indptr[i + 1] − 1`. */
export interface Synapses {
  readonly indptr: Int32Array;
  /** The neuron at the other end. */
  readonly partner: Int32Array;
  readonly weight: Float32Array;
}

/** A chip on paper. */
export interface Chip extends Omit<ChipDrawing, 'cores' | 'boxes' | 'links' | 'loads' | 'hubs'> {
  readonly cores: Int32Array;
  readonly boxes: Float32Array;
  readonly links: Float32Array;
  readonly loads: Float32Array;
  readonly hubs: Float32Array;
}

/** One target. */
export interface TargetModel {
  readonly report: TargetReport;
  /** The exported one. */
  readonly placement: PlacementReport;
  readonly core: Int32Array | null;
  readonly messages: Float32Array | null;
  readonly chip: Chip | null;
}

/** What neurons do. */
export interface Functions extends Omit<PageFunctions, 'taskVariance' | 'module'> {
  readonly taskVariance: Float32Array | null;
  readonly module: Int32Array | null;
}

/** Everything that is shown. */
export interface Model {
  readonly report: Report;
  readonly grid: PageData['grid'];
  readonly neurons: number;
  readonly site: Int32Array;
  readonly incoming: Synapses;
  readonly outgoing: Synapses;
  /** All synapses, the strongest first. */
  readonly strongest: { readonly from: Int32Array; readonly to: Int32Array; readonly weight: Float32Array };
  /** Synapses of each neuron from inputs and to readout units. */
  readonly inputs: Int32Array;
  readonly readouts: Int32Array;
  readonly functions: Functions | null;
  readonly targets: readonly TargetModel[];
  readonly sweep: PageData['sweep'];
}

/** Reads the data blocks of the file. */
export function readModel(): Model {
  const report = block<Report>('report');
  const data = block<PageData>('drawing');
  const site = ints(data.site);
  const incoming: Synapses = {
    indptr: ints(data.recurrent.indptr),
    partner: ints(data.recurrent.indices),
    weight: floats(data.recurrent.values),
  };
  const neurons = site.length;
  return {
    report,
    grid: data.grid,
    neurons,
    sweep: data.sweep,
    site,
    incoming,
    outgoing: turned(incoming, neurons),
    strongest: byStrength(incoming, neurons),
    inputs: ints(data.inputs),
    readouts: ints(data.readouts),
    functions: data.functions && {
      ...data.functions,
      taskVariance: data.functions.taskVariance && floats(data.functions.taskVariance),
      module: data.functions.module && ints(data.functions.module),
    },
    targets: report.targets.map((target, i) => {
      const { core = null, messages = null, chip = null } = data.targets[i] ?? {};
      return {
        report: target,
        placement: target.placements[0] as PlacementReport,
        core: core && ints(core),
        messages: messages && floats(messages),
        chip: chip && {
          ...chip,
          cores: ints(chip.cores),
          boxes: floats(chip.boxes),
          links: floats(chip.links),
          loads: floats(chip.loads),
          hubs: floats(chip.hubs),
        },
      };
    }),
  };
}

function block<Data>(id: string): Data {
  return JSON.parse(document.getElementById(id)?.textContent ?? 'null') as Data;
}

function ints(packed: Packed): Int32Array {
  return Int32Array.from(numbers(packed));
}

function floats(packed: Packed): Float32Array {
  return Float32Array.from(numbers(packed));
}

function numbers({ type, base64 }: Packed): Uint16Array | Int32Array | Float32Array {
  const { buffer } = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  if (type === 'uint16') return new Uint16Array(buffer);
  return type === 'int32' ? new Int32Array(buffer) : new Float32Array(buffer);
}

/** The same synapses by their other end. */
function turned({ indptr, partner, weight }: Synapses, neurons: number): Synapses {
  const starts = new Int32Array(neurons + 1);
  for (const from of partner) starts[from + 1]++;
  for (let i = 0; i < neurons; i++) starts[i + 1] += starts[i];
  const next = starts.slice();
  const out = { indptr: starts, partner: new Int32Array(partner.length), weight: new Float32Array(partner.length) };
  for (let to = 0; to < neurons; to++) {
    for (let at = indptr[to]; at < indptr[to + 1]; at++) {
      const place = next[partner[at]]++;
      out.partner[place] = to;
      out.weight[place] = weight[at];
    }
  }
  return out;
}

function byStrength({ indptr, partner, weight }: Synapses, neurons: number): Model['strongest'] {
  const to = new Int32Array(partner.length);
  for (let i = 0; i < neurons; i++) to.fill(i, indptr[i], indptr[i + 1]);
  const order = Uint32Array.from(weight, (_, at) => at).sort((a, b) => Math.abs(weight[b]) - Math.abs(weight[a]) || a - b);
  return {
    from: Int32Array.from(order, (at) => partner[at]),
    to: Int32Array.from(order, (at) => to[at]),
    weight: Float32Array.from(order, (at) => weight[at]),
  };
}
