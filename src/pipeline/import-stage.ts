// How does an ONNX file become trained.safetensors? Its network is read, put on a grid, and measured on the tasks of a suite.
import { z } from 'zod';
import { foundIn, orTry, UsageError } from '../core/errors.ts';
import { hashJson, sha256, sha256OfParts } from '../core/hash.ts';
import type { Warning } from '../core/progress.ts';
import { TOOL } from '../core/version.ts';
import { type ImportedNetwork, importOnnx } from '../exchange/import/import-onnx.ts';
import { arranged, nearSquareGrid, parsePositions, sitesOfPositions, sitesRowByRow, withFreeSites } from '../exchange/import/positions.ts';
import { openSequenceModel } from '../exchange/run-onnx.ts';
import { exportSequence } from '../exchange/seq.ts';
import type { ArtifactHeader, Scores } from '../network/artifact.ts';
import { formatGrid, type Grid, parseGrid } from '../network/geometry.ts';
import type { Network } from '../network/network.ts';
import type { ExternalData } from '../onnx/external-data.ts';
import { printable } from '../onnx/read-model.ts';
import type { TaskSuite } from '../tasks/suite.ts';
import { findSuite, SUITES } from '../tasks/suites.ts';
import { searchLayout } from '../training/layout.ts';
import { writeNetwork } from './network-file.ts';
import { measureScores, outputsByRow, type ScorePlan } from './scores.ts';
import type { StageHooks } from './train-stage.ts';

export const ImportConfig = z
  .strictObject({
    /** Task suite whose inputs and outputs the network has; null takes the one that the file names. */
    suite: z.string().nullable().default(null),
    /** Grid on which the neurons sit; null takes the one of the file or of the positions. */
    grid: z.string().nullable().default(null),
    /** Search for a layout of short wires. */
    embed: z.boolean().default(false),
    /** Seed of the search. */
    seed: z.int().nonnegative().default(0),
    /** Output that is the readout, where the file has several. */
    output: z.string().nullable().default(null),
  })
  .readonly();
export type ImportConfig = z.output<typeof ImportConfig>;

/** A file that was read, and how to call it in errors. */
export interface NamedFile<Content> {
  readonly content: Content;
  readonly what: string;
}

/** What an import reads. */
export interface ImportFiles {
  readonly model: NamedFile<Uint8Array>;
  readonly external: ExternalData;
  /** A coordinates file. */
  readonly positions: NamedFile<string> | null;
}

const LAYOUTS = {
  grid: 'row by row',
  positions: 'at the given positions',
  embed: 'in a layout of short wires that was searched for',
  file: 'where the file says',
} as const;

/** How neurons got their sites. */
export type LayoutOrigin = keyof typeof LAYOUTS;

/** An imported network, and what is to be said of it. */
export interface Imported {
  /** Bytes of trained.safetensors. */
  readonly bytes: Uint8Array;
  readonly imported: ImportedNetwork;
  readonly suite: string;
  readonly grid: Grid;
  readonly layout: LayoutOrigin;
  readonly layoutInWords: string;
  readonly scores: Scores;
  readonly warnings: readonly Warning[];
}

/**
 * Imports a network.
 *
 * @throws UsageError if the file is not such a network, its sizes are not the suite's, or nothing says where its neurons sit
 */
export async function importStage(files: ImportFiles, config: ImportConfig, plan: ScorePlan, hooks: StageHooks = {}): Promise<Imported> {
  const { model, external, positions } = files;
  const { what } = model;
  const asked = config.suite === null ? null : findSuite(config.suite);
  const imported = orTry('docs/import.md tells what can be read, and how to export it', () =>
    importOnnx(model.content, what, {
      external,
      ...(config.output === null ? {} : { output: config.output }),
      ...(asked === null ? {} : { outputs: asked.outputs }),
    }),
  );
  const suite = asked ?? suiteOfFile(imported, what);
  checkSizes(imported.network, suite, what);
  const { network, layout } = place(imported, config, positions, what, hooks);
  for (const note of imported.notes) hooks.onNote?.(note);
  const header: Omit<ArtifactHeader, 'scores'> = {
    config: {
      suite: suite.name,
      import: { ...config, positions: positions === null ? null : sha256(positions.content), layout, ...factsOf(imported) },
    },
    provenance: {
      stage: 'trained',
      parentHash: sha256OfParts(inOrder(model.content, external)),
      configHash: hashJson({ ...config, positions: positions === null ? null : sha256(positions.content) }),
      tool: TOOL,
      engine: null,
    },
  };
  const scores = await scoresOf(network, header, suite, plan);
  const warnings = [...imported.warnings, ...(await warningsOnScores(scores, suite))];
  for (const warning of warnings) hooks.onWarning?.(warning);
  const bytes = writeNetwork({ header: { ...header, scores: { trained: scores } }, network, history: { training: null, pruning: null } });
  return { bytes, imported, suite: suite.name, grid: network.grid, layout, layoutInWords: LAYOUTS[layout], scores, warnings };
}

function* inOrder(model: Uint8Array, external: ExternalData): Iterable<Uint8Array> {
  yield model;
  yield* external.contents();
}

/** What the artifact keeps of the file. */
function factsOf({ form, layers, delay, clockNeurons, opset, irVersion, producer }: ImportedNetwork) {
  return { form, layers, delay, clockNeurons, opset, irVersion, producer };
}

