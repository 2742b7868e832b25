// How do the parameters of a network lie in one flat vector? W, W_in, W_out, b, b_o, each row-major.
import type { NetworkSizes } from '../network/network.ts';

export const PARAMETER_NAMES = ['W', 'W_in', 'W_out', 'b', 'b_out'] as const;
export type ParameterName = (typeof PARAMETER_NAMES)[number];

/** Where one parameter lies in the flat vector: shape, first index, one past the last. */
export interface ParameterSlice {
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

/** Layout of the flat parameter vector for given sizes; row = target, column = source. */
export function parameterLayout({
  inputs,
  neurons,
  outputs,
}: NetworkSizes): Readonly<Record<ParameterName, ParameterSlice>> & { readonly length: number } {
  const shapes: Record<ParameterName, readonly number[]> = {
    W: [neurons, neurons],
    W_in: [neurons, inputs],
    W_out: [outputs, neurons],
    b: [neurons],
    b_out: [outputs],
  };
  let start = 0;
  const slices = PARAMETER_NAMES.map((name) => {
    const shape = shapes[name];
    const end = start + shape.reduce((a, b) => a * b, 1);
    const slice: ParameterSlice = { shape, start, end };
    start = end;
    return [name, slice] as const;
  });
  return { ...(Object.fromEntries(slices) as Record<ParameterName, ParameterSlice>), length: start };
}
