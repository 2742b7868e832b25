// Which integers can a chip store, how does it store them, and could it run the network as it stands?
import type { Target } from './load.ts';

/** Integer weights a chip can store: {k·step : |k·step| ≤ qmax}. */
export interface WeightFormat {
  readonly signScheme: string;
  readonly bits: number;
  readonly qmax: number;
  readonly step: number;
}

/** The state the chip could carry, and what the integer network uses of it. */
export interface StateFormat {
  readonly kind: 'binary' | 'graded' | 'multi-level' | 'dense';
  /** Width the chip's activations have; null if unknown. */
  readonly availableBits: number | null;
  /** Width of the integer network's unsigned state. */
  readonly stateBits: number;
  /** Largest state, 2^stateBits − 1. */
  readonly hmax: number;
  /** Width of the signed inputs. */
  readonly inputBits: number;
}

/** Whether the chip can run a rate network as it stands. */
export interface Executability {
  readonly executable: boolean;
  readonly reason: string;
}

/**
 * Weights as digits in crossbar cells. Row r of a core (axon r) lies in row block ⌊r / arrayRows⌋; column c in column block
 * ⌊c / arrayColumns⌋; array = rowBlock · columnBlocks + columnBlock. Neuron n owns columns n·columnsPerNeuron onwards,
 * least significant digit first; `differential` has the digits of max(w, 0) first, then those of max(−w, 0).
 */
export interface CellStorage {
  readonly kind: 'cells';
  readonly scheme: 'offset' | 'differential';
  readonly bitsPerCell: number;
  /** Digits (cells) of one stored magnitude. */
  readonly cellsPerWeight: number;
  /** `offset`: a weight w is stored as w + offset, absent synapses in a used rectangle included; `differential`: 0. */
  readonly offset: number;
  readonly columnsPerNeuron: number;
  readonly arrayRows: number;
  readonly arrayColumns: number;
  readonly arraysPerCore: number;
}

/** Weights as entries (target neuron, mantissa) in a list per axon; weight = mantissa · 2^mantissaShift. */
export interface ListStorage {
  readonly kind: 'synapse-list';
  /** Bits of one stored weight, the sign included. */
  readonly weightBits: number;
  readonly mantissaShift: number;
  /** |mantissa| at most. */
  readonly mantissaMax: number;
  /** Bits of the target-neuron index. */
  readonly indexBits: number;
}

export type StorageFormat = CellStorage | ListStorage;

/**
 * Weights the chip can store.
 *
 * @param bits - width to quantize to, sign included
 * @throws UsageError if the chip has no such width
 */
export function weightFormat(target: Target, bits = 8): WeightFormat {
  throw new Error(`not built yet: ${target.id} ${bits}`);
}

/** State widths: the chip's and the integer network's. */
export function stateFormat(target: Target): StateFormat {
  throw new Error(`not built yet: ${target.id}`);
}

/** Whether the chip can run the rate network, and why (not). */
export function executability(target: Target): Executability {
  throw new Error(`not built yet: ${target.id}`);
}

/** How a weight of the given width lies in a core: the contract between mapper and simulator. */
export function storageFormat(target: Target, bits = 8): StorageFormat {
  throw new Error(`not built yet: ${target.id} ${bits}`);
}
