// Which engine trains, and why that one? The list of engines, and the choice between them.
import { unknownName } from '../../core/errors.ts';
import { runtimeAvailable } from '../../onnx/runtime.ts';
import { ENGINE_CHOICES, type Engine, type EngineSpec } from '../engine.ts';
import { ortEngine } from './ort.ts';
import { referenceEngine } from './reference.ts';
import { tfjsEngine } from './tfjs.ts';

/** An engine, and why it was taken, in words for the user. */
export interface OpenedEngine {
  readonly engine: Engine;
  readonly why: string;
}

/**
 * Opens the engine a user asked for. `auto` takes ONNX Runtime: native where it has a binary, else WebAssembly.
 *
 * @param available - asks whether a runtime can be loaded; a parameter so that tests can take the native one away
 * @throws UsageError if the name is unknown, or what the engine needs is not installed
 */
export async function openEngine(choice: string, spec: EngineSpec, available = runtimeAvailable): Promise<OpenedEngine> {
  switch (choice) {
    case 'auto': {
      const native = await available('node');
      if (native.reason === null)
        return { engine: await ortEngine(spec, 'node'), why: `${native.version}: the fastest engine, and it is installed` };
      const why = `onnxruntime-web, several times slower, because ${native.reason}`;
      return { engine: await ortEngine(spec, 'web'), why };
    }
    case 'ort':
      return { engine: await ortEngine(spec, 'node'), why: 'asked for' };
    case 'reference':
      return { engine: referenceEngine(spec), why: 'asked for' };
    case 'tfjs':
      return tfjsEngine(spec);
    default:
      throw unknownName('engine', choice, ENGINE_CHOICES, 'bimt-export train --help');
  }
}
