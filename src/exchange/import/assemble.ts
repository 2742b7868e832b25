// Which one network computes what the layers of a file compute? Layers become blocks of W; what lies deeper answers a step later.
import { UsageError } from '../../core/errors.ts';
import { type Activation, activationFunction, type Network } from '../../network/network.ts';
import type { Folding } from '../../onnx/fold.ts';
import { added, type Block, csrOfBlocks, denseMatrix, type Matrix, multiplied } from './matrix.ts';
import { type BoundSignal, featuresOf, type Layer, type Source } from './signal.ts';

/** Neurons of the largest grid. */
const MAX_NEURONS = 10_000;

/** A layer as it stands in the network. */
export interface PlacedLayer {
  /** The node it was read from. */
  readonly node: string;
  readonly neurons: number;
  /** Steps by which it is late, compared with the file. */
  readonly delay: number;
}

/** The network of a file, its neurons in a line: those of the layers in their order, then the clock. */
export interface Assembled {
  readonly network: Network;
  readonly layers: readonly PlacedLayer[];
  /** Steps by which the outputs are late. */
  readonly delay: number;
  /** Neurons that were added to hold the biases of deeper layers back until their input arrives. */
  readonly clockNeurons: number;
}

/** What drives a layer: inputs and other layers at the same step, and layers at the step before. */
interface Drive {
  readonly layer: Layer;
  readonly neurons: number;
  readonly bias: Float64Array;
  readonly inputs: ReadonlyMap<Source, Matrix>;
  readonly now: ReadonlyMap<Layer, Matrix>;
  readonly old: ReadonlyMap<Layer, Matrix>;
}

/**
 * Makes one network of a readout and all layers it depends on.
 *
 * h'_k = φ(W_k h_k + V_k h'_(k−1) + b_k) uses the layer below at the same step, which one network h' = φ(W h + …) cannot. With V_k in the
 * block of the step before, every layer is one step later than the one below it, and otherwise the same from zero state on: as long as
 * nothing has arrived, a layer must be silent, so biases that would wake it come from a neuron that is 1 from the right step on.
 *
 * @param inputs - the file's inputs in their order
 * @throws UsageError if a layer joins signals of different ages, or the new state is not φ of something
 */
export function assemble(readout: BoundSignal, inputs: readonly Source[], folding: Folding): Assembled {
  const drives = reachable(readout, folding);
  const what = folding.who;
  const [first] = drives;
  const { activation } = first.layer;
  for (const { layer } of drives) {
    if (layer.activation !== activation)
      throw new UsageError(
        `${layer.title} is ${layer.activation}, ${first.layer.label} is ${activation}; all neurons of a network have the same activation`,
      );
  }
  if (drives.every(({ old }) => old.size === 0))
    throw new UsageError(`${what} has no recurrent connection: no layer reads its own state of the step before`);
  if (drives.every((drive) => drive.inputs.size === 0)) throw new UsageError(`${what} has outputs that do not depend on its input`);
  const delays = delaysOf(drives);
  const delay = commonDelay(readout, drives, delays);
  const late = drives.reduce((most, { layer, bias }) => Math.max(most, wakesUp(activation, bias) ? (delays.get(layer) ?? 0) : 0), 0);
  const starts = startsOf(drives.map(({ neurons }) => neurons));
  const neurons = starts[drives.length] + late;
  if (!(neurons >= 1 && neurons <= MAX_NEURONS)) throw new UsageError(`${what} has ${neurons} neurons; networks have 1 to ${MAX_NEURONS}`);
  const channels = startsOf(inputs.map(({ size }) => size ?? 0));
  const at = { layer: new Map(drives.map(({ layer }, i) => [layer, starts[i]])), clock: starts[drives.length] };
  const bias = new Float32Array(neurons);
  const recurrent: Block[] = [];
  const input: Block[] = [];
  drives.forEach((drive, i) => {
    const row = starts[i];
    for (const [from, matrix] of [...drive.now, ...drive.old]) recurrent.push({ matrix, row, column: at.layer.get(from) ?? 0 });
    for (const [source, matrix] of drive.inputs) input.push({ matrix, row, column: channels[inputs.indexOf(source)] });
    const held = heldBack(activation, drive.bias, delays.get(drive.layer) ?? 0);
    if (held.some((b) => b !== 0))
      recurrent.push({ matrix: denseMatrix(held, held.length, 1), row, column: at.clock + (delays.get(drive.layer) ?? 0) - 1 });
    drive.bias.forEach((b, n) => {
      bias[row + n] = finite(held[n] === 0 ? b : 0, `the bias of neuron ${n} of ${drive.layer.title}`);
    });
  });
  addClock(activation, late, at.clock, bias, recurrent, what);
  const outputs = featuresOf(readout);
  const readoutBlocks = [...readout.terms].flatMap(([{ layer }, matrix]) =>
    layer === null ? [] : [{ matrix, row: 0, column: at.layer.get(layer) ?? 0 }],
  );
  const network: Network = {
    inputs: channels[inputs.length],
    neurons,
    outputs,
    activation,
    grid: { rows: 1, columns: neurons, metric: 'l1' },
    site: Int32Array.from({ length: neurons }, (_, i) => i),
    recurrent: csrOfBlocks(neurons, neurons, recurrent, `${what}: a recurrent weight`, folding.budget),
    input: csrOfBlocks(neurons, channels[inputs.length], input, `${what}: an input weight`, folding.budget),
    readout: csrOfBlocks(outputs, neurons, readoutBlocks, `${what}: a readout weight`, folding.budget),
    bias,
    readoutBias: Float32Array.from({ length: outputs }, (_, o) => finite(readout.bias?.[o] ?? 0, `${what}: the bias of output ${o}`)),
  };
  const layers = drives.map(({ layer, neurons }) => ({ node: layer.label, neurons, delay: delays.get(layer) ?? 0 }));
  return { network, layers, delay, clockNeurons: late };
}

