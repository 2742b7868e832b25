// A run small enough to repeat many times: the 20 tasks on nine neurons, short streams, a swap round every third update.
import { yang19 } from '../../src/tasks/yang19.ts';
import { engineSpec, resolveTrainConfig, type TrainConfig } from '../../src/training/config.ts';
import type { Engine } from '../../src/training/engine.ts';
import { referenceEngine } from '../../src/training/engines/reference.ts';
import { trainingSizes } from '../../src/training/train.ts';

export const suite = yang19;

/** Settings of the tiny run. */
export function tinyConfig(changes: Partial<TrainConfig> = {}): TrainConfig {
  return resolveTrainConfig({
    grid: '3x3',
    lambda: 1e-3,
    learningRate: 1e-2,
    batchMode: 'stream',
    streamSteps: 6,
    batchRows: 2,
    updates: 12,
    swapEvery: 3,
    swapTop: 4,
    logEvery: 2,
    evaluateEvery: 5,
    checkpointEvery: 5,
    engine: 'reference',
    ...changes,
  });
}

/** A fresh reference engine for a config. */
export function tinyEngine(config: TrainConfig): Engine {
  return referenceEngine(engineSpec(config, trainingSizes(suite, config)));
}
