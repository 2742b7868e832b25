// How many bits does a network need? The same network at several widths, rounded and trained, each measured on the same trials.
import { join } from 'node:path';
import { decodeQuantized, encodeQuantized } from '../compression/quantized-file.ts';
import { InterruptedError } from '../core/errors.ts';
import { fileExists, readInputFile, removeFile, writeFileAtomic } from '../core/files.ts';
import { canonicalJson } from '../core/hash.ts';
import type { Chip } from '../mapping/chip.ts';
import type { Scores } from '../network/artifact.ts';
import { bitsText, precisionPlot } from '../report/precision-plot.ts';
import { type Column, csvTable, meaningsTable, textTable } from '../report/table.ts';
import { findSuite } from '../tasks/suites.ts';
import type { CheckpointStore } from '../training/checkpoint.ts';
import type { QuantizeConfig } from './config.ts';
import type { NetworkArtifact } from './network-file.ts';
import { floatScores, type Losses, meanLosses, quantizeStage, quantizingHashes, type TaskLoss, taskLosses } from './quantize-stage.ts';
import type { ScorePlan } from './scores.ts';
import type { StageHooks } from './train-stage.ts';

/** What is tried. */
export interface PrecisionPlan {
  /** Widths of the weights. */
  readonly widths: readonly number[];
  /** Everything but the width; with a training, each width is tried without it too. */
  readonly quantize: QuantizeConfig;
  readonly scores: ScorePlan;
}

/** A network at one width. */
export interface PrecisionPoint {
  readonly bits: number;
  readonly isTrained: boolean;
  /** The network, in the folder of the study. */
  readonly file: string;
  /** Synapses whose weight is not 0. */
  readonly synapses: number;
  readonly scores: Scores;
  readonly tasks: readonly TaskLoss[];
  readonly loss: Losses;
}

/** The file precision.json. */
export interface PrecisionStudy {
  readonly schema: 'bimt-precision/1';
  readonly suite: string;
  readonly target: string;
  /** The network before quantization. */
  readonly float: Scores;
  /** From wide to narrow, rounded before trained. */
  readonly points: readonly PrecisionPoint[];
}

/**
 * Quantizes a network at every width and writes each result into a folder, with the study as JSON, CSV and SVG. What is there already is not
 * made again, and a training that was stopped goes on.
 *
 * @param chipAt - the chip that a width is for
 * @throws InterruptedError when the signal aborts
 */
export async function studyPrecision(
  pruned: NetworkArtifact,
  chipAt: (bits: number) => Chip,
  { widths, quantize, scores }: PrecisionPlan,
  folder: string,
  hooks: StageHooks = {},
): Promise<PrecisionStudy> {
  const suite = findSuite(pruned.header.config.suite);
  const float = await floatScores(pruned, scores);
  const points: PrecisionPoint[] = [];
  for (const bits of [...new Set(widths)].sort((a, b) => b - a)) {
    for (const train of quantize.train === null ? [null] : [null, quantize.train]) {
      if (hooks.signal?.aborted) throw new InterruptedError(`the study was interrupted before ${bitsText(bits)}`);
      const file = `${bits}-bit${train === null ? '' : '-trained'}.safetensors`;
      const network = await quantizedAt(pruned, chipAt(bits), { ...quantize, weightBits: bits, train }, scores, join(folder, file), hooks);
      const own = network.header.scores['integer'];
      const tasks = taskLosses(suite, float, own);
      const { recurrent, input, readout } = network.network;
      const synapses = recurrent.values.length + input.values.length + readout.values.length;
      points.push({ bits, isTrained: train !== null, file, synapses, scores: own, tasks, loss: meanLosses(tasks) });
      hooks.onNote?.(`${bitsText(bits)}${train === null ? '' : ', trained'}: mean accuracy ${own.meanAccuracy.toFixed(3)}`);
    }
  }
  const study: PrecisionStudy = { schema: 'bimt-precision/1', suite: suite.name, target: chipAt(widths[0]).target.label, float, points };
  for (const [name, text] of Object.entries(precisionFiles(study))) writeFileAtomic(join(folder, name), text);
  return study;
}

/** The network of a file, if it was made from the same network with the same settings; else made now. */
async function quantizedAt(
  pruned: NetworkArtifact,
  chip: Chip,
  config: QuantizeConfig,
  scores: ScorePlan,
  path: string,
  hooks: StageHooks,
) {
  const expected = quantizingHashes(pruned, chip, config);
  if (fileExists(path)) {
    const found = decodeQuantized(readInputFile(path), path);
    const { provenance, scores: measured } = found.header;
    const { trialsPerTask, seed } = measured['integer'] ?? {};
    const isSame = provenance.parentHash === expected.parentHash && provenance.configHash === expected.configHash;
    if (isSame && trialsPerTask === scores.trialsPerTask && seed === scores.seed) return found;
  }
  const checkpoint = `${path}.checkpoint`;
  const store: CheckpointStore = {
    load: () => (fileExists(checkpoint) ? { bytes: readInputFile(checkpoint), what: checkpoint } : null),
    save: (bytes) => writeFileAtomic(checkpoint, bytes),
  };
  const { artifact, warnings } = await quantizeStage(pruned, chip, config, scores, hooks, store);
  for (const warning of warnings) hooks.onWarning?.(warning);
  writeFileAtomic(path, encodeQuantized(artifact));
  removeFile(checkpoint);
  return artifact;
}

