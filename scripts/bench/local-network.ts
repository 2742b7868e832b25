// A network of any size whose neurons hear their neighbourhood, as training with a price on wires leaves them.
import type { Csr } from '../../src/network/csr.ts';
import type { Network } from '../../src/network/network.ts';
import { yang19 } from '../../src/tasks/yang19.ts';

/** Each neuron of a square sheet listens to the 48 around it, with weights of both signs that fall with distance. */
export function neighbours(side: number): Csr {
  return made(side * side, side * side, (to) => {
    const [row, column] = [Math.floor(to / side), to % side];
    const heard: [number, number][] = [];
    for (let y = Math.max(0, row - 3); y <= Math.min(side - 1, row + 3); y++) {
      for (let x = Math.max(0, column - 3); x <= Math.min(side - 1, column + 3); x++)
        heard.push([y * side + x, (0.1 * Math.sin(7 * to + 3 * x + y)) / (1 + Math.abs(x - column) + Math.abs(y - row))]);
    }
    return heard;
  });
}

/** A network for the tasks of yang19: one input in ten neurons, 50 neurons a readout unit. */
export function localNetwork(neurons: number): Network {
  const side = Math.round(Math.sqrt(neurons));
  if (side * side !== neurons) throw new Error(`${neurons} neurons are no square sheet`);
  const { inputs, outputs } = yang19;
  const apart = Math.floor(neurons / 50);
  return {
    inputs,
    neurons,
    outputs,
    activation: 'relu',
    grid: { rows: side, columns: side, metric: 'l1' },
    site: Int32Array.from({ length: neurons }, (_, site) => site),
    recurrent: neighbours(side),
    input: made(neurons, inputs, (to) => (to % 10 === 0 ? [[(to / 10) % inputs, 0.5]] : [])),
    readout: made(outputs, neurons, (to) => Array.from({ length: 50 }, (_, i) => [i * apart + to, 0.1 * Math.cos(i + to)])),
    bias: new Float32Array(neurons),
    readoutBias: new Float32Array(outputs),
  };
}

function made(rows: number, columns: number, row: (to: number) => readonly (readonly [number, number])[]): Csr {
  const entries = Array.from({ length: rows }, (_, to) => row(to));
  const indptr = new Int32Array(rows + 1);
  entries.forEach((heard, to) => {
    indptr[to + 1] = (indptr[to] ?? 0) + heard.length;
  });
  const flat = entries.flat();
  return {
    rows,
    columns,
    indptr,
    indices: Int32Array.from(flat, ([from]) => from),
    values: Float32Array.from(flat, ([, value]) => value),
  };
}
