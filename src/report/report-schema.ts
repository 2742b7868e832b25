// What may report.json say? Published for other tools, and held against the type that the report is built as.
import { z } from 'zod';
import { LayoutAnalysis } from '../analysis/analysis-file.ts';
import { OBJECTIVES } from '../mapping/objective-names.ts';
import { Scores } from '../network/artifact.ts';
import { ACTIVATIONS } from '../network/network.ts';
import { PROFILE_KINDS, targetSchema } from '../targets/schema.ts';
import { TrainConfig } from '../training/config.ts';
import { MetricsRow } from '../training/metrics.ts';
import { AWARE_COLUMNS } from './aware-table.ts';
import { CORE_COLUMNS, LINK_COLUMNS, PART_COLUMNS, RESOURCE_COLUMNS, TERM_COLUMNS, taskColumns } from './detail-columns.ts';
import { CEILING_COLUMNS, LENGTH_COLUMNS, MATRIX_COLUMNS, SIZE_COLUMNS, STAGE_COLUMNS, VERIFY_COLUMNS } from './fact-columns.ts';
import type { TargetInput } from './input.ts';
import { MESSAGE_COLUMNS } from './message-columns.ts';
import { PLACEMENT_COLUMNS } from './placement-columns.ts';
import type { Report } from './report.ts';
import { meaningsOf } from './table.ts';

const count = z.int().nonnegative();
const amount = z.number().nonnegative();
const share = z.number().min(0).max(1);

// What a column of a table prints is told there, and only there.
const ofNetwork = meaningsOf([...SIZE_COLUMNS, ...LENGTH_COLUMNS]);
const ofMatrix = meaningsOf(MATRIX_COLUMNS);
const ofVerification = meaningsOf(VERIFY_COLUMNS);
const ofPlacement = meaningsOf(PLACEMENT_COLUMNS);
const ofResource = meaningsOf(RESOURCE_COLUMNS);
const ofPart = meaningsOf([...PART_COLUMNS, ...MESSAGE_COLUMNS]);
const ofCore = meaningsOf(CORE_COLUMNS);
const ofLink = meaningsOf(LINK_COLUMNS);
const ofTerm = meaningsOf(TERM_COLUMNS);
const ofAware = meaningsOf(AWARE_COLUMNS);

const hash = z.string().describe('SHA-256');
const place = z.strictObject({ x: z.int().describe('column of the router'), y: z.int().describe('row of the router') });
const warnings = z.array(z.strictObject({ rule: z.string().describe('stable name'), message: z.string() }));

const matrix = z.strictObject({
  synapses: count.describe(ofMatrix('synapses')),
  possible: count.describe('weights that there could be'),
  density: share.describe(ofMatrix('density')),
});

const network = z.strictObject({
  inputs: count.describe(ofNetwork('inputs')),
  neuronsTrained: count.describe(ofNetwork('neuronsTrained')),
  neurons: count.describe(ofNetwork('neurons')),
  outputs: count.describe(ofNetwork('outputs')),
  activation: z.enum(ACTIVATIONS),
  grid: z.string().describe('ROWSxCOLUMNS, or a number of neurons in a line'),
  matrices: z.strictObject({ recurrent: matrix, input: matrix, readout: matrix }),
  selfConnections: count.describe(ofNetwork('selfConnections')),
  meanConnectionLength: amount.nullable().describe(`${ofNetwork('meanConnectionLength')} In grid sides.`),
  meanPairDistance: amount.nullable().describe(`${ofNetwork('meanPairDistance')} In grid sides.`),
});

const training = z.strictObject({
  config: TrainConfig,
  engine: z.strictObject({ name: z.string(), version: z.string() }).nullable(),
  last: MetricsRow.nullable().describe('the last row of training.csv'),
});

