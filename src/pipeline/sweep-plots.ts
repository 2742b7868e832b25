// How do the Pareto plots of a sweep get their points?
import { join } from 'node:path';
import { readInputFile } from '../core/files.ts';
import { type ParetoPlot, paretoPlot } from '../report/pareto-plot.ts';
import { parseSweep, type SweepPlan } from './sweep-file.ts';
import { openSweepFolder, readRecords } from './sweep-folder.ts';
import type { PointRecord, SweepPoint } from './sweep-point.ts';
import { flatSettings, settingWords, varyingPaths } from './sweep-settings.ts';
import { donePoints, type SeriesSummary, SWEEP_MEASURES, type SweepMeasure, summarizeSeries, tradeOff } from './sweep-statistics.ts';

/** SVG files by name; a measure that no point has gives no plot. */
export function sweepPlots(...sweep: Parameters<typeof tradeOffs>): Record<string, string> {
  return Object.fromEntries(Object.entries(tradeOffs(...sweep)).map(([file, plot]) => [file, paretoPlot(plot)]));
}

/** What the plots show, by the name of the file. */
function tradeOffs(
  plan: SweepPlan,
  records: ReadonlyMap<string, PointRecord>,
  summaries: readonly SeriesSummary[],
): Record<string, ParetoPlot> {
  const series = plan.series.map(({ name, points: indices }, i) => {
    const points = indices.map((index) => plan.points[index]);
    return { name, points: labelled(points, records), hypervolume: summaries[i].hypervolume };
  });
  const plots = SWEEP_MEASURES.map((measure) => ({ measure, drawn: series.map((one) => drawSeries(one, measure)) }));
  return Object.fromEntries(
    plots
      .filter(({ drawn }) => drawn.some(({ points }) => points.length > 0))
      .map(({ measure: { file, title, label }, drawn }) => [file, { title, x: { label, log: true }, series: drawn }]),
  );
}

/** The plots of a sweep's folder, from its sweep.yaml and the points that are done. */
export function folderPlots(path: string): Record<string, string> {
  return sweepPlots(...readSweep(path));
}

/** What they show. */
export function folderTradeOffs(path: string): ParetoPlot[] {
  return Object.values(tradeOffs(...readSweep(path)));
}

function readSweep(path: string): Parameters<typeof tradeOffs> {
  const file = join(path, 'sweep.yaml');
  const plan = parseSweep(new TextDecoder().decode(readInputFile(file)), file);
  const records = readRecords(openSweepFolder(path), plan.points);
  return [plan, records, summarizeSeries(plan, records)];
}

type Labelled = ReturnType<typeof labelled>[number];

/** Points with what tells them apart in their series. */
function labelled(points: readonly SweepPoint[], records: ReadonlyMap<string, PointRecord>) {
  const paths = varyingPaths(points.map(({ settings }) => flatSettings(settings)));
  return donePoints(points, records).map((done) => ({ done, label: settingWords(flatSettings(done.point.settings), paths) }));
}

function drawSeries(
  { name, points, hypervolume }: { name: string; points: readonly Labelled[]; hypervolume: SeriesSummary['hypervolume'] },
  measure: SweepMeasure,
) {
  const drawn = points.flatMap(({ done, label }) => {
    const at = tradeOff(done, measure);
    return at === null ? [] : [{ ...at, label }];
  });
  return { name, points: drawn, hypervolume: hypervolume[measure.id] };
}
