// What do the ONNX files compute in a runtime? Results in the layout of the TypeScript interpreters.

import type { IntegerRun } from '../compression/integer-network.ts';
import { messageOf, UsageError } from '../core/errors.ts';
import type { Run } from '../network/run.ts';
import { type OptimizationLevel, openSession, type RuntimeName, type RuntimeTensor, type Session } from '../onnx/runtime.ts';

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
export async function openIntegerModel(
  bytes: Uint8Array,
  runtime: RuntimeName,
  level: OptimizationLevel = 'all',
): Promise<OnnxRunner<Int32Array, IntegerRun>> {
  const session = await openSession(bytes, runtime, level);
  return runner(session, async (inputs, steps, rows) => {
    const wide = inputs.find((value) => value < -128 || value > 127);
    if (wide !== undefined) throw new UsageError(`an integer input is ${wide}; int8 is −128 … 127`);
    const { h, o } = await session.run({ u: { data: Int8Array.from(inputs), dims: [steps, rows, inputs.length / (steps * rows)] } });
    return { states: rowsLast(h, Int32Array), outputs: rowsLast(o, Int32Array) };
  });
}

/**
 * Opens `model.seq.onnx` or `model.qdq.onnx`; `basic` is the optimisation level that changes no arithmetic.
 *
 * @throws UsageError if the runtime is missing or refuses the model
 */
export async function openSequenceModel(
  bytes: Uint8Array,
  runtime: RuntimeName,
  level: OptimizationLevel = 'basic',
): Promise<OnnxRunner<Float32Array, Run>> {
  const session = await openSession(bytes, runtime, level);
  return runner(session, async (inputs, steps, rows) => {
    const { h, o } = await session.run({ u: { data: inputs, dims: [steps, rows, inputs.length / (steps * rows)] } });
    return { states: rowsLast(h, Float32Array), outputs: rowsLast(o, Float32Array) };
  });
}

/**
 * Opens `model.step.onnx` and feeds its state back from step to step.
 *
 * @param neurons - width of the state
 * @throws UsageError if the runtime is missing or refuses the model
 */
export async function openStepModel(
  bytes: Uint8Array,
  runtime: RuntimeName,
  neurons: number,
  level: OptimizationLevel = 'basic',
): Promise<OnnxRunner<Float32Array, Run>> {
  const session = await openSession(bytes, runtime, level);
  return runner(session, async (inputs, steps, rows) => {
    const width = inputs.length / steps;
    const states: Float32Array[] = [];
    const outputs: Float32Array[] = [];
    let h: RuntimeTensor = { data: new Float32Array(rows * neurons), dims: [rows, neurons] };
    for (let step = 0; step < steps; step++) {
      const u = { data: inputs.subarray(step * width, (step + 1) * width), dims: [rows, width / rows] };
      const { h_next: next, o } = await session.run({ u, h });
      states.push(rowsLast({ data: next.data, dims: [1, ...next.dims] }, Float32Array));
      outputs.push(rowsLast({ data: o.data, dims: [1, ...o.dims] }, Float32Array));
      h = next;
    }
    return { states: concatenated(states), outputs: concatenated(outputs) };
  });
}

/** A runner whose `run` blames the file, not us, when the model is of another form or the runtime refuses its inputs. */
function runner<Inputs, Result>(session: Session, run: OnnxRunner<Inputs, Result>['run']): OnnxRunner<Inputs, Result> {
  return {
    version: session.version,
    async run(inputs, steps, rows) {
      try {
        return await run(inputs, steps, rows);
      } catch (error) {
        if (error instanceof UsageError) throw error;
        throw new UsageError(`${session.version} cannot run this ONNX file on ${rows} trials of ${steps} steps: ${messageOf(error)}`, {
          cause: error,
        });
      }
    },
    release: () => session.release(),
  };
}

/**
 * [steps, rows, units] to [steps, units, rows].
 *
 * @throws UsageError if a result is missing or of another type, as from a model of another form
 */
function rowsLast<T extends Float32Array | Int32Array>(result: RuntimeTensor | undefined, Type: new (length: number) => T): T {
  if (!(result?.data instanceof Type) || result.dims.length !== 3)
    throw new UsageError(`this ONNX file is of another form: its results are not ${Type.name}s by step, trial and unit, named as expected`);
  const { data, dims } = result;
  const [steps, rows, units] = dims as [number, number, number];
  const out = new Type(data.length);
  for (let step = 0; step < steps; step++) {
    const at = step * rows * units;
    for (let row = 0; row < rows; row++) {
      for (let unit = 0; unit < units; unit++) out[at + unit * rows + row] = data[at + row * units + unit];
    }
  }
  return out;
}

function concatenated(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