const accuracy = z.strictObject({
  meanCeiling: share.describe(meaningsOf(CEILING_COLUMNS)('mean')),
  stages: z.array(
    z.strictObject({
      key: z.string().describe('name of the stage or, for integer networks, label of the target'),
      title: z.string(),
      target: z.string().nullable().describe('label of the target whose integer network it is; null for float stages'),
      trialsPerTask: count.describe('test trials of each task'),
      seed: z.int().describe('seed of the test trials; stages with the same seed and number of trials stand on the same trials'),
      mean: share.describe(meaningsOf(STAGE_COLUMNS)('mean')),
    }),
  ),
  tasks: z.array(
    z.strictObject({
      task: z.string(),
      ceiling: share.describe(meaningsOf(taskColumns([]))('ceiling')),
      accuracy: z.record(z.string(), share).describe('accuracy on it, by key of the stage'),
    }),
  ),
});

const aware = z.strictObject({
  schema: z.literal('bimt-aware/1'),
  target: z.string(),
  rounds: z.array(
    z.strictObject({
      round: count.describe(ofAware('round')),
      fits: z.boolean().describe(ofAware('fits')),
      cost: amount.nullable().describe(`${ofAware('cost')} Null if it does not fit.`),
      accuracy: share.describe(ofAware('accuracy')),
      weights: count.describe(ofAware('weights')),
      neurons: count.describe(ofAware('neurons')),
    }),
  ),
  chosen: count.describe('the round whose network the run goes on with'),
});

const violation = z.strictObject({
  rule: z.string().describe('stable name'),
  subject: z.string().describe('what breaks the limit'),
  found: z.number().describe('amount that the network needs'),
  limit: z.number().describe('amount that there is'),
  unit: z.string().describe('of both'),
  source: z.string().describe('where the limit was read'),
  remedies: z.array(z.string()).describe('changes that lift it, each by itself; those that all violations share make the network fit'),
});

const sum = z.strictObject({
  value: z.number().nullable().describe('sum of the terms that are known; null when none is'),
  low: z.number().nullable().describe(ofTerm('low')),
  high: z.number().nullable().describe(ofTerm('high')),
  complete: z.boolean().describe('false if a term is unknown: the value is a lower bound'),
});

const constant = z.strictObject({
  name: z.string(),
  value: z.number().nullable().describe('amount in SI units; null is unknown'),
  unit: z.string(),
  bound: z.string(),
  range: z.tuple([z.number(), z.number()]).nullable().describe('low and high, where the source gives a band'),
  provenance: z.string(),
  field: z.string().describe('field of the target file'),
  source: z.string(),
});

const term = z.strictObject({
  name: z.string(),
  value: z.number().nullable().describe('amount in the unit of the estimate; null when something it needs is unknown'),
  low: z.number().nullable().describe(ofTerm('low')),
  high: z.number().nullable().describe(ofTerm('high')),
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
      stepsPerSecond: amount.nullable().describe('time steps in a second: an upper bound unless complete; null if neither is known'),
      complete: z.boolean().describe('whether both times are known'),
    })
    .describe('if steps overlapped'),
});

const counts = z.strictObject({
  synops: amount.describe('synaptic operations: events times their synapses'),
  activeNeurons: amount.describe('neurons that send'),
  idleNeurons: amount.describe('neurons that do not send'),
  messages: amount.describe('messages to another core, as the chip sends them'),
  hopsX: amount.describe('links along a row that all messages cross'),
  hopsY: amount.describe('links along a column that all messages cross'),
  chipCrossings: amount.describe('messages that leave their chip'),
  flitHops: amount.nullable().describe('flits times the links that they cross; null if the size of a flit is unknown'),
  bufferBytes: amount.nullable().describe('bytes through the buffers before the crossbars; null if their width is unknown'),
  mvms: z
    .array(
      z.strictObject({
        arrays: count.describe('arrays of the core'),
        reads: count.describe('reads per input cycle of the fullest array'),
        inputCycles: count.nullable().describe('cycles that a value takes to be applied; null if unknown'),
        rowDrives: amount.nullable().describe('times that a row is driven; null if unknown'),
        cellReads: amount.nullable().describe('cells that are read; null if unknown'),
        conversions: amount.nullable().describe('conversions to digital values; null if unknown'),
      }),
    )
    .describe('one entry per core that computes a matrix–vector product'),
  chips: count.describe('chips that are powered'),
  stepNs: z
    .strictObject({
      value: amount.describe('duration of the step, in ns'),
      low: amount.describe(ofTerm('low')),
      high: amount.describe(ofTerm('high')),
    })
    .nullable()
    .describe('null if unknown'),
});

