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
 * Weights as digits in the cells of arrays. What the row of one source stores for one neuron is
 *
 *     sign of the array · weight of the row · (Σ columnWeights[k]·cell[k] − offset)
 *
 * with the sum taken modulo `modulus` into −modulus/2 … modulus/2 − 1 where there is one. Rows and arrays add up. Row r of a
 * core lies in row block ⌊r / arrayRows⌋; neuron n, whose columns lie in one array, in column block
 * ⌊n / ⌊arrayColumns / columnWeights.length⌋⌋; blocks row by row, each once for every array sign.
 */
export interface CellStorage {
  readonly kind: 'cells';
  /**
   * How a weight w becomes numbers in cells. `offset`: w + offset. `pair`: max(w, 0) where the coefficient of columns, row and
   * array is positive, max(−w, 0) where it is negative. `complement`: w modulo `modulus`. `table`: 1, for the neuron's
   * weight of that row. `two-level`: each of two rows adds or subtracts half of w.
   */
  readonly coding: 'offset' | 'pair' | 'complement' | 'table' | 'two-level';
  /** Base of the digits: the values that a cell tells apart. */
  readonly levelsPerCell: number;
  /** Digits (cells) of one stored number, least significant first. */
  readonly cellsPerWeight: number;
  /** Coefficients of the columns of a neuron. */
  readonly columnWeights: readonly number[];
  readonly offset: number;
  readonly modulus: number | null;
  /** Coefficient of each kind of row; null where every neuron has a table of weights, one for each kind. */
  readonly rowWeights: readonly number[] | null;
  /** Kinds of the rows that a source takes for each class of its synapses; see `MappingProblem.rowClass`. */
  readonly classRows: readonly (readonly number[])[];
  readonly arraySigns: readonly number[];
  /** Of cells, all of a weight counted where they share a unit cell; null where the target does not say: as large as what it holds. */
  readonly arrayRows: number | null;
  readonly arrayColumns: number | null;
  readonly arraysPerCore: number | null;
}

