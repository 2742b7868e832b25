// What does a chip get? mapping.json and the crossbar images: all that the simulator may read.
import { z } from 'zod';
import { messageOf, orTry, UsageError } from '../core/errors.ts';

const count = z.number().int().nonnegative();

/** A destination of messages: an axon (row) of a core. */
const address = z.strictObject({ core: count, axon: count });

/** How stored cells decode to weights. */
const storage = z.discriminatedUnion('kind', [
  /**
   * An axon is a row of cells. What it stores for a neuron is sign · rowWeight · (Σ columnWeights[k]·cell[k] − offset) over
   * the neuron's columns, summed over all arrays that hold the row.
   */
  z.strictObject({
    kind: z.literal('cells'),
    levelsPerCell: count.min(2),
    /** Coefficient of each column of a neuron. */
    columnWeights: z.array(z.number().int()).min(1),
    /** The sum over the columns is taken modulo this, into −modulus/2 … modulus/2 − 1; null where it is taken as it is. */
    modulus: count.min(2).nullable(),
    offset: count,
    /** Coefficient of a row by its kind; null where each neuron's table says it. */
    rowWeights: z.array(z.number().int()).min(1).nullable(),
    /** Cells of an array; null where an array is as large as what it holds. */
    arrayRows: count.min(1).nullable(),
    arrayColumns: count.min(1).nullable(),
  }),
  /** Per axon a list of (neuron slot, mantissa); weight = mantissa · 2^mantissaShift. */
  z.strictObject({ kind: z.literal('synapse-list'), mantissaBits: count.min(1), mantissaShift: count }),
]);

/**
 * A neuron in a core. Hidden neurons requantize and send; copies of them do the same in another slot, for other targets;
 * readout units only accumulate; partial units send their sums to the unit they work for, within the step.
 */
const neuron = z.strictObject({
  kind: z.enum(['hidden', 'copy', 'readout', 'partial']),
  /** Index in the integer network; partial units are numbered on their own. */
  index: count,
  bias: z.number().int(),
  /** Requantization multiplier; null for readout and partial units. */
  multiplier: count.nullable(),
  /** Weight of each kind of row, where the storage has no weights by kind. */
  table: z.array(z.number().int()).optional(),
  /**
   * Of a partial unit: its order within the step, whether a hidden neuron or a readout unit waits for it, and what its sum is
   * divided by, without remainder, so that the smallest weight of the chip restores it.
   */
  partial: z.strictObject({ level: count.min(1), serves: z.enum(['hidden', 'readout']), divisor: count.min(1) }).optional(),
  /** Where its messages go, its own core included. */
  targets: z.array(address),
});

/** One physical array: which axons are its rows and which neuron slots its columns; negative where it holds what is subtracted. */
const array = z.strictObject({
  axonStart: count,
  axons: count.min(1),
  neuronStart: count,
  neurons: count.min(1),
  negative: z.literal(true).optional(),
});

const core = z.strictObject({
  id: count,
  /** Router (tile) coordinates. */
  x: count,
  y: count,
  axons: count,
  /** Kind of each axon's row; left out where all are alike. */
  rowKinds: z.array(count).optional(),
  /** By slot: position in the core, columns in order. */
  neurons: z.array(neuron),
  /** In image order; empty for synapse lists. */
  arrays: z.array(array),
});

/** The file `mapping.json`. */
export const mappingSchema = z.strictObject({
  schema: z.literal('bimt-mapping/1'),
  /** Target id and SHA-256 of its resolved description. */
  target: z.strictObject({ id: z.string(), hash: z.string() }),
  /** SHA-256 of the quantized artifact. */
  network: z.strictObject({ hash: z.string(), inputs: count, neurons: count, outputs: count, stateMax: count.min(1), shift: count }),
  storage,
  /** SHA-256 of the images file. */
  images: z.strictObject({ file: z.string(), hash: z.string() }),
  /** Router where inputs enter, and whether that is an assumption. */
  port: z.strictObject({ x: count, y: count, assumed: z.boolean() }),
  /** Input channels that reach any neuron. */
  inputs: z.array(z.strictObject({ index: count, targets: z.array(address) })),
  cores: z.array(core),
});

export type MappingFile = z.infer<typeof mappingSchema>;
export type MappedCore = MappingFile['cores'][number];
export type MappedNeuron = MappedCore['neurons'][number];
export type Address = z.infer<typeof address>;
export type Storage = MappingFile['storage'];

/**
 * Tensor names in the images file (.safetensors):
 * cells: `core<id>.array<k>`, uint8 [arrayRows, arrayColumns], the cells of a neuron side by side;
 * synapse lists: `core<id>.indptr` int32 [axons + 1], `core<id>.slot` int32 and `core<id>.mantissa` int16 [synapses].
 */
export const imageTensor = {
  array: (core: number, k: number) => `core${core}.array${k}`,
  indptr: (core: number) => `core${core}.indptr`,
  slot: (core: number) => `core${core}.slot`,
  mantissa: (core: number) => `core${core}.mantissa`,
};

/**
 * Parses mapping.json.
 *
 * @throws UsageError if it is not JSON or breaks the schema, with every problem's path
 */
export function parseMapping(text: string, what: string): MappingFile {
  return orTry('the file is damaged or of another version: map again', () => readMapping(text, what));
}

function readMapping(text: string, what: string): MappingFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${what} is not JSON: ${messageOf(error)}`);
  }
  const result = mappingSchema.safeParse(json);
  if (!result.success) throw new UsageError(`${what} is not a mapping:\n${z.prettifyError(result.error)}`);
  return result.data;
}
