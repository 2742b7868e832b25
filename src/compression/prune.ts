// What can go? Weak synapses, and the neurons that then say nothing.
import { UsageError } from '../core/errors.ts';
import { forEachEntry, selectCsr } from '../network/csr.ts';
import type { Network } from '../network/network.ts';
import { runNetwork } from '../network/run.ts';
import type { CalibrationBatch } from './calibrate.ts';
import { describeRule, type PruneRule, pruneWeights } from './prune-weights.ts';
import { removedSynapses, type SynapseCounts } from './synapse-counts.ts';

/** Weights up to this magnitude are removed unless told otherwise; Liu et al. (2023) count connections above it. */
export const DEFAULT_THRESHOLD = 0.01;

/** What pruning removed. */
export interface PruneCounts {
  /** Synapses that were pruned: ranked at or below the threshold, or beyond what density and limits leave. */
  readonly belowThreshold: SynapseCounts;
  /** Synapses that went with their neuron. */
  readonly withNeurons: SynapseCounts;
  readonly neurons: {
    /** Nothing listens: no synapse to another neuron or to the readout. */
    readonly unheard: number;
    /** Never active in calibration. */
    readonly silent: number;
    /** Same activity throughout calibration, folded into the biases. */
    readonly constant: number;
  };
}

/** A network with its surviving neurons by ascending site, and what was removed. */
export interface Pruned {
  readonly network: Network;
  readonly counts: PruneCounts;
}

/** Pruning left nothing. */
export class EmptyNetworkError extends UsageError {}

/**
 * Removes weak weights, then dead neurons until there are none.
 *
 * A neuron is dead if nothing listens to it. With calibration trials, also if it was never active on them or had the
 * same activity from the first step on (folded into the biases of its listeners), provided that without it no readout's
 * argmax changes on any of them.
 *
 * @throws UsageError if a rule is out of range; EmptyNetworkError if no neuron would be left
 */
export function prune(network: Network, rule: PruneRule = DEFAULT_THRESHOLD, calibration: readonly CalibrationBatch[] = []): Pruned {
  const strong = pruneWeights(network, rule);
  let current = strong;
  const neurons = { unheard: 0, silent: 0, constant: 0 };
  for (let before = -1; before !== current.neurons; ) {
    before = current.neurons;
    current = removeUnheard(current);
    neurons.unheard += before - current.neurons;
    const { network: active, silent, constant } = removeConstant(current, calibration);
    current = active;
    neurons.silent += silent;
    neurons.constant += constant;
  }
  if (current.neurons === 0) {
    throw new EmptyNetworkError(
      `pruning to ${describeRule(rule)} leaves no neuron that is active and reaches the readout; try one that leaves more`,
    );
  }
  return {
    network: current,
    counts: { belowThreshold: removedSynapses(network, strong), withNeurons: removedSynapses(strong, current), neurons },
  };
}

/** Removes neurons without outgoing synapses, their own self-connection aside; each removal may cost others their listener. */
function removeUnheard(network: Network): Network {
  const heard = new Uint8Array(network.neurons);
  for (const from of network.readout.indices) heard[from] = 1;
  const { indptr, indices } = network.recurrent;
  for (let to = 0; to < network.neurons; to++) {
    for (let at = indptr[to]; at < indptr[to + 1]; at++) if (indices[at] !== to) heard[indices[at]] = 1;
  }
  const kept = neuronsWhere(network, (i) => heard[i] === 1);
  return kept.length === network.neurons ? network : removeUnheard(selectNeurons(network, kept));
}

/**
 * Removes neurons whose activity is the same at every step of every trial, silent ones first. Folding is exact but for
 * the step after h(0) = 0, which is one reason to compare answers.
 */
