// What would a run do? The stages that are up to date, those that would run, and the files they would write; nothing is touched.

import { CARD_FILE } from '../exchange/model-card.ts';
import { loadTarget, type Target } from '../targets/load.ts';
import { AWARE_RECORD } from './aware-rounds.ts';
import type { RunConfig } from './config.ts';
import { NEURONS_FILE } from './functions-stage.ts';
import { PLACEMENT_FILE } from './map-stage.ts';
import type { NetworkArtifact } from './network-file.ts';
import { besideNetwork } from './prune-search.ts';
import { REPORT_FILES, TARGET_REPORT_FILES, targetFolder, VERIFY_FILE } from './report-stage.ts';
import {
  AWARE_FILE,
  CHECKPOINT_FILE,
  CONFIG_FILE,
  checkRun,
  configText,
  exportForms,
  finalNetwork,
  isPrunedModel,
  mapTarget,
  neuronFunctions,
  PRUNED_FILE,
  type RunStage,
  TRAINED_FILE,
  verifyForms,
  verifyTarget,
} from './run.ts';
import { RECORD_FILE, type RunFolder, type StageFiles } from './run-folder.ts';
import { STAGE_NAMES } from './stages.ts';
import { TIMINGS_FILE } from './timings.ts';
import { FORM_FILES, type FormFiles } from './verify-forms-stage.ts';
import { MAPPED_FILES } from './verify-stage.ts';

/** A stage that a run would come to. */
export interface PlannedStage {
  readonly stage: string;
  /** `begun`: it would go on from its checkpoint. */
  readonly state: 'up to date' | 'begun' | 'to do';
  /** What it writes where the network fits, by name inside the folder. */
  readonly files: readonly string[];
}

/** What a run would do. */
export interface RunPlan {
  readonly out: string;
  readonly stages: readonly PlannedStage[];
  /** Files that would be written, inside the folder. */
  readonly files: readonly string[];
}

/** How far a run goes. */
export type Until = 'map' | 'report';

/** A stage is not up to date, so nobody knows yet what follows from it. */
class ToDo extends Error {}

/**
 * Plans a run; what a stage that would run gives is unknown, so those that build on it are taken to run as well.
 *
 * @throws UsageError for all that a run would refuse before it begins
 */
export async function planRun(config: RunConfig, folder: RunFolder, until: Until): Promise<RunPlan> {
  const { model, targets } = checkRun(config);
  folder.requireClaimable(CONFIG_FILE, configText(config), [CHECKPOINT_FILE]);
  const upToDate = new Set<string>();
  const refused = new Set<Target>();
  const stage: RunStage = async (name, from) => {
    const files = folder.kept(name, from);
    if (files === null) throw new ToDo(name);
    upToDate.add(name);
    return files;
  };
  await asFarAsKnown(async () => {
    const network = await finalNetwork(model, config, folder, stage, {});
    const forms = until === 'map' ? null : await asFarAsKnown(() => exportForms(network, config, stage));
    for (const target of targets) {
      await asFarAsKnown(async () => {
        const { files } = await mapTarget(target, network, config, stage, {});
        if (!isPlaced(target, files)) refused.add(target);
        else if (until === 'report') await verifyTarget(target, files, config.verify, stage, folder);
      });
    }
    await asFarAsKnown(() => neuronFunctions(network, stage, {}));
    if (forms !== null) await asFarAsKnown(() => verifyForms(network, forms as FormFiles, config, stage, folder));
  });
  const stages = expectedStages(config, model, targets, refused, until).map(({ name, files }): PlannedStage => {
    const isBegun = name === STAGE_NAMES.train && folder.has(CHECKPOINT_FILE);
    return { stage: name, state: upToDate.has(name) ? 'up to date' : isBegun ? 'begun' : 'to do', files };
  });
  const written = stages.filter(({ state }) => state !== 'up to date').flatMap(({ files }) => files);
  return { out: folder.path, stages, files: written.length === 0 ? [] : [CONFIG_FILE, RECORD_FILE, TIMINGS_FILE, ...written] };
}

async function asFarAsKnown<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ToDo) return null;
    throw error;
  }
}

function isPlaced(target: Target, files: StageFiles): boolean {
  return MAPPED_FILES.every((file) => files[`${targetFolder(target)}/${file}`] !== undefined);
}

/** Every stage of a run with the files that it writes, in their order. */
function expectedStages(
  { prune, aware }: RunConfig,
  model: NetworkArtifact | null,
  targets: readonly Target[],
  refused: ReadonlySet<Target>,
  until: Until,
): { readonly name: string; readonly files: readonly string[] }[] {
  const curve = prune.search === null ? [] : ['.curve.csv', '.curve.json', '.curve.svg'].map((end) => besideNetwork(PRUNED_FILE, end));
  const inTarget = (target: Target, files: readonly string[]) => files.map((file) => `${targetFolder(target)}/${file}`);
  const network = [
    ...(model === null ? [{ name: STAGE_NAMES.train, files: [TRAINED_FILE, 'training.csv'] }] : []),
    model !== null && isPrunedModel(model)
      ? { name: STAGE_NAMES.take, files: [PRUNED_FILE] }
      : { name: STAGE_NAMES.prune, files: [PRUNED_FILE, ...curve] },
    ...(aware === null
      ? []
      : [{ name: STAGE_NAMES.aware(loadTarget(aware.target).label), files: [AWARE_FILE, AWARE_RECORD, 'aware.csv'] }]),
  ];
  const mapped = (target: Target) => ({
    name: STAGE_NAMES.map(target.label),
    files: inTarget(target, [...MAPPED_FILES, CARD_FILE, PLACEMENT_FILE]),
  });
  const placed = targets.filter((target) => !refused.has(target));
  const functions = { name: STAGE_NAMES.functions, files: [NEURONS_FILE] };
  if (until === 'map') return [...network, ...targets.map(mapped), functions];
  return [
    ...network,
    { name: STAGE_NAMES.onnx, files: [...FORM_FILES, CARD_FILE] },
    ...targets.flatMap((target) => [
      mapped(target),
      ...(refused.has(target) ? [] : [{ name: STAGE_NAMES.verify(target.label), files: inTarget(target, [VERIFY_FILE]) }]),
    ]),
    { name: STAGE_NAMES.verifyForms, files: [VERIFY_FILE] },
    functions,
    // Made anew each time.
    { name: STAGE_NAMES.report, files: [...REPORT_FILES, ...placed.flatMap((target) => inTarget(target, TARGET_REPORT_FILES))] },
  ];
}
