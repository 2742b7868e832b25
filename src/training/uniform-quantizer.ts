// On which grid do weights lie that an integer memory will hold? Multiples of a step, one unit per group, computed or learned.
import { UsageError } from '../core/errors.ts';
import { roundHalfEven } from '../core/rounding.ts';
import type { NetworkSizes } from '../network/network.ts';
import type { FakeQuantizer } from './engine.ts';
import { type ParameterName, parameterLayout } from './parameters.ts';

/**
 * Grid of every parameter, flat as `parameterLayout` says: multiples k·step, |k| ≤ limit, with step = unit of the group / divisor. One unit
 * serves tensors of different steps: an accumulator that sums W h + W_in u + b has one.
 */
export interface QuantizationGrid {
  /** Group of each parameter, 0 … groups − 1. */
  readonly group: Int32Array;
  readonly groups: number;
  readonly divisor: Float64Array;
  /** Infinity for parameters that are rounded but not clamped. */
  readonly limit: Float64Array;
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
  const group = new Int32Array(layout.length);
  const divisor = new Float64Array(layout.length).fill(1);
  const limit = new Float64Array(layout.length).fill(Number.POSITIVE_INFINITY);
  const groupRow = (name: ParameterName, row: number, of: number): [start: number, end: number] => {
    const columns = layout[name].shape[1] ?? 1;
    const start = layout[name].start + row * columns;
    group.fill(of, start, start + columns);
    return [start, start + columns];
  };
  const storeRow = (name: 'W' | 'W_in' | 'W_out', row: number, of: number, unit: number) => {
    const { qmax, step } = stored(name, row);
    const range = groupRow(name, row, of);
    divisor.fill(unit / step, ...range);
    limit.fill(Math.floor(qmax / step), ...range);
  };
  for (let neuron = 0; neuron < sizes.neurons; neuron++) {
    storeRow('W', neuron, groupOf[neuron], stateUnit);
    storeRow('W_in', neuron, groupOf[neuron], inputUnit);
    groupRow('b', neuron, groupOf[neuron]);
  }
  for (let output = 0; output < sizes.outputs; output++) {
    storeRow('W_out', output, count, stateUnit);
    groupRow('b_out', output, count);
  }
  return { group, groups: count + 1, divisor, limit };
}

/** Accumulator units of an `integerGrid`, by neuron, and that of the readout. */
export function accumulatorUnits(
  sizes: NetworkSizes,
  { group }: QuantizationGrid,
  units: Float64Array,
): { readonly accumulator: Float64Array; readonly readout: number } {
  const { b, b_out } = parameterLayout(sizes);
  return {
    accumulator: Float64Array.from(group.subarray(b.start, b.end), (g) => units[g]),
    readout: units[group[b_out.start]],
  };
}

/** Unit of each group, above 0, from the parameters. */
export type UnitRule = (parameters: Float32Array | Float64Array) => Float64Array;

/**
 * The smallest units at which nothing is clamped: max |w|·divisor/limit over the group.
 *
 * @param empty - unit of a group whose clamped parameters are all 0
 */
export function largestUnits({ group, groups, divisor, limit }: QuantizationGrid, empty: number): UnitRule {
  return (parameters) => {
    const units = new Float64Array(groups);
    for (let p = 0; p < group.length; p++) {
      if (parameters[p] === 0) continue;
      const unit = (Math.abs(parameters[p]) * divisor[p]) / limit[p];
      if (unit > units[group[p]]) units[group[p]] = unit;
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
  const rounding = roundTo(grid);
  let units: Float64Array = new Float64Array(grid.groups);
  return {
    quantize(parameters) {
      units = checkUnits(rule(parameters), grid);
      return rounding.round(parameters, units);
    },
    units: () => units.slice(),
  };
}

/** Adam's constants for units, as for weights (Kingma & Ba 2015). */
const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

/**
 * Rounds to a grid whose units are learned (LSQ, Esser et al. 2020, equation 3): ∂ŵ/∂step is round(w/step) − w/step inside the range and
 * ±limit outside. What moves is the logarithm of the unit, so that units stay above 0 and large and small ones change by
 * the same share: ∂ŵ/∂log(unit) = ŵ − w inside, ŵ outside. Adam divides by the size of the gradient, so the paper's gradient scale
 * 1/√(parameters·limit) would change nothing and is left out.
 *
 * @param initial - units to start from
 * @param relativeRate - learning rate of log(unit) over that of weights
 */
export function learnedQuantizer(grid: QuantizationGrid, initial: Float64Array, relativeRate: number): UniformQuantizer {
  const { group, groups } = grid;
  const rounding = roundTo(grid);
  const memory = new Float64Array(3 * groups);
  const [logs, firstMoment, secondMoment] = [0, 1, 2].map((part) => memory.subarray(part * groups, (part + 1) * groups));
  logs.set(checkUnits(initial, grid).map(Math.log));
  const units = () => logs.map(Math.exp);
  return {
    memory,
    units,
    quantize: (parameters) => rounding.round(parameters, units()),
    learn(gradient, learningRate, update) {
      const inUnit = new Float64Array(groups);
      const { slopes } = rounding;
      for (let p = 0; p < group.length; p++) inUnit[group[p]] += gradient[p] * slopes[p];
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

/** Rounding to a grid into arrays that are made once. */
function roundTo({ group, divisor, limit }: QuantizationGrid) {
  const values = new Float32Array(group.length);
  const passes = new Float32Array(group.length);
  /** ∂ŵ/∂log(unit) of the last rounding. */
  const slopes = new Float32Array(group.length);
  return {
    slopes,
    round(parameters: Float32Array | Float64Array, units: Float64Array) {
      for (let p = 0; p < group.length; p++) {
        const w = parameters[p];
        const step = units[group[p]] / divisor[p];
        const multiple = roundHalfEven(w / step);
        // Rounding alone decides, so that the largest weight of a group is inside whatever the last digit of its unit.
        const isInside = Math.abs(multiple) <= limit[p];
        const value = isInside ? step * multiple : step * Math.sign(multiple) * limit[p];
        values[p] = value;
        passes[p] = isInside ? 1 : 0;
        slopes[p] = isInside ? value - w : value;
      }
      return { values, passes };
    },
  };
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
