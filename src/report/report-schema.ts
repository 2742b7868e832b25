// What may report.json say? Published for other tools, and held against the type that the report is built as.
import { z } from 'zod';
import { LayoutAnalysis } from '../analysis/analysis-file.ts';
import { OBJECTIVES } from '../mapping/objective.ts';
import { Scores } from '../network/artifact.ts';
import { ACTIVATIONS } from '../network/network.ts';
import { PROFILE_KINDS, targetSchema } from '../targets/schema.ts';
import { TrainConfig } from '../training/config.ts';
import { MetricsRow } from '../training/metrics.ts';
import type { TargetInput } from './input.ts';
import type { Report } from './report.ts';

const count = z.int().nonnegative();
const amount = z.number().nonnegative();
const share = z.number().min(0).max(1);
const hash = z.string().describe('SHA-256');
const place = z.strictObject({ x: z.int(), y: z.int() });
const warnings = z.array(z.strictObject({ rule: z.string().describe('stable name'), message: z.string() }));

const matrix = z.strictObject({
  synapses: count.describe('weights that are not 0'),
  possible: count,
  density: share.describe('synapses / possible'),
});

const network = z.strictObject({
  inputs: count,
  neuronsTrained: count.describe('neurons before pruning'),
  neurons: count,
  outputs: count.describe('readout units'),
  activation: z.enum(ACTIVATIONS),
  grid: z.string().describe('ROWSxCOLUMNS, or a number of neurons in a line'),
  matrices: z.strictObject({ recurrent: matrix, input: matrix, readout: matrix }),
  selfConnections: count,
  meanConnectionLength: amount
    .nullable()
    .describe('of active connections between different neurons, in grid sides; null if there are none'),
  meanPairDistance: amount.nullable().describe('of all pairs of neurons, in grid sides: connections at random'),
});

const training = z.strictObject({
  config: TrainConfig,
  engine: z.strictObject({ name: z.string(), version: z.string() }).nullable(),
  last: MetricsRow.nullable().describe('the last row of training.csv'),
});

const accuracy = z.strictObject({
  meanCeiling: share.describe('mean of the best possible accuracies'),
  stages: z.array(
    z.strictObject({
      key: z.string().describe('name of the stage or, for integer networks, label of the target'),
      title: z.string(),
      target: z.string().nullable().describe('label of the target whose integer network it is; null for float stages'),
      trialsPerTask: count,
      seed: z.int(),
      mean: share,
    }),
  ),
  tasks: z.array(
    z.strictObject({
      task: z.string(),
      ceiling: share.describe('best possible accuracy'),
      accuracy: z.record(z.string(), share).describe('by key of the stage'),
    }),
  ),
});

const aware = z.strictObject({
  schema: z.literal('bimt-aware/1'),
  target: z.string(),
  rounds: z.array(
    z.strictObject({
      round: count.describe('0 is the network before the first round'),
      fits: z.boolean(),
      cost: amount.nullable().describe('Σ|w|·hops; null if it does not fit'),
      accuracy: share,
      weights: count,
      neurons: count,
    }),
  ),
  chosen: count.describe('the round whose network the run goes on with'),
});

const violation = z.strictObject({
  rule: z.string().describe('stable name'),
  subject: z.string().describe('what breaks the limit'),
  found: z.number(),
  limit: z.number(),
  unit: z.string(),
  source: z.string().describe('where the limit was read'),
  remedies: z.array(z.string()).describe('changes that lift it, each by itself; those that all violations share make the network fit'),
});

const sum = z.strictObject({
  value: z.number().nullable().describe('null when no term is known'),
  low: z.number().nullable(),
  high: z.number().nullable(),
  complete: z.boolean().describe('false if a term is unknown: the value is a lower bound'),
});

const constant = z.strictObject({
  name: z.string(),
  value: z.number().nullable().describe('SI units; null is unknown'),
  unit: z.string(),
  bound: z.string(),
  range: z.tuple([z.number(), z.number()]).nullable().describe('low and high, where the source gives a band'),
  provenance: z.string(),
  field: z.string().describe('field of the target file'),
  source: z.string(),
});

const term = z.strictObject({
  name: z.string(),
  value: z.number().nullable().describe('in the unit of the estimate; null when something it needs is unknown'),
  low: z.number().nullable(),
  high: z.number().nullable(),
  constants: z.array(z.string()).describe('names of the constants it uses'),
});

const estimate = {
  profile: z.string(),
  terms: z.array(term),
  constants: z.array(constant),
  unknown: z.array(z.string()).describe('what is needed and not known'),
};

