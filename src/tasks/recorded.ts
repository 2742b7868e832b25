// How does a user bring own tasks? As trials that were recorded or generated elsewhere: an .npz file of inputs and classes.
import { orTry, UsageError } from '../core/errors.ts';
import { readInputFile } from '../core/files.ts';
import { sha256 } from '../core/hash.ts';
import { type NpyArray, readNpz } from '../core/npz.ts';
import type { Random } from '../core/random.ts';
import { type Batch, emptyBatch, stepsOf, type TaskSuite, type TrialInfo, type TrialPart } from './suite.ts';

/** Name of the family: `recorded:file=reach.npz`. */
export const RECORDED = 'recorded';

/** Whether a suite is one of a user's trials, of which no rings, timing or noise are known. */
export function isRecorded({ name }: Pick<TaskSuite, 'name'>): boolean {
  return name.startsWith(`${RECORDED}:`);
}

/** Trials as a file holds them. Entries of `targets` that are −1 do not count. */
interface Recording {
  readonly trials: number;
  readonly steps: number;
  readonly inputs: number;
  readonly classes: number;
  /** Shape [trials, steps, inputs]. */
  readonly values: ArrayLike<number>;
  /** Shape [trials, steps]. */
  readonly targets: ArrayLike<number>;
  /** Steps of each trial. */
  readonly lengths: Int32Array;
  /** Task of each trial. */
  readonly task: Int32Array;
  readonly taskNames: readonly string[];
  /** What each trial is for. */
  readonly part: readonly TrialPart[];
}

/** Where no `split` is given, trial i of a task is for the (i mod 5)th of these. */
const PARTS: readonly TrialPart[] = ['train', 'train', 'train', 'validation', 'test'];
/** What the numbers of a `split` stand for. */
const SPLIT: readonly TrialPart[] = ['train', 'validation', 'test'];

const suites = new Map<string, TaskSuite>();

/**
 * The suite of a file of trials. Arrays: `inputs` [trials, steps, inputs]; `targets` [trials, steps], the class due at each step, −1 where
 * none counts; optional `lengths` [trials], `task` [trials] with `task_names`, `classes` (a number, where the last classes never
 * occur), and `split` [trials] (0 training, 1 validation, 2 test; else three, one and one of five). The class at the last step of a
 * trial decides.
 *
 * @param path - the file; the name of the suite says it as it is given, and the start of its SHA-256
 * @param expected - that start, where a network was trained on the file before
 * @throws UsageError if the file is missing, changed, or its arrays do not fit each other
 */
export function recordedSuite(path: string, expected?: string): TaskSuite {
  const bytes = readInputFile(path);
  const hash = sha256(bytes).slice(0, 12);
  if (expected !== undefined && expected !== hash)
    throw new UsageError(
      `${path} changed since it was used: SHA-256 ${hash}…, expected ${expected}…; restore it, or import and train again`,
    );
  const name = `${RECORDED}:file=${path},sha256=${hash}`;
  const known = suites.get(name);
  if (known !== undefined) return known;
  const suite = suiteOf(
    name,
    orTry('docs/own-tasks.md tells which arrays such a file holds', () => readRecording(readNpz(bytes, path), path)),
  );
  suites.set(name, suite);
  return suite;
}

function suiteOf(name: string, recording: Recording): TaskSuite {
  const { taskNames, inputs, classes } = recording;
  const index = partIndex(recording);
  const describe = (trial: number): TrialInfo => ({
    task: taskNames[recording.task[trial]],
    family: RECORDED,
    // Nothing is known of what happens when.
    periods: [
      { name: 'fixation', start: 0, end: 0 },
      { name: 'decision', start: 0, end: recording.lengths[trial] },
    ],
    stimuli: [],
    noise: null,
    response: null,
    facts: { trial },
  });
  const trialOf = (info: TrialInfo): number => {
    const trial = info.facts['trial'];
    const isOurs = typeof trial === 'number' && trial in recording.lengths && JSON.stringify(describe(trial)) === JSON.stringify(info);
    if (!isOurs) throw new UsageError(`the description of a trial of task '${info.task}' is not of suite ${name}`);
    return trial;
  };
  const write = (info: TrialInfo, batch: Batch, row: number, at: number) => writeRecorded(recording, trialOf(info), batch, row, at);
  return {
    name,
    title: `${recording.trials} recorded trials`,
    tasks: taskNames,
    inputs,
    outputs: classes,
    maxSteps: recording.lengths.reduce((a, b) => Math.max(a, b)),
    // Of foreign tasks nothing better is known.
    ceilings: taskNames.map(() => 1),
    summaries: taskNames.map((_, task) => `${recording.task.filter((own) => own === task).length} recorded trials`),
    constants: taskNames.map(() => ({})),
    describe: (task: number, random: Random, part: TrialPart = 'validation') => {
      const trials = index[task][part];
      return describe(trials[random.int(trials.length)]);
    },
    grid: (task) => index[task].validation.map(describe),
    settle: (info) => describe(trialOf(info)),
    write,
    rebuild(info) {
      const batch = emptyBatch(stepsOf(info), 1, inputs);
      write(info, batch, 0, 0);
      return { info, steps: batch.steps, inputs: batch.inputs, targets: batch.targets };
    },
  };
}

