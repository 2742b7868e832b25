// What does an ONNX file say? Its graph as plain data with checked attributes; nothing is computed, and tensors stay as they are stored.
import { UsageError } from '../core/errors.ts';
import {
  type DecodedAttribute,
  type DecodedGraph,
  type DecodedModel,
  type DecodedNode,
  type DecodedTensor,
  type DecodedValueInfo,
  decodeModel,
} from './proto.ts';

/** Versions that are read: opset 7 brought today's broadcasting, 26 and IR 13 are the newest of ONNX 1.20. */
const OPSETS = { oldest: 7, newest: 26 } as const;
const NEWEST_IR = 13;

/** Types of attributes as AttributeProto.type numbers them. */
const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, tensor: 4, graph: 5, floats: 6, ints: 7, strings: 8 } as const;

/** A node; its attributes are read by name and type, with a default for those that are absent. */
export interface ReadNode {
  /** What it is, for example `node 'lstm_1' (LSTM)`. */
  readonly label: string;
  /** The same behind the name of the file, for messages. */
  readonly title: string;
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly has: (name: string) => boolean;
  readonly int: <T>(name: string, absent: T) => number | T;
  readonly float: <T>(name: string, absent: T) => number | T;
  readonly text: <T>(name: string, absent: T) => string | T;
  readonly ints: <T>(name: string, absent: T) => readonly number[] | T;
  readonly floats: <T>(name: string, absent: T) => readonly number[] | T;
  readonly texts: <T>(name: string, absent: T) => readonly string[] | T;
  readonly tensor: <T>(name: string, absent: T) => DecodedTensor | T;
  readonly graph: (name: string) => ReadGraph;
}

/** An input or output of a graph. `dims` is null where the file gives no shape, an entry null where it is symbolic. */
export interface ReadValue {
  readonly name: string;
  readonly dims: readonly (number | null)[] | null;
}

/** A graph in the order in which it is computed. */
export interface ReadGraph {
  readonly nodes: readonly ReadNode[];
  readonly initializers: ReadonlyMap<string, DecodedTensor>;
  /** Without those that are initializers as well, as old files have them. */
  readonly inputs: readonly ReadValue[];
  readonly outputs: readonly ReadValue[];
}

/** A file, decoded. */
export interface ReadModel {
  readonly irVersion: number;
  readonly opset: number;
  /** For example `pytorch 2.1.0`; empty if the file does not say. */
  readonly producer: string;
  readonly metadata: ReadonlyMap<string, string>;
  /** Local functions, as `domain::name`. */
  readonly functions: ReadonlySet<string>;
  readonly graph: ReadGraph;
}

/**
 * Decodes a model that anyone may have written.
 *
 * @param what - how to call the file in errors
 * @throws UsageError if it cannot be decoded, is of a version that is not read, or names a value twice
 */
export function readModel(bytes: Uint8Array, what: string): ReadModel {
  const model = decodeModel(bytes, what);
  const irVersion = toNumber(model.irVersion);
  if (irVersion > NEWEST_IR) throw new UsageError(`${what} has IR version ${irVersion}; read are versions up to ${NEWEST_IR}`);
  return {
    irVersion,
    opset: readOpset(model, what),
    producer: printable(`${model.producerName ?? ''} ${model.producerVersion ?? ''}`.trim()),
    metadata: new Map((model.metadataProps ?? []).map(({ key, value }) => [key ?? '', value ?? ''])),
    functions: new Set((model.functions ?? []).map(({ domain, name }) => functionName(domain ?? '', name ?? ''))),
    graph: readGraph(model.graph ?? {}, what),
  };
}

/** How local functions are told apart. */
export function functionName(domain: string, name: string): string {
  return `${domain}::${name}`;
}

/** Names of the operators that ONNX itself defines. */
export function isStandardDomain(domain: string): boolean {
  return domain === '' || domain === 'ai.onnx';
}

function readOpset({ opsetImport }: DecodedModel, what: string): number {
  const standard = (opsetImport ?? []).filter(({ domain }) => isStandardDomain(domain ?? ''));
  if (standard.length === 0) throw new UsageError(`${what} names no version of the standard ONNX operators`);
  const opset = standard.reduce((newest, { version }) => Math.max(newest, toNumber(version)), 0);
  const { oldest, newest } = OPSETS;
  if (opset < oldest || opset > newest)
    throw new UsageError(
      `${what} has opset ${opset}; read are ${oldest} to ${newest}: export it again, or convert it with onnx.version_converter`,
    );
  return opset;
}