const energy = z.strictObject({
  ...estimate,
  kind: z.enum(PROFILE_KINDS),
  dynamic: sum.describe('everything but static power, in pJ a time step'),
  total: sum.describe('in pJ a time step'),
});

const latency = z.strictObject({
  ...estimate,
  total: sum.describe('in ns a time step'),
  throughput: z
    .strictObject({
      coreNs: sum.describe('the busiest core, in ns'),
      linkNs: amount.nullable().describe('the busiest link, in ns; null if unknown'),
      stepsPerSecond: amount.nullable().describe('an upper bound unless complete; null if neither is known'),
      complete: z.boolean(),
    })
    .describe('if steps overlapped'),
});

const counts = z.strictObject({
  synops: amount.describe('synaptic operations'),
  activeNeurons: amount,
  idleNeurons: amount,
  messages: amount.describe('messages to another core'),
  hopsX: amount,
  hopsY: amount,
  chipCrossings: amount,
  flitHops: amount.nullable().describe('null if the size of a flit is unknown'),
  bufferBytes: amount.nullable().describe('null if their width is unknown'),
  mvms: z
    .array(
      z.strictObject({
        arrays: count,
        reads: count.describe('per input cycle of the fullest array'),
        inputCycles: count.nullable(),
        rowDrives: amount.nullable(),
        cellReads: amount.nullable(),
        conversions: amount.nullable(),
      }),
    )
    .describe('one entry per core that computes a matrix–vector product'),
  chips: count,
  stepNs: z.strictObject({ value: amount, low: amount, high: amount }).nullable(),
});

const hops = z.strictObject({
  mean: amount,
  p95: amount,
  max: count,
  histogram: z.array(count).describe('how many at 0, 1, 2, … hops'),
});

const againstChance = z.strictObject({
  value: amount,
  expected: amount.describe('over all permutations of the units'),
  ratio: amount.nullable().describe('value / expected; null when the expectation is 0'),
  sample: z.strictObject({ permutations: count, mean: amount, deviation: amount, min: amount, max: amount }),
});

const traffic = z.strictObject({
  messagesPerStep: amount,
  hopsPerStep: amount,
  hopsXPerStep: amount,
  hopsYPerStep: amount,
  meanHops: amount.nullable().describe('null without messages'),
  chipCrossingMessagesPerStep: amount,
  synapticEventsPerStep: amount.describe('messages if every synapse had its own'),
  reuse: amount.nullable().describe('synapses that a message serves; null without messages'),
  treeHopsPerStep: amount,
  normalisedEnergyPerStep: amount.describe('with 0.1 a link and 1 a router'),
});

const lengthMm = amount.nullable().describe('null where no pitch is published');

const part = z.strictObject({
  synapses: count,
  synapsesInsideCore: count,
  synapsesBetweenCores: count,
  weight: amount.describe('Σ|w|'),
  weightInsideCore: amount,
  weightBetweenCores: amount,
  wiringCost: amount.describe('Σ|w|·hops'),
  synapseHopsSum: count,
  synapseHops: hops,
  connections: count.describe('pairs of a source and another core that holds a target of it'),
  connectionHopsSum: count,
  connectionHops: hops,
  treeHopsSum: count,
  bundleHopsSum: count,
  synapseWireLengthMm: lengthMm,
  connectionWireLengthMm: lengthMm,
  treeWireLengthMm: lengthMm,
  bundleWireLengthMm: lengthMm,
  normalisedLatency: z.strictObject({ mean: amount, max: amount }).nullable().describe('null without connections'),
  traffic: traffic.nullable().describe('null when no activity was measured'),
  nullModel: z.strictObject({ wiringCost: againstChance, synapseHopsSum: againstChance }),
});

const linkLoad = z.strictObject({
  from: place,
  to: place,
  neuronTrafficPerStep: amount,
  inputTrafficPerStep: amount,
  trafficPerStep: amount.describe('packets'),
});

const links = z.strictObject({
  max: amount,
  mean: amount,
  busiest: linkLoad.nullable(),
  loads: z.array(linkLoad),
  expected: z
    .strictObject({ mean: amount, max: amount })
    .nullable()
    .describe('congestion if routes were not known; null where there is no mesh'),
});

const core = z.strictObject({
  id: count,
  slot: count,
  tileX: count,
  tileY: count,
  routerX: count,
  routerY: count,
  neurons: count,
  readouts: count,
  axons: count,
  synapses: count,
  utilization: amount.describe('of its fullest resource'),
});

