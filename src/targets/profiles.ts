// Which energy model of a target is meant?
import { UsageError, unknownName } from '../core/errors.ts';
import type { Target } from './load.ts';
import type { EnergyProfileData, NumberQuantity } from './schema.ts';

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
  if (id === undefined)
    throw new UsageError(
      `target ${target.id} has no energy profile; choose another target, or add one in a file of your own with "extends": "${target.id}"`,
    );
  throw unknownName(
    `energy profile of target ${target.id}`,
    id,
    profiles.map((profile) => profile.id),
    `bimt-export targets show ${target.id}`,
  );
}

/** What the smallest piece of work takes: a synaptic operation, the read of a cell, a multiplication. */
export function operationEnergy(profile: EnergyProfileData): NumberQuantity | undefined {
  if (profile.kind === 'mvm') return profile.cellRead;
  if (profile.kind === 'mac-flat') return profile.mac;
  return profile.kind === 'wire' ? undefined : profile.synop;
}

/** What a link takes along x and y, or along either; nothing where no such figure belongs to the kind. */
export function hopEnergies(profile: EnergyProfileData): (NumberQuantity | undefined)[] {
  if (profile.kind === 'event' || profile.kind === 'affine-chip') return [profile.hopX, profile.hopY];
  return profile.kind === 'mvm' || profile.kind === 'mac-flat' ? [profile.flitHop] : [undefined];
}
