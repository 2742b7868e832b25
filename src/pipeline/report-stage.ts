// What does a run folder say? Reads what the stages wrote and prints it in every format.
import { z } from 'zod';
import { weightByDistance } from '../analysis/weight-distance.ts';
import { hashJson, sha256 } from '../core/hash.ts';
import { TOOL } from '../core/version.ts';
import { parseMapping } from '../mapping/mapping-file.ts';
import { connectionMap } from '../report/connection-map.ts';
import { coresCsv, linksCsv, placementsCsv, tasksCsv } from '../report/csv.ts';
import type { TargetInput } from '../report/input.ts';
import { linkTrafficPlot } from '../report/link-traffic.ts';
import { metricsJson } from '../report/metrics.ts';
import { reportPage } from '../report/page.ts';
import { pageData, type TargetDrawing } from '../report/page-data.ts';
import type { ParetoPlot } from '../report/pareto-plot.ts';
import { placementPlot } from '../report/placement.ts';
import { buildReport, type Report, reportJson } from '../report/report.ts';
import { awareSchema, formsSchema, placementRecordSchema, verificationSchema } from '../report/report-schema.ts';
import type { Drawing } from '../report/terminal.ts';
import { reportText } from '../report/text.ts';
import { weightDistancePlot } from '../report/weight-distance.ts';
import type { Verification } from '../simulation/verify.ts';
import type { FloatVerification } from '../simulation/verify-floats.ts';
import type { Target } from '../targets/load.ts';
import { type Topology, topology } from '../targets/topology.ts';
import { findSuite } from '../tasks/suites.ts';
import { resolveTrainConfig } from '../training/config.ts';
import { AWARE_RECORD } from './aware-rounds.ts';
import type { RunConfig } from './config.ts';
import { NEURONS_FILE, neuronsSchema } from './functions-stage.ts';
import { PLACEMENT_FILE, type PlacementRecord } from './map-stage.ts';
import type { NetworkArtifact } from './network-file.ts';
import { readJson } from './read-json.ts';
import type { RunFolder } from './run-folder.ts';
import { FORM_FILES } from './verify-forms-stage.ts';
import { MAPPED_FILES } from './verify-stage.ts';

export const VERIFY_FILE = 'verify.json';
const MAPPING_FILE = 'mapping.json';

/** What to try where a file cannot be read. */
const ANEW = 'make it anew with the command that made it and --force';

/** Folder of a target inside a run folder: its label, without characters that some file systems refuse. */
export function targetFolder({ label }: Pick<Target, 'label'>): string {
  return label.replace(/[^\w.=-]/g, '_');
}

/** Files of a report, and those of each target that the network is placed on. */
export const REPORT_FILES = [
  'report.html',
  'report.json',
  'report.txt',
  'metrics.json',
  'tasks.csv',
  'placements.csv',
  'connection-map.svg',
  'weight-distance.svg',
] as const;
export const TARGET_REPORT_FILES = ['cores.csv', 'links.csv', 'placement.svg', 'link-traffic.svg'] as const;

/** A report in every format, by file name. */
export interface ReportFiles {
  readonly report: Report;
  readonly files: Readonly<Record<string, string>>;
  /** What pictures need beside the report. */
  readonly drawing: Drawing;
}

/**
 * Builds the reports of a run folder.
 *
 * @param sweep - trade-offs of a sweep that the page shows as well
 * @throws UsageError if a stage's file is missing or damaged
 */
