// In which order? Everything from a config to the report, reusing what is up to date.
import { join } from 'node:path';
import { z } from 'zod';
import { requireRelu } from '../compression/calibrate.ts';
import { nowSeconds } from '../core/clock.ts';
import { FitError, InterruptedError, UsageError } from '../core/errors.ts';
import { readInputFile } from '../core/files.ts';
import { canonicalJson, sha256 } from '../core/hash.ts';
import { requireOwnKeys } from '../report/metrics.ts';
import type { ParetoPlot } from '../report/pareto-plot.ts';
import type { Report } from '../report/report.ts';
import type { Drawing } from '../report/terminal.ts';
import { assertAgreement, type Verification } from '../simulation/verify.ts';
import { assertClose, type FloatVerification } from '../simulation/verify-floats.ts';
import { loadTarget, requireMappable, type Target } from '../targets/load.ts';
import { findSuite } from '../tasks/suites.ts';
import { type AwareSettings, awareInputs, awareStage } from './aware.ts';
import { awareFiles } from './aware-rounds.ts';
import { type RunConfig, resolveRunConfig, type VerifyConfig } from './config.ts';
import { openBudgets } from './core-budgets.ts';
import { fileGuide, type GuideEntry } from './file-guide.ts';
import { functionsStage } from './functions-stage.ts';
import { mapStage, PLACEMENT_FILE, type PlacementRecord } from './map-stage.ts';
import { type NetworkArtifact, readNetwork } from './network-file.ts';
import { onnxStage } from './onnx-stage.ts';
import { checkWishes } from './placement-wishes.ts';
import { besideNetwork, pruneFiles, pruneOrSearch, requireNetwork } from './prune-search.ts';
import { pruningHash } from './prune-stage.ts';
import { readJson } from './read-json.ts';
import { reportStage, targetFolder, VERIFY_FILE } from './report-stage.ts';
import type { RunFolder, StageFiles, StageInputs } from './run-folder.ts';
import { STAGE_NAMES } from './stages.ts';
import { noteTiming } from './timings.ts';
import { type StageHooks, trainStage } from './train-stage.ts';
import { FORM_FILES, type FormFiles, verifyFormsStage } from './verify-forms-stage.ts';
import { MAPPED_FILES, type MappedFiles, verifyStage } from './verify-stage.ts';

export const CONFIG_FILE = 'config.json';
export const CHECKPOINT_FILE = 'checkpoint.safetensors';
export const TRAINED_FILE = 'trained.safetensors';
export const PRUNED_FILE = 'pruned.safetensors';
/** Densities that a search has tried. */
const SEARCH_FOLDER = besideNetwork(PRUNED_FILE, '.search');
export const AWARE_FILE = 'aware.safetensors';
/** Rounds of training for a chip. */
const ROUNDS_FOLDER = besideNetwork(AWARE_FILE, '.rounds');

/** What a run ends with; every file is written by then. */
export interface RunResult {
  readonly report: Report;
  readonly targets: readonly TargetOutcome[];
  /** How close the float ONNX files come to the network. */
  readonly forms: FloatVerification;
  /** What the folder holds, for people. */
  readonly files: readonly GuideEntry[];
}

/** How one target went. */
export interface TargetOutcome {
  readonly target: Target;
  readonly record: PlacementRecord;
  /** Null if the network does not fit. */
  readonly verification: Verification | null;
}

export type RunStage = (name: string, from: StageInputs, make: () => Promise<StageFiles>) => Promise<StageFiles>;

/**
 * Runs every stage into a folder.
 *
 * @throws InterruptedError when the signal aborts; the same call goes on from there
 */
export async function runPipeline(config: RunConfig, folder: RunFolder, hooks: StageHooks = {}): Promise<RunResult> {
  const stage = tellingStages(folder, hooks);
  const { pruned, targets } = await startRun(config, folder, stage, hooks);
  const models = await exportForms(pruned, config, stage);
  const outcomes: TargetOutcome[] = [];
  for (const target of targets) {
    const mapped = await mapTarget(target, pruned, config, stage, hooks);
    outcomes.push({ target, record: mapped.record, verification: await verifyTarget(target, mapped.files, config.verify, stage, folder) });
  }
  const forms = await verifyForms(pruned, models as FormFiles, config, stage, folder);
  await neuronFunctions(pruned, stage, hooks);
  const { report, files } = await writeReport(config, folder, pruned, targets);
  return { report, files, targets: outcomes, forms };
}

