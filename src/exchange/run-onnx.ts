// What do the ONNX files compute in a runtime? Results in the layout of the TypeScript interpreters.

import type { IntegerRun } from '../compression/integer-network.ts';
import { UsageError } from '../core/errors.ts';
import { openSession, type RuntimeName, type RuntimeTensor, type Session } from '../onnx/runtime.ts';

/** A loaded form. Inputs have shape [steps, rows, inputs]; every size of steps and rows goes through the same session. */
export interface OnnxRunner<Inputs, Result> {
  /** Runtime and version, for example `onnxruntime-node@1.16.3`. */
  readonly version: string;
  run(inputs: Inputs, steps: number, rows: number): Promise<Result>;
  release(): Promise<void>;
}

/**
 * Opens `model.int.onnx`. Exact at any optimisation level.
 *
 * @throws UsageError if the runtime is missing or refuses the model; `run` if an input is not int8
 */
export async function openIntegerModel(bytes: Uint8Array, runtime: RuntimeName): Promise<OnnxRunner<Int32Array, IntegerRun>> {
  const session = await openSession(bytes, runtime);
  return runner(session, async (inputs, steps, rows) => {
    const wide = inputs.find((value) => value < -128 || value > 127);
    if (wide !== undefined) throw new UsageError(`an integer input is ${wide}; int8 is −128 … 127`);
    const { h, o } = await session.run({ u: { data: Int8Array.from(inputs), dims: [steps, rows, inputs.length / (steps * rows)] } });
    return { states: rowsLast(h, Int32Array), outputs: rowsLast(o, Int32Array) };
  });
}

function runner<Inputs, Result>(session: Session, run: OnnxRunner<Inputs, Result>['run']): OnnxRunner<Inputs, Result> {
  return { version: session.version, run, release: () => session.release() };
}

/** [steps, rows, units] to [steps, units, rows]. */
function rowsLast<T extends Float32Array | Int32Array>({ data, dims }: RuntimeTensor, Type: new (length: number) => T): T {
  const [steps, rows, units] = dims as [number, number, number];
  const out = new Type(data.length);
  for (let step = 0; step < steps; step++) {
    const at = step * rows * units;
    for (let row = 0; row < rows; row++) {
      for (let unit = 0; unit < units; unit++) out[at + unit * rows + row] = data[at + row * units + unit] as number;
    }
  }
  return out;
}
