// Is agreement evidence? Every random change of a chip must change some integer, or it must be clear why it cannot.
import { type Chip, type Integers, runChip, summingUnits } from './chip.ts';
import { drawMutation, HIDDEN_READS, type Moment, type Mutation, type Sender } from './mutate.ts';
import { countDifferences, firstDifference, type TrialBatch } from './verify.ts';

/** What became of one mutation. */
export interface MutationOutcome {
  readonly kind: Mutation['kind'];
  /** The change in words. */
  readonly what: string;
  /** Trials run until an integer differed; null if none does. */
  readonly detectedAfter: number | null;
  /** Measured reason why no integer differs; null if one does, or if no reason was found. */
  readonly reason: string | null;
}

/** The unchanged chip's run of a batch. */
interface Trace extends TrialBatch, Integers {
  /** Sums before requantization, shape [steps, summing units, rows]. */
  readonly sums: Int32Array;
}

/**
 * Changes a chip `count` times, each time in one place, and compares its integers with the unchanged chip's.
 * Batches run in order until one differs, so a small first batch saves time.
 */
export function mutationTest(chip: Chip, batches: readonly TrialBatch[], count: number, seed: number): MutationOutcome[] {
  const traces = batches.map((batch) => runTrace(chip, batch));
  return Array.from({ length: count }, (_, i) => outcomeOf(drawMutation(chip, seed, i), traces));
}

function runTrace(chip: Chip, batch: TrialBatch): Trace {
  const sums = new Int32Array(batch.steps * summingUnits(chip.mapping) * batch.rows);
  return { ...batch, ...runChip(chip, batch.inputs, batch.steps, batch.rows, sums), sums };
}

function outcomeOf(mutation: Mutation, traces: readonly Trace[]): MutationOutcome {
  const { kind, what } = mutation;
  let trials = 0;
  let changedSums = 0;
  for (const trace of traces) {
    const mutant = runTrace(mutation.chip, trace);
    if (countDifferences(trace.states, mutant.states) + countDifferences(trace.outputs, mutant.outputs) > 0) {
      const { trial } = firstDifference(trace, mutant, trace.steps, trace.rows, trials);
      return { kind, what, detectedAfter: trial + 1, reason: null };
    }
    changedSums += countDifferences(trace.sums, mutant.sums);
    trials += trace.rows;
  }
  return { kind, what, detectedAfter: null, reason: reasonFor(mutation, traces, changedSums) };
}

/** Why a change that alters no integer cannot be seen, from what was measured on these trials. */
function reasonFor({ kind, path, neuron }: Mutation, traces: readonly Trace[], changedSums: number): string | null {
  if (changedSums > 0) return `it changes ${changedSums} sums, each requantized to the same state`;
  if (kind === 'multiplier' && neuron !== null) {
    const positive = traces.reduce((count, trace) => count + positiveSums(trace, neuron.index), 0);
    return `the neuron's ${positive} positive sums are requantized to the same states`;
  }
  if (path === null) return null;
  if (path.readers.size === 0) return 'no neuron reads anything different';
  if (traces.some((trace) => carriesValue(trace, path.senders, path.readers))) return null;
  return 'no value but 0 passes it on these trials';
}

function positiveSums({ sums, steps, rows }: Trace, index: number): number {
  const units = sums.length / (steps * rows);
  return sums.filter((sum, at) => sum > 0 && Math.floor(at / rows) % units === index).length;
}

/** Whether a sender's value is not 0 when one of the readers reads it. */
function carriesValue(trace: Trace, senders: readonly Sender[], readers: ReadonlySet<Moment>): boolean {
  const { states, inputs, sums, steps, rows } = trace;
  const neurons = states.length / (steps * rows);
  const channels = inputs.length / (steps * rows);
  return senders.some(({ kind, index, from, to }) => {
    const moments = [...readers].filter((moment) => moment >= from && moment <= to);
    if (moments.length === 0) return false;
    if (kind === 'input') return inputs.some((value, at) => value !== 0 && at % channels === index);
    if (kind === 'partial') return sums.some((sum, at) => sum !== 0 && Math.floor(at / rows) % (sums.length / (steps * rows)) === index);
    // Readout units read states in their own step; hidden neurons read them one step later, so never the last.
    const stepsRead = moments.some((moment) => moment > HIDDEN_READS) ? steps : steps - 1;
    return states.subarray(0, stepsRead * neurons * rows).some((state, at) => state !== 0 && Math.floor(at / rows) % neurons === index);
  });
}