/** Layers that the readout depends on, those of the file that come first first. */
function reachable(readout: BoundSignal, folding: Folding): Drive[] {
  const found = new Map<Layer, Drive>();
  const open = [...readout.terms.keys()].flatMap(({ layer }) => (layer === null ? [] : [layer]));
  for (let layer = open.pop(); layer !== undefined; layer = open.pop()) {
    if (found.has(layer)) continue;
    const drive = driveOf(layer, folding);
    found.set(layer, drive);
    for (const others of [drive.now, drive.old]) for (const other of others.keys()) open.push(other);
  }
  return [...found.values()].sort((a, b) => a.layer.order - b.layer.order);
}

function driveOf(layer: Layer, folding: Folding): Drive {
  const inputs = new Map<Source, Matrix>();
  const now = new Map<Layer, Matrix>();
  const old = new Map<Layer, Matrix>();
  const addTo = <K>(map: Map<K, Matrix>, key: K, matrix: Matrix) => {
    const other = map.get(key);
    map.set(key, other === undefined ? matrix : added(other, matrix, folding));
  };
  for (const [source, matrix] of layer.drive.terms) {
    if (source.kind === 'input') addTo(inputs, source, matrix);
    else if (source.layer !== null) addTo(now, source.layer, matrix);
    else for (const [from, own] of oldState(source, layer.title)) addTo(old, from, multiplied(matrix, own, folding));
  }
  const neurons = featuresOf(layer.drive);
  return { layer, neurons, bias: layer.drive.bias ?? new Float64Array(neurons), inputs, now, old };
}

/** What a state holds before a step: a combination of the layers at the step before. */
function oldState(state: Source, reader: string): Iterable<[Layer, Matrix]> {
  const { next, name } = state;
  const what = `${reader} reads the state '${name}', which`;
  if (next === null) throw new UsageError(`${what} nothing computes`);
  if (next.kind === 'failed') throw next.error;
  if (next.kind !== 'signal') throw new UsageError(`${what} is not computed from the layers`);
  const { terms, bias, answer } = next;
  const kinds = new Set([...terms.keys()].map(({ kind }) => kind));
  if (answer !== null) throw new UsageError(`${what} is the result of ${answer}`);
  if (kinds.has('state'))
    throw new UsageError(
      `${what} mixes its old value with the new one, as leaky units do; a new state has to be φ(W h + W_in u + b) alone`,
    );
  if (kinds.has('input')) throw new UsageError(`${what} is computed from the input without φ; a new state has to be φ(W h + W_in u + b)`);
  // The network starts from zero, and so must what this state is made of.
  if (bias?.some((b) => b !== 0))
    throw new UsageError(`${what} has a constant added after φ; a new state has to be φ(W h + W_in u + b) alone`);
  return [...terms].flatMap(([{ layer }, matrix]): [Layer, Matrix][] => (layer === null || matrix === null ? [] : [[layer, matrix]]));
}

