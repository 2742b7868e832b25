// Models by hand, with every freedom that a foreign exporter takes, and what ONNX Runtime computes with them.
import onnxProto from 'onnx-proto';
import type { Network } from '../../../src/network/network.ts';
import { runNetwork } from '../../../src/network/run.ts';
import { openSession, type RuntimeName, type RuntimeTensor } from '../../../src/onnx/runtime.ts';

const { onnx } = onnxProto;

export type Attribute = Record<string, unknown> & { readonly name: string };
type Message = Readonly<Record<string, unknown>>;

/** Attributes; their types follow from their values where those are plain. */
export const attr = {
  int: (name: string, i: number): Attribute => ({ name, type: 2, i }),
  float: (name: string, f: number): Attribute => ({ name, type: 1, f }),
  ints: (name: string, ints: readonly number[]): Attribute => ({ name, type: 7, ints }),
  text: (name: string, s: string): Attribute => ({ name, type: 3, s: Buffer.from(s) }),
  texts: (name: string, strings: readonly string[]): Attribute => ({ name, type: 8, strings: strings.map((s) => Buffer.from(s)) }),
  tensor: (name: string, t: Message): Attribute => ({ name, type: 4, t }),
  graph: (name: string, g: Message): Attribute => ({ name, type: 5, g }),
};

export const node = (
  opType: string,
  input: readonly string[],
  output: readonly string[],
  attribute: readonly Attribute[] = [],
  more: Message = {},
): Message => ({ name: `${output[0]}_node`, opType, input, output, attribute, ...more });

const RAW = {
  1: (values: readonly number[]) => Float32Array.from(values),
  2: (values: readonly number[]) => Uint8Array.from(values),
  3: (values: readonly number[]) => Int8Array.from(values),
  4: (values: readonly number[]) => Uint16Array.from(values),
  5: (values: readonly number[]) => Int16Array.from(values),
  6: (values: readonly number[]) => Int32Array.from(values),
  7: (values: readonly number[]) => BigInt64Array.from(values, BigInt),
  10: (values: readonly number[]) => Uint16Array.from(values, halfBits),
  11: (values: readonly number[]) => Float64Array.from(values),
  21: nibbles,
  22: nibbles,
} as const;
export type TypeCode = keyof typeof RAW;

function nibbles(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(values.length / 2));
  values.forEach((value, i) => {
    bytes[i >> 1] |= (value & 15) << (4 * (i % 2));
  });
  return bytes;
}

/** Bits of a half-precision number that is exactly one. */
export function halfBits(value: number): number {
  if (value === 0) return 0;
  const sign = value < 0 ? 0x8000 : 0;
  const exponent = Math.floor(Math.log2(Math.abs(value)));
  if (exponent < -14) return sign | Math.round(Math.abs(value) * 2 ** 24);
  return sign | ((exponent + 15) << 10) | Math.round((Math.abs(value) / 2 ** exponent - 1) * 1024);
}

/** A tensor as raw data. */
export function tensor(name: string, dims: readonly number[], values: ArrayLike<number>, dataType: TypeCode = 1): Message {
  const raw = RAW[dataType](Array.from(values));
  return { name, dims, dataType, rawData: new Uint8Array(raw.buffer, raw.byteOffset, raw.byteLength) };
}

export const value = (name: string, dims: readonly (number | string)[] | null, elemType = 1): Message => ({
  name,
  type: {
    tensorType: {
      elemType,
      ...(dims === null ? {} : { shape: { dim: dims.map((d) => (typeof d === 'string' ? { dimParam: d } : { dimValue: d })) } }),
    },
  },
});

/** A graph, as parts of messages. */
export interface GraphParts {
  readonly nodes: readonly Message[];
  readonly constants?: readonly Message[];
  readonly inputs: readonly Message[];
  readonly outputs: readonly Message[];
}

export const graph = ({ nodes, constants = [], inputs, outputs }: GraphParts): Message => ({
  name: 'g',
  node: nodes,
  initializer: constants,
  input: inputs,
  output: outputs,
});