/** Weights as entries (target neuron, mantissa) in a list per axon; weight = mantissa · 2^mantissaShift. */
export interface ListStorage {
  readonly kind: 'synapse-list';
  /** Bits of one stored weight, the sign included. */
  readonly weightBits: number;
  readonly mantissaShift: number;
  /** |mantissa| at most. */
  readonly mantissaMax: number;
  /** Bits of the target-neuron index; null where the packing rule does not count them. */
  readonly indexBits: number | null;
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

/** Sign schemes that offer a few weights only, whatever width one asks for. */
const FIXED_FORMATS: readonly string[] = ['excit-inhib-typed', 'binary-pm'];

/** Bits of a weight where nobody asks for another width. */
export const USUAL_BITS = 8;

/** Bits that a weight has unless asked otherwise, its sign included: 8, or the chip's widest. */
export function usualBits(target: Target, most = USUAL_BITS): number {
  if (FIXED_FORMATS.includes(target.file.weight.signScheme)) return weightFormat(target, most).bits;
  const widest = signedWidths(target)?.reduce((a, b) => Math.max(a, b), 0) ?? most;
  return Math.min(most, widest);
}

/**
 * Weights the chip can store. Schemes that offer a few weights only have those, whatever `bits` says.
 *
 * @param bits - width to quantize to, sign included
 * @throws UsageError if the target is for reference only, or has no such width
 */
export function weightFormat(target: Target, bits = usualBits(target)): WeightFormat {
  requireMappable(target);
  const { signScheme } = target.file.weight;
  switch (signScheme) {
    case 'axon-type-table':
      return tableFormat(target);
    case 'excit-inhib-typed':
      return typedFormat(target);
    case 'binary-pm':
      // In a list an absent synapse is 0. In an array it is not, but two rows of ±1 hold −2, 0 and 2.
      return LISTS.includes(target.file.limits.packing)
        ? { signScheme, bits: 2, qmax: 1, step: 1 }
        : { signScheme, bits: 2, qmax: 2, step: 2 };
    case 'mixed-mode-lossy': {
      // Mixed signs cost a bit: the stored mantissa is shifted left by 8 − bits + 1 (nengo-loihi, builder/discretize.py).
      const step = 2 ** (8 - storedBits(target, bits) + 1);
      return { signScheme, bits, qmax: (2 ** (bits - 1) - 1) * step, step };
    }
    default: {
      storedBits(target, bits);
      const most = isPair(target) ? pairDigits(target, bits).largest : Number.POSITIVE_INFINITY;
      return { signScheme, bits, qmax: Math.min(2 ** (bits - 1) - 1, most), step: 1 };
    }
  }
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

/** Packing rules that keep lists of synapses, and those that keep arrays. */
const LISTS: readonly string[] = ['loihi-blocks', 'byte-pool', 'sdram-rows', 'cam-per-neuron', 'fanout-list'];
const ARRAYS: readonly string[] = ['xbar-rect', 'fixed-all-to-all'];

/** Sign schemes whose sign lies in each entry of a list. */
const LIST_SIGNS: readonly string[] = ['twos-complement', 'mixed-mode-lossy', 'base-weight-mask', 'excit-inhib-typed', 'binary-pm'];

/**
 * How a weight of the given width lies in a core: the contract between mapper and simulator.
 *
 * @throws UsageError if the chip has no such width, or packing rule and sign scheme do not go together
 */
export function storageFormat(target: Target, bits = usualBits(target)): StorageFormat {
  const { weight, limits } = target.file;
  const { signScheme } = weight;
  if (LISTS.includes(limits.packing) && LIST_SIGNS.includes(signScheme)) return listStorage(target, bits);
  if (ARRAYS.includes(limits.packing) && CODINGS[signScheme] !== undefined) return cellStorage(target, bits, CODINGS[signScheme]);
  throw new UsageError(
    `target ${target.id} packs synapses by ${limits.packing} with signs by ${signScheme}; modelled are: ${LISTS.join(', ')} with ` +
      `${LIST_SIGNS.join(', ')}, and ${ARRAYS.join(', ')} with ${Object.keys(CODINGS).join(', ')}`,
  );
}

function listStorage(target: Target, bits: number): ListStorage {
  const { qmax, step } = weightFormat(target, bits);
  const { limits } = target.file;
  const mantissaMax = qmax / step;
  const ownWidths = limits.packing === 'loihi-blocks';
  return {
    kind: 'synapse-list',
    weightBits: ownWidths ? storedBits(target, bits) : 1 + Math.ceil(Math.log2(mantissaMax + 1)),
    mantissaShift: Math.log2(step),
    mantissaMax,
    indexBits: ownWidths ? required(target, 'limits.synapseBlocks.index', limits.synapseBlocks?.index, 'the storage of weights') : null,
  };
}

/** What differs between sign schemes in arrays; the rest is as in `PLAIN`. */
type Coding = (target: Target, bits: number) => Partial<CellStorage> & Pick<CellStorage, 'coding' | 'levelsPerCell' | 'cellsPerWeight'>;

const powers = (base: number, digits: number) => Array.from({ length: digits }, (_, k) => base ** k);

/** Two classes of synapses, positive and negative, each in a row of its own. */
const BY_SIGN = { rowWeights: [1, -1], classRows: [[0], [1]] };

/** How each sign scheme lies in arrays. */
const CODINGS: Readonly<Record<string, Coding>> = {
  'twos-complement': (target, bits) => {
    const { levelsPerCell, cellsPerWeight } = digitsOf(target, storedBits(target, bits));
    return { coding: 'complement', levelsPerCell, cellsPerWeight, modulus: levelsPerCell ** cellsPerWeight };
  },
  'offset-column': (target, bits) => {
    const stored = storedBits(target, bits);
    return { coding: 'offset', ...digitsOf(target, stored), offset: 2 ** (stored - 1) };
  },
  'diff-pair': (target, bits) => {
    const { levels: levelsPerCell, cells: cellsPerWeight } = pairDigits(target, bits);
    const pair = { coding: 'pair' as const, levelsPerCell, cellsPerWeight };
    // Two rows of a source, or two groups of columns of a neuron.
    if (target.file.crossbar?.pair === 'rows') return { ...pair, rowWeights: [1, -1], classRows: [[0, 1]] };
    const positive = powers(levelsPerCell, cellsPerWeight);
    return { ...pair, columnWeights: [...positive, ...positive.map((weight) => -weight)] };
  },
  'dual-array': (target, bits) => {
    const { levels: levelsPerCell, cells: cellsPerWeight } = pairDigits(target, bits);
    return { coding: 'pair', levelsPerCell, cellsPerWeight, arraySigns: [1, -1] };
  },
  'sign-per-row': (target, bits) => ({ coding: 'pair', ...digitsOf(target, storedBits(target, bits)), ...BY_SIGN }),
  'sign-per-source': (target, bits) => ({ coding: 'pair', ...digitsOf(target, storedBits(target, bits)), ...BY_SIGN }),
  'axon-type-table': (target) => ({
    coding: 'table',
    levelsPerCell: 2,
    cellsPerWeight: 1,
    rowWeights: null,
    classRows: Array.from({ length: axonTypes(target) }, (_, type) => [type]),
  }),
  // A cell is +1 or −1: twice its bit minus 1.
  'binary-pm': () => ({ coding: 'two-level', levelsPerCell: 2, cellsPerWeight: 1, columnWeights: [2], offset: 1, classRows: [[0, 0]] }),
};

function cellStorage(target: Target, bits: number, codingOf: Coding): CellStorage {
  const coding = codingOf(target, bits);
  const { limits, crossbar } = target.file;
  const columnWeights = coding.columnWeights ?? powers(coding.levelsPerCell, coding.cellsPerWeight);
  const width = columnWeights.length;
  const sharesCell = crossbar?.pair === 'cell';
  const slots = limits.neurons.value === null ? null : limits.neurons.value + (limits.outputs?.value ?? 0);
  // A memory that holds a word for every source and neuron is one array as large as its limits.
  const array = crossbar ?? { rows: limits.axonsIn, cols: null, arraysPerCore: { value: 1 } };
  const columns = array.cols === null ? slots : array.cols.value;
  const arrayColumns = columns === null || (array.cols !== null && !sharesCell) ? columns : columns * width;
  if (arrayColumns !== null && width > arrayColumns) {
    throw new UsageError(`a weight of ${bits} bits takes ${width} columns of an array of target ${target.id}, which has ${arrayColumns}`);
  }
  return {
    kind: 'cells',
    offset: 0,
    modulus: null,
    rowWeights: [1],
    classRows: [[0]],
    arraySigns: [1],
    ...coding,
    columnWeights,
    arrayRows: array.rows.value,
    arrayColumns,
    arraysPerCore: array.arraysPerCore.value,
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

/** Digits of a number of so many bits. Where the bits of a cell are unknown, a cell holds the number, or a byte of it. */
function digitsOf(target: Target, bits: number): Pick<CellStorage, 'levelsPerCell' | 'cellsPerWeight'> {
  const levelsPerCell = knownLevels(target) ?? 2 ** Math.min(bits, 8);
  return { levelsPerCell, cellsPerWeight: digitsFor(2 ** bits, levelsPerCell) };
}

function knownLevels(target: Target): number | null {
  const { device, bitsPerCell } = target.file.crossbar ?? {};
  const bits = bitsPerCell?.value ?? null;
  return device?.levels?.value ?? (bits === null ? null : 2 ** bits);
}

function isPair(target: Target): boolean {
  const { signScheme } = target.file.weight;
  return signScheme === 'diff-pair' || signScheme === 'dual-array';
}

/**
 * Digits of one side of a pair, their base, and the largest magnitude they hold. A chip that fixes its cells per weight has as
 * many; else a weight takes as many as its bits need. Where nobody says what a cell holds, it is one side of the weight.
 */
function pairDigits(target: Target, bits: number): { readonly levels: number; readonly cells: number; readonly largest: number } {
  const levels = knownLevels(target) ?? 2 ** Math.min(8, bits - 1);
  const cells = target.file.crossbar?.cellsPerWeight?.value ?? digitsFor(2 ** (bits - 1), levels);
  const largest = levels ** cells - 1;
  if (largest > LARGEST_MAGNITUDE)
    throw new UsageError(`${cells} cells of ${levels} levels hold weights beyond int32 on target ${target.id}; set fewer cellsPerWeight`);
  return { levels, cells, largest };
}

/** The fewest digits that name so many values. */
function digitsFor(values: number, base: number): number {
  let digits = 1;
  while (base ** digits < values) digits++;
  return digits;
}

/** Every neuron has a table of signed weights, one per axon type; a synapse is off, or takes the weight of its axon's type. */
function tableFormat(target: Target): WeightFormat {
  const { weight } = target.file;
  const widths = weight.bits.value;
  if (widths === null) throw new UsageError(`${TABLE} needs weight.bits of target ${target.id}, which is unknown`);
  const bits = Math.max(...widths);
  return { signScheme: weight.signScheme, bits, qmax: 2 ** (bits - 1) - 1, step: 1, rowLevels: axonTypes(target) };
}

const TABLE = 'a table of axon types';

function axonTypes(target: Target): number {
  return required(target, 'limits.sharedConfigs.axonTypes', target.file.limits.sharedConfigs?.['axonTypes'], TABLE);
}

/**
 * All synapses of one type share a weight, and each type excites or inhibits: with half of the types for either sign, the
 * weights are ±1 … ±types/2 of a unit that is the same in all cores.
 */
function typedFormat(target: Target): WeightFormat {
  const { weight, limits } = target.file;
  const types = required(target, 'limits.sharedConfigs.synapseTypes', limits.sharedConfigs?.['synapseTypes'], 'weights by type');
  const qmax = Math.floor(types / 2);
  if (qmax < 1) throw new UsageError(`target ${target.id} has ${types} types of synapses; weights of both signs need 2`);
  return { signScheme: weight.signScheme, bits: 1 + Math.ceil(Math.log2(qmax + 1)), qmax, step: 1 };
}

/** Sign schemes that keep the sign apart, so that all bits of a weight are of its magnitude. */
const SIGNS_APART: readonly string[] = ['sign-per-source', 'sign-per-row', 'base-weight-mask'];

/** Widths of the chip's weights with a bit for the sign, whether it lies in the weight or not; null if unknown. */
function signedWidths(target: Target): readonly number[] | null {
  const { bits, signScheme } = target.file.weight;
  return bits.value?.map((width) => (SIGNS_APART.includes(signScheme) ? width + 1 : width)) ?? null;
}

/** Whether nobody has published a width of the target's weights, so that they get the width that is asked for. */
export function takesAskedWidth({ file }: Target): boolean {
  return file.weight.bits.value === null && !FIXED_FORMATS.includes(file.weight.signScheme);
}

/** Bits that the chip stores for weights of `bits`: the narrowest width it has for them, without a sign that it keeps apart. */
function storedBits(target: Target, bits: number): number {
  // See `takesAskedWidth`, by which reports name the assumption.
  const known = signedWidths(target) ?? [bits];
  const fitting = known.filter((width) => width >= bits);
  if (!Number.isInteger(bits) || bits < 2 || fitting.length === 0) {
    throw new UsageError(`target ${target.id} cannot store weights of ${bits} bits; it has ${known.join(', ')} bits, and a sign needs 2`);
  }
  return Math.min(...fitting) - (SIGNS_APART.includes(target.file.weight.signScheme) ? 1 : 0);
}
