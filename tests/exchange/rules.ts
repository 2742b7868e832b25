// What must be true of every graph we emit? One list of rules, each of them learnt from a reader that fails without it.
import type { onnx } from 'onnx-proto';

type Graph = onnx.IGraphProto;
type Node = onnx.INodeProto;

/** Operators of our graphs, each with the attributes it may have: readers refuse attributes they do not know. */
const OPERATORS: Readonly<Record<string, readonly string[]>> = {
  Add: [],
  Cast: ['to'],
  Concat: ['axis'],
  DequantizeLinear: ['axis', 'block_size'],
  Div: [],
  Expand: [],
  Gather: ['axis'],
  Identity: [],
  MatMul: [],
  Max: [],
  Min: [],
  Mul: [],
  RNN: ['activations', 'hidden_size'],
  Relu: [],
  Scan: ['body', 'num_scan_inputs'],
  Shape: ['start', 'end'],
  Softplus: [],
  Squeeze: [],
  Tanh: [],
  Transpose: ['perm'],
  Unsqueeze: [],
};
const [FLOAT, INT8, INT32, INT64, INT4] = [1, 3, 6, 7, 22];

/** What a file was asked to be: `portable` unless its user asked for more scales or fewer bits than every reader knows. */
export type Reach = 'portable' | 'channels' | 'newest';

/** Descriptions of all broken rules; empty for a good model. */
export function brokenRules(model: onnx.ModelProto, reach: Reach = 'portable'): string[] {
  const problems: string[] = [];
  const [irVersion, opset] = reach === 'newest' ? [10, 21] : [8, 17];
  if (Number(model.irVersion) !== irVersion) problems.push(`IR version ${model.irVersion}`);
  const opsets = (model.opsetImport ?? []).map(({ domain, version }) => `${domain ?? ''}:${version}`);
  if (`${opsets}` !== `:${opset}`) problems.push(`opsets ${opsets}`);
  if ((model.functions ?? []).length > 0) problems.push('local functions are not inlined by every reader');
  if (model.graph) checkGraph(model.graph, { taken: new Set(), reach, outermost: true }, problems);
  return problems;
}

/** `taken`: names defined anywhere so far; they must be unique in the file, and a body sees only its own. */
interface Place {
  readonly taken: Set<string>;
  readonly reach: Reach;
  readonly outermost: boolean;
}

/** What is known of the values of one graph. */
interface Values {
  readonly defined: Set<string>;
  /** Rank of constants and of what is dequantized from them. */
  readonly ranks: Map<string, number>;
  readonly constants: Map<string, number>;
  /** Values that come from a DequantizeLinear, through reshaping operators too. */
  readonly dequantized: Set<string>;
}

function checkGraph(graph: Graph, place: Place, problems: string[]): void {
  const values: Values = { defined: new Set(), ranks: new Map(), constants: new Map(), dequantized: new Set() };
  const define = (name: string) => {
    if (place.taken.has(name)) problems.push(`the name ${name} is used twice`);
    place.taken.add(name);
    values.defined.add(name);
  };
  for (const { name } of graph.input ?? []) define(name ?? '');
  for (const { name, dims, dataType } of graph.initializer ?? []) {
    define(name ?? '');
    values.ranks.set(name ?? '', dims?.length ?? 0);
    values.constants.set(name ?? '', dataType ?? 0);
    const types = place.reach === 'newest' ? [FLOAT, INT8, INT32, INT64, INT4] : [FLOAT, INT8, INT32, INT64];
    if (!types.includes(dataType ?? 0)) problems.push(`the constant ${name} has data type ${dataType}, which older readers do not know`);
  }
  if ((graph.sparseInitializer ?? []).length > 0) problems.push('a sparse initializer fails the official full check');
  const nodeNames = new Set<string>();
  for (const node of graph.node ?? []) {
    if (!node.name || nodeNames.has(node.name)) problems.push(`node name '${node.name}' is missing or used twice`);
    nodeNames.add(node.name ?? '');
    for (const from of node.input ?? []) {
      if (from !== '' && !values.defined.has(from)) problems.push(`${node.opType} uses ${from} before or outside its definition`);
    }
    checkNode(node, values, place, problems);
    for (const to of node.output ?? []) if (to !== '') define(to);
  }
  for (const { name } of graph.output ?? []) if (!values.defined.has(name ?? '')) problems.push(`output ${name} is not computed`);
  if (place.outermost) {
    const described = new Set([...(graph.valueInfo ?? []), ...(graph.output ?? [])].map(({ name }) => name));
    for (const node of graph.node ?? [])
      for (const to of node.output ?? []) if (!described.has(to)) problems.push(`${to} has no value_info`);
  }
}

