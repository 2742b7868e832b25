// What may a target file say? Every number is an object that carries its unit and where it comes from.
// Rules between fields are in check.ts.
import { z } from 'zod';

const UNITS = [
  '1',
  'bit',
  'B',
  'mm',
  'mm2',
  'um',
  'um2',
  'nm',
  'V',
  'Hz',
  's',
  'J',
  'W',
  'ohm',
  'S',
  'J/bit',
  'J/B',
  'J/bit/mm',
  'bit/s',
  'event/s',
  'op/s',
  'op/J',
  'op/s/mm2',
] as const;
export type Unit = (typeof UNITS)[number];

const PROVENANCES = ['measured', 'simulated', 'architectural', 'derived', 'assumption', 'vendor', 'not-published'] as const;

/** What a choice is when nobody has published it; only a target that is kept for comparison may say so. */
export const UNKNOWN = 'unknown';

const TOPOLOGY_KINDS = [
  'single',
  'mesh2d',
  'torus2d',
  'cmesh',
  'hexmesh',
  'hextorus',
  'hier',
  'interleaved',
  'bus',
  'host',
  /** Layers that feed each other in any order, without distances. */
  'layer-graph',
  UNKNOWN,
] as const;

export const CLASSES = [
  'digital-async',
  'digital-sync',
  'manycore-cpu',
  'mixed-signal',
  'analog-imc',
  'modelled-imc',
  'fpga',
  'generic',
] as const;
/** `first-class`: capacity, network, energy and geometry; `structure-only`: no energy; `reference-only`: not for mapping. */
export const SUPPORTS = ['first-class', 'structure-only', 'reference-only'] as const;
export const EXECUTES = ['event-snn', 'graded-event', 'dense-mvm', 'layer-cnn'] as const;

const text = z.string().min(1).max(2000);
const id = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,63}$/, 'a lower-case name of letters, digits and hyphens, a letter first, 64 characters at most');
const name = z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,63}$/);
const sourceId = z.string().regex(/^[A-Z][A-Za-z0-9]{0,15}$/);

/** The value object: a number (or list) with unit, bound, provenance and source; null is unknown, never 0. */
const quantity = <U extends Unit, V extends z.ZodType>(unit: U, value: V) =>
  z.strictObject({
    value: value.nullable(),
    unit: z.literal(unit),
    bound: z.enum(['exact', 'min', 'max', 'typ', 'avg', 'approx']).optional(),
    range: z.tuple([z.number(), z.number()]).optional(),
    provenance: z.enum(PROVENANCES),
    how: text.optional(),
    at: z
      .strictObject({
        vdd: z.number().optional(),
        node: z.number().optional(),
        rate: z.number().optional(),
        note: text.optional(),
      })
      .optional(),
    source: z.union([sourceId, z.array(sourceId).min(1)]).optional(),
    locator: text.optional(),
    confidence: z.enum(['high', 'medium', 'low']).optional(),
  });

/** A published number of any unit. */
const figure = quantity('1', z.number()).extend({ unit: z.enum(UNITS) });

const positive = z.number().positive();
const wholeNumber = z.int().nonnegative();
const count = quantity('1', wholeNumber);
const ratio = quantity('1', z.number().nonnegative());
const bits = quantity('bit', wholeNumber);
const energy = quantity('J', z.number().nonnegative());
const time = quantity('s', z.number().nonnegative());
const power = quantity('W', z.number().nonnegative());
const length = quantity('mm', positive);
const area = quantity('mm2', positive);
const frequency = quantity('Hz', positive);

const source = z.strictObject({
  title: text,
  authors: text.optional(),
  year: z.int().min(1900).max(2100).optional(),
  venue: text.optional(),
  doi: text.optional(),
  arxiv: text.optional(),
  repository: text.optional(),
  commit: text.optional(),
  file: text.optional(),
  note: text.optional(),
});

const arrangement = z.strictObject({
  width: count,
  height: count,
  /** Grid points without a unit: missing by design, or defect. */
  absent: z.array(z.tuple([wholeNumber, wholeNumber])).optional(),
});