function suiteOfFile({ suite, network }: ImportedNetwork, what: string): TaskSuite {
  try {
    if (suite !== null) return findSuite(printable(suite));
  } catch (error) {
    throw foundIn(what, error);
  }
  throw new UsageError(`${what} does not say for which tasks it was trained; name them with --suite${suitesWithSizes(network)}`);
}

function checkSizes(network: Network, suite: TaskSuite, what: string): void {
  if (network.inputs === suite.inputs && network.outputs === suite.outputs) return;
  throw new UsageError(
    `${what} has ${network.inputs} inputs and ${network.outputs} outputs, suite ${suite.name} has ${suite.inputs} and ${suite.outputs}${suitesWithSizes(network)}`,
  );
}

function suitesWithSizes({ inputs, outputs }: Network): string {
  const fitting = SUITES.filter((suite) => suite.inputs === inputs && suite.outputs === outputs).map(({ name }) => name);
  return fitting.length === 0
    ? `; no built-in suite has ${inputs} inputs and ${outputs} outputs, but --suite recorded:file=FILE.npz brings trials of your own`
    : `; of these sizes: ${fitting.join(', ')}`;
}

/** Gives every neuron a site. */
function place(
  { network, sites, clockNeurons }: ImportedNetwork,
  { grid: asked, embed, seed }: ImportConfig,
  positions: ImportFiles['positions'],
  what: string,
  hooks: StageHooks,
): { readonly network: Network; readonly layout: LayoutOrigin } {
  const { neurons } = network;
  const grid = asked === null ? null : parseGrid(asked);
  if (positions !== null) {
    if (embed) throw new UsageError('--positions says where neurons sit, --embed searches for it; give one of them');
    const placed = sitesOfPositions(parsePositions(positions.content, positions.what), neurons - clockNeurons, grid, positions.what);
    return { network: arranged(network, placed.grid, withFreeSites(placed.site, neurons, placed.grid)), layout: 'positions' };
  }
  if (embed) {
    const around = grid ?? nearSquareGrid(neurons);
    const start = arranged(network, around, sitesRowByRow(neurons, around));
    hooks.onProgress?.({ stage: 'layout search', done: 0, total: 1, values: {} });
    const { site } = searchLayout(start, { seed });
    hooks.onProgress?.({ stage: 'layout search', done: 1, total: 1, values: {} });
    return { network: arranged(start, around, site), layout: 'embed' };
  }
  if (grid !== null) return { network: arranged(network, grid, sitesRowByRow(neurons, grid)), layout: 'grid' };
  if (sites !== null) return { network: arranged(network, sites.grid, sites.site), layout: 'file' };
  const { rows, columns } = nearSquareGrid(neurons);
  throw new UsageError(
    `${what} does not say where its ${neurons} neurons sit; put them row by row on a grid (--grid ${rows}x${columns}), name their sites (--positions FILE), or search for a layout of short wires (--embed)`,
  );
}

/** Dense networks are several times faster in ONNX Runtime than in the plain interpreter. */
async function scoresOf(network: Network, header: Omit<ArtifactHeader, 'scores'>, suite: TaskSuite, plan: ScorePlan): Promise<Scores> {
  const model = await openSequenceModel(exportSequence(network, { ...header, scores: {} }), 'node');
  try {
    return await measureScores(
      suite,
      async (inputs, steps, rows) => outputsByRow((await model.run(inputs, steps, rows)).outputs, steps, rows),
      plan,
    );
  } finally {
    await model.release();
  }
}

/** Trials per task on which a guess is measured. */
const GUESS_TRIALS = 50;
/** Standard deviations within which an accuracy is no better than a guess. */
const GUESS_DEVIATIONS = 3;

/** A network that does the tasks no better than one that never responds, or that responds anything, was not read right, or not trained on them. */
async function warningsOnScores({ meanAccuracy, trialsPerTask, seed }: Scores, suite: TaskSuite): Promise<Warning[]> {
  const silent = async (_inputs: Float32Array, steps: number, rows: number) => {
    const outputs = new Float32Array(steps * rows * suite.outputs);
    for (let at = 0; at < outputs.length; at += suite.outputs) outputs[at] = 1;
    return outputs;
  };
  const { meanAccuracy: ofSilence } = await measureScores(suite, silent, { trialsPerTask: GUESS_TRIALS, seed });
  const guess = Math.max(ofSilence, 1 / suite.outputs);
  const deviation = Math.sqrt((guess * (1 - guess)) / (suite.tasks.length * Math.min(trialsPerTask, GUESS_TRIALS)));
  if (meanAccuracy > guess + GUESS_DEVIATIONS * deviation) return [];
  return [
    {
      rule: 'import/accuracy-at-chance',
      message:
        `mean accuracy ${meanAccuracy.toFixed(3)} on ${suite.name} is no better than a guess (${guess.toFixed(3)}): the network was trained on other tasks, ` +
        'or its inputs and outputs are in another order than those of the suite',
    },
  ];
}

/** The grid in words. */
export function describeLayout({ grid, layoutInWords }: Imported): string {
  return `on the grid ${formatGrid(grid)}, ${layoutInWords}`;
}
