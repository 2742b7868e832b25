// On which grid do weights lie that an integer memory will hold? Multiples of a step, one unit per group, computed or learned.
import { UsageError } from '../core/errors.ts';
import { roundHalfEven } from '../core/rounding.ts';
import type { NetworkSizes } from '../network/network.ts';
import type { FakeQuantizer } from './engine.ts';
import { parameterLayout } from './parameters.ts';

/** Parameters that lie side by side on one grid: multiples k·step, |k| ≤ limit, with step = unit of the group / divisor. */
export interface GridSpan {
  /** First index in the flat vector of `parameterLayout`, and one past the last. */
  readonly start: number;
  readonly end: number;
  readonly group: number;
  readonly divisor: number;
  /** Infinity for parameters that are rounded but not clamped. */
  readonly limit: number;
}

/**
 * Grid of all parameters. One unit serves spans of different steps: an accumulator that sums W h + W_in u + b has one, whatever the units
 * of h and u.
 */
export interface QuantizationGrid {
  /** Ascending, without gaps. */
  readonly spans: readonly GridSpan[];
  /** Groups are 0 … groups − 1. */
  readonly groups: number;
}

/** The weights that can be stored: k·step with |k·step| ≤ qmax. */
export interface StoredWeights {
  readonly qmax: number;
  readonly step: number;
}

/** What decides the grid of an integer network. */
export interface IntegerGridOptions {
  /** Neurons that share an accumulator unit; each its own unless given. Any integers, shape [neurons]. */
  readonly groups?: Int32Array;
  /** s_h and s_u: one state unit and one input unit. */
  readonly stateUnit: number;
  readonly inputUnit: number;
  /** What is stored of a row of a matrix. */
  readonly stored: (matrix: 'W' | 'W_in' | 'W_out', row: number) => StoredWeights;
}

/**
 * The grid of the integer network: with accumulator unit s of a neuron's group, W lies on multiples of s/s_h, W_in of s/s_u and b of s;
 * with one more unit s_o, the last, W_out on s_o/s_h and b_out on s_o. Biases are not clamped, they are stored in accumulator width.
 */
export function integerGrid(sizes: NetworkSizes, { groups, stateUnit, inputUnit, stored }: IntegerGridOptions): QuantizationGrid {
  const layout = parameterLayout(sizes);
  const { group: groupOf, count } = numbered(groups ?? Int32Array.from({ length: sizes.neurons }, (_, i) => i));
  const readout = new Int32Array(sizes.outputs).fill(count);
  const rows = (name: 'W' | 'W_in' | 'W_out', unit: number, of: Int32Array): GridSpan[] =>
    Array.from(of, (group, row) => {
      const { qmax, step } = stored(name, row);
      const { start, shape } = layout[name];
      const columns = shape[1];
      return {
        start: start + row * columns,
        end: start + (row + 1) * columns,
        group,
        divisor: unit / step,
        limit: Math.floor(qmax / step),
      };
    });
  const biases = (name: 'b' | 'b_out', of: Int32Array): GridSpan[] =>
    Array.from(of, (group, row) => {
      const start = layout[name].start + row;
      return { start, end: start + 1, group, divisor: 1, limit: Number.POSITIVE_INFINITY };
    });
  return {
    spans: [
      ...rows('W', stateUnit, groupOf),
      ...rows('W_in', inputUnit, groupOf),
      ...rows('W_out', stateUnit, readout),
      ...biases('b', groupOf),
      ...biases('b_out', readout),
    ],
    groups: count + 1,
  };
}

/** Accumulator units of an `integerGrid`, by neuron, and that of the readout. */
export function accumulatorUnits(
  sizes: NetworkSizes,
  { spans }: QuantizationGrid,
  units: Float64Array,
): { readonly accumulator: Float64Array; readonly readout: number } {
  return {
    accumulator: Float64Array.from({ length: sizes.neurons }, (_, neuron) => units[spans[neuron].group]),
    readout: units[spans[spans.length - 1].group],
  };
}

/** Unit of each group, above 0, from the parameters. */
export type UnitRule = (parameters: Float32Array | Float64Array) => Float64Array;

/**
 * The smallest units at which nothing is clamped: max |w|·divisor/limit over the group.
 *
 * @param empty - unit of a group whose clamped parameters are all 0
 */
export function largestUnits({ spans, groups }: QuantizationGrid, empty: number): UnitRule {
  return (parameters) => {
    const units = new Float64Array(groups);
    for (const { start, end, group, divisor, limit } of spans) {
      let largest = 0;
      for (let p = start; p < end; p++) largest = Math.max(largest, Math.abs(parameters[p]));
      units[group] = Math.max(units[group], (largest * divisor) / limit);
    }
    return units.map((unit) => unit || empty);
  };
}

