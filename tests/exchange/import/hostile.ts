// Files that nobody means well with: mutations of good ones, and made by hand.
import onnxProto from 'onnx-proto';
import type { Random } from '../../../src/core/random.ts';
import { attr, model, node, tensor, value } from './models.ts';

const { onnx } = onnxProto;

/** A message as a plain object. */
type Message = { [field: string]: unknown };

/** Bytes that mean much in the wire format. */
const SPECIAL_BYTES = [0, 1, 0x7f, 0x80, 0xff, 0x0a, 0x12, 0x2a, 0x3a, 0x4a];
/** Numbers that break sums, products and loops. */
const SPECIAL_NUMBERS = [-1, 0, 1, 2, 3, 5, 7, 127, 2 ** 31 - 1, -(2 ** 31), 2 ** 32, 2 ** 40, -(2 ** 53) + 1, 2 ** 53 - 1];
const SPECIAL_FLOATS = [0, -0, 1, -1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-45, 3e38, 1e-30];
const OPERATORS = (
  'Identity Dropout Cast Constant ConstantOfShape ConstantFill Shape Transpose Squeeze Unsqueeze Reshape Flatten Expand Slice Split Gather Concat MatMul ' +
  'Gemm Add Sub Sum Mul Div Neg Relu Tanh Softplus Clip Max QuantizeLinear DequantizeLinear RNN Scan Softmax LogSoftmax ArgMax Sigmoid LSTM GRU Loop If Foo'
).split(' ');