function removeConstant(network: Network, batches: readonly CalibrationBatch[]): { network: Network; silent: number; constant: number } {
  if (batches.length === 0 || network.neurons === 0) return { network, silent: 0, constant: 0 };
  const { value, answers } = observe(network, batches);
  const without = (removed: readonly number[]) => {
    const gone = new Set(removed);
    return selectNeurons(
      foldIntoBiases(network, value, gone),
      neuronsWhere(network, (i) => !gone.has(i)),
    );
  };
  // Halves a group that changes an answer until the neurons that do are alone.
  const accept = (accepted: readonly number[], group: readonly number[]): readonly number[] => {
    if (group.length === 0) return accepted;
    const together = [...accepted, ...group];
    if (sameAnswers(answers, observe(without(together), batches).answers)) return together;
    if (group.length === 1) return accepted;
    const middle = group.length >> 1;
    return accept(accept(accepted, group.slice(0, middle)), group.slice(middle));
  };
  const silent = accept(
    [],
    neuronsWhere(network, (i) => value[i] === 0),
  );
  const removed = accept(
    silent,
    neuronsWhere(network, (i) => value[i] !== 0 && !Number.isNaN(value[i])),
  );
  return {
    network: removed.length === 0 ? network : without(removed),
    silent: silent.length,
    constant: removed.length - silent.length,
  };
}

/** The activity of each neuron where it is the same everywhere, else NaN; and the readout's argmax at every step and row. */
function observe(network: Network, batches: readonly CalibrationBatch[]): { value: Float32Array; answers: Int32Array[] } {
  const value = new Float32Array(network.neurons);
  const answers = batches.map(({ inputs, steps, rows }, index) => {
    const run = runNetwork(network, inputs, steps, rows);
    if (index === 0) for (let i = 0; i < network.neurons; i++) value[i] = run.states[i * rows];
    for (let at = 0; at < run.states.length; at++) {
      const neuron = Math.floor(at / rows) % network.neurons;
      if (run.states[at] !== value[neuron]) value[neuron] = Number.NaN;
    }
    return argmaxRows(run.outputs, steps, network.outputs, rows);
  });
  return { value, answers };
}

/** Index of the largest output at each step and row, outputs [steps, outputs, rows]; the first of equals. */
function argmaxRows(outputs: Float32Array, steps: number, units: number, rows: number): Int32Array {
  const best = new Int32Array(steps * rows);
  for (let step = 0; step < steps; step++) {
    const at = step * units * rows;
    for (let unit = 1; unit < units; unit++) {
      for (let row = 0; row < rows; row++) {
        const winner = best[step * rows + row];
        if (outputs[at + unit * rows + row] > outputs[at + winner * rows + row]) best[step * rows + row] = unit;
      }
    }
  }
  return best;
}

function sameAnswers(a: readonly Int32Array[], b: readonly Int32Array[]): boolean {
  return a.every((answers, i) => answers.every((answer, at) => answer === b[i][at]));
}

/** Adds what the neurons in `gone` contribute at constant activity to the biases of their listeners. */
function foldIntoBiases(network: Network, value: Float32Array, gone: ReadonlySet<number>): Network {
  const bias = Float64Array.from(network.bias);
  const readoutBias = Float64Array.from(network.readoutBias);
  forEachEntry(network.recurrent, (to, from, weight) => {
    if (gone.has(from)) bias[to] += weight * value[from];
  });
  forEachEntry(network.readout, (to, from, weight) => {
    if (gone.has(from)) readoutBias[to] += weight * value[from];
  });
  return { ...network, bias: Float32Array.from(bias), readoutBias: Float32Array.from(readoutBias) };
}

function neuronsWhere(network: Network, keep: (neuron: number) => boolean): number[] {
  return Array.from({ length: network.neurons }, (_, i) => i).filter(keep);
}

/** The network of some of its neurons, ascending; their sites stay. */
function selectNeurons(network: Network, kept: readonly number[]): Network {
  const all = (length: number) => Array.from({ length }, (_, i) => i);
  return {
    ...network,
    neurons: kept.length,
    site: Int32Array.from(kept, (i) => network.site[i]),
    bias: Float32Array.from(kept, (i) => network.bias[i]),
    recurrent: selectCsr(network.recurrent, kept, kept),
    input: selectCsr(network.input, kept, all(network.inputs)),
    readout: selectCsr(network.readout, all(network.outputs), kept),
  };
}