const level = z.strictObject({
  name: z.enum(['system', 'board', 'chip', 'tile', 'core']),
  /** Children per parent; may be left out where `arrangement` says it. */
  countPerParent: count.optional(),
  /** Of these, those that are left for neurons; as many as the arrangement has where there is one. */
  usable: count.optional(),
  /** True on the level that owns a router. */
  router: z.boolean().optional(),
  arrangement: arrangement.optional(),
});

const limits = z.strictObject({
  neurons: count,
  axonsIn: count,
  axonsOut: count.optional(),
  /** Input channels and readout units of a core that has them apart from its neurons. */
  inputs: count.optional(),
  outputs: count.optional(),
  fanInPerNeuron: count.optional(),
  fanOutPerNeuron: count.optional(),
  targetsPerNeuron: count.optional(),
  synapses: count.optional(),
  synapseMemory: bits.optional(),
  packing: z.enum([
    'xbar-rect',
    'loihi-blocks',
    'byte-pool',
    'sdram-rows',
    'cam-per-neuron',
    'fixed-all-to-all',
    'fanout-list',
    'conv-kernel',
    UNKNOWN,
  ]),
  /** Constants of the packing rule `loihi-blocks`. */
  synapseBlocks: z
    .strictObject({
      synapsesPerBlock: count,
      header: bits,
      word: bits,
      index: bits,
      delay: bits,
      tag: bits,
    })
    .optional(),
  /** Constants of the packing rule `byte-pool`, whose pool is `synapseMemory`: what a synapse takes, and a source with any. */
  synapsePool: z.strictObject({ synapse: bits, source: bits }).optional(),
  /** Constants of `sdram-rows`: a row for each source and core, in a pool that the cores of a chip share. */
  synapseRows: z.strictObject({ synapsesPerRow: count, header: bits, synapse: bits, poolPerChip: bits }).optional(),
  /** Memories and largest sizes of a layer, for the packing rule `conv-kernel`. */
  convolution: z.strictObject({ kernelWords: count, biasWords: count, channels: count, kernelSide: count, outputSide: count }).optional(),
  stateMemory: bits.optional(),
  routingMemory: bits.optional(),
  sharedConfigs: z.record(name, count).optional(),
});

const crossbar = z.strictObject({
  rows: count,
  cols: count,
  arraysPerCore: count,
  bitsPerCell: bits,
  /** Cells of a weight, of each side of a pair; as many as its bits need where the file does not fix them. */
  cellsPerWeight: count.optional(),
  /** Where the two sides of a differential pair lie: in columns of their own unless said otherwise, in rows, or in one unit cell. */
  pair: z.enum(['columns', 'rows', 'cell']).optional(),
  /** Extra columns that sum the inputs, beside `cols`. */
  unitColumns: count.optional(),
  /** Converters, by their width, count and kinds; a digital array has none. */
  adcBits: bits.optional(),
  dacBits: bits.optional(),
  adcsPerArray: count.optional(),
  colsPerAdc: count.optional(),
  /** `all-rows`: one read sums all rows. `adc-range`: as many as the converter resolves without loss, else the read is split. */
  readRule: z.enum(['all-rows', 'adc-range']).optional(),
  /** The converters one can choose from; `adcBits` picks one. */
  converters: z
    .array(
      z.strictObject({
        bits,
        power,
        rate: frequency,
        area: quantity('um2', positive).optional(),
        conversion: energy,
      }),
    )
    .optional(),
  device: z
    .strictObject({
      type: text,
      Ron: quantity('ohm', positive).optional(),
      Roff: quantity('ohm', positive).optional(),
      /** Conductance levels that can be told apart; they count instead of `bitsPerCell` where known, and need be no power of two. */
      levels: count.optional(),
      gMax: quantity('S', positive).optional(),
      noiseModel: text.optional(),
      cellArea: quantity('um2', positive).optional(),
      readVoltage: quantity('V', positive).optional(),
      readPulse: time.optional(),
      writeVoltage: quantity('V', positive).optional(),
      writePulse: time.optional(),
      variation: ratio.optional(),
      stuckAtHigh: ratio.optional(),
      stuckAtLow: ratio.optional(),
    })
    .optional(),
});