const resource = z.strictObject({
  resource: z.string(),
  unit: z.string(),
  limit: amount.describe('of a core'),
  source: z.string(),
  mean: amount.describe('used / limit, mean over used cores'),
  max: amount.describe('used / limit of the fullest core'),
  maxCore: count.describe('the fullest core'),
  used: amount.describe('over all used cores'),
  available: amount.describe('over all cores of the chip'),
  headroom: z.number(),
  utilization: amount.describe('used / available'),
});

const routingUse = z.strictObject({ used: count, limit: amount.nullable(), x: z.int(), y: z.int() }).nullable();

const placed = z.strictObject({
  coresUsed: count,
  coresAvailable: count,
  coresMinimum: count,
  coresOverhead: amount.describe('coresUsed / coresMinimum'),
  maxNeuronsPerCore: count.nullable(),
  cores: z.array(core),
  balance: z.strictObject({ neurons: amount.nullable(), events: amount.nullable() }).describe('most of any used core over the mean'),
  resources: z.array(resource),
  bindingResource: z.string(),
  cellUtilization: z
    .strictObject({ usedCells: count, cells: count, arrays: count, ratio: share })
    .nullable()
    .describe('null for synapse lists'),
  overheads: z.strictObject({
    fanInSplit: z
      .strictObject({ unitsSplit: count, share, extraUnits: count, extraDepth: count, note: z.string() })
      .nullable()
      .describe('null if no fan-in was split'),
    copies: count.describe('neuron slots that only reach more targets'),
    expansion: z
      .strictObject({ rows: amount, arrays: amount, columnsPerNeuron: amount })
      .nullable()
      .describe('what signs cost; null for synapse lists'),
  }),
  wireLengthBasis: z.string().nullable().describe('null where no pitch is published'),
  parts: z.strictObject({ recurrent: part, readout: part, input: part }),
  total: part,
  links: links.nullable().describe('null when no activity was measured'),
  routing: z.strictObject({ tableEntries: routingUse, sidePaths: routingUse }),
  hopPenalty: amount.nullable(),
  occupancyByHops: z.array(share.nullable()).describe('share of the possible recurrent synapses that exist, at 0, 1, 2, … hops'),
  port: place.extend({ assumed: z.boolean() }).describe('router where inputs enter'),
  search: z.strictObject({
    seed: z.int(),
    effort: z.number().positive(),
    cost: z.strictObject({ start: amount, final: amount }).describe('Σ|w|·hops'),
    objective: z.strictObject({ name: z.enum(OBJECTIVES), unit: z.string(), start: amount, final: amount }),
  }),
  modulesApart: z
    .strictObject({ modules: count, neurons: count, wiringCostTogether: amount, objectiveTogether: amount })
    .nullable()
    .describe('null where modules may share cores'),
  counts: counts.nullable().describe('of a mean time step; null when no activity was measured'),
  energy: z.array(energy).describe('the default profile first'),
  latency: z.array(latency),
});

const placement = z.strictObject({
  name: z.string(),
  cap: count.nullable().describe('most neurons a core may hold; null for the limits of the target alone'),
  wishes: z.strictObject({ pins: z.record(z.string(), count), keepFree: z.array(count), keepModules: z.boolean() }),
  fits: z.boolean(),
  limiting: z
    .strictObject({ resource: z.string(), subject: z.string(), share: amount.nullable() })
    .nullable()
    .describe('the fullest resource, or the one that is exceeded most'),
  violations: z.array(violation),
  result: placed.nullable().describe('null when no placement was found'),
});

const side = z.enum(['neuron', 'readout unit']);

const verification = z.strictObject({
  schema: z.literal('bimt-verify/1'),
  trials: count,
  trialSteps: count,
  integersCompared: count,
  saturatedStates: count,
  executions: z.array(z.strictObject({ name: z.string(), version: z.string(), optimization: z.string().nullable() })),
  mismatches: z
    .array(
      z.strictObject({
        between: z.tuple([z.string(), z.string()]),
        trial: count,
        step: count,
        unit: side,
        index: count,
        values: z.tuple([z.int(), z.int()]),
        differing: count,
      }),
    )
    .describe('empty if all executions agree'),
  executable: z.strictObject({ value: z.boolean(), reason: z.string().nullable() }),
  hashes: z.record(z.string(), z.string()),
});

const activity = z
  .strictObject({ mode: z.enum(['dense', 'nonzero', 'rate', 'bit-serial']), trials: count, activeNeurons: amount })
  .nullable()
  .describe('how traffic was measured');

