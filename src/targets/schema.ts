// What may a target file say? The schema; semantic checks are in check.ts.

/** A validated target file. */
export interface TargetFile {
  readonly id: string;
  readonly name: string;
}
