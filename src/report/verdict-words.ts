// How is a verdict put into words? Whether a network fits, what limits it, what accuracy it loses, and what to mind.
import type { Sum, Term } from '../targets/constants.ts';
import { formatCount, formatValue, plural } from './format.ts';
import type { AccuracyStage, PlacementReport, Report, TargetReport } from './report.ts';

/** What follows `fits`. */
export function fitWords({ cap, limiting, result }: PlacementReport): string {
  const cores = result === null ? '' : ` on ${formatCount(result.coresUsed)} of ${plural(result.coresAvailable, 'core')}`;
  const most = cap === null ? '' : `, ${formatCount(cap)} neurons each at most`;
  const fullest =
    limiting === null ? '' : `; fullest resource: ${limiting.resource}, ${formatValue(limiting.share, 'percent')} in ${limiting.subject}`;
  return `${cores}${most}${fullest}.`;
}

/** What follows `does not fit`: the worst violation, and what would help. */
export function misfitWords({ violations }: PlacementReport): string {
  const [worst] = [...violations].sort((a, b) => b.found / b.limit - a.found / a.limit);
  if (worst === undefined) return ': no placement was found.';
  const others = violations.length > 1 ? ` (and ${plural(violations.length - 1, 'more violation')})` : '';
  return `: ${worst.subject} needs ${formatCount(worst.found)} ${worst.unit}, the limit is ${formatCount(worst.limit)}${others}. Try: ${worst.remedies.join(', or ')}.`;
}

/** What a target's integers cost in mean accuracy. */
export interface AccuracyLoss {
  readonly integer: AccuracyStage;
  /** The last stage before. */
  readonly float: AccuracyStage;
  /** Difference of the two as they are printed, so that the three add up; null where they stand on other trials. */
  readonly lost: number | null;
}

/** Null where accuracy was not measured. */
export function accuracyLoss({ accuracy: { stages } }: Pick<Report, 'accuracy'>, label: string): AccuracyLoss | null {
  const integer = stages.find(({ target }) => target === label);
  const float = stages.filter(({ target }) => target === null).at(-1);
  if (integer === undefined || float === undefined) return null;
  if (integer.trialsPerTask !== float.trialsPerTask || integer.seed !== float.seed) return { integer, float, lost: null };
  const printed = (ratio: number) => Math.round(1000 * ratio);
  return { integer, float, lost: (printed(float.mean) - printed(integer.mean)) / 1000 };
}

/** What must not be overlooked when reading a target's numbers. */
export function cautions({ label, runs, placements }: TargetReport): string[] {
  const result = placements[0]?.result;
  const partial = (what: string, estimate: { readonly terms: readonly Term[]; readonly total: Sum } | undefined) => {
    const unknown = (estimate?.terms ?? []).filter(({ value }) => value === null).map(({ name }) => name);
    if (unknown.length === 0) return [];
    const names = unknown.join(', ');
    if (estimate?.total.value === null) return [`${label}: ${what} is unknown; of its parts these are: ${names}.`];
    return [`${label}: ${what} is a lower bound; unknown and left out: ${names}.`];
  };
  return [
    ...(runs.executable
      ? []
      : [
          `${label} cannot run this network as it stands: ${runs.reason}. Its traffic, energy and latency are those of a structural model.`,
        ]),
    ...partial('energy', result?.energy[0]),
    ...partial('latency', result?.latency[0]),
  ];
}