/** Bytes of a model. */
export function model(
  parts: GraphParts,
  { opset = 17, ir = 8, ...more }: { opset?: number; ir?: number; [field: string]: unknown } = {},
): Uint8Array {
  const message = { irVersion: ir, opsetImport: [{ domain: '', version: opset }], graph: graph(parts), ...more };
  return onnx.ModelProto.encode(onnx.ModelProto.fromObject(message)).finish();
}

/** Outputs of our interpreter, [steps, rows, outputs], for inputs [steps, rows, inputs]. */
export function outputsOf(network: Network, u: Float32Array, steps: number, rows: number): Float32Array {
  const { outputs } = runNetwork(network, u, steps, rows);
  const o = new Float32Array(outputs.length);
  const units = network.outputs;
  for (let step = 0; step < steps; step++) {
    for (let unit = 0; unit < units; unit++) {
      for (let row = 0; row < rows; row++) o[(step * rows + row) * units + unit] = outputs[(step * units + unit) * rows + row];
    }
  }
  return o;
}

/** Feeds of one call, and what is read from it. */
type Feeds = Readonly<Record<string, RuntimeTensor>>;

/** How a model is fed with u [steps, rows, inputs], and how its outputs become [steps, rows, outputs]. */
export interface Feeding {
  readonly runtime?: RuntimeName;
  readonly input?: string;
  readonly output?: string;
  /** Whole trials, time or batch first; or step by step, state fed back from `next` to `state`, rows or columns being trials. */
  readonly form: 'time-first' | 'batch-first' | 'step' | 'columns';
  readonly state?: { readonly name: string; readonly next: string; readonly neurons: number };
  /** Other inputs. */
  readonly more?: Feeds;
}

/** Outputs of ONNX Runtime, [steps, rows, outputs] as far as the model gives steps. */
export async function runtimeOutputs(bytes: Uint8Array, u: Float32Array, steps: number, rows: number, how: Feeding): Promise<Float32Array> {
  const { runtime = 'node', input = 'u', output = 'o', form, state, more = {} } = how;
  const session = await openSession(bytes, runtime, 'basic');
  const width = u.length / (steps * rows);
  try {
    if (form === 'time-first')
      return (await session.run({ ...more, [input]: { data: u, dims: [steps, rows, width] } }))[output].data as Float32Array;
    if (form === 'batch-first') {
      const { data, dims } = (await session.run({ ...more, [input]: { data: swapped(u, steps, rows), dims: [rows, steps, width] } }))[
        output
      ];
      return dims.length === 3 ? swapped(data as Float32Array, rows, dims[1]) : (data as Float32Array);
    }
    if (state === undefined) throw new Error('a step needs its state');
    const isColumns = form === 'columns';
    const dims = (size: number) => (isColumns ? [size, rows] : [rows, size]);
    let h: RuntimeTensor = { data: new Float32Array(rows * state.neurons), dims: dims(state.neurons) };
    const outputs: Float32Array[] = [];
    for (let step = 0; step < steps; step++) {
      const now = u.slice(step * rows * width, (step + 1) * rows * width);
      const results = await session.run({
        [input]: { data: isColumns ? swapped(now, rows, width) : now, dims: dims(width) },
        [state.name]: h,
      });
      h = results[state.next];
      const o = results[output].data as Float32Array;
      outputs.push(isColumns ? swapped(o, o.length / rows, rows) : o);
    }
    return Float32Array.from(outputs.flatMap((o) => [...o]));
  } finally {
    await session.release();
  }
}

/** [a, b, …] to [b, a, …]. */
export function swapped(x: Float32Array, a: number, b: number): Float32Array {
  const inner = x.length / (a * b);
  const out = new Float32Array(x.length);
  for (let i = 0; i < a; i++)
    for (let j = 0; j < b; j++) out.set(x.subarray((i * b + j) * inner, (i * b + j + 1) * inner), (j * a + i) * inner);
  return out;
}

/** Largest |a − b| / max(1, |b|). */
export function largestError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return Array.from(a).reduce((worst, x, i) => Math.max(worst, Math.abs(x - b[i]) / Math.max(1, Math.abs(b[i]))), 0);
}
