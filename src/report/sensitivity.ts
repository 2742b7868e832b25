// Would another choice of constants turn a ranking round? Lowest and highest energy over all ranges and profiles (P7).
import type { PlacementReport, Report, TargetReport } from './report.ts';

/** Lowest and highest energy of a step in pJ, over the ranges of all constants and all profiles that know every constant they need. */
export interface EnergyRange {
  readonly low: number;
  readonly high: number;
}

/** The range of a placement; null if no profile is complete. */
export function energyRange({ result }: PlacementReport): EnergyRange | null {
  const known = (result?.energy ?? []).flatMap(({ total: { low, high, complete } }) =>
    complete && low !== null && high !== null ? [{ low, high }] : [],
  );
  if (known.length === 0) return null;
  return { low: Math.min(...known.map(({ low }) => low)), high: Math.max(...known.map(({ high }) => high)) };
}

/** Labels of the other targets that a placement's energy cannot be told apart from: their ranges overlap. Null if its own is unknown. */
export function undecidedAgainst({ targets }: Report, target: TargetReport, placement: PlacementReport): string[] | null {
  const own = energyRange(placement);
  if (own === null) return null;
  return targets.flatMap((other) => {
    const [exported] = other.placements;
    const range = other === target || exported === undefined ? null : energyRange(exported);
    return range !== null && range.low <= own.high && own.low <= range.high ? [other.label] : [];
  });
}