/** Steps by which each layer is late: one more than the layer it reads at the same step, as much as one it reads at the step before. */
function delaysOf(drives: readonly Drive[]): ReadonlyMap<Layer, number> {
  const delays = new Map<Layer, number>();
  const links = new Map<Layer, { readonly to: Layer; readonly by: number }[]>(drives.map(({ layer }) => [layer, []]));
  for (const { layer, now, old } of drives) {
    for (const [others, by] of [
      [now, 1],
      [old, 0],
    ] as const) {
      for (const from of others.keys()) {
        links.get(from)?.push({ to: layer, by });
        links.get(layer)?.push({ to: from, by: -by });
      }
    }
  }
  const visit = (start: Layer) => {
    const open = [start];
    for (let from = open.pop(); from !== undefined; from = open.pop()) {
      for (const { to, by } of links.get(from) ?? []) {
        const delay = (delays.get(from) ?? 0) + by;
        const known = delays.get(to);
        if (known === undefined) {
          delays.set(to, delay);
          open.push(to);
        } else if (known !== delay) throw ages(to.title);
      }
    }
  };
  for (const { layer, inputs } of drives) if (inputs.size > 0) delays.set(layer, 0);
  for (const { layer, inputs } of drives) if (inputs.size > 0) visit(layer);
  for (const { layer } of drives) {
    if (delays.has(layer)) continue;
    delays.set(layer, 0);
    visit(layer);
  }
  for (const [layer, delay] of delays) if (delay < 0) throw ages(layer.title);
  return delays;
}

function commonDelay({ terms }: BoundSignal, drives: readonly Drive[], delays: ReadonlyMap<Layer, number>): number {
  const found = [...new Set([...terms.keys()].flatMap(({ layer }) => (layer === null ? [] : [delays.get(layer) ?? 0])))];
  if (found.length > 1) throw ages(`the readout after ${drives[drives.length - 1].layer.title}`);
  return found[0] ?? 0;
}

function ages(who: string): UsageError {
  return new UsageError(
    `${who} joins signals that passed through different numbers of layers in the same step; in one recurrent network each layer takes a step, so layers have to form a chain`,
  );
}

/** Whether neurons with this bias, and no input, leave zero. */
function wakesUp(activation: Activation, bias: Float64Array): boolean {
  return bias.some((b) => activationFunction(activation)(b) !== 0);
}

/** Biases that must wait for the layer below; 0 for the others. */
function heldBack(activation: Activation, bias: Float64Array, delay: number): Float64Array {
  const phi = activationFunction(activation);
  return bias.map((b) => (delay > 0 && phi(b) !== 0 ? b : 0));
}

/** A drive at which φ is 1, to the last bit of float64 for tanh. */
const CLOCK_DRIVE = { relu: 1, tanh: 20, softplus: Number.NaN } as const satisfies Record<Activation, number>;

/** Neurons that become 1 one after the other and stay it: the k-th from step k on. */
function addClock(activation: Activation, count: number, start: number, bias: Float32Array, recurrent: Block[], what: string): void {
  if (count === 0) return;
  const drive = CLOCK_DRIVE[activation];
  if (Number.isNaN(drive))
    throw new UsageError(
      `${what}: layers of ${activation} neurons cannot be chained: they are never silent, also before their input arrives`,
    );
  bias[start] = drive;
  for (let k = 1; k < count; k++)
    recurrent.push({ matrix: denseMatrix(Float64Array.of(drive), 1, 1), row: start + k, column: start + k - 1 });
}

function startsOf(sizes: readonly number[]): number[] {
  const starts = [0];
  for (const size of sizes) starts.push(starts[starts.length - 1] + size);
  return starts;
}

function finite(value: number, what: string): number {
  const rounded = Math.fround(value);
  if (!Number.isFinite(rounded)) throw new UsageError(`${what} is ${value}, which float32 cannot hold`);
  return rounded;
}