export function reportStage(
  folder: RunFolder,
  config: RunConfig,
  pruned: NetworkArtifact,
  targets: readonly Target[],
  sweep: readonly ParetoPlot[],
): ReportFiles {
  const { header, network, history } = pruned;
  const suite = findSuite(header.config.suite);
  const networks = targets.map(topology);
  const { tasks, ceilings, name, title } = suite;
  const report = buildReport({
    run: {
      tool: TOOL,
      suite: { name, title, tasks, ceilings },
      seed: config.train.seed,
      // By content, not by path: the same model and targets elsewhere are the same run.
      configHash: hashJson({ ...config, model: null, targets: targets.map(({ hash }) => hash) }),
      artifacts: { [config.aware === null ? 'pruned.safetensors' : 'aware.safetensors']: sha256(pruned.bytes) },
    },
    network,
    neuronsTrained: history.pruning?.neuronsTrained ?? network.neurons,
    training:
      'train' in header.config
        ? { config: resolveTrainConfig(header.config['train']), engine: header.provenance.engine, last: history.training }
        : null,
    scores: Object.entries(header.scores).map(([stage, scores]) => ({ stage, scores })),
    aware: config.aware === null ? null : readJson(folder, AWARE_RECORD, awareSchema, ANEW),
    targets: targets.map((target, i) => targetInput(folder, target, networks[i], config.quantize.stateBits)),
    forms: verifiedForms(folder),
    warnings: [],
  });
  const plain = {
    'report.json': reportJson(report),
    'report.txt': reportText(report),
    'metrics.json': metricsJson(report),
    'tasks.csv': tasksCsv(report),
    'placements.csv': placementsCsv(report),
    'connection-map.svg': connectionMap('The network on its grid', network),
    'weight-distance.svg': weightDistancePlot('Weight against distance', weightByDistance(network)),
  };
  const functions = folder.has(NEURONS_FILE) ? readJson(folder, NEURONS_FILE, neuronsSchema, ANEW) : null;
  const drawings = targets.map((target, i) => targetDrawing(folder, target, networks[i], network.neurons));
  const ofRun: Record<(typeof REPORT_FILES)[number], string> = {
    ...plain,
    'report.html': reportPage(report, pageData(report, network, functions, drawings, sweep)),
  };
  const files: Record<string, string> = { ...ofRun };
  for (const [i, target] of report.targets.entries()) {
    const result = target.placements[0]?.result;
    if (!result) continue;
    const network = networks[i];
    const ofTarget: Record<(typeof TARGET_REPORT_FILES)[number], string> = {
      'cores.csv': coresCsv(result),
      'links.csv': linksCsv(result),
      'placement.svg': placementPlot(target, result, network),
      'link-traffic.svg': linkTrafficPlot(target, result, network),
    };
    for (const [file, content] of Object.entries(ofTarget)) files[`${targetFolder(target)}/${file}`] = content;
  }
  return { report, files, drawing: { grid: network.grid, site: network.site, functions, targets: drawings } };
}

function targetInput(folder: RunFolder, target: Target, network: Topology, stateBits: number): TargetInput {
  const at = (name: string) => `${targetFolder(target)}/${name}`;
  return {
    target,
    topology: network,
    ...(readJson(folder, at(PLACEMENT_FILE), placementRecordSchema, ANEW) as Omit<PlacementRecord, 'messages'>),
    stateBits,
    verification: isVerified(folder, target) ? (readJson(folder, at(VERIFY_FILE), verificationSchema, ANEW) as Verification) : null,
    assumptions: [],
  };
}

/** Of placement.json, what pictures of single neurons need. Files of earlier versions do not hold it. */
const messagesSchema = z.object({ messages: z.array(z.number()).nullable().default(null) });

/** Which neuron is where, and how often it sends. */
function targetDrawing(folder: RunFolder, target: Target, network: Topology, neurons: number): TargetDrawing {
  const at = (name: string) => `${targetFolder(target)}/${name}`;
  const { messages } = readJson(folder, at(PLACEMENT_FILE), messagesSchema, ANEW);
  const drawing = { topology: network, messages };
  if (!folder.has(at(MAPPING_FILE))) return { ...drawing, core: null };
  const core = new Int32Array(neurons).fill(-1);
  // A mapping that was changed may be verified and shown; the report says which of the two it is.
  const text = new TextDecoder().decode(folder.read(at(MAPPING_FILE)));
  for (const { id, neurons: held } of parseMapping(text, `${folder.path}/${at(MAPPING_FILE)}`).cores)
    for (const { kind, index } of held) if (kind === 'hidden') core[index] = id;
  return { ...drawing, core };
}

/** The certificate of the float ONNX files, if there is one and it speaks of the files that are there now. */
function verifiedForms(folder: RunFolder): FloatVerification | null {
  if (![VERIFY_FILE, ...FORM_FILES].every(folder.has)) return null;
  const certificate = readJson(folder, VERIFY_FILE, formsSchema, ANEW) as FloatVerification;
  return FORM_FILES.every((name) => certificate.hashes[name] === sha256(folder.read(name))) ? certificate : null;
}

/** Whether there is a certificate, and it speaks of the files that are there now. */
function isVerified(folder: RunFolder, target: Target): boolean {
  const at = (name: string) => `${targetFolder(target)}/${name}`;
  if (![VERIFY_FILE, ...MAPPED_FILES].every((name) => folder.has(at(name)))) return false;
  const { hashes } = readJson(folder, at(VERIFY_FILE), verificationSchema, ANEW);
  return MAPPED_FILES.every((name) => hashes[name] === sha256(folder.read(at(name))));
}