/** Statistics of the hops of what is named in the plural. */
const hopsOf = (what: string) =>
  z.strictObject({
    mean: amount.describe(`mean number of links of the ${what}`),
    p95: amount.describe(`95 % of the ${what} have at most this many links`),
    max: count.describe(`most links of the ${what}`),
    histogram: z.array(count).describe(`how many ${what} have 0, 1, 2, … links`),
  });

const againstChance = z.strictObject({
  value: amount.describe('the amount of this placement'),
  expected: amount.describe('mean over all permutations of the units over the same places'),
  ratio: amount.nullable().describe('value / expected: below 1 is better than chance; null when the expectation is 0'),
  sample: z
    .strictObject({
      permutations: count.describe('seeded random placements that were drawn'),
      mean: amount.describe('their mean'),
      deviation: amount.describe('their standard deviation'),
      min: amount.describe('the least of them'),
      max: amount.describe('the most of them'),
    })
    .describe('how far chance spreads'),
});

const traffic = z.strictObject({
  messagesPerStep: amount.describe(ofPart('messagesPerStep')),
  hopsPerStep: amount.describe(ofPart('hopsPerStep')),
  hopsXPerStep: amount.describe('those of these links that lead along a row'),
  hopsYPerStep: amount.describe('those of these links that lead along a column'),
  meanHops: amount.nullable().describe('links that a message crosses on average; null without messages'),
  chipCrossingMessagesPerStep: amount.describe(ofPart('chipCrossingsPerStep')),
  synapticEventsPerStep: amount.describe(ofPart('synapticEventsPerStep')),
  reuse: amount.nullable().describe(`${ofPart('reuse')} Null without messages.`),
  treeHopsPerStep: amount.describe(ofPart('treeHopsPerStep')),
  normalisedEnergyPerStep: amount.describe('energy of all messages if a link took 0.1 and a router 1'),
});

/** A length in mm; null where the target publishes no distance between routers. */
const lengthMm = amount.nullable();

const part = z.strictObject({
  synapses: count.describe(ofPart('synapses')),
  synapsesInsideCore: count.describe(ofPart('inside')),
  synapsesBetweenCores: count.describe(ofPart('between')),
  weight: amount.describe('sum of |weight| of the synapses'),
  weightInsideCore: amount.describe('the same of those inside a core'),
  weightBetweenCores: amount.describe('the same of those between cores'),
  wiringCost: amount.describe(ofPart('wiringCost')),
  synapseHopsSum: count.describe(ofPart('synapseHopsSum')),
  synapseHops: hopsOf('synapses'),
  connections: count.describe('pairs of a source and another core that holds a target of it'),
  connectionHopsSum: count.describe(ofPart('connectionHopsSum')),
  connectionHops: hopsOf('connections'),
  treeHopsSum: count.describe(ofPart('treeHopsSum')),
  bundleHopsSum: count.describe(ofPart('bundleHopsSum')),
  synapseWireLengthMm: lengthMm.describe(ofPart('synapseWireMm')),
  connectionWireLengthMm: lengthMm.describe(ofPart('connectionWireMm')),
  treeWireLengthMm: lengthMm.describe(ofPart('treeWireMm')),
  bundleWireLengthMm: lengthMm.describe(ofPart('bundleWireMm')),
  normalisedLatency: z
    .strictObject({ mean: amount.describe(ofPart('normalisedLatencyMean')), max: amount.describe(ofPart('normalisedLatencyMax')) })
    .nullable()
    .describe('null without connections'),
  traffic: traffic.nullable().describe('null when no activity was measured'),
  nullModel: z.strictObject({
    wiringCost: againstChance.describe('wiring cost against chance'),
    synapseHopsSum: againstChance.describe('hops of the synapses against chance'),
  }),
});

