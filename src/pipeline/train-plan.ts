// What would a training do? Sizes, engine and files, before the first update; nothing is touched.
import type { NetworkSizes } from '../network/network.ts';
import { findSuite } from '../tasks/suites.ts';
import { assertSameRun, type CheckpointStore, decodeCheckpoint } from '../training/checkpoint.ts';
import { engineSpec, type TrainConfig } from '../training/config.ts';
import { openEngine } from '../training/engines/open.ts';
import { parameterLayout } from '../training/parameters.ts';
import { trainingSizes } from '../training/train.ts';

/** What a training would do. */
export interface TrainPlan {
  readonly network: NetworkSizes & { readonly parameters: number };
  readonly tasks: number;
  readonly updates: { readonly done: number; readonly all: number };
  readonly engine: { readonly name: string; readonly version: string; readonly why: string };
}

/**
 * Plans a training. How long it takes is known once it runs: that depends on the machine more than on the settings.
 *
 * @throws UsageError for all that the training would refuse before its first update
 */
export async function planTraining(config: TrainConfig, store: CheckpointStore): Promise<TrainPlan> {
  const suite = findSuite(config.suite);
  const sizes = trainingSizes(suite, config);
  const stored = store.load();
  const checkpoint = stored === null ? null : decodeCheckpoint(stored.bytes, stored.what);
  if (checkpoint !== null) assertSameRun(checkpoint.config, config);
  const { engine, why } = await openEngine(config.engine, engineSpec(config, sizes));
  await engine.dispose();
  return {
    network: { ...sizes, parameters: parameterLayout(sizes).length },
    tasks: suite.tasks.length,
    updates: { done: checkpoint?.update ?? 0, all: config.updates },
    engine: { name: engine.name, version: engine.version, why },
  };
}