/** A quantizer that can be asked which units it uses. */
export interface UniformQuantizer extends FakeQuantizer {
  /** Units of the last `quantize`, or those that the next will use where they were learned since. */
  units(): Float64Array;
}

/** Rounds to a grid whose units follow from the parameters anew before every pass. */
export function ruledQuantizer(grid: QuantizationGrid, rule: UnitRule): UniformQuantizer {
  const round = roundTo(grid, null);
  let units: Float64Array = new Float64Array(grid.groups);
  return {
    quantize(parameters) {
      units = checkUnits(rule(parameters), grid);
      return round(parameters, units);
    },
    units: () => units.slice(),
  };
}

/** Adam's constants for units, as for weights (Kingma & Ba 2015). */
const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

/** Learning rate of log(unit) over that of weights. */
const RELATIVE_RATE = 3;

/**
 * Rounds to a grid whose units are learned (LSQ, Esser et al. 2020, equation 3): ∂ŵ/∂step is round(w/step) − w/step inside the range and
 * ±limit outside. What moves is the logarithm of the unit, so that units stay above 0 and large and small ones change by
 * the same share: ∂ŵ/∂log(unit) = ŵ − w inside, ŵ outside. Adam divides by the size of the gradient, so the paper's gradient scale
 * 1/√(parameters·limit) would change nothing and is left out.
 *
 * @param initial - units to start from
 */
export function learnedQuantizer(grid: QuantizationGrid, initial: Float64Array, relativeRate = RELATIVE_RATE): UniformQuantizer {
  const { spans, groups } = grid;
  /** ∂ŵ/∂log(unit) of the last rounding. */
  const slopes = new Float32Array(lengthOf(grid));
  const round = roundTo(grid, slopes);
  const memory = new Float64Array(3 * groups);
  const [logs, firstMoment, secondMoment] = [0, 1, 2].map((part) => memory.subarray(part * groups, (part + 1) * groups));
  logs.set(checkUnits(initial, grid).map(Math.log));
  const units = () => logs.map(Math.exp);
  return {
    memory,
    units,
    quantize: (parameters) => round(parameters, units()),
    learn(gradient, learningRate, update) {
      const inUnit = new Float64Array(groups);
      for (const { start, end, group } of spans) for (let p = start; p < end; p++) inUnit[group] += gradient[p] * slopes[p];
      const { beta1, beta2, epsilon } = ADAM;
      for (let g = 0; g < groups; g++) {
        firstMoment[g] = beta1 * firstMoment[g] + (1 - beta1) * inUnit[g];
        secondMoment[g] = beta2 * secondMoment[g] + (1 - beta2) * inUnit[g] ** 2;
        const mean = firstMoment[g] / (1 - beta1 ** update);
        const spread = Math.sqrt(secondMoment[g] / (1 - beta2 ** update));
        logs[g] -= (relativeRate * learningRate * mean) / (spread + epsilon);
      }
    },
  };
}

/** Rounding to a grid into arrays that are made once; `slopes` take ∂ŵ/∂log(unit). */
function roundTo(grid: QuantizationGrid, slopes: Float32Array | null) {
  const values = new Float32Array(lengthOf(grid));
  const passes = new Float32Array(values.length);
  return (parameters: Float32Array | Float64Array, units: Float64Array) => {
    for (const { start, end, group, divisor, limit } of grid.spans) {
      const step = units[group] / divisor;
      for (let p = start; p < end; p++) {
        const multiple = roundHalfEven(parameters[p] / step);
        values[p] = step * Math.max(-limit, Math.min(limit, multiple));
        // Rounding alone decides, so that the largest weight of a group is inside whatever the last digit of its unit.
        passes[p] = Math.abs(multiple) <= limit ? 1 : 0;
      }
      if (slopes !== null) for (let p = start; p < end; p++) slopes[p] = values[p] - passes[p] * parameters[p];
    }
    return { values, passes };
  };
}

function lengthOf({ spans }: QuantizationGrid): number {
  return spans[spans.length - 1].end;
}

function checkUnits(units: Float64Array, { groups }: QuantizationGrid): Float64Array {
  if (units.length !== groups) throw new Error(`${units.length} units for ${groups} groups`);
  const bad = units.findIndex((unit) => !(Number.isFinite(unit) && unit > 0));
  if (bad >= 0) throw new UsageError(`cannot quantize: the unit of group ${bad} is ${units[bad]}; it must be above 0`);
  return units;
}

/** Groups numbered from 0 in the order of their first member. */
function numbered(groups: Int32Array): { group: Int32Array; count: number } {
  const numbers = new Map<number, number>();
  const group = groups.map((name) => {
    const number = numbers.get(name) ?? numbers.size;
    numbers.set(name, number);
    return number;
  });
  return { group, count: numbers.size };
}
