// How does a step become a sequence? A Scan over time that starts from zero state.
import { attribute, type GraphBuilder, type Value } from '../onnx/graph.ts';
import type { GraphMessage } from '../onnx/proto.ts';

/**
 * Adds a Scan of `body` over the time axis of `u` [time, batch, inputs], with the state [batch, neurons] first among its
 * inputs and outputs. Names in `outputs` are those of the scanned results.
 *
 * @returns the scanned results, each [time, batch, …]
 */
export function scanFromZero(
  graph: GraphBuilder,
  u: Value,
  body: GraphMessage,
  neurons: number,
  zero: Float32Array | Int32Array,
  outputs: readonly string[],
): Value[] {
  const stateType = zero instanceof Int32Array ? 'int32' : 'float';
  const batch = graph.valueInfo(graph.node('Shape', [u], [attribute.int('start', 1), attribute.int('end', 2)], 'batch_size'), 'int64', [1]);
  const units = graph.constant('neurons', [1], BigInt64Array.of(BigInt(neurons)));
  const shape = graph.valueInfo(graph.node('Concat', [batch, units], [attribute.int('axis', 0)], 'state_shape'), 'int64', [2]);
  const initial = graph.node('Expand', [graph.constant('zero_state', [1, 1], zero), shape], [], 'h_initial');
  graph.valueInfo(initial, stateType, ['batch', neurons]);
  const [last, ...results] = graph.nodeMulti(
    'Scan',
    [initial, u],
    ['h_last', ...outputs],
    [attribute.int('num_scan_inputs', 1), attribute.graph('body', body)],
  );
  graph.valueInfo(last, stateType, ['batch', neurons]);
  return results;
}