function readGraph(graph: DecodedGraph, what: string): ReadGraph {
  if ((graph.sparseInitializer ?? []).length > 0)
    throw new UsageError(`${what} holds sparse initializers, which are not read; store its weights densely`);
  const initializers = new Map<string, DecodedTensor>();
  for (const tensor of graph.initializer ?? []) {
    const name = tensor.name ?? '';
    if (initializers.has(name)) throw new UsageError(`${what}: two initializers are called ${quoted(name)}`);
    initializers.set(name, tensor);
  }
  return {
    nodes: (graph.node ?? []).map((node) => readNode(node, what)),
    initializers,
    inputs: (graph.input ?? []).map(readValue).filter(({ name }) => !initializers.has(name)),
    outputs: (graph.output ?? []).map(readValue),
  };
}

function readValue({ name, type }: DecodedValueInfo): ReadValue {
  const dims = type?.tensorType?.shape?.dim;
  if (!type?.tensorType?.shape) return { name: name ?? '', dims: null };
  // Absent and negative sizes are symbolic ones.
  const size = (value: unknown) => (value === undefined || value === null || toNumber(value) < 0 ? null : toNumber(value));
  return { name: name ?? '', dims: (dims ?? []).map((dim) => (dim.dimParam ? null : size(own(dim, 'dimValue')))) };
}

/** A field as far as the file has it; decoded messages answer for absent fields with defaults. */
function own<T extends object, K extends keyof T>(message: T, field: K): T[K] | undefined {
  return Object.hasOwn(message, field) ? message[field] : undefined;
}

function readNode(node: DecodedNode, what: string): ReadNode {
  const op = node.opType ?? '';
  const outputs = node.output ?? [];
  const label = node.name
    ? `node ${quoted(node.name)} (${printable(op)})`
    : `the ${printable(op)} that computes ${quoted(outputs[0] ?? '')}`;
  const title = `${what}: ${label}`;
  const attributes = new Map<string, DecodedAttribute>();
  for (const attribute of node.attribute ?? []) {
    if (attributes.has(attribute.name ?? '')) throw new UsageError(`${title} has two attributes ${quoted(attribute.name ?? '')}`);
    attributes.set(attribute.name ?? '', attribute);
  }
  const get = <T, V>(name: string, type: keyof typeof ATTRIBUTE_TYPE, absent: T, read: (attribute: DecodedAttribute) => V): V | T => {
    const attribute = attributes.get(name);
    if (attribute === undefined) return absent;
    // Files before IR 2 name no type.
    const found = attribute.type as number | undefined;
    if (found && found !== ATTRIBUTE_TYPE[type])
      throw new UsageError(`${title}: attribute ${quoted(name)} has type ${found}, expected ${ATTRIBUTE_TYPE[type]} (${type})`);
    return read(attribute);
  };
  return {
    label,
    title,
    op,
    domain: node.domain ?? '',
    inputs: node.input ?? [],
    outputs,
    has: (name) => attributes.has(name),
    int: (name, absent) => get(name, 'int', absent, ({ i }) => toNumber(i)),
    float: (name, absent) => get(name, 'float', absent, ({ f }) => f ?? 0),
    text: (name, absent) => get(name, 'string', absent, ({ s }) => text(s)),
    ints: (name, absent) => get(name, 'ints', absent, ({ ints }) => (ints ?? []).map(toNumber)),
    floats: (name, absent) => get(name, 'floats', absent, ({ floats }) => floats ?? []),
    texts: (name, absent) => get(name, 'strings', absent, ({ strings }) => (strings ?? []).map(text)),
    tensor: (name, absent) => get(name, 'tensor', absent, ({ t }) => t ?? {}),
    graph(name) {
      const graph = get(name, 'graph', null, ({ g }) => g ?? null);
      if (graph === null) throw new UsageError(`${title} has no graph ${quoted(name)}`);
      return readGraph(graph, `${title}, ${quoted(name)}`);
    },
  };
}

function text(bytes: Uint8Array | null | undefined): string {
  return new TextDecoder().decode(bytes ?? new Uint8Array());
}

/** A decoded 64-bit integer as a number; beyond 2^53 the nearest one. */
export function toNumber(value: unknown): number {
  return value === undefined || value === null ? 0 : Number(value);
}

/** Longest name that is shown whole. */
const SHOWN_CHARACTERS = 60;

/** A name out of a file, as it may stand in a message of one line. */
export function quoted(name: string): string {
  return `'${printable(name)}'`;
}

/** The same without quotes. */
export function printable(name: string): string {
  // Almost every name is plain, and a file may have many.
  if (name.length <= SHOWN_CHARACTERS && /^[ -~]*$/.test(name)) return name;
  const line = name.slice(0, SHOWN_CHARACTERS).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '�');
  return name.length > SHOWN_CHARACTERS ? `${line}…` : line;
}
