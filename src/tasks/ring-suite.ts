// How does a list of ring tasks become a suite? Channels, rule inputs and targets, written straight into a batch.

import { UsageError } from '../core/errors.ts';
import type { Random } from '../core/random.ts';
import { bump, CLASSES, CUE_CHANNEL, directionClass, RING_CHANNELS, type RingArithmetic, RULE_CHANNEL } from './ring.ts';
import { type Batch, decisionOf, emptyBatch, type Period, responseAt, stepsOf, type TaskSuite, type TrialInfo } from './suite.ts';

/** One task: how its trials are drawn, and what is known about them. */
export interface RingTask {
  readonly name: string;
  /** What the task asks, in one line. */
  readonly summary: string;
  /** Best possible accuracy, 0 to 1. */
  readonly ceiling: number;
  /** Longest trial, in steps. */
  readonly maxSteps: number;
  /** See `TaskSuite.constants`; none if absent. */
  readonly constants?: Readonly<Record<string, number>>;
  describe(random: Random): TrialInfo;
  /** See `TaskSuite.settle`. */
  settle(info: TrialInfo): TrialInfo;
  /** See `TaskSuite.grid`. */
  grid(): TrialInfo[];
}

/** What a suite is beside its tasks. */
export interface RingSuiteHead {
  readonly name: string;
  readonly title: string;
  readonly ring: RingArithmetic;
}

/** The suite of these tasks; their order is the order of the rule channels. */
export function ringSuite({ name, title, ring }: RingSuiteHead, tasks: readonly RingTask[]): TaskSuite {
  const inputs = RULE_CHANNEL + tasks.length;
  const indices = new Map(tasks.map((task, index) => [task.name, index]));
  const indexOf = ({ task }: TrialInfo) => {
    const index = indices.get(task);
    if (index === undefined) throw new UsageError(`cannot rebuild a trial of task '${task}': suite ${name} has no such task`);
    return index;
  };
  const write = (info: TrialInfo, batch: Batch, row: number, at: number) => {
    writeInputs(info, RULE_CHANNEL + indexOf(info), inputs, batch, row, at);
    writeTargets(info, ring, batch, row, at);
  };
  return {
    name,
    title,
    tasks: tasks.map((task) => task.name),
    inputs,
    outputs: CLASSES,
    maxSteps: Math.max(...tasks.map((task) => task.maxSteps)),
    ceilings: tasks.map((task) => task.ceiling),
    summaries: tasks.map((task) => task.summary),
    constants: tasks.map((task) => task.constants ?? {}),
    describe: (task, random) => tasks[task].describe(random),
    grid: (task) => tasks[task].grid(),
    settle: (info) => tasks[indexOf(info)].settle(info),
    write,
    rebuild(info) {
      const batch = emptyBatch(stepsOf(info), 1, inputs);
      write(info, batch, 0, 0);
      return { info, steps: batch.steps, inputs: batch.inputs, targets: batch.targets };
    },
  };
}

function writeInputs(info: TrialInfo, rule: number, channels: number, batch: Batch, row: number, at: number): void {
  const { inputs, rows, steps } = batch;
  const end = Math.min(at + stepsOf(info), steps);
  const cueOff = at + decisionOf(info).start;
  for (let step = at; step < end; step++) {
    const base = (step * rows + row) * channels;
    inputs[base + rule] = 1;
    if (step < cueOff) inputs[base + CUE_CHANNEL] = 1;
  }
  for (const stimulus of info.stimuli) {
    const period = periodOf(info, stimulus.period);
    const response = bump(stimulus.angle);
    const last = Math.min(at + period.end, steps);
    for (let step = at + period.start; step < last; step++) {
      addScaled(inputs, (step * rows + row) * channels + RING_CHANNELS[stimulus.ring], response, stimulus.strength);
    }
  }
}

function addScaled(inputs: Float32Array, at: number, values: Float64Array, scale: number): void {
  for (let i = 0; i < values.length; i++) inputs[at + i] += scale * values[i];
}

function writeTargets(info: TrialInfo, ring: RingArithmetic, batch: Batch, row: number, at: number): void {
  const { targets, mask, rows, steps } = batch;
  const end = Math.min(at + stepsOf(info), steps);
  for (let step = at; step < end; step++) mask[step * rows + row] = 1;
  for (let step = at + decisionOf(info).start; step < end; step++) {
    const direction = responseAt(info, step - at);
    if (direction !== null) targets[step * rows + row] = directionClass(direction, ring);
  }
}

function periodOf(info: TrialInfo, name: string): Period {
  const period = info.periods.find((candidate) => candidate.name === name);
  if (period === undefined) throw new UsageError(`cannot rebuild a trial of task '${info.task}': it has no period '${name}'`);
  return period;
}
