// What does a placement look like? The chip as it is: cores in their places, filled by utilization, links by traffic.
import type { LinkLoad } from '../mapping/metrics.ts';
import type { Topology } from '../targets/topology.ts';
import { type ChipLayout, chipLayout, coresIn, croppedWords, directionEntry, portArrow, portEntry, routerAxes } from './chip-layout.ts';
import { formatCount, formatNumber, plural } from './format.ts';
import type { CoreReport, PlacementResult, TargetReport } from './report.ts';
import {
  type Box,
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
  textWidth,
  titled,
  words,
} from './svg.ts';

const LEGEND_WIDTH = 210;
const IDLE = '#c4c4c4';
const LINK_COLOUR = '#9a3b00';

/** `placement.svg` of a target. */
export function placementPlot({ label, name }: Pick<TargetReport, 'label' | 'name'>, result: PlacementResult, network: Topology): string {
  const layout = chipLayout(network, result);
  const { area } = layout;
  const legendLeft = area.left + area.width + 28;
  const used = new Map(result.cores.map((core) => [core.id, core]));
  const bar = { left: legendLeft, top: area.top + 18, width: 16, height: 110 };
  const loads = result.links?.loads ?? [];
  const most = result.links?.max ?? 0;
  const entries: LegendEntry[] = [
    { label: 'core in use (neurons)', swatch: boxSwatch(RAMPS.blue(0.5), INK.axis) },
    { label: 'idle core', swatch: boxSwatch(INK.background, IDLE) },
    ...(loads.length === 0
      ? []
      : [
          { label: `link, ${formatNumber(most, { significant: 3 })} messages/step`, swatch: lineSwatch(LINK_COLOUR, layout.linkWidth(1)) },
          directionEntry,
        ]),
    portEntry,
  ];
  const key = legend(legendLeft, bar.top + bar.height + 22, entries);
  const height = Math.max(area.top + area.height + 52, bar.top + bar.height + 34 + key.height);
  return svgDocument(
    { width: Math.max(620, legendLeft + LEGEND_WIDTH), height },
    {
      title: `${label}: the network on the chip`,
      subtitle: `${name}, ${formatCount(result.coresUsed)} of ${plural(network.cores, 'core')} in use${croppedWords(layout, network)}`,
    },
    [
      ...routerAxes(layout),
      ...coresIn(network, layout.view).map((id) => drawCore(layout.core(id), id, used.get(id))),
      ...loads.map((load) => drawLink(layout, load, load.trafficPerStep / most)),
      portArrow(layout, result.port, network),
      colourBar(bar, RAMPS.blue, 'use of fullest resource', { low: '0 %', middle: '50 %', high: '100 %' }),
      key.markup,
    ],
  );
}

function drawCore(box: Box, id: number, core: CoreReport | undefined): Markup {
  const { left, top, width, height } = box;
  const rect = { x: left, y: top, width, height };
  if (core === undefined) return element('rect', { ...rect, fill: INK.background, stroke: IDLE, 'stroke-width': 0.6 });
  const { neurons, readouts, axons, synapses, utilization } = core;
  const title = `core ${id}: ${plural(neurons, 'neuron')}, ${plural(readouts, 'readout unit')}, ${plural(axons, 'axon')}, ${plural(synapses, 'synapse')}, ${formatNumber(utilization, 'percent')} of its fullest resource`;
  const drawn = titled('rect', { ...rect, fill: RAMPS.blue(utilization), stroke: INK.axis, 'stroke-width': 0.8 }, title);
  const label = `${neurons + readouts}`;
  if (height < 12 || textWidth(label, 10) > width) return drawn;
  const fill = utilization > 0.65 ? INK.background : INK.text;
  const number = words(left + width / 2, top + height / 2 + 3.5, label, { anchor: 'middle', size: 10, fill });
  return element('g', {}, [drawn, number]);
}

function drawLink(layout: ChipLayout, { from, to, trafficPerStep }: LinkLoad, share: number): Markup {
  const title = `link ${from.x},${from.y} to ${to.x},${to.y}: ${formatNumber(trafficPerStep, { significant: 3 })} messages/step`;
  return titled('line', { ...layout.link(from, to), stroke: LINK_COLOUR, 'stroke-width': layout.linkWidth(share) }, title);
}
