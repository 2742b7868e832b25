// Which links carry the messages? The mesh with every link by its load, the busiest marked.
import type { LinkLoad } from '../mapping/metrics.ts';
import type { Topology } from '../targets/topology.ts';
import {
  type ChipLayout,
  chipLayout,
  croppedWords,
  directionEntry,
  linksIn,
  portArrow,
  portEntry,
  type RouterPosition,
  routerAxes,
  routersIn,
} from './chip-layout.ts';
import { formatNumber, plural } from './format.ts';
import type { PlacementResult, TargetReport } from './report.ts';
import {
  boxSwatch,
  colourBar,
  element,
  INK,
  type LegendEntry,
  legend,
  lineSwatch,
  type Markup,
  RAMPS,
  svgDocument,
  titled,
} from './svg.ts';

const LEGEND_WIDTH = 220;

/** `link-traffic.svg` of a target; packets per step as the chip sends them. */
export function linkTrafficPlot({ label, name }: Pick<TargetReport, 'label' | 'name'>, result: PlacementResult, network: Topology): string {
  const layout = chipLayout(network, result);
  const { area } = layout;
  const loads = result.links?.loads ?? [];
  const most = result.links?.max ?? 0;
  const busiest = result.links?.busiest ?? null;
  const left = area.left + area.width + 28;
  const bar = { left, top: area.top + 18, width: 16, height: 110 };
  const entries: LegendEntry[] = [
    { label: 'router with neurons behind it', swatch: boxSwatch(USED, INK.axis) },
    { label: 'router without', swatch: boxSwatch(INK.background, IDLE) },
    { label: 'link without traffic', swatch: lineSwatch(IDLE, 0.8) },
    ...(busiest === null
      ? []
      : [{ label: `busiest link: ${amount(most)}/step`, swatch: (x: number, y: number) => ring(x + 13, y + 6, 7) }]),
    directionEntry,
    portEntry,
  ];
  const key = legend(left, bar.top + bar.height + 22, entries);
  const what =
    result.links === null
      ? 'traffic was not measured'
      : most === 0
        ? 'no message leaves its router'
        : `${plural(loads.length, 'link')} in use`;
  return svgDocument(
    { width: Math.max(620, left + LEGEND_WIDTH), height: Math.max(area.top + area.height + 52, bar.top + bar.height + 34 + key.height) },
    { title: `${label}: messages on the links`, subtitle: `${name}, ${what}${croppedWords(layout, network)}` },
    [
      ...routerAxes(layout),
      ...idleLinks(layout, network),
      ...loads.map((load) => drawLoad(layout, load, load.trafficPerStep / most)),
      ...routersIn(layout.view, network).map((router) => drawRouter(layout, router, result)),
      ...(busiest === null ? [] : [markBusiest(layout, busiest)]),
      portArrow(layout, result.port, network),
      ...(most === 0
        ? []
        : [colourBar(bar, RAMPS.orange, 'messages/step (also width)', { low: '0', middle: amount(most / 2), high: amount(most) })]),
      key.markup,
    ],
  );
}

const USED = '#d9d9d9';
const IDLE = '#c4c4c4';

function drawLoad(
  layout: ChipLayout,
  { from, to, neuronTrafficPerStep, inputTrafficPerStep, trafficPerStep }: LinkLoad,
  share: number,
): Markup {
  const title = `link ${from.x},${from.y} to ${to.x},${to.y}: ${amount(trafficPerStep)} messages/step (neurons ${amount(neuronTrafficPerStep)}, inputs ${amount(inputTrafficPerStep)})`;
  return titled('line', { ...layout.link(from, to), stroke: RAMPS.orange(share), 'stroke-width': 1 + layout.linkWidth(share) }, title);
}

function drawRouter({ block }: ChipLayout, router: RouterPosition, { cores }: PlacementResult): Markup {
  const behind = cores.filter(({ routerX, routerY }) => routerX === router.x && routerY === router.y);
  const neurons = behind.reduce((sum, core) => sum + core.neurons + core.readouts, 0);
  const { left, top, width, height } = block(router);
  const rect = { x: left, y: top, width, height, rx: 2, fill: neurons > 0 ? USED : INK.background, stroke: neurons > 0 ? INK.axis : IDLE };
  const title = `router ${router.x},${router.y}: ${plural(neurons, 'neuron')} in ${plural(behind.length, 'core')}`;
  return titled('rect', rect, title);
}

function markBusiest(layout: ChipLayout, { from, to }: LinkLoad): Markup {
  const { x1, y1, x2, y2 } = layout.link(from, to);
  return ring((x1 + x2) / 2, (y1 + y2) / 2, Math.hypot(x2 - x1, y2 - y1) / 2 + 5);
}

function ring(cx: number, cy: number, r: number): Markup {
  return element('circle', { cx, cy, r, fill: 'none', stroke: INK.text, 'stroke-width': 1.6, 'stroke-dasharray': '3 2' });
}

/** Links in view, under the loaded ones. */
function idleLinks(layout: ChipLayout, network: Topology): Markup[] {
  return linksIn(layout, network).map((ends) => element('line', { ...ends, stroke: IDLE, 'stroke-width': 0.8 }));
}

function amount(value: number): string {
  return formatNumber(value, { significant: 3 });
}
