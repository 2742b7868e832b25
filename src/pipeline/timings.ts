// How long did each stage take? A file beside the results that no hash covers: two equal runs differ in it alone.
import { z } from 'zod';
import type { RunFolder } from './run-folder.ts';

export const TIMINGS_FILE = 'timings.json';

const StageTiming = z.strictObject({
  /** Wall time of making what the folder holds, after an interruption that of the rest; null is unknown. */
  seconds: z.number().nonnegative().nullable(),
  /** Whether the last run to come to the stage found it up to date. */
  reused: z.boolean(),
});
type StageTiming = z.output<typeof StageTiming>;

const Timings = z.strictObject({ schema: z.literal('bimt-timings/2'), stages: z.record(z.string(), StageTiming) });

/** Notes how a stage went; one that was reused keeps the time of when it was made. */
export function noteTiming(folder: RunFolder, stage: string, seconds: number, reused: boolean): void {
  const earlier = readTimings(folder);
  // Of stages that the folder does not hold any more, nothing is told.
  const held = Object.entries(earlier).filter(([name]) => folder.holds(name));
  const timing: StageTiming = { seconds: reused ? (earlier[stage]?.seconds ?? null) : Number(seconds.toFixed(3)), reused };
  const timings: z.output<typeof Timings> = { schema: 'bimt-timings/2', stages: { ...Object.fromEntries(held), [stage]: timing } };
  folder.write(TIMINGS_FILE, `${JSON.stringify(timings, null, 2)}\n`);
}

/** What is known; nothing depends on the file, so one that cannot be read is as good as none. */
function readTimings(folder: RunFolder): Readonly<Record<string, StageTiming>> {
  if (!folder.has(TIMINGS_FILE)) return {};
  try {
    return Timings.parse(JSON.parse(new TextDecoder().decode(folder.read(TIMINGS_FILE)))).stages;
  } catch {
    return {};
  }
}
