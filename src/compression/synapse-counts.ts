// How many synapses did a step take away?
import type { Csr } from '../network/csr.ts';

type Matrix = Csr<Float32Array | Int32Array>;
type Matrices = { readonly recurrent: Matrix; readonly input: Matrix; readonly readout: Matrix };

/** Synapses of each matrix. */
export interface SynapseCounts {
  readonly recurrent: number;
  readonly input: number;
  readonly readout: number;
}

/** Stored entries that `before` has more than `after`. */
export function removedSynapses(before: Matrices, after: Matrices): SynapseCounts {
  return {
    recurrent: before.recurrent.values.length - after.recurrent.values.length,
    input: before.input.values.length - after.input.values.length,
    readout: before.readout.values.length - after.readout.values.length,
  };
}
