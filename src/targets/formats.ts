// Which integers can a chip store, how does it store them, and could it run the network as it stands?
import { UsageError } from '../core/errors.ts';
import { required } from './known.ts';
import { requireMappable, type Target } from './load.ts';
import type { TargetFile } from './schema.ts';

/** Integer weights a chip can store: {k·step : |k·step| ≤ qmax}. */
export interface WeightFormat {
  readonly signScheme: TargetFile['weight']['signScheme'];
  readonly bits: number;
  readonly qmax: number;
  readonly step: number;
  /** Different weights other than 0 that a neuron may have; absent where each synapse has its own. */
  readonly rowLevels?: number;
}

/** The state the chip could carry, and what the integer network uses of it. */
export interface StateFormat {
  readonly kind: TargetFile['activation']['kind'];
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
 * Weights as digits in crossbar cells. Row r of a core (axon r) lies in row block ⌊r / arrayRows⌋; neuron n, whose columns
 * lie in one array, in column block ⌊n / ⌊arrayColumns / columnsPerNeuron⌋⌋; array = rowBlock · columnBlocks + columnBlock.
 * Least significant digit first; `differential` has the digits of max(w, 0) first, then those of max(−w, 0).
 */
export interface CellStorage {
  readonly kind: 'cells';
  readonly scheme: 'offset' | 'differential';
  /** Base of the digits: the values that a cell tells apart. */
  readonly levelsPerCell: number;
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

/** How values leave a core. */
export interface MessageFormat {
  /** `unicast-per-core`: a message per active neuron and destination core; `dense-vector`: all outputs of a core to each of its consumers. */
  readonly castMode: TargetFile['routing']['castMode'];
  /** Bits of a flit (or of a packet that is one flit); null if unknown. */
  readonly flitBits: number | null;
  /** Bits of a value on its way and in buffers: the width the chip computes with; null if unknown. */
  readonly valueBits: number | null;
  /** Flits of a message with this many states; null if unknown. */
  flits(states: number): number | null;
}

/** Bits of the integer network's unsigned state unless it is quantized to fewer, and of its signed inputs; see `compression`. */
const STATE_BITS = 8;
const INPUT_BITS = 8;

/**
 * Weights the chip can store. A table of axon types has entries of the chip's own width, whatever `bits` says.
 *
 * @param bits - width to quantize to, sign included
 * @throws UsageError if the target is for reference only, has no such width, or its sign scheme cannot hold weights of both signs as they are
 */
export function weightFormat(target: Target, bits = 8): WeightFormat {
  requireMappable(target);
  const { signScheme } = target.file.weight;
  if (signScheme === 'axon-type-table') return tableFormat(target);
  const stored = storedBits(target, bits);
  const most = signScheme === 'diff-pair' ? pairDigits(target, bits).largest : Number.POSITIVE_INFINITY;
  const magnitudes = Math.min(2 ** (bits - 1) - 1, most);
  // Mixed signs cost a bit: the stored mantissa is shifted left by 8 − bits + 1 (nengo-loihi, builder/discretize.py).
  const step = signScheme === 'mixed-mode-lossy' ? 2 ** (8 - stored + 1) : 1;
  return { signScheme, bits, qmax: magnitudes * step, step };
}

/** State widths: the chip's and the integer network's. */
export function stateFormat(target: Target, stateBits = STATE_BITS): StateFormat {
  const { kind, bits } = target.file.activation;
  return { kind, availableBits: bits.value, stateBits, hmax: 2 ** stateBits - 1, inputBits: INPUT_BITS };
}

/** Message form and size. */
export function messageFormat(target: Target): MessageFormat {
  const { castMode, flitBits, packetBits } = target.file.routing;
  const width = flitBits?.value ?? packetBits?.value ?? null;
  const valueBits = target.file.activation.bits.value;
  return {
    castMode,
    flitBits: width,
    valueBits,
    flits(states) {
      if (castMode !== 'dense-vector') return states;
      return width === null || valueBits === null ? null : Math.ceil((states * valueBits) / width);
    },
  };
}

/**
 * Whether the chip can run a rate network whose states have this width, and why (not). Inputs that are wider than the
 * chip's values are no obstacle, only work: a product is linear, so they enter in parts.
 */
export function executability(target: Target, stateBits = STATE_BITS): Executability {
  const { executes, recurrence, recurrenceNote, activation } = target.file;
  if (recurrence === 'none') return { executable: false, reason: 'the chip has no recurrent connections' };
  const bits = activation.bits.value;
  if (bits !== null && bits < stateBits) {
    return {
      executable: false,
      reason: `the chip sends ${activation.kind} values of ${bits} bit, the network has states of ${stateBits} bits`,
    };
  }
  const means = executes.find((way) => way === 'dense-mvm' || way === 'graded-event');
  if (means === undefined) {
    return {
      executable: false,
      reason: `the chip executes ${executes.join(', ')}; a rate network needs dense-mvm or graded-event`,
    };
  }
  if (bits === null) {
    const { how = 'the file does not state it' } = activation.bits;
    return { executable: false, reason: `the width of the chip's values is unknown: ${how}` };
  }
  const restriction = recurrence === 'restricted' ? `; recurrence is restricted: ${recurrenceNote}` : '';
  const parts = bits < INPUT_BITS ? `; inputs of ${INPUT_BITS} bits enter in ${Math.ceil(INPUT_BITS / bits)} parts` : '';
  return { executable: true, reason: `the chip executes ${means} on values of ${bits} bits${parts}${restriction}` };
}

/**
 * How a weight of the given width lies in a core: the contract between mapper and simulator.
 *
 * @throws UsageError if the chip has no such width, or its sign scheme is not modelled
 */
export function storageFormat(target: Target, bits = 8): StorageFormat {
  const { weight, limits, crossbar } = target.file;
  const stored = storedBits(target, bits);
  if (limits.packing === 'loihi-blocks') {
    const { step } = weightFormat(target, bits);
    return {
      kind: 'synapse-list',
      weightBits: stored,
      mantissaShift: Math.log2(step),
      mantissaMax: 2 ** (bits - 1) - 1,
      indexBits: required(target, 'limits.synapseBlocks.index', limits.synapseBlocks?.index, 'the storage of weights'),
    };
  }
  const differential = weight.signScheme === 'diff-pair';
  if (limits.packing !== 'xbar-rect' || !(differential || weight.signScheme === 'offset-column')) {
    throw new UsageError(
      `target ${target.id} packs synapses by ${limits.packing} with signs by ${weight.signScheme}; modelled are: loihi-blocks, and xbar-rect with diff-pair or offset-column`,
    );
  }
  const array = (field: 'rows' | 'cols' | 'arraysPerCore') =>
    required(target, `crossbar.${field}`, crossbar?.[field], 'the storage of weights');
  const levels = levelsPerCell(target);
  // A pair of columns has the sign; an offset weight has it within its digits.
  const cellsPerWeight = differential ? pairDigits(target, bits).cells : digitsFor(2 ** stored, levels);
  const columnsPerNeuron = differential ? 2 * cellsPerWeight : cellsPerWeight;
  const arrayColumns = array('cols');
  if (columnsPerNeuron > arrayColumns) {
    throw new UsageError(
      `a weight of ${bits} bits takes ${columnsPerNeuron} columns of an array of target ${target.id}, which has ${arrayColumns}`,
    );
  }
  return {
    kind: 'cells',
    scheme: differential ? 'differential' : 'offset',
    levelsPerCell: levels,
    cellsPerWeight,
    offset: differential ? 0 : 2 ** (stored - 1),
    columnsPerNeuron,
    arrayRows: array('rows'),
    arrayColumns,
    arraysPerCore: array('arraysPerCore'),
  };
}

/** Of an int32. */
const LARGEST_MAGNITUDE = 2 ** 31 - 1;

/**
 * Values that a cell tells apart: the conductance levels of its device where the file knows them, else all that its bits
 * can name.
 */
export function levelsPerCell(target: Target): number {
  const { crossbar } = target.file;
  return crossbar?.device?.levels?.value ?? 2 ** required(target, 'crossbar.bitsPerCell', crossbar?.bitsPerCell, 'the storage of weights');
}

/**
 * Digits of one side of a differential pair, in base `levelsPerCell`, and the largest magnitude they hold. A chip that
 * fixes its cells per weight has as many; else a weight takes as many as its bits need.
 */
function pairDigits(target: Target, bits: number): { readonly cells: number; readonly largest: number } {
  const levels = levelsPerCell(target);
  const cells = target.file.crossbar?.cellsPerWeight?.value ?? digitsFor(2 ** (bits - 1), levels);
  const largest = levels ** cells - 1;
  if (largest > LARGEST_MAGNITUDE)
    throw new UsageError(`${cells} cells of ${levels} levels hold weights beyond int32 on target ${target.id}; set fewer cellsPerWeight`);
  return { cells, largest };
}

/** The fewest digits that name so many values. */
function digitsFor(values: number, base: number): number {
  let digits = 1;
  while (base ** digits < values) digits++;
  return digits;
}

/** Every neuron has a table of signed weights, one per axon type; a synapse is off, or takes the weight of its axon's type. */
function tableFormat(target: Target): WeightFormat {
  const { weight, limits } = target.file;
  const purpose = 'a table of axon types';
  const widths = weight.bits.value;
  if (widths === null) throw new UsageError(`${purpose} needs weight.bits of target ${target.id}, which is unknown`);
  const bits = Math.max(...widths);
  const rowLevels = required(target, 'limits.sharedConfigs.axonTypes', limits.sharedConfigs?.['axonTypes'], purpose);
  return { signScheme: weight.signScheme, bits, qmax: 2 ** (bits - 1) - 1, step: 1, rowLevels };
}

/** Sign schemes that store each weight of either sign as it is. */
const MODELLED_SIGNS = ['twos-complement', 'mixed-mode-lossy', 'diff-pair', 'offset-column'];

/** The narrowest width the chip has for weights of `bits`. */
function storedBits(target: Target, bits: number): number {
  const { bits: widths, signScheme } = target.file.weight;
  if (!MODELLED_SIGNS.includes(signScheme)) {
    throw new UsageError(`target ${target.id} stores signs by ${signScheme}; modelled are: ${MODELLED_SIGNS.join(', ')}`);
  }
  const known = widths.value ?? [];
  const fitting = known.filter((width) => width >= bits);
  if (!Number.isInteger(bits) || bits < 2 || fitting.length === 0) {
    throw new UsageError(
      `target ${target.id} cannot store weights of ${bits} bits; it has ${known.join(', ') || 'unknown'} bits, and a sign needs 2`,
    );
  }
  return Math.min(...fitting);
}