const times = z.strictObject({
  synop: time.optional(),
  neuronUpdate: z.strictObject({ active: time, inactive: time }).optional(),
  intraTile: time.optional(),
  hop: z.strictObject({ x: time, y: time }).optional(),
  chipCrossing: time.optional(),
  sync: time.optional(),
  mvm: z
    .strictObject({
      /** One read of the arrays; null where it follows from the read pulse and the converters. */
      cycle: time,
      /** Cycles from first input to last output; left out where a product takes its input cycles. */
      pipelineCycles: count.optional(),
    })
    .optional(),
  other: z.record(name, time).optional(),
  /** Clock cycles of operations, where the source counts cycles. */
  cycles: z.record(name, ratio).optional(),
});

const profileBase = {
  id,
  default: z.literal(true).optional(),
  note: text.optional(),
  /** Times that belong to this profile; else those of the file. */
  time: times.optional(),
  staticPower: power.optional(),
  /** Published energies that no formula of this kind uses. */
  other: z.record(name, energy).optional(),
};

/** One energy model; each kind is a formula of its own. */
const energyProfile = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('event'),
    ...profileBase,
    synop: energy,
    neuronActive: energy,
    neuronIdle: energy,
    /** A message within its tile. */
    message: energy,
    hopX: energy,
    hopY: energy,
    chipCrossing: energy.optional(),
  }),
  z.strictObject({
    kind: z.literal('affine-chip'),
    ...profileBase,
    /** Idle power per clock frequency. */
    idlePerCycle: energy,
    clock: frequency,
    synop: energy,
    hopX: energy.optional(),
    hopY: energy.optional(),
  }),
  z.strictObject({ kind: z.literal('aggregate'), ...profileBase, synop: energy }),
  z.strictObject({
    kind: z.literal('mvm'),
    ...profileBase,
    rowDrive: energy,
    cellRead: energy,
    /** The conversion energy is that of the chosen converter. */
    buffer: quantity('J/B', z.number().nonnegative()),
    flitHop: energy,
  }),
  z.strictObject({ kind: z.literal('mac-flat'), ...profileBase, mac: energy, flitHop: energy.optional() }),
  z.strictObject({ kind: z.literal('wire'), ...profileBase, wire: quantity('J/bit/mm', z.number().nonnegative()) }),
]);

const format = z.strictObject({ bits });