const linkLoad = z.strictObject({
  from: place,
  to: place,
  neuronTrafficPerStep: amount.describe(ofLink('neuronTrafficPerStep')),
  inputTrafficPerStep: amount.describe(ofLink('inputTrafficPerStep')),
  trafficPerStep: amount.describe(ofLink('trafficPerStep')),
});

const links = z.strictObject({
  max: amount.describe(ofPlacement('busiestLinkPerStep')),
  mean: amount.describe(ofPlacement('meanLinkPerStep')),
  busiest: linkLoad.nullable().describe('the link with the most; null where none is used'),
  loads: z.array(linkLoad).describe('every link with traffic'),
  expected: z
    .strictObject({
      mean: amount.describe(ofPlacement('expectedCongestionMean')),
      max: amount.describe(ofPlacement('expectedCongestionMax')),
    })
    .nullable()
    .describe('congestion if routes were not known; null where there is no mesh'),
});

const core = z.strictObject({
  id: count.describe(ofCore('core')),
  slot: count.describe(ofCore('slot')),
  tileX: count.describe(ofCore('tileX')),
  tileY: count.describe(ofCore('tileY')),
  routerX: count.describe(ofCore('routerX')),
  routerY: count.describe(ofCore('routerY')),
  neurons: count.describe(ofCore('neurons')),
  readouts: count.describe(ofCore('readouts')),
  axons: count.describe(ofCore('axons')),
  synapses: count.describe(ofCore('synapses')),
  utilization: amount.describe(ofCore('utilization')),
});

const resource = z.strictObject({
  resource: z.string().describe(ofResource('resource')),
  unit: z.string().describe(ofResource('unit')),
  limit: amount.describe(ofResource('limit')),
  source: z.string().describe(ofResource('source')),
  mean: amount.describe(ofResource('meanCore')),
  max: amount.describe(ofResource('peakCoreShare')),
  maxCore: count.describe(ofResource('peakCore')),
  used: amount.describe(ofResource('used')),
  available: amount.describe(ofResource('available')),
  headroom: z.number().describe(ofResource('headroom')),
  utilization: amount.describe(ofResource('utilization')),
});

/** The fullest of what routes share, and where it is. */
const routingUse = (used: string, limit: string) =>
  z
    .strictObject({
      used: count.describe(used),
      limit: amount.nullable().describe(`${limit} Null if unknown.`),
      x: z.int().describe('column of its router'),
      y: z.int().describe('row of its router'),
    })
    .nullable();

const cap = 'most neurons a core may hold, as the user asked; null for the limits of the target alone';

