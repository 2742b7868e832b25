// Do all executions compute the same integers? Compares every integer of every step of every trial.
import { MismatchError } from '../core/errors.ts';
import { randomStream } from '../core/random.ts';
import type { Integers } from './chip.ts';

/** Trials side by side, in integers. */
export interface TrialBatch {
  readonly steps: number;
  readonly rows: number;
  /** Signed int8 values, shape [steps, rows, inputs]. */
  readonly inputs: Int32Array;
}

/** One way to compute the network. */
export interface Execution {
  /** For example `onnxruntime-node`. */
  readonly name: string;
  readonly version: string;
  /** How far a runtime may rewrite the graph; not given for what has no graph. */
  readonly optimization?: string;
  run(inputs: Int32Array, steps: number, rows: number): Promise<Integers>;
}

/** Where two executions first differ: the earliest trial, then its earliest step, states before outputs. */
export interface Mismatch {
  /** Names of the two executions. */
  readonly between: readonly [string, string];
  /** Counted over all batches, from 0. */
  readonly trial: number;
  /** From 0. */
  readonly step: number;
  readonly unit: 'neuron' | 'readout unit';
  readonly index: number;
  /** What each of the two computed. */
  readonly values: readonly [number, number];
  /** Integers that differ, over all trials. */
  readonly differing: number;
}

/** What only the caller knows about a verification. */
export interface VerificationFacts {
  /** Largest state. */
  readonly stateMax: number;
  /** Whether the chip could execute the network as it stands; if not, why. */
  readonly executable: { readonly value: boolean; readonly reason: string | null };
  /** SHA-256 by name, of the trials and of each artifact that was executed. */
  readonly hashes: Readonly<Record<string, string>>;
}

/** The file `verify.json`. */
export interface Verification {
  readonly schema: 'bimt-verify/1';
  readonly trials: number;
  /** Time steps of all trials together. */
  readonly trialSteps: number;
  /** States and outputs of one execution, all of them compared with each other execution's. */
  readonly integersCompared: number;
  /** Of the first execution. */
  readonly saturatedStates: number;
  /** The first is the one that the others are compared with. */
  readonly executions: readonly { readonly name: string; readonly version: string; readonly optimization: string | null }[];
  /** One for each execution that differs from the first. */
  readonly mismatches: readonly Mismatch[];
  readonly executable: VerificationFacts['executable'];
  readonly hashes: VerificationFacts['hashes'];
}

/**
 * Runs all executions on all trials and compares them with the first.
 *
 * @param executions - at least two
 * @throws RangeError if there is nothing to compare
 * @throws MismatchError if an execution returns another number of integers; other differences are in the result
 */
export async function verifyExecutions(
  executions: readonly Execution[],
  batches: readonly TrialBatch[],
  facts: VerificationFacts,
): Promise<Verification> {
  const [reference, ...others] = executions;
  if (reference === undefined || others.length === 0 || batches.length === 0)
    throw new RangeError('nothing to compare: at least two executions and one batch expected');
  const found = new Map<Execution, Mismatch>();
  const counts = { trials: 0, trialSteps: 0, integersCompared: 0, saturatedStates: 0 };
  for (const { inputs, steps, rows } of batches) {
    const expected = await reference.run(inputs, steps, rows);
    for (const other of others) {
      const actual = await other.run(inputs, steps, rows);
      checkLengths(reference.name, expected, other.name, actual);
      const differing = countDifferences(expected.states, actual.states) + countDifferences(expected.outputs, actual.outputs);
      if (differing === 0) continue;
      const earlier = found.get(other);
      found.set(other, {
        ...(earlier ?? { between: [reference.name, other.name], ...firstDifference(expected, actual, steps, rows, counts.trials) }),
        differing: differing + (earlier?.differing ?? 0),
      });
    }
    counts.trials += rows;
    counts.trialSteps += steps * rows;
    counts.integersCompared += expected.states.length + expected.outputs.length;
    for (const state of expected.states) if (state === facts.stateMax) counts.saturatedStates++;
  }
  return {
    schema: 'bimt-verify/1',
    ...counts,
    executions: executions.map(({ name, version, optimization = null }) => ({ name, version, optimization })),
    mismatches: [...found.values()],
    executable: facts.executable,
    hashes: facts.hashes,
  };
}

/**
 * Fails unless every execution agreed.
 *
 * @throws MismatchError with each first difference in words
 */
export function assertAgreement({ mismatches }: Verification): void {
  if (mismatches.length > 0) throw new MismatchError(mismatches.map(describeMismatch).join('\n'));
}

/** A mismatch in words. */
export function describeMismatch({ between: [a, b], trial, step, unit, index, values, differing }: Mismatch): string {
  const where = `trial ${trial}, step ${step}, ${unit} ${index}`;
  return `${a} and ${b} first differ in ${where}: ${values[0]} against ${values[1]} (${differing} integers differ in all)`;
}

/**
 * Trials that drive states into saturation: constant extremes, constant random signs, and fresh random signs in each
 * step, in turn; all of magnitude 127.
 */
export function stressInputs(seed: number, steps: number, rows: number, inputs: number): TrialBatch {
  const values = new Int32Array(steps * rows * inputs);
  for (let row = 0; row < rows; row++) {
    const random = randomStream(seed, 'stress trial', row);
    const sign = () => (random.int(2) === 0 ? -127 : 127);
    const signs = Int32Array.from({ length: inputs }, sign);
    const value = [() => 127, () => -127, (input: number) => signs[input], sign][row % 4] as (input: number) => number;
    for (let step = 0; step < steps; step++) {
      for (let input = 0; input < inputs; input++) values[(step * rows + row) * inputs + input] = value(input);
    }
  }
  return { steps, rows, inputs: values };
}

/** Integers that differ; the arrays have one length. */
export function countDifferences(a: Int32Array, b: Int32Array): number {
  let count = 0;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) count++;
  return count;
}

/** The first difference in the order trial, step, states before outputs, index; there is one. */
export function firstDifference(
  a: Integers,
  b: Integers,
  steps: number,
  rows: number,
  trialsBefore: number,
): Pick<Mismatch, 'trial' | 'step' | 'unit' | 'index' | 'values'> {
  for (let row = 0; row < rows; row++) {
    for (let step = 0; step < steps; step++) {
      for (const [unit, ours, theirs] of [
        ['neuron', a.states, b.states],
        ['readout unit', a.outputs, b.outputs],
      ] as const) {
        const units = ours.length / (steps * rows);
        for (let index = 0; index < units; index++) {
          const at = (step * units + index) * rows + row;
          if (ours[at] !== theirs[at]) return { trial: trialsBefore + row, step, unit, index, values: [ours[at], theirs[at]] };
        }
      }
    }
  }
  throw new Error('no difference found');
}

function checkLengths(reference: string, expected: Integers, name: string, actual: Integers): void {
  for (const part of ['states', 'outputs'] as const) {
    if (actual[part].length !== expected[part].length)
      throw new MismatchError(`${name} returned ${actual[part].length} ${part}, ${reference} ${expected[part].length}`);
  }
}
