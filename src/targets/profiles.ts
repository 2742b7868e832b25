// Which energy model of a target is meant?
import { UsageError, unknownName } from '../core/errors.ts';
import type { Target } from './load.ts';
import type { EnergyProfileData } from './schema.ts';

/** A profile's data and its place in the file. */
export interface LocatedProfile {
  readonly data: EnergyProfileData;
  /** For example `energyProfiles[0]`. */
  readonly field: string;
}

/**
 * The profile with the given id, or the default one.
 *
 * @throws UsageError if there is none
 */
export function findProfile(target: Target, id?: string): LocatedProfile {
  const profiles = target.file.energyProfiles;
  const index = profiles.findIndex((profile) => (id === undefined ? profile.default === true : profile.id === id));
  if (index >= 0) return { data: profiles[index], field: `energyProfiles[${index}]` };
  if (id === undefined) throw new UsageError(`target ${target.id} has no energy profile`);
  throw unknownName(
    `energy profile of target ${target.id}`,
    id,
    profiles.map((profile) => profile.id),
    `bimt-export targets show ${target.id}`,
  );
}