/** Trials of each task by what they are for. */
function partIndex({ taskNames, task, part }: Recording): Readonly<Record<TrialPart, readonly number[]>>[] {
  return taskNames.map((name, index) => {
    const own = Object.fromEntries(
      SPLIT.map((wanted) => [wanted, [...task.keys()].filter((trial) => task[trial] === index && part[trial] === wanted)]),
    ) as Record<TrialPart, number[]>;
    const empty = SPLIT.find((wanted) => own[wanted].length === 0);
    if (empty !== undefined) throw new UsageError(`task '${name}' has no trials for ${empty}: each needs some for ${SPLIT.join(', ')}`);
    return own;
  });
}

function writeRecorded(recording: Recording, trial: number, batch: Batch, row: number, at: number): void {
  const { inputs, steps, values, targets, lengths } = recording;
  const end = Math.min(at + lengths[trial], batch.steps);
  for (let step = at; step < end; step++) {
    const from = trial * steps + step - at;
    const to = step * batch.rows + row;
    for (let input = 0; input < inputs; input++) batch.inputs[to * inputs + input] = values[from * inputs + input];
    batch.targets[to] = Math.max(0, targets[from]);
    batch.mask[to] = targets[from] < 0 ? 0 : 1;
  }
}

function readRecording(arrays: ReadonlyMap<string, NpyArray>, what: string): Recording {
  const reader = arrayReader(arrays, what);
  const [inputValues, shape] = reader.numbers('inputs', ['trials', 'steps', 'inputs']);
  const [trials, steps, inputs] = shape;
  if (shape.some((size) => size === 0)) throw new UsageError(`${what}: array 'inputs' has shape [${shape}]; every size must be at least 1`);
  if (!Array.from(inputValues).every(Number.isFinite)) throw new UsageError(`${what}: array 'inputs' holds a number that is not finite`);
  const targets = reader.integers('targets', [trials, steps]);
  const largest = targets.reduce((a, b) => Math.max(a, b), -1);
  const classes = reader.has('classes') ? reader.integers('classes', [])[0] : largest + 1;
  if (classes < 2 || largest >= classes)
    throw new UsageError(
      `${what}: array 'targets' has classes up to ${largest} of ${classes}; expected 0 … classes − 1, or −1 where none counts, and two classes or more`,
    );
  const lengths = reader.has('lengths') ? reader.integers('lengths', [trials]) : new Int32Array(trials).fill(steps);
  lengths.forEach((length, trial) => {
    if (length < 1 || length > steps) throw new UsageError(`${what}: trial ${trial} has length ${length}; allowed: 1 … ${steps}`);
    if (targets[trial * steps + length - 1] < 0)
      throw new UsageError(
        `${what}: the last step of trial ${trial} has no class, but decides; end the trial where its answer counts ('lengths')`,
      );
  });
  const task = reader.has('task') ? reader.integers('task', [trials]) : new Int32Array(trials);
  const tasks = task.reduce((a, b) => Math.max(a, b)) + 1;
  const taskNames = reader.has('task_names') ? reader.texts('task_names') : Array.from({ length: tasks }, (_, i) => `task${i}`);
  if (task.some((own) => own < 0 || own >= taskNames.length))
    throw new UsageError(`${what}: array 'task' must hold 0 … ${taskNames.length - 1}, the position in 'task_names'`);
  if (new Set(taskNames).size !== taskNames.length) throw new UsageError(`${what}: array 'task_names' has a name twice`);
  const split = reader.has('split') ? reader.integers('split', [trials]) : null;
  if (split?.some((value) => !(value in SPLIT)))
    throw new UsageError(`${what}: array 'split' must hold 0 (training), 1 (validation) or 2 (test)`);
  return {
    trials,
    steps,
    inputs,
    classes,
    values: inputValues,
    targets,
    lengths,
    task,
    taskNames,
    part: split === null ? turns(task) : Array.from(split, (value) => SPLIT[value]),
  };
}

/** Each task's trials in turn. */
function turns(task: Int32Array): TrialPart[] {
  const seen = new Map<number, number>();
  return Array.from(task, (own) => {
    const turn = seen.get(own) ?? 0;
    seen.set(own, turn + 1);
    return PARTS[turn % PARTS.length];
  });
}

/** Checked access to the arrays of a file. */
function arrayReader(arrays: ReadonlyMap<string, NpyArray>, what: string) {
  const find = (name: string): NpyArray => {
    const array = arrays.get(name);
    if (array === undefined)
      throw new UsageError(`${what} has no array '${name}'; it has ${[...arrays.keys()].sort().join(', ') || 'none'}`);
    return array;
  };
  const numbers = (name: string, axes: readonly string[]): [values: ArrayLike<number>, shape: readonly number[]] => {
    const { shape, values } = find(name);
    if (!ArrayBuffer.isView(values)) throw new UsageError(`${what}: array '${name}' holds text, expected numbers`);
    if (shape.length !== axes.length) throw new UsageError(`${what}: array '${name}' has shape [${shape}], expected [${axes.join(', ')}]`);
    return [values, shape];
  };
  return {
    has: (name: string) => arrays.has(name),
    numbers,
    integers(name: string, expected: readonly number[]): Int32Array {
      const [values, shape] = numbers(name, expected.map(String));
      if (`${shape}` !== `${expected}`) throw new UsageError(`${what}: array '${name}' has shape [${shape}], expected [${expected}]`);
      const integers = Int32Array.from(values);
      const odd = integers.findIndex((integer, i) => integer !== values[i]);
      if (odd >= 0) throw new UsageError(`${what}: array '${name}' holds ${values[odd]}, expected whole numbers`);
      return integers;
    },
    texts(name: string): readonly string[] {
      const { values } = find(name);
      if (ArrayBuffer.isView(values)) throw new UsageError(`${what}: array '${name}' holds numbers, expected text`);
      return values as readonly string[];
    },
  };
}
