// What is a value of a graph, as the reader knows it? A constant, or an affine function of inputs, old states and layers, along one axis.
import { UsageError } from '../../core/errors.ts';
import type { Activation } from '../../network/network.ts';
import type { Constant } from '../../onnx/constant.ts';
import type { Folding } from '../../onnx/fold.ts';
import { printable } from '../../onnx/read-model.ts';
import { added, forEachInRow, identity, isChoice, isIdentity, type Matrix, multiplied, rowsOf, scaledRows } from './matrix.ts';

/** What a signal depends on. `size` is unknown, null, until a weight tells it. */
export interface Source {
  /** An input of the file; the state before a step, of a Scan or fed back by the caller; or a layer φ(…) after a step. */
  kind: 'input' | 'state' | 'layer';
  /** As it may stand in messages. */
  readonly name: string;
  size: number | null;
  /** Which of the input's own axes holds neurons or channels, and which one time; null while nothing has told. */
  featureAxis: number | null;
  timeAxis: number | null;
  /** Of a state: what it will be at the next step, as soon as that is known. */
  next: Value | null;
  /** Of a layer: what its neurons compute φ of. */
  layer: Layer | null;
}

/** Neurons that compute φ of a drive. */
export interface Layer {
  /** What the node is, and the same with the file for messages. */
  readonly label: string;
  readonly title: string;
  /** Its place among the layers of the file. */
  readonly order: number;
  readonly activation: Activation;
  readonly drive: BoundSignal;
  readonly source: Source;
}

/**
 * An axis of a signal: `time`; the one of `feature`s, neurons or channels; a `row`, as of trials; `one` of size 1 that an operator added;
 * `merged` from several.
 */
export interface Axis {
  readonly role: 'time' | 'feature' | 'row' | 'one' | 'merged';
  readonly size: number | null;
  /** Which axis of a graph input it is; null if none. */
  readonly origin: number | null;
}

/** Σ matrix·source + bias along the feature axis, the same at every position of all others. */
export interface Signal {
  readonly kind: 'signal';
  readonly axes: readonly Axis[];
  /** Null while nothing has told which axis of an input holds its channels; `terms` then is that input alone. */
  readonly feature: number | null;
  readonly terms: ReadonlyMap<Source, Matrix | null>;
  /** Shape [features]; null for zeros. */
  readonly bias: Float64Array | null;
  /** Only the last time step is left. */
  readonly isLast: boolean;
  /** The operator after the readout that leaves the argmax as it is, null if there was none: nothing more may be computed from it. */
  readonly answer: string | null;
}

/** A part of an input or a state that is not a choice of channels, such as one layer's share of stacked states. */
export interface Part {
  readonly kind: 'part';
  readonly title: string;
  readonly source: Source;
}

/** Elements of a vector in lists: row r of `width` consecutive features of `signal` is what list r names. For sparse products. */
export interface Gathered {
  readonly kind: 'gathered';
  readonly signal: BoundSignal;
  readonly width: number;
}

/** A value that could not be read, and why; it only matters if an output needs it. */
export interface Failed {
  readonly kind: 'failed';
  readonly error: UsageError;
}

export type Value = Constant | Signal | Part | Gathered | Failed;

export const ONE: Axis = { role: 'one', size: 1, origin: null };

/** A new source of signals. */
export function newSource(kind: Source['kind'], name: string, size: number | null = null): Source {
  return { kind, name: printable(name), size, featureAxis: null, timeAxis: null, next: null, layer: null };
}

/** An input or a state as a whole: nothing is known yet of what its axes mean. */
export function wholeSource(source: Source, dims: readonly (number | null)[]): Signal {
  const axes = dims.map((size, origin): Axis => ({ role: 'row', size, origin }));
  return { kind: 'signal', axes, feature: null, terms: new Map([[source, null]]), bias: null, isLast: false, answer: null };
}

/** A layer or a state as it is, with the axes of another signal of equally many features. */
export function sourceSignal(source: Source, { axes, feature, isLast }: BoundSignal, folding: Folding): BoundSignal {
  const terms = new Map([[source, identity(source.size ?? 0, folding)]]);
  return { kind: 'signal', axes, feature, terms, bias: null, isLast, answer: null };
}

/**
 * Settles which axis holds the channels.
 *
 * @param size - number of channels if something tells it, else null
 * @throws UsageError if another axis was meant before, or the number is another one or unknown
 */
export function bound(signal: Signal, axis: number, size: number | null, folding: Folding): BoundSignal {
  const { who } = folding;
  if (signal.answer !== null)
    throw new UsageError(`${who} computes with the result of ${signal.answer}, which has to be the last operator`);
  const found = signal.axes[axis]?.size ?? size;
  if (signal.axes[axis] === undefined || found === null)
    throw new UsageError(`${who} needs to know the number of channels of '${nameOf(signal)}'`);
  if (size !== null && size !== found) throw new UsageError(`${who} joins ${found} channels with weights for ${size}`);
  if (signal.feature !== null) {
    if (signal.feature !== axis) throw new UsageError(`${who} works along another axis than that of neurons or channels`);
    return signal as BoundSignal;
  }
  const [source] = signal.terms.keys();
  const { origin, role } = signal.axes[axis];
  if (role !== 'row' || (source.featureAxis ?? origin) !== origin || origin === source.timeAxis)
    throw new UsageError(`${who} takes another axis of '${source.name}' for its channels than nodes before it`);
  if (source.size !== null && source.size !== found)
    throw new UsageError(`${who} takes '${source.name}' to have ${found} channels, nodes before it ${source.size}`);
  source.featureAxis = origin;
  source.size = found;
  const axes = signal.axes.with(axis, { role: 'feature', size: found, origin });
  return { ...signal, axes, feature: axis, terms: new Map([[source, identity(found, folding)]]) } as BoundSignal;
}

