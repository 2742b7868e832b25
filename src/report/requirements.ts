// Does a run meet what a flow asks of it? `energy<=1.05*baseline`, asked of every case; what is unknown meets nothing.
import { UsageError, unknownName } from '../core/errors.ts';
import { beside, type Case, type Comparison, MEASURES, numbersOf } from './comparison.ts';
import { isBound, type Value } from './format.ts';

const OPERATORS = ['<=', '>=', '==', '<', '>'] as const;
type Operator = (typeof OPERATORS)[number];

/** What is asked of a number of every case, or of one target. */
export interface Requirement {
  /** As the user wrote it. */
  readonly text: string;
  readonly metric: string;
  /** Label of a target; null for all. */
  readonly target: string | null;
  readonly operator: Operator;
  readonly factor: number;
  /** Whether the limit is `factor` times the baseline's number, or `factor` itself. */
  readonly ofBaseline: boolean;
}

/** How a case stands to a requirement. */
export interface Verdict {
  readonly requirement: Requirement;
  readonly run: string;
  readonly target: string;
  readonly unit: string;
  readonly value: Value;
  readonly limit: Value;
  /** `unknown` where a number, or all that is needed of it, is not known: it counts as missed. */
  readonly outcome: 'met' | 'missed' | 'unknown';
  /** Why it is unknown, or what was compared where only bounds are known; empty otherwise. */
  readonly reason: string;
}

const FORM = /^\s*(\w+)(?:@(.+?))?\s*(<=|>=|==|<|>)\s*(?:(\S+?)\s*\*\s*)?(\S+)\s*$/;

/**
 * Reads METRIC[@TARGET] OPERATOR LIMIT, where a limit is a number, `baseline`, or a number times it.
 *
 * @throws UsageError if it is none
 */
export function parseRequirement(text: string): Requirement {
  const [, metric, target = null, operator, before, last] = FORM.exec(text) ?? [];
  const ofBaseline = last === 'baseline';
  const factor = ofBaseline ? Number(before ?? 1) : before === undefined ? Number(last) : Number.NaN;
  if (metric === undefined || operator === undefined || !Number.isFinite(factor))
    throw new UsageError(
      `--require '${text}' is not understood; write METRIC, one of ${OPERATORS.join(' ')}, and a number or FACTOR*baseline: 'accuracy>=0.9', 'energy<=1.05*baseline', or for one target 'cores@loihi1<=8'`,
    );
  return { text, metric, target, operator: operator as Operator, factor, ofBaseline };
}

/**
 * Holds requirements against every run but the baseline; against the only run if there is one.
 *
 * @throws UsageError if a metric or a target has a name that no case knows, or a limit needs a baseline and there is none
 */
export function judge(requirements: readonly Requirement[], { cases, baseline }: Comparison): Verdict[] {
  const numbers = new Map(cases.map((one) => [one, numbersOf(one)]));
  const known = [...new Set([...MEASURES.map(({ name }) => name), ...[...numbers.values()].flatMap((names) => [...names.keys()])])];
  const labels = [...new Set(cases.map(({ target }) => target.label))];
  return requirements.flatMap((requirement) => {
    const { metric, target, ofBaseline, text } = requirement;
    if (!known.includes(metric)) throw unknownName('metric', metric, known, 'bimt-export compare --help');
    if (target !== null && !labels.includes(target))
      throw new UsageError(`--require '${text}': no run has the target '${target}'; there are: ${labels.join(', ')}`);
    if (ofBaseline && baseline === null)
      throw new UsageError(`--require '${text}' needs a baseline: give two run folders, the first is the baseline`);
    const asked = cases.filter((one) => one.run !== baseline && (target === null || one.target.label === target));
    return asked.map((one) => {
      const reference = ofBaseline ? beside(cases, baseline, one) : null;
      return verdict(requirement, one, numbers.get(one)?.get(metric) ?? null, reference);
    });
  });
}

type Known = { readonly value: Value; readonly unit: string } | null;

function verdict(requirement: Requirement, one: Case, found: Known, reference: Case | null): Verdict {
  const { metric, operator, factor, ofBaseline } = requirement;
  const value = found?.value ?? null;
  const before = reference === null ? null : (numbersOf(reference).get(metric)?.value ?? null);
  const limit = ofBaseline ? scaled(before, factor) : factor;
  const of = { requirement, run: one.run.name, target: one.target.label, unit: found?.unit ?? '', value, limit };
  const unknown = (reason: string): Verdict => ({ ...of, outcome: 'unknown', reason });
  if (ofBaseline && reference === null) return unknown('the baseline does not have this target');
  const [a, b] = [rangeOf(value), rangeOf(limit)];
  if (a === null) return unknown(whyNot(one, value));
  if (b === null) return unknown(`in the baseline ${whyNot(reference ?? one, before)}`);
  const outcome = compareRanges(a, operator, b);
  if (outcome !== null) return { ...of, outcome, reason: '' };
  // Two lower bounds of one target leave the same terms out: what is known of them is compared.
  const alike = isBound(value) && isBound(limit) && value.bound === limit.bound && reference?.target.hash === one.target.hash;
  const known = alike ? compareRanges([value.value, value.value], operator, [limit.value, limit.value]) : null;
  if (known !== null) return { ...of, outcome: known, reason: 'by what is known of both' };
  return unknown('only a bound of it is known');
}

/** Why there is no number. */
function whyNot({ placement }: Case, value: Value): string {
  if (placement.result === null) return 'the network does not fit this target';
  return value === null ? 'it is unknown' : 'there is no such number on this target';
}

/** Lowest and highest value that a cell may stand for. */
function rangeOf(value: Value): readonly [number, number] | null {
  if (value === null || typeof value === 'string') return null;
  if (!isBound(value)) return [Number(value), Number(value)];
  return value.bound === '≥' ? [value.value, Number.POSITIVE_INFINITY] : [Number.NEGATIVE_INFINITY, value.value];
}

/** Whether a comparison holds, or does not, for all numbers of two ranges; null if that is open. */
function compareRanges(
  [low, high]: readonly [number, number],
  operator: Operator,
  [limitLow, limitHigh]: readonly [number, number],
): 'met' | 'missed' | null {
  const decide = (always: boolean, never: boolean) => (always ? 'met' : never ? 'missed' : null);
  switch (operator) {
    case '<=':
      return decide(high <= limitLow, low > limitHigh);
    case '<':
      return decide(high < limitLow, low >= limitHigh);
    case '>=':
      return decide(low >= limitHigh, high < limitLow);
    case '>':
      return decide(low > limitHigh, high <= limitLow);
    case '==':
      return decide(low === high && limitLow === limitHigh && low === limitLow, high < limitLow || low > limitHigh);
  }
}

/** A number times a factor; a bound changes sides where the factor is below 0. */
function scaled(value: Value, factor: number): Value {
  if (value === null || typeof value === 'string') return value;
  if (!isBound(value)) return Number(value) * factor;
  const other = value.bound === '≥' ? '≤' : '≥';
  return { bound: factor < 0 ? other : value.bound, value: value.value * factor };
}