const target = z.strictObject({
  label: z.string().describe('unique in the run'),
  id: z.string(),
  name: z.string(),
  hash,
  file: z.string(),
  chip: z.strictObject({
    topology: z.string(),
    cores: count,
    coresPerTile: count,
    tilesWide: count,
    tilesHigh: count,
    routersWide: count,
    routersHigh: count,
    wraps: z.boolean(),
    pitch: z.strictObject({
      xMm: amount.nullable(),
      yMm: amount.nullable(),
      basis: z.enum(['layout', 'area-share', 'modelled', 'none']),
      source: z.string(),
    }),
  }),
  runs: z.strictObject({ executable: z.boolean(), reason: z.string() }),
  castMode: targetSchema.unwrap().shape.routing.shape.castMode,
  sources: z.record(z.string(), z.string()).describe('what its numbers were read from, by id'),
  activity,
  placements: z.array(placement).describe('the exported one first'),
  verification: verification.nullable(),
  warnings,
});

const difference = z.strictObject({
  error: amount.nullable(),
  relative: amount.nullable(),
  trial: count,
  step: count,
  unit: side,
  index: count,
  values: z.tuple([z.number().nullable(), z.number().nullable()]),
});

const forms = z.strictObject({
  schema: z.literal('bimt-verify-floats/1'),
  trials: count,
  trialSteps: count,
  valuesCompared: count,
  tolerance: z.strictObject({ relative: amount, to: z.string() }),
  comparisons: z.array(
    z.strictObject({
      between: z.tuple([z.string(), z.string()]),
      version: z.string(),
      optimization: z.string(),
      largest: difference.nullable(),
      beyond: count.describe('values beyond the tolerance'),
      first: difference.nullable(),
    }),
  ),
  skipped: z.array(z.strictObject({ name: z.string(), reason: z.string() })),
  hashes: z.record(z.string(), z.string()),
});

/** The file `report.json`. */
export const reportSchema = z.strictObject({
  schema: z.literal('bimt-report/1'),
  run: z.strictObject({
    tool: z.string(),
    suite: z.string(),
    suiteTitle: z.string(),
    seed: z.int(),
    configHash: hash,
    artifacts: z.record(z.string(), z.string()).describe('SHA-256 by file name'),
  }),
  network,
  training: training.nullable().describe('null for a network that was trained elsewhere'),
  accuracy,
  weightByDistance: LayoutAnalysis.shape.weightByDistance,
  aware: aware.nullable().describe('training for one of the targets; null if there was none'),
  targets: z.array(target),
  forms: forms.nullable().describe('how close the float ONNX files come to the network; null if they were not verified'),
  assumptions: z.array(z.strictObject({ subject: z.string(), text: z.string() })),
  warnings,
});

/** What mapping hands to a report, in the same words: `placement.json`. */
export const placementRecordSchema = z.object({
  activity,
  placements: z
    .array(
      placement.omit({ name: true, fits: true, limiting: true }).extend({
        port: placed.shape.port,
        result: z
          .strictObject({
            placement: placed.shape.search,
            modulesApart: placed.shape.modulesApart,
            metrics: placed
              .omit({ coresAvailable: true, port: true, search: true, modulesApart: true, counts: true, energy: true, latency: true })
              .extend({
                cores: z.array(core.omit({ tileX: true, tileY: true, routerX: true, routerY: true }).extend({ x: z.int(), y: z.int() })),
                resources: z.array(resource.omit({ used: true, available: true, headroom: true, utilization: true })),
              }),
            counts: placed.shape.counts,
            energy: placed.shape.energy,
            latency: placed.shape.latency,
          })
          .nullable(),
      }),
    )
    .min(1),
  scores: Scores.nullable(),
  warnings,
});

/** The files `aware.json`, a target's `verify.json`, and the `verify.json` of the float models. */
export { aware as awareSchema, forms as formsSchema, verification as verificationSchema };

type Frozen<T> = T extends object ? { readonly [Key in keyof T]: Frozen<T[Key]> } : T;
type Parsed = Frozen<z.output<typeof reportSchema>>;
type Built = Frozen<Report>;
/** What only the schema or only the type of a report knows does not compile here. */
export const SCHEMA_IS_TYPE: [Parsed, Built] extends [Built, Parsed] ? true : never = true;

type ParsedRecord = Frozen<z.output<typeof placementRecordSchema>>;
type BuiltRecord = Frozen<Pick<TargetInput, 'activity' | 'placements' | 'scores' | 'warnings'>>;
/** The same for what mapping hands over. */
export const RECORD_SCHEMA_IS_TYPE: [ParsedRecord, BuiltRecord] extends [BuiltRecord, ParsedRecord] ? true : never = true;