/** A signal whose feature axis is known. */
export interface BoundSignal extends Signal {
  readonly feature: number;
  readonly terms: ReadonlyMap<Source, Matrix>;
}

/** The channels along the last axis, unless something has told otherwise. */
export function boundLast(signal: Signal, folding: Folding): BoundSignal {
  return bound(signal, signal.feature ?? signal.axes.length - 1, null, folding);
}

/** Number of neurons or channels. */
export function featuresOf({ axes, feature }: BoundSignal): number {
  return axes[feature].size ?? 0;
}

/** matrix · signal: the feature axis gets the matrix's number of rows. */
export function linear(signal: BoundSignal, matrix: Matrix, folding: Folding): BoundSignal {
  payForTerms(signal, folding);
  const terms = new Map([...signal.terms].map(([source, own]) => [source, multiplied(matrix, own, folding)]));
  return withFeatures(signal, matrix.rows, terms, signal.bias === null ? null : applied(matrix, signal.bias, folding));
}

/** Some of the features, in the given order. */
export function chosen(signal: BoundSignal, from: ArrayLike<number>, folding: Folding): BoundSignal {
  payForTerms(signal, folding);
  const terms = new Map([...signal.terms].map(([source, own]) => [source, rowsOf(own, from, folding)]));
  const { bias } = signal;
  return withFeatures(signal, from.length, terms, bias === null ? null : Float64Array.from(from, (row) => (row < 0 ? 0 : bias[row])));
}

/** Every feature times its factor. */
export function scaled(signal: BoundSignal, factors: Float64Array, folding: Folding): BoundSignal {
  payForTerms(signal, folding);
  const terms = new Map([...signal.terms].map(([source, own]) => [source, scaledRows(own, factors, folding)]));
  const { bias } = signal;
  return { ...signal, terms, bias: bias === null ? null : bias.map((b, i) => b * factors[i]) };
}

/** The same with a constant added to every feature. */
export function shifted(signal: BoundSignal, by: Float64Array): BoundSignal {
  const { bias } = signal;
  return { ...signal, bias: bias === null ? by : bias.map((b, i) => b + by[i]) };
}

/** Two signals of equally many features, added; the axes are those of the first. */
export function summed(a: BoundSignal, b: BoundSignal, folding: Folding): BoundSignal {
  if (featuresOf(a) !== featuresOf(b)) throw new UsageError(`${folding.who} adds ${featuresOf(a)} and ${featuresOf(b)} features`);
  if (a.isLast !== b.isLast) throw new UsageError(`${folding.who} adds values of the last time step to values of all steps`);
  payForTerms(a, folding);
  payForTerms(b, folding);
  const terms = new Map(a.terms);
  for (const [source, matrix] of b.terms) {
    const other = terms.get(source);
    terms.set(source, other === undefined ? matrix : added(other, matrix, folding));
  }
  const sum = { ...a, terms };
  return b.bias === null ? sum : shifted(sum, b.bias);
}

/** Whether every feature is a neuron of some layer as it is: a state, not a readout. */
export function isState({ terms, bias }: Signal): boolean {
  if (bias !== null) return false;
  const isTaken: boolean[] = [];
  for (const [source, matrix] of terms) {
    if (source.kind !== 'layer' || matrix === null || !isChoice(matrix)) return false;
    for (let row = 0; row < matrix.rows; row++) {
      if (matrix.from[row] < 0) continue;
      if (isTaken[row]) return false;
      isTaken[row] = true;
    }
  }
  return true;
}

/** The layer that a signal is, neuron by neuron; null if it is none. */
export function layerOf({ terms, bias }: Signal): Layer | null {
  const [[source, matrix]] = terms;
  return terms.size === 1 && bias === null && matrix !== null && isIdentity(matrix) ? source.layer : null;
}

/** matrix · vector. */
export function applied(matrix: Matrix, vector: Float64Array, { budget, who }: Folding): Float64Array {
  budget.products(isChoice(matrix) ? matrix.rows : matrix.rows * matrix.columns, who);
  return Float64Array.from({ length: matrix.rows }, (_, row) => {
    let sum = 0;
    forEachInRow(matrix, row, (column, value) => {
      sum += value * vector[column];
    });
    return sum;
  });
}

/** Bytes of a term, roughly. */
const TERM_BYTES = 100;

function payForTerms({ terms }: Signal, { budget, who }: Folding): void {
  budget.memory(TERM_BYTES * terms.size, who);
}

function withFeatures(signal: BoundSignal, size: number, terms: ReadonlyMap<Source, Matrix>, bias: Float64Array | null): BoundSignal {
  return { ...signal, axes: signal.axes.with(signal.feature, { ...signal.axes[signal.feature], size }), terms, bias };
}

function nameOf({ terms }: Signal): string {
  const [source] = terms.keys();
  return source.name;
}