function checkNode(node: Node, values: Values, place: Place, problems: string[]): void {
  const op = node.opType ?? '';
  if (node.domain) problems.push(`${op} is from domain ${node.domain}, which other readers do not know`);
  // 8-bit products: ONNX Runtime saturates their int16 partial sums on x86 without VNNI.
  if (/^(MatMulInteger|QLinear|QGemm|DynamicQuantize|ConvInteger)/.test(op)) problems.push(`${op} saturates on some processors`);
  // Q and DQ around a product are fused into such a product by the default optimisation.
  if (op === 'QuantizeLinear') problems.push('QuantizeLinear of activations is fused into a product that saturates on some processors');
  else if (!(op in OPERATORS)) problems.push(`the operator ${op} is not among those that readers were asked for`);
  if (op === 'DequantizeLinear') checkDequantize(node, values, place, problems);
  checkFusion(node, values, problems);
  for (const attribute of node.attribute ?? []) {
    if (op in OPERATORS && !OPERATORS[op].includes(attribute.name ?? ''))
      problems.push(`${op} has the unknown attribute ${attribute.name}`);
    if (!attribute.type) problems.push(`attribute ${attribute.name} has no type`);
    if (op === 'RNN' && attribute.strings?.some((s) => Buffer.from(s).toString() === 'Softplus'))
      problems.push('the softplus of RNN overflows above 88');
    if (attribute.g) checkGraph(attribute.g, { ...place, outermost: false }, problems);
  }
}

function checkDequantize(node: Node, { ranks, constants, dequantized }: Values, { reach }: Place, problems: string[]): void {
  const [stored, scale, zeroPoint] = node.input ?? [];
  if (node.input?.length !== 3) problems.push('DequantizeLinear without a zero point is not understood by some readers');
  if (reach === 'portable' && ranks.get(scale) !== 0) problems.push('some readers use only the first of several scales');
  if (reach !== 'newest' && node.attribute?.some(({ name }) => name === 'block_size')) problems.push('blocks of scales came with opset 21');
  // Of a value from outside its graph, ONNX Runtime 1.30 fails to load the model; of an activation, it fuses.
  if (![stored, scale, zeroPoint].every((name) => constants.has(name)))
    problems.push('DequantizeLinear of something that is not a constant of its own graph');
  if (constants.get(stored) !== constants.get(zeroPoint)) problems.push('the zero point is of another type than what is dequantized');
  ranks.set(node.output?.[0] ?? '', ranks.get(stored) ?? 0);
  dequantized.add(node.output?.[0] ?? '');
}

/** From 1.25 on, ONNX Runtime fuses a dequantized rank-2 weight with its product into one that quantizes the activations. */
function checkFusion({ opType, input, output }: Node, { ranks, dequantized }: Values, problems: string[]): void {
  const isPassedOn = ['Transpose', 'Reshape', 'Identity', 'Squeeze', 'Cast'].includes(opType ?? '') && dequantized.has(input?.[0] ?? '');
  if (isPassedOn) {
    dequantized.add(output?.[0] ?? '');
    if (opType !== 'Squeeze' && opType !== 'Reshape') ranks.set(output?.[0] ?? '', ranks.get(input?.[0] ?? '') ?? 0);
  }
  if (opType !== 'MatMul' && opType !== 'Gemm') return;
  const weight = input?.[1] ?? '';
  if (dequantized.has(weight) && (ranks.get(weight) ?? 0) < 3)
    problems.push(`${opType} of a dequantized rank-2 weight is fused into an inexact kernel`);
}
