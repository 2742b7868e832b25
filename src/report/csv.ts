// Which tables leave as CSV? Cores and links of a placement, tasks and placements of a run.
import { CORE_COLUMNS, LINK_COLUMNS, taskColumns } from './detail-columns.ts';
import { PLACEMENT_COLUMNS, placementRows } from './placement-columns.ts';
import type { PlacementResult, Report } from './report.ts';
import { csvTable } from './table.ts';

/** `cores.csv`: the used cores. */
export function coresCsv({ cores }: PlacementResult): string {
  return csvTable(CORE_COLUMNS, cores);
}

/** `links.csv`: the links with traffic; only its header when no activity was measured. */
export function linksCsv({ links }: PlacementResult): string {
  return csvTable(LINK_COLUMNS, links?.loads ?? []);
}

/** `tasks.csv`: accuracy of each task after each stage. */
export function tasksCsv({ accuracy: { stages, tasks } }: Report): string {
  return csvTable(taskColumns(stages), tasks);
}

/** `placements.csv`: all targets side by side. */
export function placementsCsv(report: Report): string {
  return csvTable(PLACEMENT_COLUMNS, placementRows(report));
}
