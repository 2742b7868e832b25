// What does a time step cost on a target, in every profile that its file holds?
import type { StepWork } from '../mapping/counts.ts';
import type { PlacementInput } from '../report/input.ts';
import type { Band, Sum } from '../targets/constants.ts';
import { energyProfile, estimateEnergy } from '../targets/energy.ts';
import { estimateLatency, timing } from '../targets/latency.ts';
import type { Target } from '../targets/load.ts';

const NS_PER_S = 1e9;

type StepCost = Pick<NonNullable<PlacementInput['result']>, 'counts' | 'energy' | 'latency'>;

/**
 * Energy and latency of a step, the default profile first; empty without measured activity. Static power is charged for the
 * chip's time step where that is fixed, else for the estimated latency, as if one step followed the other at once.
 */
export function stepCost(target: Target, work: StepWork | null): StepCost {
  if (work === null) return { counts: null, energy: [], latency: [] };
  const profiles = [...target.file.energyProfiles].sort((a, b) => Number(b.default ?? false) - Number(a.default ?? false));
  const latency = profiles.map(({ id }) => estimateLatency(timing(target, id), work.latency));
  const energy = profiles.map(({ id }, i) =>
    estimateEnergy(energyProfile(target, id), { ...work.energy, stepNs: tickNs(target) ?? durationNs(latency[i].total) }),
  );
  return { counts: work.energy, energy, latency };
}

/** The time step of a chip that keeps one, however little there is to do. */
function tickNs({ file }: Target): Band | null {
  const { value, range } = file.process.timestep;
  if (value === null) return null;
  const [low, high] = range ?? [value, value];
  return { value: value * NS_PER_S, low: low * NS_PER_S, high: high * NS_PER_S };
}

/** The estimated latency; unknown if a part of it is. */
function durationNs({ value, low, high, complete }: Sum): Band | null {
  return complete && value !== null && low !== null && high !== null ? { value, low, high } : null;
}
