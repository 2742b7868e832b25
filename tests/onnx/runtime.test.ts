import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { graphBuilder } from '../../src/onnx/graph.ts';
import { encodeModel } from '../../src/onnx/proto.ts';
import { openSession, RUNTIMES, runtimeAvailable } from '../../src/onnx/runtime.ts';

/** y = x · x, for any number of rows of two. */
function squaringModel(): Uint8Array {
  const graph = graphBuilder('square');
  const x = graph.input('x', 'float', ['rows', 2]);
  graph.output(graph.node('Mul', [x, x], [], 'y'), 'float', ['rows', 2]);
  return encodeModel({ irVersion: 8, opset: 17, producerVersion: 'test', graph: graph.build(), metadata: {} });
}

describe('runtimes', () => {
  for (const runtime of RUNTIMES) {
    it(`onnxruntime-${runtime} runs a model`, async (context) => {
      const { reason } = await runtimeAvailable(runtime);
      // A platform without a native binary may lack one; the project's own checks may not.
      if (reason !== null && !process.env['CI']) context.skip(reason);
      const session = await openSession(squaringModel(), runtime);
      const { y } = await session.run({ x: { data: Float32Array.of(1, -2, 3, 0.5), dims: [2, 2] } });
      await session.release();
      expect(y).toEqual({ data: Float32Array.of(1, 4, 9, 0.25), dims: [2, 2] });
      expect(session.version).toMatch(new RegExp(`^onnxruntime-${runtime}@\\d`));
    });

    it(`onnxruntime-${runtime} refuses bytes that are no model with one message`, async () => {
      await expect(openSession(Uint8Array.of(1, 2, 3), runtime)).rejects.toThrow(UsageError);
    });
  }
});
