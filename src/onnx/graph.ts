// How is a graph written down? A typed builder: nodes in order, names unique, constants as initializers.
import {
  type Attribute,
  DATA_TYPE,
  type DataType,
  type GraphMessage,
  type NodeMessage,
  type TensorMessage,
  type ValueInfoMessage,
} from './proto.ts';

/** A dimension: a number, or the name of a symbolic one. */
export type Dim = number | string;

/** A value of a graph, by name. */
export type Value = string & { readonly brand?: 'onnx-value' };

type Typed = Float32Array | Float64Array | Int32Array | Int8Array | Uint8Array | BigInt64Array;

/** Values from −8 to 7 as they are stored: two a byte, the first in the low half; an odd last one has zeros beside it. */
export interface Int4Data {
  readonly length: number;
  readonly packed: Uint8Array;
}

/** Packs int4 values. */
export function packInt4(values: Int8Array): Int4Data {
  const packed = new Uint8Array(Math.ceil(values.length / 2));
  for (let i = 0; i < values.length; i++) {
    if (values[i] < -8 || values[i] > 7) throw new Error(`${values[i]} is no int4`);
    packed[i >> 1] |= (values[i] & 0x0f) << (4 * (i & 1));
  }
  return { length: values.length, packed };
}

/** Attribute constructors. */
export const attribute = {
  float: (name: string, f: number): Attribute => ({ name, type: 1, f }),
  int: (name: string, i: number): Attribute => ({ name, type: 2, i }),
  ints: (name: string, ints: readonly number[]): Attribute => ({ name, type: 7, ints }),
  strings: (name: string, strings: readonly string[]): Attribute => ({
    name,
    type: 8,
    strings: strings.map((s) => new TextEncoder().encode(s)),
  }),
  graph: (name: string, g: GraphMessage): Attribute => ({ name, type: 5, g }),
};

/** A graph under construction. Nodes are written in the order in which they are added, so inputs come before uses. */
export interface GraphBuilder {
  /** Declares a graph input. */
  input(name: string, type: DataType, dims: readonly Dim[]): Value;
  /** Declares a graph output; the value must exist. */
  output(value: Value, type: DataType, dims: readonly Dim[]): void;
  /** Records type and shape of an inner value, for readers that do not infer; returns the value. */
  valueInfo(value: Value, type: DataType, dims: readonly Dim[]): Value;
  /** A constant; float data are written as float32 unless a Float64Array is given. */
  constant(name: string, dims: readonly number[], data: Typed | Int4Data): Value;
  /** A node with one output, named after the operator and a counter unless `name` says otherwise. */
  node(op: string, inputs: readonly Value[], attributes?: readonly Attribute[], name?: string): Value;
  /** A node with several outputs, whose names are given. */
  nodeMulti(op: string, inputs: readonly Value[], outputs: readonly string[], attributes?: readonly Attribute[]): Value[];
  build(): GraphMessage;
}

/** Starts a graph. `prefix` keeps the generated names of nested bodies apart from those of the outer graph. */
export function graphBuilder(name: string, prefix = ''): GraphBuilder {
  const nodes: NodeMessage[] = [];
  const initializers: TensorMessage[] = [];
  const inputs: ValueInfoMessage[] = [];
  const outputs: ValueInfoMessage[] = [];
  const infos: ValueInfoMessage[] = [];
  const names = new Set<string>();
  const claim = (wanted: string): Value => {
    if (names.has(wanted)) throw new Error(`graph ${name}: the name ${wanted} is used twice`);
    names.add(wanted);
    return wanted;
  };
  const counters = new Map<string, number>();
  const fresh = (op: string): string => {
    const count = counters.get(op) ?? 0;
    counters.set(op, count + 1);
    return `${prefix}${op.toLowerCase()}_${count}`;
  };
  const add = (op: string, from: readonly Value[], to: readonly string[], attributes: readonly Attribute[]) => {
    nodes.push({ name: `${to[0]}/${op}`, opType: op, input: from, output: to, attribute: attributes });
  };
  return {
    input(wanted, type, dims) {
      inputs.push(valueInfo(wanted, type, dims));
      return claim(wanted);
    },
    output(value, type, dims) {
      outputs.push(valueInfo(value, type, dims));
    },
    valueInfo(value, type, dims) {
      infos.push(valueInfo(value, type, dims));
      return value;
    },
    constant(wanted, dims, data) {
      initializers.push(tensor(wanted, dims, data));
      return claim(wanted);
    },
    node(op, from, attributes = [], wanted) {
      const to = claim(wanted ?? fresh(op));
      add(op, from, [to], attributes);
      return to;
    },
    nodeMulti(op, from, to, attributes = []) {
      // An empty name marks an output that nobody wants.
      const claimed = to.map((wanted) => (wanted === '' ? '' : claim(wanted)));
      add(op, from, claimed, attributes);
      return claimed;
    },
    build: () => ({ name, node: nodes, initializer: initializers, input: inputs, output: outputs, valueInfo: infos }),
  };
}

function valueInfo(name: string, type: DataType, dims: readonly Dim[]): ValueInfoMessage {
  const dim = dims.map((d) => (typeof d === 'string' ? { dimParam: d } : { dimValue: d }));
  return { name, type: { tensorType: { elemType: DATA_TYPE[type], shape: { dim } } } };
}

function tensor(name: string, dims: readonly number[], data: Typed | Int4Data): TensorMessage {
  const expected = dims.reduce((a, b) => a * b, 1);
  if (expected !== data.length) throw new Error(`constant ${name}: shape [${dims}] does not hold ${data.length} values`);
  const stored = 'packed' in data ? data.packed : data;
  return {
    name,
    dims,
    dataType: DATA_TYPE[typeOf(data)],
    rawData: new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength),
  };
}

function typeOf(data: Typed | Int4Data): DataType {
  if ('packed' in data) return 'int4';
  if (data instanceof Float32Array) return 'float';
  if (data instanceof Float64Array) return 'double';
  if (data instanceof Int32Array) return 'int32';
  if (data instanceof Int8Array) return 'int8';
  if (data instanceof Uint8Array) return 'uint8';
  return 'int64';
}
