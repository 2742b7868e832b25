// How does a finished network learn other wires? Training goes on, all entries free, under a wire cost that comes from outside.
import type { WireCost } from '../network/geometry.ts';
import type { Network } from '../network/network.ts';
import type { Batch, TaskSuite } from '../tasks/suite.ts';
import { type RecoveryOptions, recover } from './recovery.ts';
import type { RewireConfig } from './recovery-config.ts';

/**
 * Trains all entries and biases of a network on, those that were pruned from 0, so that short wires can take over what long
 * ones did. Its batches are others than those of training and fine-tuning.
 *
 * @param wire - what wires between the sites of the neurons cost
 * @param options - with an engine built for `fineTuneSpec(network, config)`
 * @returns the network with weights everywhere; pruning makes it sparse again
 * @throws UsageError if losses or parameters stop being finite, or the checkpoint belongs to another run
 * @throws InterruptedError when the signal aborts, after a checkpoint
 */
export function rewire(
  network: Network,
  suite: TaskSuite,
  config: RewireConfig,
  wire: WireCost,
  options: RecoveryOptions,
): Promise<Network> {
  const kind = {
    name: 'rewiring',
    stage: 'rewire',
    quantizer: null,
    sees: (batch: Batch) => batch,
    keepsPattern: false,
    wire,
    settings: {},
  };
  return recover(network, suite, config, kind, options);
}
