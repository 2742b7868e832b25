// What must be true of every graph we emit? One list of rules, each of them learnt from a reader that fails without it.
import type { onnx } from 'onnx-proto';

type Graph = onnx.IGraphProto;

/** Descriptions of all broken rules; empty for a good model. */
export function brokenRules(model: onnx.ModelProto): string[] {
  const problems: string[] = [];
  if (Number(model.irVersion) !== 8) problems.push(`IR version ${model.irVersion}`);
  const opsets = (model.opsetImport ?? []).map(({ domain, version }) => `${domain ?? ''}:${version}`);
  if (`${opsets}` !== ':17') problems.push(`opsets ${opsets}`);
  if (model.graph) checkGraph(model.graph, new Set(), true, problems);
  return problems;
}

/** @param taken - names defined anywhere so far: they must be unique in the file, and a body sees only its own */
function checkGraph(graph: Graph, taken: Set<string>, outermost: boolean, problems: string[]): void {
  const defined = new Set<string>();
  const ranks = new Map<string, number>();
  const define = (name: string) => {
    if (taken.has(name)) problems.push(`the name ${name} is used twice`);
    taken.add(name);
    defined.add(name);
  };
  for (const { name } of graph.input ?? []) define(name ?? '');
  for (const { name, dims } of graph.initializer ?? []) {
    define(name ?? '');
    ranks.set(name ?? '', dims?.length ?? 0);
  }
  if ((graph.sparseInitializer ?? []).length > 0) problems.push('a sparse initializer fails the official full check');
  const nodeNames = new Set<string>();
  for (const node of graph.node ?? []) {
    const op = node.opType ?? '';
    if (!node.name || nodeNames.has(node.name)) problems.push(`node name '${node.name}' is missing or used twice`);
    nodeNames.add(node.name ?? '');
    if (node.domain) problems.push(`${op} is from domain ${node.domain}, which other readers do not know`);
    for (const from of node.input ?? []) {
      if (from !== '' && !defined.has(from)) problems.push(`${op} uses ${from} before or outside its definition`);
    }
    if (/^(MatMulInteger|QLinear|QuantizeLinear|DynamicQuantize|ConvInteger)/.test(op)) problems.push(`${op} saturates on some processors`);
    if (op === 'DequantizeLinear') {
      const [stored, scale, zeroPoint] = node.input ?? [];
      if (node.input?.length !== 3) problems.push('DequantizeLinear without a zero point is not understood by some readers');
      if (ranks.get(scale) !== 0) problems.push('some readers use only the first of several scales');
      if (!ranks.has(stored) || !ranks.has(zeroPoint))
        problems.push('DequantizeLinear of something that is not a constant of its own graph');
      ranks.set(node.output?.[0] ?? '', ranks.get(stored) ?? 0);
    }
    if (op === 'MatMul' && (graph.node ?? []).some((dq) => dq.opType === 'DequantizeLinear' && dq.output?.[0] === node.input?.[1])) {
      if ((ranks.get(node.input?.[1] ?? '') ?? 0) < 3)
        problems.push('MatMul of a dequantized rank-2 weight is fused into an inexact kernel');
    }
    for (const attribute of node.attribute ?? []) {
      if (!attribute.type) problems.push(`attribute ${attribute.name} has no type`);
      if (op === 'RNN' && attribute.strings?.some((s) => Buffer.from(s).toString() === 'Softplus'))
        problems.push('the softplus of RNN overflows above 88');
      if (attribute.g) checkGraph(attribute.g, taken, false, problems);
    }
    for (const to of node.output ?? []) if (to !== '') define(to);
  }
  for (const { name } of graph.output ?? []) if (!defined.has(name ?? '')) problems.push(`output ${name} is not computed`);
  if (outermost) {
    const described = new Set([...(graph.valueInfo ?? []), ...(graph.output ?? [])].map(({ name }) => name));
    for (const node of graph.node ?? [])
      for (const to of node.output ?? []) if (!described.has(to)) problems.push(`${to} has no value_info`);
  }
}
