// How far apart are float executions? Compares every value of every step of every trial, and says where the largest error is.
import { MismatchError } from '../core/errors.ts';

/** Trials side by side, in floats. */
export interface FloatBatch {
  readonly steps: number;
  readonly rows: number;
  /** Shape [steps, rows, inputs]. */
  readonly inputs: Float32Array;
}

/** Values of a run, row-major: states [steps, neurons, rows], outputs [steps, outputs, rows]. */
export interface Floats {
  readonly states: Float32Array;
  readonly outputs: Float32Array;
}

/** Two ways to compute the same network. */
export interface FloatPair {
  readonly reference: { readonly name: string; run(inputs: Float32Array, steps: number, rows: number): Floats };
  readonly execution: {
    readonly name: string;
    readonly version: string;
    /** How far the runtime may rewrite the graph. */
    readonly optimization: string;
    run(inputs: Float32Array, steps: number, rows: number): Promise<Floats>;
  };
}

/** A value and what the reference has in its place; null where it is not finite. */
export interface FloatDifference {
  /** |difference|; null if it is not finite. */
  readonly error: number | null;
  /** The same as a share of the trial's magnitude. */
  readonly relative: number | null;
  /** Counted over all batches, from 0. */
  readonly trial: number;
  /** From 0. */
  readonly step: number;
  readonly unit: 'neuron' | 'readout unit';
  readonly index: number;
  /** Of the reference and of the execution. */
  readonly values: readonly [number | null, number | null];
}

/** What came out of a pair. */
export interface FloatComparison {
  readonly between: readonly [string, string];
  readonly version: string;
  readonly optimization: string;
  /** The largest error as a share of its trial's magnitude; null if not a single value differs. */
  readonly largest: FloatDifference | null;
  /** Values beyond the tolerance. */
  readonly beyond: number;
  /** The first of them: the earliest trial, then its earliest step, states before outputs. */
  readonly first: FloatDifference | null;
}

/**
 * A value may differ by this share of the largest magnitude among states and outputs of its trial, which counts as 1 at
 * least. Not of the value itself: an output near zero is a sum of large terms, whose rounding errors stay.
 */
export const FLOAT_TOLERANCE = 1e-5;

/** The comparison of float files; `verify.json` of a run. */
export interface FloatVerification {
  readonly schema: 'bimt-verify-floats/1';
  readonly trials: number;
  /** Time steps of all trials together. */
  readonly trialSteps: number;
  /** States and outputs of one execution. */
  readonly valuesCompared: number;
  readonly tolerance: { readonly relative: number; readonly to: string };
  readonly comparisons: readonly FloatComparison[];
  /** Files that a runtime cannot read, and why. */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  /** SHA-256 by name, of the trials and of each file. */
  readonly hashes: Readonly<Record<string, string>>;
}

/**
 * Runs all pairs on all trials.
 *
 * @throws RangeError if there is nothing to compare
 * @throws MismatchError if an execution returns another number of values; other differences are in the result
 */
export async function verifyFloats(
  pairs: readonly FloatPair[],
  batches: readonly FloatBatch[],
  facts: Pick<FloatVerification, 'skipped' | 'hashes'>,
): Promise<FloatVerification> {
  if (pairs.length === 0 || batches.length === 0) throw new RangeError('nothing to compare: at least one pair and one batch expected');
  const found = pairs.map(() => ({ largest: null as FloatDifference | null, first: null as FloatDifference | null, beyond: 0 }));
  const counts = { trials: 0, trialSteps: 0, valuesCompared: 0 };
  for (const { inputs, steps, rows } of batches) {
    const expectations = new Map<FloatPair['reference'], Floats>();
    for (const [i, { reference, execution }] of pairs.entries()) {
      const expected = expectations.get(reference) ?? reference.run(inputs, steps, rows);
      expectations.set(reference, expected);
      const actual = await execution.run(inputs, steps, rows);
      checkLengths(reference.name, expected, execution.name, actual);
      const { largest, first, beyond } = compare(expected, actual, steps, rows, counts.trials);
      found[i].largest = larger(found[i].largest, largest);
      found[i].first ??= first;
      found[i].beyond += beyond;
    }
    const [{ reference }] = pairs;
    const { states, outputs } = expectations.get(reference) as Floats;
    counts.trials += rows;
    counts.trialSteps += steps * rows;
    counts.valuesCompared += states.length + outputs.length;
  }
  return {
    schema: 'bimt-verify-floats/1',
    ...counts,
    tolerance: { relative: FLOAT_TOLERANCE, to: 'the largest magnitude among states and outputs of the trial, at least 1' },
    comparisons: pairs.map(({ reference, execution: { name, version, optimization } }, i) => ({
      between: [reference.name, name] as const,
      version,
      optimization,
      ...found[i],
    })),
    ...facts,
  };
}

