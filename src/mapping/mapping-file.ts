// What does a chip get? mapping.json and the crossbar images: all that the simulator may read.
import { z } from 'zod';
import { messageOf, UsageError } from '../core/errors.ts';

const count = z.number().int().nonnegative();

/** A destination of messages: an axon (row) of a core. */
const address = z.strictObject({ core: count, axon: count });

/** How stored cells decode to weights. Digits are least significant first. */
const storage = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('cells'),
    /**
     * offset: weight = Σ digit·levelsPerCell^k − offset.
     * differential: weight = Σ (positive digit − negative digit)·levelsPerCell^k; a neuron's columns are
     * its positive digits, then its negative digits.
     */
    scheme: z.enum(['offset', 'differential']),
    levelsPerCell: count.min(2),
    cellsPerWeight: count.min(1),
    offset: count,
    arrayRows: count.min(1),
    arrayColumns: count.min(1),
    /** Columns a neuron takes: cellsPerWeight, doubled for differential pairs. */
    columnsPerNeuron: count.min(1),
  }),
  /** Per axon a list of (neuron slot, mantissa); weight = mantissa · 2^mantissaShift. */
  z.strictObject({ kind: z.literal('synapse-list'), mantissaBits: count.min(1), mantissaShift: count }),
]);

/** A neuron in a core. Hidden neurons requantize and send; readout units only accumulate. */
const neuron = z.strictObject({
  kind: z.enum(['hidden', 'readout']),
  /** Index in the integer network. */
  index: count,
  bias: z.number().int(),
  /** Requantization multiplier; null for readout units. */
  multiplier: count.nullable(),
  /** Where its messages go, its own core included. */
  targets: z.array(address),
});

/** One physical array: which axons are its rows and which neuron slots its columns. */
const array = z.strictObject({ axonStart: count, axons: count.min(1), neuronStart: count, neurons: count.min(1) });

const core = z.strictObject({
  id: count,
  /** Router (tile) coordinates. */
  x: count,
  y: count,
  axons: count,
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
 * cells: `core<id>.array<k>`, uint8 [arrayRows, arrayColumns];
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