/** A target file. */
export const targetSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    /** Another target, by its name or as a path: this file then states only what differs. Gone once the file is whole. */
    extends: text.optional(),
    id,
    name: text,
    maker: text,
    year: z.int().min(1980).max(2100),
    class: z.enum(CLASSES),
    support: z.enum(SUPPORTS),
    /** Why a first-class target may lack something that first-class asks for. */
    waiver: text.optional(),
    executes: z.array(z.enum(EXECUTES)).min(1),
    recurrence: z.enum(['native', 'restricted', 'none']),
    /** What the restriction is. */
    recurrenceNote: text.optional(),
    note: text.optional(),
    sources: z.record(sourceId, source),
    /** What a user may set: `--target id:name=value`. */
    parameters: z
      .record(
        name,
        z.strictObject({
          /** Value object that is set, for example `crossbar.rows`. */
          path: z.string().regex(/^[A-Za-z]\w*(\.\w+)*$/),
          min: z.number(),
          max: z.number(),
          meaning: text,
        }),
      )
      .optional(),
    process: z.strictObject({
      nodeNm: quantity('nm', positive),
      supply: quantity('V', positive),
      clocking: z.enum(['synchronous', 'asynchronous']).optional(),
      clock: frequency,
      timestep: time,
      transistors: ratio.optional(),
    }),
    hierarchy: z.strictObject({
      /** As the source states it; must equal the product of the levels below the chip. */
      coresPerChip: count.optional(),
      levels: z.array(level).min(1),
    }),
    coreClasses: z.array(z.strictObject({ count, limits })).optional(),
    topology: z.strictObject({
      kind: z.enum(TOPOLOGY_KINDS),
      wrap: z.boolean().optional(),
      links: z.array(z.tuple([z.int(), z.int()])).optional(),
      /** Tiles that share a router (cmesh). */
      concentration: z.strictObject({ x: count, y: count }).optional(),
      /** Which way x runs; needed where the axes differ. */
      xAxis: text.optional(),
    }),
    routing: z.strictObject({
      algorithm: text.optional(),
      castMode: z.enum([
        'unicast-per-core',
        'single-target',
        'multicast-tree',
        'n-targets-broadcast',
        'switch-fabric',
        'dense-vector',
        UNKNOWN,
      ]),
      reach: z.strictObject({ x: count, y: count }).optional(),
      tableEntries: count.optional(),
      packetBits: bits.optional(),
      payloadBits: bits.optional(),
      flitBits: bits.optional(),
      linkBandwidth: z.union([quantity('event/s', positive), quantity('bit/s', positive)]).optional(),
      /** Paths that a side of a tile carries. */
      sideCapacity: count.optional(),
      /** What training pays for a weight: lambda · min(exp(beta · hops) − 1, exp(maxExponent)) · |w|. */
      hopPenalty: z.strictObject({ beta: ratio, lambda: ratio, maxExponent: ratio }).optional(),
    }),
    limits,
    crossbar: crossbar.optional(),
    weight: z.strictObject({
      /** Widths the chip can store: sign included, except where the sign is stored apart (sign-per-source, sign-per-row). */
      bits: quantity('bit', z.array(wholeNumber).min(1)),
      signScheme: z.enum([
        'twos-complement',
        'mixed-mode-lossy',
        'sign-per-source',
        'sign-per-row',
        'axon-type-table',
        'base-weight-mask',
        'diff-pair',
        'dual-array',
        'offset-column',
        'excit-inhib-typed',
        'binary-pm',
        UNKNOWN,
      ]),
      exponent: quantity('1', z.array(z.int()).min(1)).optional(),
    }),
    activation: z.strictObject({ kind: z.enum(['binary', 'graded', 'multi-level', 'dense']), bits }),
    state: format.optional(),
    threshold: format.optional(),
    bias: format.optional(),
    decay: format.optional(),
    delay: z.strictObject({ maxSteps: count }).optional(),
    neuronModels: z.array(text),
    time: times,
    energyProfiles: z.array(energyProfile),
    geometry: z.strictObject({
      die: area,
      core: z.strictObject({ width: length, height: length, area }).optional(),
      tile: z.strictObject({ area }).optional(),
      /** Between neighbouring routers. */
      pitch: z.strictObject({ x: length, y: length }),
      basis: z.enum(['layout', 'area-share', 'modelled', 'none']),
    }),
    /** Published figures that no formula uses: efficiency, chip power, areas, memories. */
    figures: z.record(name, figure).optional(),
    system: z
      .strictObject({
        boards: z.array(
          z.strictObject({
            name: text,
            chips: count,
            arrangement: arrangement.optional(),
            /** How its chips are joined. */
            kind: z.enum(TOPOLOGY_KINDS).optional(),
            chipToChip: z
              .strictObject({
                energy: quantity('J/bit', positive).optional(),
                latency: time.optional(),
                bandwidth: quantity('bit/s', positive).optional(),
                power: power.optional(),
              })
              .optional(),
          }),
        ),
      })
      .optional(),
  })
  .readonly();

/** A validated target file. */
export type TargetFile = z.infer<typeof targetSchema>;
export type EnergyProfileData = TargetFile['energyProfiles'][number];
/** Kinds of energy models. */
export const PROFILE_KINDS = energyProfile.options.map(({ shape }) => shape.kind.value);

/** A value object of any unit. */
export interface Quantity {
  readonly value: number | readonly number[] | null;
  readonly unit: Unit;
  readonly bound?: string | undefined;
  readonly range?: readonly [number, number] | undefined;
  readonly provenance: (typeof PROVENANCES)[number];
  readonly how?: string | undefined;
  readonly at?:
    | {
        readonly vdd?: number | undefined;
        readonly node?: number | undefined;
        readonly rate?: number | undefined;
        readonly note?: string | undefined;
      }
    | undefined;
  readonly source?: string | readonly string[] | undefined;
  readonly locator?: string | undefined;
}

/** A value object that holds one number. */
export interface NumberQuantity extends Quantity {
  readonly value: number | null;
}
