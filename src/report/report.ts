// What is there to tell about a run? Built once, as data; texts, tables and pictures only print it.
import { type WeightByDistance, weightByDistance } from '../analysis/weight-distance.ts';
import type { Violation } from '../core/errors.ts';
import type { Warning } from '../core/progress.ts';
import type { Port } from '../mapping/chip.ts';
import type { CoreMetrics, MappingMetrics, ResourceOccupancy } from '../mapping/metrics.ts';
import type { Csr } from '../network/csr.ts';
import { formatGrid } from '../network/geometry.ts';
import type { Activation, Network } from '../network/network.ts';
import type { Verification } from '../simulation/verify.ts';
import type { FloatVerification } from '../simulation/verify-floats.ts';
import type { EnergyEstimate, StepCounts } from '../targets/energy.ts';
import { type Executability, executability } from '../targets/formats.ts';
import { sourceLine } from '../targets/known.ts';
import type { LatencyEstimate } from '../targets/latency.ts';
import type { Target } from '../targets/load.ts';
import type { Pitch, Topology } from '../targets/topology.ts';
import { type Assumption, assumptionsOf } from './assumptions.ts';
import { nameWords } from './format.ts';
import type { Activity, ModulesApart, PlacementInput, PlacementSearch, ReportInput, TargetInput, Wishes } from './input.ts';

/** Stored weights of a matrix over the possible ones. */
export interface MatrixFacts {
  readonly synapses: number;
  readonly possible: number;
  readonly density: number;
}

/** The network that is placed; synapse counts and densities by matrix. */
export interface NetworkFacts {
  readonly inputs: number;
  readonly neuronsTrained: number;
  readonly neurons: number;
  readonly outputs: number;
  readonly activation: Activation;
  readonly grid: string;
  readonly matrices: Readonly<Record<'recurrent' | 'input' | 'readout', MatrixFacts>>;
  readonly selfConnections: number;
  /** Mean length of active connections between different neurons, in grid sides; null if there are none. */
  readonly meanConnectionLength: number | null;
  /** The same if those neurons were connected at random: mean distance of all pairs. */
  readonly meanPairDistance: number | null;
}

/** Accuracy after one stage. `key` is the stage's name or, for integer networks, the target's label. */
export interface AccuracyStage {
  readonly key: string;
  readonly title: string;
  /** Label of the target whose integer network it is; null for float stages. */
  readonly target: string | null;
  readonly trialsPerTask: number;
  readonly seed: number;
  readonly mean: number;
}

/** Accuracy of one task after every stage, 0 to 1. */
export interface TaskAccuracy {
  readonly task: string;
  /** Best possible accuracy. */
  readonly ceiling: number;
  /** By stage key. */
  readonly accuracy: Readonly<Record<string, number>>;
}

/** Use of a resource over the whole chip and in the fullest core. */
export interface ResourceReport extends ResourceOccupancy {
  /** Over all used cores. */
  readonly used: number;
  /** Over all cores of the chip. */
  readonly available: number;
  readonly headroom: number;
  /** used / available. */
  readonly utilization: number;
}

/** A used core with its place on the chip. */
export interface CoreReport extends Omit<CoreMetrics, 'x' | 'y'> {
  readonly tileX: number;
  readonly tileY: number;
  readonly routerX: number;
  readonly routerY: number;
}

/** What a placement turned out to be. */
export interface PlacementResult extends Omit<MappingMetrics, 'cores' | 'resources'> {
  readonly coresAvailable: number;
  readonly cores: readonly CoreReport[];
  readonly resources: readonly ResourceReport[];
  readonly port: Port;
  readonly search: PlacementSearch;
  /** Null where modules may share cores. */
  readonly modulesApart: ModulesApart | null;
  readonly counts: StepCounts | null;
  readonly energy: readonly EnergyEstimate[];
  readonly latency: readonly LatencyEstimate[];
}

/** One placement on one target, under one cap. */
export interface PlacementReport {
  /** `at most 25 neurons a core` or `target's own limits`. */
  readonly name: string;
  readonly cap: number | null;
  readonly wishes: Wishes;
  readonly fits: boolean;
  /** The fullest resource, or the one that is exceeded most (share above 1, null where the limit is 0); null if neither is known. */
  readonly limiting: { readonly resource: string; readonly subject: string; readonly share: number | null } | null;
  readonly violations: readonly Violation[];
  readonly result: PlacementResult | null;
}