/** A copy with some bytes cut off, flipped, inserted, removed, overwritten or copied from elsewhere. */
export function mutatedBytes(bytes: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array {
  const out = [...bytes];
  const rounds = 1 + random.int(4);
  for (let round = 0; round < rounds; round++) {
    const at = random.int(Math.max(1, out.length));
    const kind = random.int(7);
    if (kind === 0) out.length = at;
    else if (kind === 1) for (let i = 0; i <= random.int(8); i++) out[random.int(Math.max(1, out.length))] ^= 1 << random.int(8);
    else if (kind === 2) out.splice(at, 0, ...Array.from({ length: 1 + random.int(4) }, () => random.int(256)));
    else if (kind === 3) out.splice(at, 1 + random.int(8));
    else if (kind === 4) out[at] = random.pick(SPECIAL_BYTES);
    else if (kind === 5) out.splice(at, 0, ...[0xff, 0xff, 0xff, 0xff, 0x07].slice(random.int(4)));
    else {
      const other = random.pick(others);
      const from = random.int(other.length);
      out.splice(at, random.int(40), ...other.subarray(from, from + random.int(60)));
    }
  }
  return Uint8Array.from(out, (byte) => byte ?? 0);
}

/** A copy that is still a model but means something else: another operator, shape, name, attribute or number. */
export function mutatedModel(bytes: Uint8Array, random: Random): Uint8Array {
  const message = onnx.ModelProto.toObject(onnx.ModelProto.decode(bytes), { longs: Number }) as Message;
  const rounds = 1 + random.int(3);
  for (let round = 0; round < rounds; round++) mutateGraph(message['graph'] as Message, random, message);
  return onnx.ModelProto.encode(onnx.ModelProto.fromObject(message)).finish();
}

function listOf(message: Message, field: string): Message[] {
  message[field] ??= [];
  return message[field] as Message[];
}

function mutateGraph(graph: Message, random: Random, whole: Message): void {
  const nodes = listOf(graph, 'node');
  const tensors = listOf(graph, 'initializer');
  const pickNode = () => (nodes.length === 0 ? {} : random.pick(nodes));
  const pickTensor = () => (tensors.length === 0 ? {} : random.pick(tensors));
  const names = [
    ...nodes.flatMap((n) => [...((n['input'] ?? []) as string[]), ...((n['output'] ?? []) as string[])]),
    ...tensors.map((t) => t['name'] as string),
    '',
  ];
  const kinds: (() => void)[] = [
    () => {
      pickNode()['opType'] = random.pick(OPERATORS);
    },
    () => replaceIn(pickNode(), 'input', random, names),
    () => replaceIn(pickNode(), 'output', random, names),
    () => {
      nodes.splice(random.int(nodes.length + 1), 1);
    },
    () => {
      nodes.splice(random.int(nodes.length + 1), 0, structuredClone(pickNode()));
    },
    () => {
      const at = random.int(nodes.length + 1);
      nodes.splice(at, 0, ...nodes.splice(random.int(nodes.length + 1), 1));
    },
    () => insertOperator(nodes, random),
    () => changeNumber(pickTensor(), 'dims', random),
    () => {
      pickTensor()['dataType'] = random.pick([0, 1, 2, 3, 6, 7, 8, 9, 10, 11, 12, 13, 16, 17, 21, 22, 25, 99]);
    },
    () => changeValues(pickTensor(), random),
    () => {
      const [from, to] = [pickTensor(), pickTensor()];
      to['dims'] = structuredClone(from['dims']);
      to['rawData'] = from['rawData'];
      to['dataType'] = from['dataType'];
    },
    () => {
      Object.assign(pickTensor(), {
        dataLocation: 1,
        externalData: [{ key: 'location', value: random.pick(['../x', '/etc/passwd', 'x', '', 'a\\b']) }],
      });
    },
    () => mutateAttribute(pickNode(), random, whole),
    () => {
      const inputs = listOf(graph, random.pick(['input', 'output']));
      if (inputs.length > 0) changeShape(random.pick(inputs), random);
    },
    () => {
      const values = listOf(graph, random.pick(['input', 'output']));
      if (random.int(2) === 0) values.splice(random.int(values.length + 1), 1);
      else values.push({ ...structuredClone(values[0] ?? {}), name: random.pick(names) });
    },
    () => {
      whole['opsetImport'] = [{ domain: '', version: random.pick([6, 7, 8, 9, 10, 12, 13, 17, 21, 26, 27, 2 ** 40]) }];
    },
    () => {
      pickNode()['domain'] = random.pick(['ai.onnx', 'com.microsoft', 'x']);
    },
    () => {
      const site = random.pick(['[0,1]', '[]', '[5,4,3]', '{"a":1}', '[1e99]', 'null', '[0,0,0,0,0,0]']);
      const grid = random.pick(['{"rows":1}', '{"rows":3,"columns":3,"metric":"l1"}', '7', '[]', '{"rows":1e99,"columns":-1}']);
      whole['metadataProps'] = [
        { key: 'bimt.grid', value: grid },
        { key: 'bimt.site', value: site },
      ];
    },
  ];
  random.pick(kinds)();
}

function replaceIn(message: Message, field: string, random: Random, names: readonly string[]): void {
  const list = (message[field] ?? []) as string[];
  if (random.int(4) === 0) list.splice(random.int(list.length + 1), random.int(2), random.pick(names));
  else if (list.length > 0) list[random.int(list.length)] = random.pick(names);
  message[field] = list;
}

/** An operator between a value and those who read it. */
function insertOperator(nodes: Message[], random: Random): void {
  if (nodes.length === 0) return;
  const at = random.int(nodes.length);
  const inputs = (nodes[at]['input'] ?? []) as string[];
  if (inputs.length === 0) return;
  const place = random.int(inputs.length);
  const fresh = `fresh_${random.int(1_000_000)}`;
  const op = random.pick(OPERATORS);
  const attributes =
    random.int(2) === 0
      ? []
      : [random.pick([attr.int('axis', random.pick([-1, 0, 1, 2])), attr.ints('axes', [random.int(4)]), attr.ints('perm', [1, 0])])];
  const own = random.int(3) === 0 ? [inputs[place], random.pick(inputs)] : [inputs[place]];
  nodes.splice(at, 0, { name: fresh, opType: op, input: own, output: [fresh], attribute: attributes });
  inputs[place] = fresh;
}

function mutateAttribute(target: Message, random: Random, whole: Message): void {
  const attributes = listOf(target, 'attribute');
  if (attributes.length === 0 || random.int(5) === 0) {
    const name = random.pick([
      'axis',
      'perm',
      'axes',
      'to',
      'layout',
      'direction',
      'clip',
      'hidden_size',
      'transB',
      'alpha',
      'block_size',
      'allowzero',
      'end',
    ]);
    attributes.push(
      random.pick([attr.int(name, random.pick(SPECIAL_NUMBERS)), attr.float(name, random.pick(SPECIAL_FLOATS)), attr.ints(name, [1, 0])]),
    );
    return;
  }
  const attribute = random.pick(attributes);
  const body = attribute['g'] as Message | undefined;
  if (body !== undefined && body !== null && random.int(8) > 0) mutateGraph(body, random, whole);
  else if (attribute['ints'] !== undefined) changeNumber(attribute, 'ints', random);
  else if (attribute['i'] !== undefined) attribute['i'] = random.pick(SPECIAL_NUMBERS);
  else if (attribute['f'] !== undefined) attribute['f'] = random.pick(SPECIAL_FLOATS);
  else if (attribute['t'] !== undefined) changeNumber(attribute['t'] as Message, 'dims', random);
  else attributes.splice(attributes.indexOf(attribute), 1);
}

function changeNumber(message: Message, field: string, random: Random): void {
  const list = (message[field] ?? []) as number[];
  const at = random.int(list.length + 1);
  if (random.int(3) === 0) list.splice(at, random.int(2), random.pick(SPECIAL_NUMBERS));
  else if (list.length > 0) list[random.int(list.length)] = random.pick(SPECIAL_NUMBERS);
  message[field] = list;
}

function changeValues(target: Message, random: Random): void {
  const raw = target['rawData'] as Uint8Array | undefined;
  if (raw === undefined || raw === null || raw.length < 4) return;
  const copy = Uint8Array.from(raw);
  const view = new DataView(copy.buffer);
  const at = 4 * random.int(Math.floor(copy.length / 4));
  if (random.int(2) === 0) view.setFloat32(at, random.pick(SPECIAL_FLOATS), true);
  else view.setInt32(at, random.pick(SPECIAL_NUMBERS), true);
  target['rawData'] = random.int(6) === 0 ? copy.subarray(0, copy.length - 1 - random.int(3)) : copy;
}

function changeShape(message: Message, random: Random): void {
  const type = message['type'] as { tensorType?: { shape?: { dim?: Message[] } } } | undefined;
  const dims = type?.tensorType?.shape?.dim;
  if (dims === undefined || dims === null) return;
  const at = random.int(dims.length + 1);
  const fresh = random.int(3) === 0 ? { dimParam: 'x' } : { dimValue: random.pick(SPECIAL_NUMBERS) };
  dims.splice(at, random.int(2), fresh);
}

/** A number as the wire format has it. */
export function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

/** Messages within messages: the fields `keys`, innermost first, `depth` times. Written from the inside, that is from the end. */
export function nested(keys: readonly number[], depth: number): Uint8Array {
  const out = new Uint8Array(keys.length * depth * 6);
  let at = out.length;
  for (let i = 0; i < keys.length * depth; i++) {
    const length = varint(out.length - at);
    at -= length.length;
    out.set(length, at);
    at -= 1;
    out[at] = keys[i % keys.length];
  }
  return out.slice(at);
}

/** Field 7 of a model: its graph. */
export function inGraph(content: Uint8Array): Uint8Array {
  const head = [0x08, 0x08, 0x42, 0x02, 0x10, 0x11, 0x3a, ...varint(content.length)];
  const out = new Uint8Array(head.length + content.length);
  out.set(head);
  out.set(content, head.length);
  return out;
}

const io = { inputs: [value('u', ['b', 3]), value('h', ['b', 3])], outputs: [value('o', ['b', 3]), value('n', ['b', 3])] };
const eye = [1, 0, 0, 0, 1, 0, 0, 0, 1];
/** A good step of three neurons; `nodes` come before it, and it takes its weights from `weights`. */
export function around(
  nodes: ReturnType<typeof node>[],
  constants: ReturnType<typeof tensor>[] = [],
  weights = 'E',
  versions = {},
): Uint8Array {
  const own = [
    node('MatMul', ['u', weights], ['a']),
    node('MatMul', ['h', 'E'], ['r']),
    node('Add', ['a', 'r'], ['s']),
    node('Relu', ['s'], ['n']),
    node('MatMul', ['n', 'E'], ['o']),
  ];
  const all = constants.some(({ name }) => name === 'E') ? constants : [...constants, tensor('E', [3, 3], eye)];
  return model({ ...io, nodes: [...nodes, ...own], constants: all }, versions);
}

/** How often what doubles is doubled. */
const DOUBLINGS = 60;
const doubled = (op: string, attributes: Parameters<typeof node>[3] = []) => [
  node('Identity', ['E'], ['d0']),
  ...Array.from({ length: DOUBLINGS }, (_, i) => node(op, [`d${i}`, `d${i}`], [`d${i + 1}`], attributes)),
];

function repeated(count: number, make: (i: number) => ReturnType<typeof node>): ReturnType<typeof node>[] {
  return Array.from({ length: count }, (_, i) => make(i));
}

/** Files by hand, by what is wrong with them, with a part of what has to be said of it. */
export const BY_HAND: Readonly<Record<string, readonly [() => Uint8Array, string]>> = {
  'nodes in a cycle': [
    () => around([node('Add', ['y', 'E'], ['x']), node('Add', ['x', 'E'], ['y'])], [], 'x'),
    "reads 'y', which no node before it computes",
  ],
  'an input that is nowhere': [() => around([node('Add', ['nowhere', 'E'], ['x'])]), "reads 'nowhere', which no node before it computes"],
  'an output that is nowhere': [() => model({ ...io, nodes: [] }), "the output 'o' is not computed"],
  'a value that is computed twice': [
    () => around([node('Neg', ['E'], ['x']), node('Neg', ['E'], ['x'])]),
    "the value 'x' is computed twice",
  ],
  'two initializers of one name': [
    () => around([], [tensor('E', [3, 3], eye), tensor('E', [3, 3], eye)]),
    "two initializers are called 'E'",
  ],
  'two inputs of one name': [() => model({ ...io, inputs: [io.inputs[0], io.inputs[0]], nodes: [] }), 'two inputs of one name'],
  'an initializer that is an output of a node too': [() => around([node('Neg', ['E'], ['E'])]), "the value 'E' is computed twice"],
  'an input without a shape': [
    () => model({ ...io, inputs: [value('u', null), io.inputs[1]], nodes: [node('Relu', ['u'], ['n']), node('Add', ['n', 'h'], ['o'])] }),
    "input 'u' has no shape",
  ],
  'a shape beyond all numbers': [
    () => around([], [{ ...tensor('E', [3, 3], eye), dims: [2 ** 40, 2 ** 40, 2 ** 40] }]),
    'more than 100000000 numbers',
  ],
  'a shape of 2 GB': [() => around([], [{ ...tensor('E', [3, 3], eye), dims: [23_000, 23_000] }]), 'more than 100000000 numbers'],
  'a shape larger than its data': [
    () => around([], [{ ...tensor('E', [3, 3], eye), dims: [3000, 3000] }]),
    '36 bytes of data, expected 36000000',
  ],
  'a negative size': [() => around([], [{ ...tensor('E', [3, 3], eye), dims: [-3, -3] }]), 'a shape with the size -3'],
  'a size of 0': [() => around([], [tensor('Z', [3, 0], [])], 'Z'), '3 features'],
  'numbers that are too few': [
    () => around([], [{ name: 'E', dims: [3, 3], dataType: 1, floatData: [1, 2] }]),
    '2 numbers of data, expected 9',
  ],
  'text as weights': [() => around([], [{ name: 'E', dims: [3, 3], dataType: 8, stringData: [] }]), 'element type 8, which is not read'],
  'integers as weights': [() => around([], [tensor('E', [3, 3], eye, 3)]), 'integers of type int8; weights have to be floats'],
  'a filled shape of 10^18 weights': [
    () => around([node('ConstantOfShape', ['big'], ['x'])], [tensor('big', [2], [3, 1e9], 7)], 'x'),
    'more memory than a file of this size can need',
  ],
  'a broadcast to 10^18 weights': [
    () => around([node('Expand', ['row', 'big'], ['x'])], [tensor('row', [1, 3], [1, 2, 3]), tensor('big', [3], [1e6, 1e6, 3], 7)], 'x'),
    'more memory than a file of this size can need',
  ],
  'an input of 10^12 channels': [
    () =>
      model({ ...io, inputs: [value('u', ['b', 1e12]), io.inputs[1]], nodes: [node('Relu', ['u'], ['n']), node('Relu', ['h'], ['o'])] }),
    'more memory than a file of this size can need',
  ],
  'joins that double 60 times': [
    () => around(doubled('Concat', [attr.int('axis', 0)]), [], `d${DOUBLINGS}`),
    'more memory than a file of this size can need',
  ],
  'outer sums that double 60 times': [
    () =>
      around(
        [
          node('Identity', ['v'], ['d0']),
          ...Array.from({ length: 60 }, (_, i) => [
            node('Unsqueeze', [`d${i}`, 'last'], [`e${i}`]),
            node('Add', [`e${i}`, 'v'], [`d${i + 1}`]),
          ]).flat(),
        ],
        [tensor('v', [3], [1, 2, 3]), tensor('last', [1], [-1], 7)],
        'd60',
      ),
    'more memory than a file of this size can need',
  ],
  'a chain of 20,000 products': [
    () => {
      const chain = Array.from({ length: 20_000 }, (_, i) => node('MatMul', [`c${i}`, 'B'], [`c${i + 1}`]));
      const big = tensor(
        'B',
        [64, 64],
        Array.from({ length: 4096 }, (_, i) => (i % 7) / 100),
      );
      const ends = [tensor('first', [3, 64], new Float32Array(192).fill(0.1)), tensor('end', [64, 3], new Float32Array(192).fill(0.1))];
      const nodes = [
        node('MatMul', ['u', 'first'], ['c0']),
        ...chain,
        node('MatMul', ['c20000', 'end'], ['x']),
        node('Relu', ['x'], ['n']),
        node('Relu', ['n'], ['o']),
      ];
      return model({ ...io, nodes, constants: [big, ...ends] });
    },
    'than a file of this size can need',
  ],
  'a large constant that 10,000 sums share': [
    () =>
      around(
        repeated(10_000, (i) => node('Add', [i === 0 ? 'u' : `s${i}`, 'large'], [`s${i + 1}`])),
        [tensor('large', [300_000, 3], new Float32Array(900_000))],
        's10000',
      ),
    'than a file of this size can need',
  ],
  'a NaN at the end of a large constant that 10,000 products share': [
    () =>
      around(
        repeated(10_000, (i) => node('MatMul', ['u', 'large'], [`p${i}`])),
        [tensor('large', [3, 300_000], new Float32Array(900_000).fill(Number.NaN, 899_999))],
        'large',
      ),
    'which holds NaN at [2, 299999]',
  ],
  'sums of 10,000 layers, each with one more': [
    () =>
      model({
        ...io,
        nodes: [
          node('Relu', ['u'], ['s0']),
          ...repeated(10_000, (i) => node('Relu', ['u'], [`l${i}`])),
          ...repeated(10_000, (i) => node('Add', [`s${i}`, `l${i}`], [`s${i + 1}`])),
          node('Identity', ['s10000'], ['o']),
          node('Identity', ['s10000'], ['n']),
        ],
      }),
    'than a file of this size can need',
  ],
  'a million empty nodes': [
    () => {
      const nodes = new Uint8Array(2_000_000);
      for (let i = 0; i < nodes.length; i += 2) nodes[i] = 0x0a;
      return inGraph(nodes);
    },
    'would take more than',
  ],
  'graphs nested 30,000 deep': [() => inGraph(nested([0x32, 0x2a, 0x0a], 30_000)), 'nested more than 64 deep'],
  'types nested 30,000 deep': [
    () => {
      const types = nested([0x0a, 0x22], 30_000);
      const input = [0x12, ...varint(types.length), ...types];
      return inGraph(Uint8Array.from([0x5a, ...varint(input.length), ...input]));
    },
    'nested more than 64 deep',
  ],
  'groups nested 50,000 deep': [() => new Uint8Array(50_000).fill(0x0b), 'is not a readable ONNX model: field 1 has wire type 3'],
  'a length of 2 GB': [
    () => Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0xff, 0x07, 0),
    'a message of 2147483647 bytes reaches beyond the one around it',
  ],
  'a number that never ends': [() => Uint8Array.from([0x08, ...new Array(40).fill(0xff)]), 'a number is longer than 64 bits'],
  'a name of a megabyte, with line breaks': [
    () => around([node('Foo\nBar', ['E'], ['x'], [], { name: 'a\nb\u2028'.repeat(300_000) })], [], 'x'),
    "node 'a�b�a�b�",
  ],
  'a weight that is not a number': [
    () => around([], [tensor('E', [3, 3], [...eye.slice(0, 5), Number.NaN, 0, 0, 1])]),
    "computes with initializer 'E', which holds NaN at [1, 2]",
  ],
  'an infinite weight': [
    () => around([], [tensor('E', [3, 3], [Number.NEGATIVE_INFINITY, ...eye.slice(1)])]),
    "initializer 'E', which holds -Infinity at [0, 0]",
  ],
  'a weight too large for float32': [
    () => around([node('Cast', ['D'], ['x'], [attr.int('to', 1)])], [tensor('D', [3, 3], [1e300, ...eye.slice(1)], 11)], 'x'),
    'holds Infinity at [0, 0]',
  ],
  'a division by 0': [() => around([node('Div', ['E', 'zero'], ['x'])], [tensor('zero', [1], [0])], 'x'), 'weights have to be finite'],
  ...Object.fromEntries(
    (
      [
        ['zero', 0, 'has the scale 0; scales must be positive and finite'],
        ['denormal', 1e-40, 'a denormal number, which processors may take for 0'],
        ['negative', -1, 'has the scale -1; scales must be positive'],
        ['NaN', Number.NaN, 'has the scale NaN'],
        ['infinite', Number.POSITIVE_INFINITY, 'has the scale Infinity'],
      ] as const
    ).map(([name, scale, message]) => [
      `a scale that is ${name}`,
      [
        () =>
          around(
            [node('DequantizeLinear', ['q', 'scale', 'z'], ['x'])],
            [tensor('q', [3, 3], eye, 3), tensor('scale', [], [scale]), tensor('z', [], [0], 3)],
            'x',
          ),
        message,
      ] as const,
    ]),
  ),
  'a Slice with the step 0': [
    () =>
      around(
        [node('Slice', ['E', 'i', 'j', 'k', 'z'], ['x'])],
        [tensor('i', [1], [1], 7), tensor('j', [1], [2], 7), tensor('k', [1], [0], 7), tensor('z', [1], [0], 7)],
        'x',
      ),
    'has the step 0',
  ],
  'axes that are no axes': [
    () => around([node('Transpose', ['E'], ['x'], [attr.ints('perm', [0, 0])])], [], 'x'),
    'which is no order of them',
  ],
  'an attribute of another type': [
    () => around([node('Transpose', ['E'], ['x'], [attr.int('perm', 1)])], [], 'x'),
    "attribute 'perm' has type 2, expected 7",
  ],
  'an attribute that is there twice': [
    () => around([node('Neg', ['E'], ['x'], [attr.int('a', 1), attr.int('a', 1)])]),
    "has two attributes 'a'",
  ],
  'a node without inputs': [() => around([node('Add', [], ['x'])], [], 'x'), 'lacks its input 1'],
  'sites that are not on the grid': [
    () =>
      around([], [], 'E', {
        metadataProps: [
          { key: 'bimt.grid', value: '{"rows":2,"columns":2,"metric":"l1"}' },
          { key: 'bimt.site', value: '[0,1,9]' },
        ],
      }),
    "tensor 'site' must ascend within 0 … 3, found 9",
  ],
};