/** Runs the stages up to the mapping, and what reports need beside it; `verify` and `report` go on from there. */
export async function mapPipeline(
  config: RunConfig,
  folder: RunFolder,
  hooks: StageHooks = {},
): Promise<{ target: Target; record: PlacementRecord }[]> {
  const stage = tellingStages(folder, hooks);
  const { pruned, targets } = await startRun(config, folder, stage, hooks);
  const records: { target: Target; record: PlacementRecord }[] = [];
  for (const target of targets) records.push({ target, record: (await mapTarget(target, pruned, config, stage, hooks)).record });
  await neuronFunctions(pruned, stage, hooks);
  return records;
}

/** What a run folder's certificates say. */
export interface Certificates {
  readonly targets: readonly { readonly target: Target; readonly verification: Verification }[];
  /** Null if the folder holds no float ONNX files. */
  readonly forms: FloatVerification | null;
}

/**
 * Verifies what a run folder holds, whether or not it was verified before.
 *
 * @throws UsageError if no target holds a mapping
 */
export async function verifyPipeline(folder: RunFolder, changes: Partial<VerifyConfig> = {}): Promise<Certificates> {
  const config = readRunConfig(folder);
  const verify = { ...config.verify, ...changes };
  const anew = tellingStages(folder, {}, 'anew');
  const results: { target: Target; verification: Verification }[] = [];
  for (const target of targetsOf(config)) {
    const paths = MAPPED_FILES.map((name) => `${targetFolder(target)}/${name}`);
    // A target that the network does not fit has none of them.
    if (!paths.some((path) => folder.has(path))) continue;
    const files = Object.fromEntries(paths.map((path) => [path, folder.read(path)]));
    const verification = await verifyTarget(target, files, verify, anew, folder);
    if (verification !== null) results.push({ target, verification });
  }
  if (results.length === 0)
    throw new UsageError(
      `nothing to verify: ${folder.path} holds no mapping; make one: bimt-export map FILE --target NAME --out ${folder.path}`,
    );
  if (!FORM_FILES.some((file) => folder.has(file))) return { targets: results, forms: null };
  const models = Object.fromEntries(FORM_FILES.map((file) => [file, folder.read(file)])) as unknown as FormFiles;
  return { targets: results, forms: await verifyForms(readFinal(folder, config), models, { ...config, verify }, anew, folder) };
}

/** Writes what the neurons are for. */
export async function neuronFunctions(pruned: NetworkArtifact, stage: RunStage, hooks: StageHooks): Promise<StageFiles> {
  const from: StageInputs = { config: {}, inputs: { pruned: sha256(pruned.bytes) } };
  return stage(STAGE_NAMES.functions, from, () => functionsStage(pruned, hooks));
}

/** Writes the float ONNX files. */
export async function exportForms(pruned: NetworkArtifact, { onnx }: RunConfig, stage: RunStage): Promise<StageFiles> {
  const from: StageInputs = { config: onnx, inputs: { pruned: sha256(pruned.bytes) } };
  return stage(STAGE_NAMES.onnx, from, async () => onnxStage(pruned, onnx));
}

/** Holds the float ONNX files against the network. */
export async function verifyForms(
  pruned: NetworkArtifact,
  models: FormFiles,
  { onnx, verify }: Pick<RunConfig, 'onnx' | 'verify'>,
  stage: RunStage,
  folder: RunFolder,
): Promise<FloatVerification> {
  const inputs = Object.fromEntries(FORM_FILES.map((file) => [file, sha256(models[file])]));
  const from: StageInputs = { config: { verify, qdq: onnx.qdq }, inputs: { ...inputs, pruned: sha256(pruned.bytes) } };
  const files = await stage(STAGE_NAMES.verifyForms, from, async () => {
    const verification = await verifyFormsStage(models, pruned, onnx, verify, folder.path);
    return { [VERIFY_FILE]: new TextEncoder().encode(`${canonicalJson(verification, 2)}\n`) };
  });
  return parseJson<FloatVerification>(files[VERIFY_FILE] as Uint8Array);
}

