// Where do neurons of one function sit? Active neurons as squares in their places, one number and colour for each functional cluster.
import type { Analysis, LayoutAnalysis } from '../analysis/analysis-file.ts';
import { type Grid, siteCoordinates, siteCount } from '../network/geometry.ts';
import { clusterName, clusterSquare } from './cluster-style.ts';
import { formatNumber, plural } from './format.ts';
import { legendWidth, notice, pageWidth } from './series.ts';
import { drawSheet } from './sheet.ts';
import { boxSwatch, element, escapeXml, group, INK, type LegendEntry, legend, type Markup, svgDocument, titled } from './svg.ts';

const LEFT = 72;
const TOP = 66;
/** Active neurons that belong to no cluster. */
const NO_CLUSTER = '#b0b0b0';

type Activity = Pick<Analysis, 'activity' | 'clusters' | 'settings'>;

/** `brain-map.svg`: Liu et al. (2023), figure 2; sites without an active neuron stay blank. */
export function brainMap(
  title: string,
  grid: Grid,
  analysis: Activity,
  { site, isolated }: Pick<LayoutAnalysis, 'site' | 'isolated'>,
): string {
  const { activity, clusters } = analysis;
  const sheet = drawSheet(grid, LEFT, TOP);
  const neurons = activity.active.map((neuron, i) => ({ neuron, site: site[neuron] ?? 0, cluster: clusters?.labels[i] ?? null }));
  const entries = legendEntries(analysis);
  const heading = { title, subtitle: subtitleOf(analysis, site.length, isolated) };
  const key = legend(LEFT + sheet.box.width + 28, TOP, entries, LEGEND_TITLE);
  const room = legendWidth(
    entries.map(({ label }) => label),
    LEGEND_TITLE,
  );
  return svgDocument(
    {
      width: pageWidth(LEFT + sheet.box.width + 28 + room + 16, heading),
      height: Math.max(TOP + sheet.box.height + 54, TOP + key.height + 20),
    },
    heading,
    [
      blankSites(grid, sheet),
      ...neurons.map((neuron) => square(neuron, sheet, grid, analysis)),
      ...sheet.axes,
      ...(neurons.length === 0 ? [notice(sheet.box, 'no active neurons')] : []),
      key.markup,
    ],
  );
}

const LEGEND_TITLE = 'cluster: preferred task (neurons)';

function subtitleOf({ activity, clusters }: Activity, neurons: number, isolated: LayoutAnalysis['isolated']): string {
  const active = `${activity.active.length} of ${plural(neurons, 'neuron')} active`;
  if (clusters === null) return `${active}, without functional clusters`;
  const alone = isolated === null ? '' : `, ${formatNumber(isolated.value, 'percent')} without a neighbour of their own cluster`;
  return `${active}, ${plural(clusters.clusters.length, 'functional cluster')}${alone}`;
}

/** A dot where no active neuron sits, so that blank sites can be counted. */
function blankSites(grid: Grid, { corner, pitch }: ReturnType<typeof drawSheet>): Markup {
  const dots = Array.from({ length: siteCount(grid) }, (_, at) => {
    const { x, y } = corner(at);
    return element('circle', { cx: x + pitch / 2, cy: y + pitch / 2, r: Math.min(2, pitch * 0.1) });
  });
  return group({ fill: '#d0d0d0' }, dots);
}

function square(
  { neuron, site, cluster }: { readonly neuron: number; readonly site: number; readonly cluster: number | null },
  { corner, pitch }: ReturnType<typeof drawSheet>,
  grid: Grid,
  { activity, clusters }: Activity,
): Markup {
  const { x, y } = corner(site);
  const { row, column } = siteCoordinates(grid, site);
  const where = grid.rows === 1 ? `site ${column}` : `row ${row}, column ${column}`;
  const variance = (activity.taskVariance[neuron] ?? []).reduce((sum, value) => sum + value, 0);
  const about = `neuron ${neuron} at ${where}: task variance ${formatNumber(variance, { significant: 3 })}`;
  if (cluster === null) {
    const box = { x, y, width: pitch, height: pitch, fill: NO_CLUSTER, stroke: INK.background };
    return titled('rect', box, about);
  }
  const preferred = clusters?.clusters[cluster]?.preferredTask ?? 'unknown';
  const text = `${about}, cluster ${clusterName(cluster)} (${preferred})`;
  return clusterSquare(x, y, pitch, cluster, element('title', {}, [escapeXml(text)]));
}

function legendEntries({ clusters, activity }: Activity): LegendEntry[] {
  const blank: LegendEntry = {
    label: 'no active neuron',
    swatch: (left, top) => element('circle', { cx: left + 13, cy: top + 6, r: 2, fill: '#d0d0d0' }),
  };
  if (clusters === null) {
    return [...(activity.active.length === 0 ? [] : [{ label: 'active neuron', swatch: boxSwatch(NO_CLUSTER, INK.background) }]), blank];
  }
  const entries = clusters.clusters.map(({ size, preferredTask }, cluster) => ({
    label: `${preferredTask} (${size})`,
    swatch: (left: number, top: number) => clusterSquare(left + 4, top - 3, 18, cluster, null),
  }));
  return [...entries, blank];
}