/** The chip as it is drawn. */
export interface ChipFacts {
  readonly topology: string;
  readonly cores: number;
  readonly coresPerTile: number;
  readonly tilesWide: number;
  readonly tilesHigh: number;
  readonly routersWide: number;
  readonly routersHigh: number;
  readonly wraps: boolean;
  readonly pitch: Pitch;
}

/** All that is known of one target. */
export interface TargetReport {
  /** Unique in the run; also its folder and its stage of accuracy. */
  readonly label: string;
  readonly id: string;
  readonly name: string;
  readonly hash: string;
  readonly file: string;
  readonly chip: ChipFacts;
  /** Whether the chip could run the network as it stands; if not, its traffic, energy and latency are those of a model. */
  readonly runs: Executability;
  /** How values leave a core, as the target file names it. */
  readonly castMode: Target['file']['routing']['castMode'];
  /** What the numbers of its file were read from, by id. */
  readonly sources: Readonly<Record<string, string>>;
  readonly activity: Activity | null;
  /** The exported one first. */
  readonly placements: readonly PlacementReport[];
  readonly verification: Verification | null;
  readonly warnings: readonly Warning[];
}

/** The data of `report.json`. */
export interface Report {
  readonly schema: 'bimt-report/1';
  readonly run: Omit<ReportInput['run'], 'suite'> & { readonly suite: string; readonly suiteTitle: string };
  readonly network: NetworkFacts;
  readonly training: ReportInput['training'];
  readonly accuracy: { readonly meanCeiling: number; readonly stages: readonly AccuracyStage[]; readonly tasks: readonly TaskAccuracy[] };
  readonly weightByDistance: WeightByDistance;
  readonly aware: ReportInput['aware'];
  readonly targets: readonly TargetReport[];
  /** How close the float ONNX files come to the network; null if they were not verified. */
  readonly forms: FloatVerification | null;
  readonly assumptions: readonly Assumption[];
  readonly warnings: readonly Warning[];
}

/** Everything there is to tell about a run. */
export function buildReport(input: ReportInput): Report {
  const { run, network, neuronsTrained, training, aware, targets, forms, warnings } = input;
  const { suite, ...identity } = run;
  const byDistance = weightByDistance(network);
  return {
    schema: 'bimt-report/1',
    run: { ...identity, suite: suite.name, suiteTitle: suite.title },
    network: networkFacts(network, neuronsTrained, byDistance),
    training,
    accuracy: accuracyReport(input),
    weightByDistance: byDistance,
    aware,
    targets: targets.map(targetReport),
    forms,
    assumptions: targets.flatMap(assumptionsOf),
    warnings,
  };
}