/** A report, the files it was written to, and what pictures need beside it. */
export interface WrittenReport extends Pick<RunResult, 'report' | 'files'> {
  readonly drawing: Drawing;
}

/**
 * Writes the reports of a run folder anew.
 *
 * @param sweep - trade-offs of a sweep that the page shows as well
 */
export async function reportPipeline(folder: RunFolder, sweep: readonly ParetoPlot[] = []): Promise<WrittenReport> {
  const config = readRunConfig(folder);
  return writeReport(config, folder, readFinal(folder, config), targetsOf(config), sweep);
}

/**
 * Fails if a target refused the network, or executions disagree; called when everything is written.
 *
 * @throws FitError with all violations; MismatchError with the first differences
 */
export function requireSuccess({ targets, forms }: Pick<RunResult, 'targets' | 'forms'>): void {
  for (const { verification } of targets) if (verification) assertAgreement(verification);
  assertClose(forms);
  const refused = targets.filter(({ verification }) => verification === null);
  if (refused.length === 0) return;
  const violations = refused.flatMap(({ record }) => record.placements[0]?.violations ?? []);
  throw new FitError(`the network does not fit ${refused.map(({ target }) => target.label).join(', ')}`, violations);
}

/**
 * Settings of the run that a folder holds.
 *
 * @throws UsageError if it holds none, or others than the run wrote
 */
function readRunConfig(folder: RunFolder): RunConfig {
  if (!folder.has(CONFIG_FILE))
    throw new UsageError(
      `${folder.path} is not a run folder: it holds no ${CONFIG_FILE}; name a folder that \`bimt-export run --out DIR\` or \`map\` made`,
    );
  const settings = readJson(folder, CONFIG_FILE, z.record(z.string(), z.unknown()), 'run or map again');
  try {
    return resolveRunConfig(settings);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(
      `${join(folder.path, CONFIG_FILE)} is of another version of bimt-export: ${error.message}\n  try: use that version, or run anew with another --out`,
    );
  }
}

/** The network of a run folder that is mapped. */
function readFinal(folder: RunFolder, { aware }: RunConfig): NetworkArtifact {
  const file = aware === null ? PRUNED_FILE : AWARE_FILE;
  return readNetwork(folder.read(file), join(folder.path, file), ['pruned']);
}

/**
 * The targets of a run; the one that the network is trained for is among them.
 *
 * @throws UsageError if one is named twice, two have names that are too alike, or one is for reference only
 */
function targetsOf({ targets: specs, aware, map }: RunConfig): Target[] {
  const named = specs.map((spec) => loadTarget(spec));
  const trainedFor = aware === null ? [] : [loadTarget(aware.target)];
  const targets = [...named, ...trainedFor.filter(({ label }) => named.every((target) => target.label !== label))];
  const labels = targets.map(({ label }) => label);
  const twice = labels.find((label, i) => labels.indexOf(label) !== i);
  if (twice !== undefined) throw new UsageError(`target ${twice} is named twice; name it once, or with other parameters`);
  requireOwnKeys(labels, [null, map.maxNeuronsPerCore]);
  for (const target of targets) requireMappable(target);
  return targets;
}

/** Claims the folder and gets the network to map. */
async function startRun(
  config: RunConfig,
  folder: RunFolder,
  stage: RunStage,
  hooks: StageHooks,
): Promise<{ readonly pruned: NetworkArtifact; readonly targets: readonly Target[] }> {
  const { model, targets } = checkRun(config);
  folder.claim(CONFIG_FILE, configText(config), [CHECKPOINT_FILE]);
  return { pruned: await finalNetwork(model, config, folder, stage, hooks), targets };
}

/** What a run folder says of its settings. */
export function configText(config: RunConfig): string {
  return `${canonicalJson(config, 2)}\n`;
}