const placed = z.strictObject({
  coresUsed: count.describe(ofPlacement('coresUsed')),
  coresAvailable: count.describe(ofPlacement('coresAvailable')),
  coresMinimum: count.describe(ofPlacement('coresMinimum')),
  coresOverhead: amount.describe('cores in use over coresMinimum'),
  maxNeuronsPerCore: count.nullable().describe(cap),
  cores: z.array(core),
  balance: z
    .strictObject({
      neurons: amount.nullable().describe(ofPlacement('neuronBalance')),
      events: amount.nullable().describe(ofPlacement('eventBalance')),
    })
    .describe('most of any used core over the mean'),
  resources: z.array(resource),
  bindingResource: z.string().describe('name of the fullest resource'),
  cellUtilization: z
    .strictObject({
      usedCells: count.describe('cells that hold a synapse'),
      cells: count.describe('cells of all used arrays'),
      arrays: count.describe('arrays in use'),
      ratio: share.describe(ofPlacement('cellUtilization')),
      rowRatio: share.describe('used rows over the rows of the arrays that lie above each other in a core'),
      columnRatio: share.describe('used columns over the columns of the arrays that lie beside each other in a core'),
      boxFill: share.describe('cells that hold a synapse over those where a used row crosses a used column'),
    })
    .nullable()
    .describe('null for synapse lists'),
  overheads: z.strictObject({
    fanInSplit: z
      .strictObject({
        unitsSplit: count.describe('units that listen to more sources than a core takes'),
        share: share.describe('their share of all units'),
        extraUnits: count.describe('units that hold partial sums for them'),
        extraDepth: count.describe('most partial sums in a row'),
        note: z.string(),
      })
      .nullable()
      .describe('null if no fan-in was split'),
    copies: count.describe('neuron slots that only reach more targets'),
    expansion: z
      .strictObject({
        rows: amount.describe('rows that a source takes on average'),
        arrays: amount.describe('arrays that a synapse takes for its sign'),
        columnsPerNeuron: amount.describe('columns that a neuron takes'),
      })
      .nullable()
      .describe('what signs cost; null for synapse lists'),
  }),
  wireLengthBasis: z
    .string()
    .nullable()
    .describe(`${ofPlacement('wireLengthBasis')} Null where none is published.`),
  parts: z.strictObject({ recurrent: part, readout: part, input: part }),
  total: part.describe('all parts together: a message that serves hidden and readout targets of a core counts once'),
  links: links.nullable().describe('null when no activity was measured'),
  routing: z.strictObject({
    tableEntries: routingUse(ofPlacement('tableEntries'), ofPlacement('tableLimit')),
    sidePaths: routingUse(ofPlacement('sidePaths'), ofPlacement('sideCapacity')),
  }),
  hopPenalty: amount.nullable().describe(ofPlacement('hopPenalty')),
  occupancyByHops: z.array(share.nullable()).describe('share of the possible recurrent synapses that exist, at 0, 1, 2, … hops'),
  port: place.extend({ assumed: z.boolean().describe('whether nobody stated it') }).describe('router where inputs enter'),
  search: z.strictObject({
    seed: z.int().describe('seed of the search'),
    effort: z.number().positive().describe('how much was searched; 1 is the usual amount'),
    cost: z.strictObject({
      start: amount.describe('Σ|w|·hops of the best start, inputs and readout included'),
      final: amount.describe('Σ|w|·hops in the end, inputs and readout included'),
    }),
    objective: z.strictObject({
      name: z.enum(OBJECTIVES),
      unit: z.string(),
      start: amount.describe('the objective at the best start or, unless it is wire, where wires are shortest'),
      final: amount.describe('the objective in the end'),
    }),
  }),
  modulesApart: z
    .strictObject({
      modules: count.describe('functional modules that share no core'),
      neurons: count.describe('neurons in a module; the others and readout units go anywhere'),
      wiringCostTogether: amount.describe('Σ|w|·hops that the same search finds where modules may share cores'),
      objectiveTogether: amount.describe('the objective that it finds there'),
    })
    .nullable()
    .describe('null where modules may share cores'),
  counts: counts.nullable().describe('of a mean time step; null when no activity was measured'),
  energy: z.array(energy).describe('the default profile first'),
  latency: z.array(latency),
});

const placement = z.strictObject({
  name: z.string(),
  cap: count.nullable().describe(cap),
  wishes: z.strictObject({
    pins: z.record(z.string(), count).describe('core of each pinned unit, by names such as neuron:7'),
    keepFree: z.array(count).describe('cores that stay empty'),
    keepModules: z.boolean().describe('whether functional clusters share no core'),
  }),
  fits: z.boolean().describe(ofPlacement('fits')),
  limiting: z
    .strictObject({
      resource: z.string(),
      subject: z.string().describe('the core, or what exceeds it'),
      share: amount.nullable().describe(`${ofPlacement('peakUtilization')} Null where the limit is 0.`),
    })
    .nullable()
    .describe('the fullest resource, or the one that is exceeded most'),
  violations: z.array(violation),
  result: placed.nullable().describe('null when no placement was found'),
});

const side = z.enum(['neuron', 'readout unit']);

