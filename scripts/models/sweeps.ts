// What did the sweeps in models/ find? Their files, read once for everything that is made from them.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSweep, type SweepPlan } from '../../src/pipeline/sweep-file.ts';
import { openSweepFolder, readRecords, type SweepFolder } from '../../src/pipeline/sweep-folder.ts';
import type { PointRecord } from '../../src/pipeline/sweep-point.ts';
import { type DonePoint, donePoints, type SeriesSummary, summarizeSeries } from '../../src/pipeline/sweep-statistics.ts';

export const MODELS = 'models';

/** A sweep and the points of it that are done. */
export interface Sweep {
  readonly name: string;
  readonly plan: SweepPlan;
  readonly folder: SweepFolder;
  readonly records: ReadonlyMap<string, PointRecord>;
  readonly summaries: readonly SeriesSummary[];
  /** The points of a series that are done; empty where there are none or no such series. */
  done(series: string): readonly DonePoint[];
}

/** Opens the sweep of models/NAME. */
export function openSweep(name: string): Sweep {
  const path = join(MODELS, name);
  const file = join(path, 'sweep.yaml');
  if (!existsSync(file)) throw new Error(`there is no sweep ${file}`);
  const plan = parseSweep(readFileSync(file, 'utf8'), file);
  const folder = openSweepFolder(path);
  const records = readRecords(folder, plan.points);
  return {
    name,
    plan,
    folder,
    records,
    summaries: summarizeSeries(plan, records),
    done(series) {
      const own = plan.series.find((candidate) => candidate.name === series);
      return own === undefined
        ? []
        : donePoints(
            own.points.map((i) => plan.points[i]),
            records,
          );
    },
  };
}