/**
 * Fails unless every value was within the tolerance.
 *
 * @throws MismatchError with the first difference of every pair in words
 */
export function assertClose({ comparisons }: Pick<FloatVerification, 'comparisons'>): void {
  const far = comparisons.filter(({ beyond }) => beyond > 0);
  if (far.length > 0) throw new MismatchError(far.map(describeApart).join('\n'));
}

/** Values that are too far apart, in words. */
export function describeApart({ between: [a, b], first, beyond }: FloatComparison): string {
  const where = first === null ? '' : ` in trial ${first.trial}, step ${first.step}, ${first.unit} ${first.index}`;
  const values = (first?.values ?? []).map((value) => value ?? 'not a finite number').join(' against ');
  return `${a} and ${b} are first too far apart${where}: ${values} (${beyond} values are, the tolerance is ${FLOAT_TOLERANCE} of the trial's largest magnitude)`;
}

/** Largest and first difference of a batch. */
function compare(
  a: Floats,
  b: Floats,
  steps: number,
  rows: number,
  trialsBefore: number,
): Pick<FloatComparison, 'largest' | 'first' | 'beyond'> {
  let largest: FloatDifference | null = null;
  let first: FloatDifference | null = null;
  let beyond = 0;
  const magnitudes = trialMagnitudes(a, rows);
  for (const [unit, ours, theirs] of [
    ['neuron', a.states, b.states],
    ['readout unit', a.outputs, b.outputs],
  ] as const) {
    const units = ours.length / (steps * rows);
    for (let at = 0; at < ours.length; at++) {
      if (ours[at] === theirs[at]) continue;
      const row = at % rows;
      // What is not finite is further away than any number.
      const distance = Math.abs(ours[at] - theirs[at]);
      const share = Number.isFinite(distance) ? distance / magnitudes[row] : Number.POSITIVE_INFINITY;
      const isBeyond = share > FLOAT_TOLERANCE;
      if (isBeyond) beyond++;
      if (!isBeyond && share <= (largest?.relative ?? 0)) continue;
      const difference: FloatDifference = {
        error: finite(distance),
        relative: finite(share),
        trial: trialsBefore + row,
        step: Math.floor(at / (units * rows)),
        unit,
        index: Math.floor(at / rows) % units,
        values: [finite(ours[at]), finite(theirs[at])],
      };
      largest = larger(largest, difference);
      if (isBeyond && (first === null || isBefore(difference, first))) first = difference;
    }
  }
  return { largest, first, beyond };
}

/** Largest finite magnitude of each trial, at least 1. */
function trialMagnitudes({ states, outputs }: Floats, rows: number): Float64Array {
  const magnitudes = new Float64Array(rows).fill(1);
  for (const values of [states, outputs]) {
    for (let at = 0; at < values.length; at++) {
      const magnitude = Math.abs(values[at]);
      if (magnitude > magnitudes[at % rows] && magnitude !== Number.POSITIVE_INFINITY) magnitudes[at % rows] = magnitude;
    }
  }
  return magnitudes;
}

/** The larger of two errors; the earlier where they are equal. */
function larger(a: FloatDifference | null, b: FloatDifference | null): FloatDifference | null {
  if (a === null || b === null) return a ?? b;
  const [of, than] = [b, a].map(({ relative }) => relative ?? Number.POSITIVE_INFINITY);
  return of > than ? b : a;
}

/** States are visited before outputs, so that a tie keeps them in front. */
function isBefore(a: FloatDifference, b: FloatDifference): boolean {
  return a.trial !== b.trial ? a.trial < b.trial : a.step < b.step;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function checkLengths(reference: string, expected: Floats, name: string, actual: Floats): void {
  for (const part of ['states', 'outputs'] as const) {
    if (actual[part].length !== expected[part].length)
      throw new MismatchError(`${name} returned ${actual[part].length} ${part}, ${reference} ${expected[part].length}`);
  }
}
