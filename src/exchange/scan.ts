// How does a step become a sequence? A Scan over time that starts from zero state.
import { attribute, type Dim, type GraphBuilder, type Value } from '../onnx/graph.ts';
import type { GraphMessage } from '../onnx/proto.ts';

/** The state of a Scan. `zero` is a single 0, of the state's rank and type. */
export interface ScanState {
  readonly type: 'float' | 'int32';
  /** Ends with the batch and the number of neurons. */
  readonly dims: readonly Dim[];
  readonly zero: { readonly dims: readonly number[]; readonly data: Float32Array | Int32Array };
}

/**
 * Adds a Scan of `body` over the time axis of `u` [time, batch, inputs]; the state is the first of the body's inputs and outputs.
 *
 * @param results - names of the scanned results
 * @returns the scanned results, time first
 */
export function scanFromZero(graph: GraphBuilder, u: Value, body: GraphMessage, state: ScanState, results: readonly string[]): Value[] {
  const batch = graph.node('Shape', [u], [attribute.int('start', 1), attribute.int('end', 2)], 'batch_size');
  graph.valueInfo(batch, 'int64', [1]);
  const neurons = graph.constant('neurons', [1], BigInt64Array.of(BigInt(state.dims[state.dims.length - 1])));
  const shape = graph.node('Concat', [batch, neurons], [attribute.int('axis', 0)], 'state_shape');
  graph.valueInfo(shape, 'int64', [2]);
  const initial = graph.node('Expand', [graph.constant('zero_state', state.zero.dims, state.zero.data), shape], [], 'h_initial');
  graph.valueInfo(initial, state.type, state.dims);
  const attributes = [attribute.int('num_scan_inputs', 1), attribute.graph('body', body)];
  const [last, ...scanned] = graph.nodeMulti('Scan', [initial, u], ['h_last', ...results], attributes);
  graph.valueInfo(last, state.type, state.dims);
  return scanned;
}
