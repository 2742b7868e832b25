// How does a pruned network recover? Training goes on with pruned entries held at zero (Han et al. 2015).
import { parseWith } from '../core/validate.ts';
import type { Network } from '../network/network.ts';
import type { Batch, TaskSuite } from '../tasks/suite.ts';
import { engineSpec } from './config.ts';
import type { EngineSpec } from './engine.ts';
import { type RecoveryOptions, recover } from './recovery.ts';
import { FineTuneConfig } from './recovery-config.ts';

/**
 * Checks settings and fills in defaults.
 *
 * @throws UsageError listing every unknown option and value that is not allowed
 */
export function resolveFineTuneConfig(options: unknown): FineTuneConfig {
  return parseWith(FineTuneConfig, options, 'the fine-tuning config');
}

/** What an engine must be built with to fine-tune a network. */
export function fineTuneSpec(network: Network, { clipNorm }: FineTuneConfig): EngineSpec {
  return engineSpec({ activation: network.activation, clipNorm, proximal: false }, network);
}

/**
 * Trains the stored entries and all biases of a network on. Its batches are others than training's.
 *
 * @param options - with an engine built for `fineTuneSpec(network, config)`
 * @returns the network with the same pattern; entries that became exactly 0 are dropped
 * @throws UsageError if losses or parameters stop being finite, or the checkpoint belongs to another run
 * @throws InterruptedError when the signal aborts, after a checkpoint
 */
export function fineTune(network: Network, suite: TaskSuite, config: FineTuneConfig, options: RecoveryOptions): Promise<Network> {
  const kind = {
    name: 'fine-tuning',
    stage: 'fine-tune',
    quantizer: null,
    sees: (batch: Batch) => batch,
    keepsPattern: true,
    wire: null,
    settings: {},
  };
  return recover(network, suite, config, kind, options);
}