/** `report.json`. */
export function reportJson(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

function networkFacts(network: Network, neuronsTrained: number, { bins, self }: WeightByDistance): NetworkFacts {
  const { inputs, neurons, outputs, activation, grid, recurrent, input, readout } = network;
  const sum = (count: 'active' | 'pairs', weigh: (distance: number) => number) =>
    bins.reduce((total, bin) => total + bin[count] * weigh(bin.distance), 0);
  const meanDistance = (count: 'active' | 'pairs') =>
    ratio(
      sum(count, (distance) => distance),
      sum(count, () => 1),
    );
  return {
    inputs,
    neuronsTrained,
    neurons,
    outputs,
    activation,
    grid: formatGrid(grid),
    matrices: { recurrent: matrixFacts(recurrent), input: matrixFacts(input), readout: matrixFacts(readout) },
    selfConnections: self.active,
    meanConnectionLength: meanDistance('active'),
    meanPairDistance: meanDistance('pairs'),
  };
}

function matrixFacts({ rows, columns, values }: Csr): MatrixFacts {
  const possible = rows * columns;
  return { synapses: values.length, possible, density: ratio(values.length, possible) ?? 0 };
}

/** Float stages in the order of the pipeline; files keep them by name. */
const FLOAT_STAGES: readonly string[] = ['trained', 'pruned', 'fine-tuned', 'aware'];

function accuracyReport({ run: { suite }, scores, targets }: ReportInput): Report['accuracy'] {
  const measured = [
    ...[...scores]
      .sort((a, b) => FLOAT_STAGES.indexOf(a.stage) - FLOAT_STAGES.indexOf(b.stage))
      .map(({ stage, scores }) => ({ key: stage, title: stage, target: null, scores })),
    ...targets.flatMap(({ target: { label }, scores }) =>
      scores === null ? [] : [{ key: label, title: `integers for ${label}`, target: label, scores }],
    ),
  ];
  return {
    meanCeiling:
      ratio(
        suite.ceilings.reduce((a, b) => a + b, 0),
        suite.ceilings.length,
      ) ?? 0,
    stages: measured.map(({ key, title, target, scores: { trialsPerTask, seed, meanAccuracy } }) => ({
      key,
      title,
      target,
      trialsPerTask,
      seed,
      mean: meanAccuracy,
    })),
    tasks: suite.tasks.map((task, k) => ({
      task,
      ceiling: suite.ceilings[k] as number,
      accuracy: Object.fromEntries(
        measured.flatMap(({ key, scores: { perTask } }) => (perTask[task] === undefined ? [] : [[key, perTask[task]]])),
      ),
    })),
  };
}

function targetReport({ target, topology, activity, placements, stateBits, verification, warnings }: TargetInput): TargetReport {
  const { kind, cores, coresPerTile, tilesWide, tilesHigh, routersWide, routersHigh, wraps, pitch } = topology;
  return {
    label: target.label,
    id: target.id,
    name: target.file.name,
    hash: target.hash,
    file: target.fileName,
    chip: { topology: kind, cores, coresPerTile, tilesWide, tilesHigh, routersWide, routersHigh, wraps, pitch },
    runs: executability(target, stateBits),
    castMode: target.file.routing.castMode,
    sources: Object.fromEntries(Object.entries(target.file.sources).map(([id, source]) => [id, sourceLine(source)])),
    activity,
    placements: placements.map((placement) => placementReport(placement, topology)),
    verification,
    warnings,
  };
}

function placementReport({ cap, wishes, port, violations, result }: PlacementInput, topology: Topology): PlacementReport {
  return {
    name: cap === null ? "target's own limits" : `at most ${cap} neurons a core`,
    cap,
    wishes,
    fits: result !== null && violations.length === 0,
    limiting: limiting(violations, result?.metrics ?? null),
    violations,
    result: result === null ? null : placementResult(result, port, topology),
  };
}

function limiting(violations: readonly Violation[], metrics: MappingMetrics | null): PlacementReport['limiting'] {
  const worst = [...violations].sort((a, b) => b.found / b.limit - a.found / a.limit)[0];
  if (worst !== undefined) {
    return { resource: nameWords(worst.rule), subject: worst.subject, share: ratio(worst.found, worst.limit) };
  }
  const fullest = metrics?.resources.find(({ resource }) => resource === metrics.bindingResource);
  if (fullest === undefined) return null;
  return { resource: nameWords(fullest.resource), subject: `core ${fullest.maxCore}`, share: fullest.max };
}

function placementResult(
  { placement, metrics, ...costs }: NonNullable<PlacementInput['result']>,
  port: Port,
  topology: Topology,
): PlacementResult {
  return {
    ...metrics,
    coresAvailable: topology.cores,
    cores: metrics.cores.map(({ x: _x, y: _y, ...core }) => ({
      ...core,
      tileX: topology.tileX[core.id],
      tileY: topology.tileY[core.id],
      routerX: topology.routerX[core.id],
      routerY: topology.routerY[core.id],
    })),
    resources: metrics.resources.map((resource) => {
      // Occupancy is kept as a share of the limit; amounts are whole numbers.
      const used = Math.round(resource.mean * resource.limit * metrics.coresUsed);
      const available = resource.limit * topology.cores;
      return { ...resource, used, available, headroom: available - used, utilization: used / available };
    }),
    port,
    search: placement,
    ...costs,
  };
}

function ratio(a: number, b: number): number | null {
  return b === 0 ? null : a / b;
}
