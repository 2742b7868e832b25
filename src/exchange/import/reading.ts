// What do all operators need while a graph is read? Its constants, what they may cost, and what is found on the way.
import { UsageError } from '../../core/errors.ts';
import { type Constant, type ElementType, isFloat, type Values } from '../../onnx/constant.ts';
import { denseValues, type Folding } from '../../onnx/fold.ts';
import type { ReadGraph, ReadModel, ReadNode } from '../../onnx/read-model.ts';
import type { TensorSource } from '../../onnx/read-tensor.ts';
import type { Layer, Value } from './signal.ts';

/** A file while it is read. */
export interface Reading extends TensorSource {
  /** How to call the file in messages. */
  readonly what: string;
  readonly model: ReadModel;
  /** Layers in the order in which they were found. */
  readonly layers: Layer[];
  /** Recurrent operators that were read. */
  readonly operators: Set<string>;
  /** What was left out, and why that changes nothing. */
  readonly notes: Set<string>;
}

/** An operator that is being read. */
export interface Call extends Folding {
  readonly node: ReadNode;
  /** Null for optional ones that are absent. */
  readonly inputs: readonly (Usable | null)[];
  readonly reading: Reading;
  /** Reads a graph inside the operator, given its inputs; it sees the constants around it. */
  readonly readBody: (graph: ReadGraph, inputs: ReadonlyMap<string, Value>) => readonly Value[];
}

/** A value that was read. */
export type Usable = Exclude<Value, { readonly kind: 'failed' }>;
/** One that every operator can take, unlike lists of gathered elements, which only a sparse product can. */
export type Plain = Exclude<Usable, { readonly kind: 'gathered' }>;

/** Makes the outputs of an operator; those at the end that nobody has are left out. */
export type Operator = (call: Call) => readonly Value[];

/** An input that has to be there. */
export function inputOf(call: Call, index: number): Plain {
  const value = anyInputOf(call, index);
  if (value.kind === 'gathered')
    throw new UsageError(`${call.who} takes lists of gathered values; only a product with the weights of the lists can be read`);
  return value;
}

/** The same for products, which may be sparse. */
export function anyInputOf({ inputs, who }: Call, index: number): Usable {
  const value = inputs[index];
  if (value === null || value === undefined) throw new UsageError(`${who} lacks its input ${index + 1}`);
  return value;
}

/** An input that has to be a constant. */
export function constantOf(call: Call, index: number, meaning: string): Constant {
  const value = inputOf(call, index);
  if (value.kind !== 'constant') throw new UsageError(`${call.who} computes its ${meaning} while the model runs; it has to be a constant`);
  return value;
}

/** Longest list of integers that an operator takes, such as axes. */
const MAX_LIST = 4096;

/** Integers of an attribute or, in later opsets, of an input; null if there are neither. NaN where only running the model would tell. */
export function integersOf(call: Call, attribute: string, index: number): readonly number[] | null {
  const { node, inputs, who } = call;
  if (node.has(attribute)) return node.ints(attribute, []);
  if (inputs[index] === null || inputs[index] === undefined) return null;
  const list = constantOf(call, index, attribute);
  if (list.uniform && !(list.dims.length <= 1 && (list.dims[0] ?? 1) <= MAX_LIST))
    throw new UsageError(`${who} has too long a list of ${attribute}`);
  if (list.data.length > MAX_LIST) throw new UsageError(`${who} has too long a list of ${attribute}`);
  return [...denseValues(list, call)];
}

/** The same, without unknown ones. */
export function knownIntegersOf(call: Call, attribute: string, index: number): readonly number[] | null {
  const list = integersOf(call, attribute, index);
  if (list?.some((value) => !Number.isInteger(value))) throw new UsageError(`${call.who} computes its ${attribute} while the model runs`);
  return list;
}

/** An axis counted from the front. */
export function axisOf(axis: number, rank: number, who: string): number {
  const counted = axis < 0 ? axis + rank : axis;
  if (!(Number.isInteger(counted) && counted >= 0 && counted < rank)) throw new UsageError(`${who} names axis ${axis} of ${rank} axes`);
  return counted;
}

/** What was found when numbers were looked at before: many nodes may share them. */
const FIRST_NOT_FINITE = new WeakMap<Values, number>();

/** Where the first number is that is not finite; −1 if there is none. */
function firstNotFinite(values: Values): number {
  const known = FIRST_NOT_FINITE.get(values);
  if (known !== undefined) return known;
  let at = 0;
  while (at < values.length && Number.isFinite(values[at])) at++;
  const found = at < values.length ? at : -1;
  FIRST_NOT_FINITE.set(values, found);
  return found;
}

/** What is said of weights that are not float32. */
const STORED: Partial<Record<ElementType, string>> = {
  double: 'weights are stored in double precision and were rounded to float32',
  float16: 'weights are stored in half precision; the network has the same ones, and adds up in float32',
  bfloat16: 'weights are stored as bfloat16; the network has the same ones, and adds up in float32',
};

/** Weights: floats that are finite. */
export function weightsOf(x: Constant, call: Call): Float32Array | Float64Array {
  const { who, reading } = call;
  if (!isFloat(x.type))
    throw new UsageError(`${who} computes with ${x.label}, which holds integers of type ${x.type}; weights have to be floats`);
  const bad = firstNotFinite(x.data);
  if (bad >= 0)
    throw new UsageError(
      `${who} computes with ${x.label}, which holds ${x.data[bad]} at [${positionOf(bad, x)}]; weights have to be finite`,
    );
  const stored = STORED[x.type];
  if (stored !== undefined) reading.notes.add(stored);
  return denseValues(x, call) as Float32Array | Float64Array;
}

function positionOf(index: number, { dims, uniform }: Constant): string {
  if (uniform) return 'every position';
  let rest = index;
  const position = [...dims].reverse().map((size) => {
    const at = rest % size;
    rest = Math.floor(rest / size);
    return at;
  });
  return position.reverse().join(', ');
}
