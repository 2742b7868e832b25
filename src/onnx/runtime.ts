// Who executes ONNX bytes? The door to onnxruntime-node (native) and onnxruntime-web (WebAssembly, sandboxed).
import { createRequire } from 'node:module';
import { messageOf, UsageError, withRemedy } from '../core/errors.ts';

export const RUNTIMES = ['node', 'web'] as const;
export type RuntimeName = (typeof RUNTIMES)[number];

type Data = Float32Array | Float64Array | Int32Array | Int8Array | Uint8Array | BigInt64Array;

/** A tensor on its way into or out of a session. */
export interface RuntimeTensor {
  readonly data: Data;
  readonly dims: readonly number[];
}

/** A loaded model: one thread, sequential execution, so that equal inputs give equal bytes. */
export interface Session {
  readonly runtime: RuntimeName;
  /** For example `onnxruntime-node@1.16.3`. */
  readonly version: string;
  /** Feeds by input name to results by output name. With `into`, the native runtime writes into the given arrays; use what is returned. */
  run(
    feeds: Readonly<Record<string, RuntimeTensor>>,
    into?: Readonly<Record<string, RuntimeTensor>>,
  ): Promise<Record<string, RuntimeTensor>>;
  release(): Promise<void>;
}

/** How far the runtime may rewrite the graph; float models are compared at `basic` (weight-only DQ fusion changes results above). */
export const OPTIMIZATION_LEVELS = ['disabled', 'basic', 'extended', 'all'] as const;
export type OptimizationLevel = (typeof OPTIMIZATION_LEVELS)[number];

type OrtModule = typeof import('onnxruntime-web');
const require = createRequire(import.meta.url);

/**
 * Loads a runtime.
 *
 * @throws UsageError if it is not installed or has no binary for this platform
 */
async function loadRuntime(runtime: RuntimeName): Promise<{ ort: OrtModule; version: string }> {
  const name = `onnxruntime-${runtime}`;
  try {
    if (runtime === 'node') {
      const ort = (await import('onnxruntime-node')) as unknown as OrtModule & { default?: OrtModule };
      return { ort: ort.default ?? ort, version: `${name}@${packageVersion(name)}` };
    }
    const ort = await import('onnxruntime-web');
    ort.env.wasm.numThreads = 1;
    return { ort, version: `${name}@${ort.env.versions.web ?? packageVersion(name)}` };
  } catch (error) {
    throw new UsageError(`${name} cannot be loaded on this platform: ${messageOf(error)}`, { cause: error });
  }
}

function packageVersion(name: string): string {
  return (require(`${name}/package.json`) as { version: string }).version;
}

/** Whether a runtime can be loaded here, and if not, why. */
export async function runtimeAvailable(runtime: RuntimeName): Promise<{ version: string | null; reason: string | null }> {
  try {
    return { version: (await loadRuntime(runtime)).version, reason: null };
  } catch (error) {
    return { version: null, reason: messageOf(error) };
  }
}

/**
 * Opens a session on model bytes.
 *
 * @throws UsageError if the runtime is missing or refuses the model
 */
export async function openSession(bytes: Uint8Array, runtime: RuntimeName, level: OptimizationLevel = 'all'): Promise<Session> {
  const { ort, version } = await loadRuntime(runtime).catch((error: unknown) => {
    throw withRemedy('bimt-export doctor, which tells what is missing', error);
  });
  let session: Awaited<ReturnType<OrtModule['InferenceSession']['create']>>;
  try {
    session = await ort.InferenceSession.create(bytes, {
      executionProviders: [runtime === 'node' ? 'cpu' : 'wasm'],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: level,
      logSeverityLevel: 3,
    });
  } catch (error) {
    throw new UsageError(`${version} refuses the model: ${messageOf(error)}`, { cause: error });
  }
  const wrap = (tensors: Readonly<Record<string, RuntimeTensor>>) =>
    Object.fromEntries(
      Object.entries(tensors).map(([name, { data, dims }]) => [name, new ort.Tensor(elementType(data), data as never, [...dims])]),
    );
  return {
    runtime,
    version,
    async run(feeds, into) {
      // onnxruntime-web hands preallocated results back unwritten.
      const results = into === undefined || runtime === 'web' ? await session.run(wrap(feeds)) : await session.run(wrap(feeds), wrap(into));
      return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, { data: tensor.data as Data, dims: tensor.dims }]));
    },
    async release() {
      await session.release();
    },
  };
}

function elementType(data: Data) {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Float64Array) return 'float64';
  if (data instanceof Int32Array) return 'int32';
  if (data instanceof Int8Array) return 'int8';
  if (data instanceof Uint8Array) return 'uint8';
  return 'int64';
}
