// How often do neurons and inputs send? A message is sent for every value that is not zero (activity mode `nonzero`).

/** Counts over trials, and the means that they give. */
export interface ActivityCounter {
  /**
   * Adds a batch of trials.
   *
   * @param states - shape [steps, neurons, rows]
   * @param inputs - shape [steps, rows, inputs]
   * @param mask - 1 where a step belongs to a trial, 0 where it is padding, shape [steps, rows]
   */
  add(states: Int32Array, inputs: Int8Array | Int32Array, mask: Float32Array, rows: number): void;
  readonly trials: number;
  /** Mean messages per step, neurons then inputs, shape [neurons + inputs]; 0 before any trial. */
  means(): Float64Array;
}

/** A counter for a network of the given sizes. */
export function activityCounter(neurons: number, inputs: number): ActivityCounter {
  const sent = new Float64Array(neurons + inputs);
  let steps = 0;
  let trials = 0;
  return {
    add(states, u, mask, rows) {
      trials += rows;
      for (let first = 0; first < mask.length; first += rows) {
        for (let i = 0; i < neurons; i++) {
          const at = first * neurons + i * rows;
          let count = 0;
          for (let row = 0; row < rows; row++) if (states[at + row] !== 0 && mask[first + row] !== 0) count++;
          sent[i] += count;
        }
      }
      for (let cell = 0; cell < mask.length; cell++) {
        if (mask[cell] === 0) continue;
        steps++;
        for (let k = 0; k < inputs; k++) if (u[cell * inputs + k] !== 0) sent[neurons + k]++;
      }
    },
    get trials() {
      return trials;
    },
    means: () => sent.map((count) => (steps === 0 ? 0 : count / steps)),
  };
}