/**
 * Everything that can be wrong is asked for before the folder is touched.
 *
 * @returns the network to start from, null if one is trained, and the targets
 * @throws UsageError if something is wrong
 */
export function checkRun(config: RunConfig): { readonly model: NetworkArtifact | null; readonly targets: readonly Target[] } {
  const targets = targetsOf(config);
  checkWishes(config, targets);
  const model = config.model === null ? null : readNetwork(readInputFile(config.model), config.model);
  findSuite(config.train.suite);
  requireRelu(model?.network ?? config.train);
  if (config.prune.cores !== null) openBudgets(config.prune.cores);
  return { model, targets };
}

/** The network to map: pruned, and trained on for one of the targets if that is asked for. */
export async function finalNetwork(
  model: NetworkArtifact | null,
  config: RunConfig,
  folder: RunFolder,
  stage: RunStage,
  hooks: StageHooks,
): Promise<NetworkArtifact> {
  const pruned = await prunedNetwork(model, config, folder, stage, hooks);
  return config.aware === null ? pruned : awareNetwork(pruned, { ...config, aware: config.aware }, folder, stage, hooks);
}

/** The pruned network, trained on for one of the targets. */
async function awareNetwork(
  pruned: NetworkArtifact,
  settings: AwareSettings,
  folder: RunFolder,
  stage: RunStage,
  hooks: StageHooks,
): Promise<NetworkArtifact> {
  const { label } = loadTarget(settings.aware.target);
  const from: StageInputs = { config: awareInputs(settings), inputs: { pruned: sha256(pruned.bytes) } };
  const files = await stage(STAGE_NAMES.aware(label), from, async () => {
    const result = await awareStage(pruned, settings, join(folder.path, ROUNDS_FOLDER), hooks);
    return { [AWARE_FILE]: result.bytes, ...awareFiles(label, result) };
  });
  return readNetwork(files[AWARE_FILE] as Uint8Array, join(folder.path, AWARE_FILE), ['pruned']);
}

/**
 * Stages that say what they do, and how long they took.
 *
 * @param reuse - `anew` makes them whether or not they are up to date
 */
function tellingStages(folder: RunFolder, hooks: StageHooks, reuse: 'reuse' | 'anew' = 'reuse'): RunStage {
  return async (name, from, make) => {
    const start = nowSeconds();
    const making = async () => {
      if (hooks.signal?.aborted) throw new InterruptedError(`the run was interrupted before its stage '${name}'`);
      hooks.onNote?.(`${name} …`);
      return make();
    };
    const { files, reused } = await folder.stage(name, from, making, reuse);
    const took = nowSeconds() - start;
    hooks.onNote?.(`${name}: ${reused ? 'up to date' : `${took.toFixed(1)} s`}`);
    noteTiming(folder, name, took, reused);
    return files;
  };
}

/** A network that was pruned before it came here is taken as it is. */
export function isPrunedModel({ header }: NetworkArtifact): boolean {
  return header.provenance.stage === 'pruned';
}

async function prunedNetwork(
  model: NetworkArtifact | null,
  config: RunConfig,
  folder: RunFolder,
  stage: RunStage,
  hooks: StageHooks,
): Promise<NetworkArtifact> {
  const trained = model ?? (await trainedNetwork(config, folder, stage, hooks));
  const from: StageInputs = {
    config: { prune: pruningHash(config.prune), scores: config.scores },
    inputs: { network: sha256(trained.bytes) },
  };
  const isPruned = isPrunedModel(trained);
  const files = await stage(isPruned ? STAGE_NAMES.take : STAGE_NAMES.prune, from, async () => {
    if (isPruned) return { [PRUNED_FILE]: trained.bytes };
    const result = await pruneOrSearch(trained, config.prune, config.scores, join(folder.path, SEARCH_FOLDER), hooks);
    const made = pruneFiles(result, PRUNED_FILE);
    // A search that finds nothing leaves its curve, so that one sees why.
    if (result.bytes === null) for (const [file, content] of Object.entries(made)) folder.write(file, content);
    requireNetwork(result);
    return made;
  });
  return readNetwork(files[PRUNED_FILE] as Uint8Array, join(folder.path, PRUNED_FILE), ['pruned']);
}