const verification = z.strictObject({
  schema: z.literal('bimt-verify/1'),
  trials: count.describe(ofVerification('trials')),
  trialSteps: count.describe('time steps of all trials together'),
  integersCompared: count.describe(ofVerification('integersCompared')),
  saturatedStates: count.describe(ofVerification('saturatedStates')),
  executions: z.array(z.strictObject({ name: z.string(), version: z.string(), optimization: z.string().nullable() })),
  mismatches: z
    .array(
      z.strictObject({
        between: z.tuple([z.string(), z.string()]),
        trial: count.describe('the first trial that differs, from 0'),
        step: count.describe('its first time step that differs, from 0'),
        unit: side,
        index: count.describe('number of the neuron or readout unit'),
        values: z.tuple([z.int(), z.int()]).describe('what each of the two computed'),
        differing: count.describe('integers that differ, over all trials'),
      }),
    )
    .describe('empty if all executions agree'),
  executable: z.strictObject({ value: z.boolean().describe(ofPlacement('executable')), reason: z.string().nullable() }),
  hashes: z.record(z.string(), z.string()),
});

const activity = z
  .strictObject({
    mode: z.enum(['dense', 'nonzero', 'rate', 'bit-serial']),
    trials: count.describe('noisy trials it was measured on'),
    activeNeurons: amount.describe('mean number of neurons that send in a step'),
  })
  .nullable()
  .describe('how traffic was measured');

const target = z.strictObject({
  label: z.string().describe('name of the target, unique in the run'),
  id: z.string(),
  name: z.string(),
  hash,
  file: z.string(),
  chip: z.strictObject({
    topology: z.string(),
    cores: count.describe('cores of the chip, or of the board'),
    coresPerTile: count.describe('cores behind one tile'),
    tilesWide: count.describe('tiles in a row'),
    tilesHigh: count.describe('tiles in a column'),
    routersWide: count.describe('routers in a row'),
    routersHigh: count.describe('routers in a column'),
    wraps: z.boolean().describe('whether rows and columns are rings'),
    pitch: z.strictObject({
      xMm: amount.nullable().describe('distance of neighbouring routers in a row, in mm; null where none is published'),
      yMm: amount.nullable().describe('the same in a column'),
      basis: z.enum(['layout', 'area-share', 'modelled', 'none']),
      source: z.string(),
    }),
  }),
  runs: z.strictObject({ executable: z.boolean().describe(ofPlacement('executable')), reason: z.string() }),
  castMode: targetSchema.unwrap().shape.routing.shape.castMode,
  sources: z.record(z.string(), z.string()).describe('what its numbers were read from, by id'),
  activity,
  placements: z.array(placement).describe('the exported one first'),
  verification: verification.nullable(),
  warnings,
});

const difference = z.strictObject({
  error: amount.nullable().describe('|difference|; null if it is not finite'),
  relative: amount.nullable().describe('the same over the largest magnitude of the trial, 1 at least; null if it is not finite'),
  trial: count.describe('the trial, from 0'),
  step: count.describe('its time step, from 0'),
  unit: side,
  index: count.describe('number of the neuron or readout unit'),
  values: z.tuple([z.number().nullable(), z.number().nullable()]).describe('values of the network and of the execution'),
});

const forms = z.strictObject({
  schema: z.literal('bimt-verify-floats/1'),
  trials: count.describe('trials that every execution ran'),
  trialSteps: count.describe('time steps of all trials together'),
  valuesCompared: count.describe('states and outputs of one execution'),
  tolerance: z.strictObject({
    relative: amount.describe('error that is allowed, as a share'),
    to: z.string().describe('what it is a share of'),
  }),
  comparisons: z.array(
    z.strictObject({
      between: z.tuple([z.string(), z.string()]),
      version: z.string(),
      optimization: z.string(),
      largest: difference.nullable().describe('the largest error; null if not a single value differs'),
      beyond: count.describe('values beyond the tolerance'),
      first: difference.nullable().describe('the first value beyond the tolerance'),
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
    seed: z.int().describe('seed of training'),
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
