// The door to onnx-proto: the only file that imports it. ONNX 1.10.2 messages under protobufjs 8.
import onnxProto, { type onnx as Onnx } from 'onnx-proto';
import { messageOf, UsageError } from '../core/errors.ts';
import { checkWireFormat } from './wire.ts';

const { onnx } = onnxProto;

/** Decoded messages. 64-bit integers are `Long` objects in them. */
export type DecodedModel = Onnx.ModelProto;
export type DecodedGraph = Onnx.IGraphProto;
export type DecodedNode = Onnx.INodeProto;
export type DecodedAttribute = Onnx.IAttributeProto;
export type DecodedTensor = Onnx.ITensorProto;
export type DecodedValueInfo = Onnx.IValueInfoProto;

/** TensorProto.DataType values we use; onnx-proto's enum ends before int4, but the field is a plain integer. */
export const DATA_TYPE = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, double: 11, int4: 22 } as const;
export type DataType = keyof typeof DATA_TYPE;

export type Attribute =
  | { name: string; type: 1; f: number }
  | { name: string; type: 2; i: number }
  | { name: string; type: 3; s: Uint8Array }
  | { name: string; type: 4; t: TensorMessage }
  | { name: string; type: 5; g: GraphMessage }
  | { name: string; type: 7; ints: readonly number[] }
  | { name: string; type: 8; strings: readonly Uint8Array[] };

/** onnx.TensorProto: constant data, little-endian. */
export interface TensorMessage {
  name: string;
  dims: readonly number[];
  dataType: number;
  rawData: Uint8Array;
}

/** onnx.ValueInfoProto: name, type and shape of a value. */
export interface ValueInfoMessage {
  name: string;
  type: { tensorType: { elemType: number; shape: { dim: readonly ({ dimValue: number } | { dimParam: string })[] } } };
}

/** onnx.NodeProto: one operator. */
export interface NodeMessage {
  name: string;
  opType: string;
  input: readonly string[];
  output: readonly string[];
  attribute: readonly Attribute[];
}

/** onnx.GraphProto: nodes in the order of computation. */
export interface GraphMessage {
  name: string;
  node: readonly NodeMessage[];
  initializer: readonly TensorMessage[];
  input: readonly ValueInfoMessage[];
  output: readonly ValueInfoMessage[];
  valueInfo: readonly ValueInfoMessage[];
  docString?: string;
}

/** A model as it is encoded. */
export interface ModelMessage {
  irVersion: number;
  opset: number;
  producerVersion: string;
  graph: GraphMessage;
  metadata: Readonly<Record<string, string>>;
  docString?: string;
}

/** Bytes of a model. Metadata entries are written in key order, so equal models give equal bytes. */
export function encodeModel(model: ModelMessage): Uint8Array {
  const metadataProps = Object.entries(model.metadata)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => ({ key, value }));
  // fromObject, not create: create writes a BigInt as 0 and checks nothing.
  const message = onnx.ModelProto.fromObject({
    irVersion: model.irVersion,
    producerName: 'bimt-export',
    producerVersion: model.producerVersion,
    opsetImport: [{ domain: '', version: model.opset }],
    graph: model.graph,
    metadataProps,
    ...(model.docString === undefined ? {} : { docString: model.docString }),
  });
  return onnx.ModelProto.encode(message).finish();
}

const MAX_MODEL_BYTES = 512 * 1024 * 1024;

/**
 * Decodes a model that anyone may have written.
 *
 * @param what - how to call the file in errors
 * @throws UsageError if it is too large, truncated, not ONNX, nested beyond reason, or would take far more memory than its size
 */
export function decodeModel(bytes: Uint8Array, what: string): DecodedModel {
  if (bytes.length > MAX_MODEL_BYTES)
    throw new UsageError(`${what}: ${bytes.length} bytes, the limit for an ONNX model is ${MAX_MODEL_BYTES}`);
  let model: DecodedModel;
  try {
    // First, because the decoder itself would follow any nesting and build whatever the bytes ask for.
    checkWireFormat(bytes);
    model = onnx.ModelProto.decode(bytes);
  } catch (error) {
    throw new UsageError(`${what} is not a readable ONNX model: ${messageOf(error)}`, { cause: error });
  }
  if (!model.graph || (model.opsetImport ?? []).length === 0)
    throw new UsageError(`${what} is not an ONNX model: it holds no graph or no opset`);
  return model;
}