async function trainedNetwork(config: RunConfig, folder: RunFolder, stage: RunStage, hooks: StageHooks): Promise<NetworkArtifact> {
  const store = {
    load: () => (folder.has(CHECKPOINT_FILE) ? { bytes: folder.read(CHECKPOINT_FILE), what: join(folder.path, CHECKPOINT_FILE) } : null),
    save: (bytes: Uint8Array) => folder.write(CHECKPOINT_FILE, bytes),
  };
  const from: StageInputs = { config: { train: config.train, scores: config.scores }, inputs: {} };
  const files = await stage(STAGE_NAMES.train, from, async () => ({ ...(await trainStage(config.train, config.scores, store, hooks)) }));
  folder.remove(CHECKPOINT_FILE);
  return readNetwork(files[TRAINED_FILE] as Uint8Array, join(folder.path, TRAINED_FILE), ['trained']);
}

export async function mapTarget(
  target: Target,
  pruned: NetworkArtifact,
  config: RunConfig,
  stage: RunStage,
  hooks: StageHooks,
): Promise<{ files: StageFiles; record: PlacementRecord }> {
  const { map, quantize, scores } = config;
  const files = await stage(
    STAGE_NAMES.map(target.label),
    { config: { map, quantize, scores }, inputs: { pruned: sha256(pruned.bytes), target: target.hash } },
    async () => inFolder(target, await mapStage(pruned, target, map, quantize, scores, hooks)),
  );
  return { files, record: parseJson<PlacementRecord>(files[`${targetFolder(target)}/${PLACEMENT_FILE}`]) };
}

/** Null if the target holds no mapping. */
export async function verifyTarget(
  target: Target,
  mapped: StageFiles,
  verify: VerifyConfig,
  stage: RunStage,
  folder: RunFolder,
): Promise<Verification | null> {
  const at = (name: string) => `${targetFolder(target)}/${name}`;
  const name = STAGE_NAMES.verify(target.label);
  if (MAPPED_FILES.some((file) => mapped[at(file)] === undefined)) {
    // Takes away the certificate of an earlier mapping.
    await folder.stage(name, { config: null, inputs: {} }, async () => ({}));
    return null;
  }
  const files = Object.fromEntries(MAPPED_FILES.map((file) => [file, mapped[at(file)]])) as unknown as MappedFiles;
  const inputs = Object.fromEntries(MAPPED_FILES.map((file) => [file, sha256(files[file])]));
  const verified = await stage(name, { config: { verify }, inputs: { ...inputs, target: target.hash } }, async () => {
    const verification = await verifyStage(files, target, verify, join(folder.path, targetFolder(target)));
    return inFolder(target, { [VERIFY_FILE]: new TextEncoder().encode(`${canonicalJson(verification, 2)}\n`) });
  });
  return parseJson<Verification>(verified[at(VERIFY_FILE)]);
}

/** Reports are made anew each time: they are fast, and depend on everything. */
async function writeReport(
  config: RunConfig,
  folder: RunFolder,
  pruned: NetworkArtifact,
  targets: readonly Target[],
  sweep: readonly ParetoPlot[] = [],
): Promise<WrittenReport> {
  const { report, files, drawing } = reportStage(folder, config, pruned, targets, sweep);
  const bytes = Object.fromEntries(Object.entries(files).map(([file, text]) => [file, new TextEncoder().encode(text)]));
  await folder.stage(STAGE_NAMES.report, { config: null, inputs: {} }, async () => bytes, 'anew');
  return { report, drawing, files: fileGuide(folder.path, targets.map(targetFolder), folder.has) };
}

function inFolder(target: Target, files: StageFiles): StageFiles {
  return Object.fromEntries(Object.entries(files).map(([file, content]) => [`${targetFolder(target)}/${file}`, content]));
}

function parseJson<T>(bytes: Uint8Array): T {
  return JSON.parse(new TextDecoder().decode(bytes)) as T;
}
