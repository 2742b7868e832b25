// How does a name on the command line become a checked target?
import type { TargetFile } from './schema.ts';

/** A target, resolved: shipped or the user's own file, with the user's parameters applied. */
export interface Target {
  /** Id in the file, for example `rram-mesh`. */
  readonly id: string;
  /** Id and the parameters the user set, for example `rram-mesh:adcBits=6,rows=128`; unique among targets of a run. */
  readonly label: string;
  /** SHA-256 of the canonical JSON of the resolved file. */
  readonly hash: string;
  readonly file: TargetFile;
  /** Where the file was read. */
  readonly path: string;
}

/** Ids of the shipped targets, sorted. */
export function listTargets(): string[] {
  throw new Error('not built yet');
}

/**
 * Loads a shipped target by name or a user's file by path, with parameters: `rram-mesh:rows=128,adcBits=6`.
 *
 * @throws UsageError for unknown names and parameters (nearest names), and for unreadable or wrong files (all problems)
 */
export function loadTarget(spec: string): Target {
  throw new Error(`not built yet: ${spec}`);
}
