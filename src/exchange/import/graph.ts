// What does every value of a graph mean? Node by node, constants are folded and signals kept as affine functions of what they come from.
import { UsageError } from '../../core/errors.ts';
import { functionName, isStandardDomain, quoted, type ReadGraph, type ReadNode } from '../../onnx/read-model.ts';
import { readTensor } from '../../onnx/read-tensor.ts';
import type { Call, Operator, Reading, Usable } from './reading.ts';
import { rnn, scan } from './recurrent-operators.ts';
import { refusalOf } from './refusals.ts';
import * as shapes from './shape-operators.ts';
import type { Failed, Value } from './signal.ts';
import * as weights from './weight-operators.ts';

/** Every operator that is read. */
const OPERATORS: ReadonlyMap<string, Operator> = new Map(
  Object.entries({
    Identity: shapes.identityOperator,
    Dropout: shapes.dropout,
    Cast: shapes.cast,
    Constant: shapes.constantOperator,
    ConstantOfShape: shapes.constantOfShape,
    ConstantFill: shapes.constantFill,
    Shape: shapes.shape,
    Transpose: shapes.transpose,
    Squeeze: shapes.squeeze,
    Unsqueeze: shapes.unsqueeze,
    Reshape: shapes.reshape,
    Flatten: shapes.flatten,
    Expand: shapes.expand,
    Slice: shapes.slice,
    Split: shapes.split,
    Gather: shapes.gather,
    Concat: shapes.concat,
    MatMul: weights.matMul,
    Gemm: weights.gemm,
    Add: weights.add,
    Sub: weights.subtract,
    Sum: weights.sumOperator,
    Mul: weights.multiply,
    Div: weights.divide,
    Neg: weights.negate,
    Relu: weights.layerOperator('relu'),
    Tanh: weights.layerOperator('tanh'),
    Softplus: weights.layerOperator('softplus'),
    Clip: weights.clip,
    Max: weights.maximum,
    QuantizeLinear: weights.quantizeLinear,
    DequantizeLinear: weights.dequantizeLinear,
    RNN: rnn,
    Scan: scan,
    Softmax: weights.answerOperator,
    LogSoftmax: weights.answerOperator,
    ArgMax: weights.answerOperator,
    Sigmoid: weights.answerOperator,
  }),
);

/** Where names are looked up: in a graph, then in the one around it. */
interface Scope {
  readonly values: Map<string, Value>;
  readonly outer: Scope | null;
}

/**
 * Reads a graph.
 *
 * @param inputs - what is known of its inputs
 * @param where - the graph in messages
 * @returns what its outputs mean
 * @throws UsageError if it is not a graph: a value is missing, or computed twice. What only one operator cannot do is kept for the outputs that need it
 */
export function readGraphValues(graph: ReadGraph, inputs: ReadonlyMap<string, Value>, where: string, reading: Reading): readonly Value[] {
  return readScope(graph, { values: new Map(inputs), outer: null }, where, reading);
}

function readScope(graph: ReadGraph, scope: Scope, where: string, reading: Reading): readonly Value[] {
  const define = (name: string, value: Value) => {
    if (name === '') return;
    if (scope.values.has(name)) throw new UsageError(`${where}: the value ${quoted(name)} is computed twice`);
    scope.values.set(name, value);
  };
  const look = (name: string): Value | null => {
    for (let at: Scope | null = scope; at !== null; at = at.outer) {
      const value = at.values.get(name);
      if (value === undefined) continue;
      if (at === scope || value.kind === 'constant' || value.kind === 'failed') return value;
      return failed(`${where} reads ${quoted(name)} of the graph around it, which is computed; only constants can be`);
    }
    return null;
  };
  for (const [name, tensor] of graph.initializers) {
    define(
      name,
      attempt(() => readTensor(tensor, `initializer ${quoted(name)}`, { ...reading, where })),
    );
  }
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => {
      if (name === '') return null;
      const value = look(name);
      if (value === null) throw new UsageError(`${node.title} reads ${quoted(name)}, which no node before it computes`);
      return value;
    });
    const results = readNode(node, inputs, reading, (body, values) => {
      return readScope(body, { values: new Map(values), outer: scope }, `${node.title}, body`, reading);
    });
    node.outputs.forEach((name, i) => {
      define(name, results[i] ?? failed(`${node.title} has no output ${i + 1} that can be read`));
    });
  }
  return graph.outputs.map(({ name }) => {
    const value = look(name);
    if (value === null) throw new UsageError(`${where}: the output ${quoted(name)} is not computed`);
    return value;
  });
}

/** What an operator makes of its inputs; failures are kept, one for all of its outputs. */
function readNode(node: ReadNode, inputs: readonly (Value | null)[], reading: Reading, readBody: Call['readBody']): readonly Value[] {
  const cause = inputs.find((value) => value?.kind === 'failed');
  if (cause !== undefined) return node.outputs.map(() => cause as Value);
  const results = attempt(() => {
    const call: Call = { node, who: node.title, inputs: inputs as readonly (Usable | null)[], reading, budget: reading.budget, readBody };
    return operatorOf(node, reading)(call);
  });
  return 'kind' in results ? node.outputs.map(() => results) : results;
}

function operatorOf({ title, op, domain }: ReadNode, { model }: Reading): Operator {
  if (model.functions.has(functionName(domain, op)))
    throw new UsageError(`${title} calls a local function; write the model without, for example with onnx.inliner.inline_local_functions`);
  if (!isStandardDomain(domain))
    throw new UsageError(`${title} is of the domain ${quoted(domain)}; only standard ONNX operators can be read`);
  const operator = OPERATORS.get(op);
  if (operator === undefined) throw new UsageError(`${title} cannot be read: ${refusalOf(op)}`);
  return operator;
}

/** The result, or why there is none. */
function attempt<T>(read: () => T): T | Failed {
  try {
    return read();
  } catch (error) {
    if (error instanceof UsageError) return { kind: 'failed', error };
    throw error;
  }
}

function failed(message: string): Failed {
  return { kind: 'failed', error: new UsageError(message) };
}