const accuracy = { unit: '', format: { decimals: 3 } } as const;
const count = { unit: '', format: { decimals: 0 } } as const;

/** One row a width and way. */
const POINT_COLUMNS: readonly Column<PrecisionPoint>[] = [
  { key: 'weights', title: 'weights', unit: '', format: 'words', meaning: 'Width of the weights.', value: ({ bits }) => bitsText(bits) },
  {
    key: 'way',
    title: 'way',
    unit: '',
    format: 'words',
    meaning: 'Rounded after training, or trained with these bits.',
    value: ({ isTrained }) => (isTrained ? 'trained' : 'rounded'),
  },
  {
    ...accuracy,
    key: 'accuracy',
    title: 'accuracy',
    meaning: 'Mean accuracy of the integers.',
    value: ({ scores }) => scores.meanAccuracy,
  },
  { ...accuracy, key: 'loss', title: 'lost', meaning: 'Mean accuracy lost against float.', value: ({ loss }) => loss.all },
  {
    ...accuracy,
    key: 'delayLoss',
    title: 'with delay',
    meaning: 'Lost by tasks with a delay between stimulus and answer.',
    value: ({ loss }) => loss.withDelay,
  },
  { ...accuracy, key: 'otherLoss', title: 'others', meaning: 'Lost by the other tasks.', value: ({ loss }) => loss.others },
  {
    key: 'worstTask',
    title: 'worst task',
    unit: '',
    format: 'words',
    meaning: 'Task that lost most.',
    value: ({ tasks }) => worstOf(tasks).task,
  },
  {
    ...accuracy,
    key: 'worstLoss',
    title: 'its loss',
    meaning: 'Accuracy that this task lost.',
    value: ({ tasks }) => lossOf(worstOf(tasks)),
  },
  { ...count, key: 'synapses', title: 'synapses', meaning: 'Synapses whose weight is not 0.', value: ({ synapses }) => synapses },
];

/** What the columns of a study mean, as Markdown. */
export function precisionColumnReference(): string {
  return `## Studies of widths\n\n### Accuracy against bits (\`precision.csv\`)\n\n${meaningsTable(POINT_COLUMNS)}`;
}

/** A task in a study: its losses side by side. */
interface TaskRow {
  readonly task: string;
  readonly hasDelay: boolean;
  readonly float: number;
  readonly losses: readonly number[];
}

/** The study as tables for people: widths, then what each task loses. */
export function precisionText(study: PrecisionStudy): string {
  const { float, points } = study;
  const columns: Column<TaskRow>[] = [
    { key: 'task', title: 'lost by', unit: '', format: 'words', meaning: 'Task.', value: ({ task }) => task },
    {
      key: 'delay',
      title: 'delay',
      unit: '',
      format: 'words',
      meaning: 'Whether it has a delay.',
      value: ({ hasDelay }) => (hasDelay ? 'yes' : ''),
    },
    { ...accuracy, key: 'float', title: 'float', meaning: 'Accuracy of the float network.', value: (row) => row.float },
    ...points.map(
      ({ bits, isTrained }, i): Column<TaskRow> => ({
        ...accuracy,
        key: `${bits}${isTrained}`,
        title: `${bits === 2 ? 'ternary' : bits}${isTrained ? '+' : ''}`,
        meaning: 'Accuracy lost.',
        value: ({ losses }) => losses[i],
      }),
    ),
  ];
  return [
    `float: mean accuracy ${float.meanAccuracy.toFixed(3)} (${float.trialsPerTask} trials of each task)`,
    '',
    textTable(POINT_COLUMNS, points),
    textTable(columns, taskRows(study)),
    ...(points.some(({ isTrained }) => isTrained)
      ? ['Columns are widths in bits; + was trained with them.']
      : ['Columns are widths in bits.']),
  ].join('\n');
}

/** The files of a study by name. */
export function precisionFiles(study: PrecisionStudy): Readonly<Record<'precision.json' | 'precision.csv' | 'precision.svg', string>> {
  const { float, points } = study;
  const tasks = taskRows(study);
  return {
    'precision.json': `${canonicalJson(study, 1)}\n`,
    'precision.csv': csvTable(POINT_COLUMNS, points),
    'precision.svg': precisionPlot({
      title: `Accuracy against bits, ${study.target}`,
      float: float.meanAccuracy,
      trialsPerTask: float.trialsPerTask,
      tasks: tasks.map(({ task: name, hasDelay }) => ({ name, hasDelay })),
      points: points.map(({ bits, isTrained, scores, tasks }) => ({
        bits,
        isTrained,
        accuracy: scores.meanAccuracy,
        losses: tasks.map(lossOf),
      })),
    }),
  };
}

function taskRows({ points }: PrecisionStudy): TaskRow[] {
  const [first] = points;
  return (first?.tasks ?? []).map(({ task, hasDelay, float }, k) => {
    return { task, hasDelay, float, losses: points.map(({ tasks }) => lossOf(tasks[k])) };
  });
}

function lossOf({ float, integer }: TaskLoss): number {
  return float - integer;
}

function worstOf(tasks: readonly TaskLoss[]): TaskLoss {
  return tasks.reduce((a, b) => (lossOf(b) > lossOf(a) ? b : a));
}
