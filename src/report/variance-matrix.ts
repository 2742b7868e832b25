// What does each active neuron do? Task variance over its largest, neurons ordered by functional cluster, as a heat map.
import type { Analysis } from '../analysis/analysis-file.ts';
import { clusterFill, clusterInk, clusterName } from './cluster-style.ts';
import { formatNumber, plural } from './format.ts';
import { pixelImage } from './pixels.ts';
import { frame, notice, pageWidth } from './series.ts';
import {
  type Box,
  colourBar,
  FONT,
  group,
  INK,
  line,
  type Markup,
  RAMPS,
  svgDocument,
  textWidth,
  titled,
  words,
  xAxis,
  yAxis,
} from './svg.ts';

const TOP = 92;
const WIDTH = 640;
const SHADES = 64;
const BAND = 16;

/** Neurons of one cluster side by side. */
interface Block {
  readonly cluster: number | null;
  /** Positions among the drawn neurons. */
  readonly from: number;
  readonly to: number;
}

/** `task-variance-matrix.svg`: Yang et al. (2019), figure 2. */
export function varianceMatrix(title: string, { activity, clusters }: Pick<Analysis, 'activity' | 'clusters'>): string {
  const { tasks } = activity;
  const order = activity.active
    .map((neuron, i) => ({ neuron, cluster: clusters?.labels[i] ?? null }))
    .sort((a, b) => (a.cluster ?? 0) - (b.cluster ?? 0) || a.neuron - b.neuron);
  const rows = order.map(({ neuron }) => normalised(activity.taskVariance[neuron] ?? []));
  const left = 40 + Math.max(40, ...tasks.map((task) => textWidth(task)));
  const rowHeight = Math.min(20, Math.max(13, 420 / Math.max(1, tasks.length)));
  const box: Box = { left, top: TOP, width: WIDTH, height: rowHeight * Math.max(1, tasks.length) };
  const blocks = blocksOf(order.map(({ cluster }) => cluster));
  const heading = {
    title,
    subtitle: `${plural(order.length, 'active neuron')}${clusters === null ? '' : ` in ${plural(clusters.clusters.length, 'functional cluster')}`}, each over its own largest task variance`,
  };
  const bar: Box = { left: left + WIDTH + 30, top: TOP + 22, width: 16, height: Math.min(140, Math.max(60, box.height - 40)) };
  const empty = order.length === 0 || tasks.length === 0;
  return svgDocument(
    { width: pageWidth(bar.left + 130, heading), height: Math.max(box.top + box.height, bar.top + bar.height) + 56 },
    heading,
    [
      ...(empty ? [notice(box, 'no active neurons')] : [heatMap(box, rows, tasks.length)]),
      frame(box),
      ...blocks.flatMap((block) => drawBlock(block, box, rows, tasks, clusters)),
      yAxis(
        box,
        tasks.map((task, k) => ({ at: TOP + (k + 0.5) * rowHeight, label: task })),
        'task',
        { titleOffset: left - 14 },
      ),
      xAxis(box, countTicks(order.length, box), clusters === null ? 'active neurons' : 'active neurons, by functional cluster'),
      words(left - 8, TOP - 9, 'cluster', { anchor: 'end', fill: INK.soft }),
      colourBar(bar, RAMPS.blue, 'task variance', { low: '0', middle: '0.5', high: '1' }),
      words(bar.left, bar.top + bar.height + 18, '1 = its largest', { fill: INK.soft }),
    ],
  );
}

/** A row over its maximum; zeros where there is none. */
function normalised(row: readonly number[]): number[] {
  const most = Math.max(0, ...row);
  return row.map((value) => (most > 0 ? value / most : 0));
}

function heatMap(box: Box, rows: readonly (readonly number[])[], tasks: number): Markup {
  const cells = new Uint8Array(rows.length * tasks);
  for (const [i, row] of rows.entries()) {
    for (let k = 0; k < tasks; k++) cells[k * rows.length + i] = Math.round((row[k] ?? 0) * (SHADES - 1));
  }
  const palette = Array.from({ length: SHADES }, (_, shade) => hex(RAMPS.blue(shade / (SHADES - 1))));
  return pixelImage(box, { width: rows.length, height: tasks, cells, palette });
}

/** `rgb(r, g, b)` as `#rrggbb`. */
export function hex(colour: string): string {
  const numbers = colour.match(/\d+/g) ?? [];
  return `#${numbers.map((value) => Number(value).toString(16).padStart(2, '0')).join('')}`;
}

function blocksOf(clusters: readonly (number | null)[]): Block[] {
  const blocks: Block[] = [];
  for (const [i, cluster] of clusters.entries()) {
    const last = blocks.at(-1);
    if (last !== undefined && last.cluster === cluster) blocks[blocks.length - 1] = { ...last, to: i + 1 };
    else blocks.push({ cluster, from: i, to: i + 1 });
  }
  return blocks;
}

/** Band with the cluster's number above its neurons, a line where it ends, and what it does in each task to point at. */
function drawBlock(
  { cluster, from, to }: Block,
  box: Box,
  rows: readonly (readonly number[])[],
  tasks: readonly string[],
  clusters: Analysis['clusters'],
): Markup[] {
  const step = box.width / Math.max(1, rows.length);
  const x = box.left + from * step;
  const width = (to - from) * step;
  const name = cluster === null ? null : clusterName(cluster);
  const about =
    cluster === null
      ? 'no cluster'
      : `cluster ${name} (${clusters?.clusters[cluster]?.preferredTask ?? 'unknown'}, ${plural(to - from, 'neuron')})`;
  const height = box.height / Math.max(1, tasks.length);
  const targets = tasks.map((task, k) => {
    const mean = rows.slice(from, to).reduce((sum, row) => sum + (row[k] ?? 0), 0) / (to - from);
    const at = { x, y: box.top + k * height, width, height, fill: INK.background, 'fill-opacity': 0 };
    return titled('rect', at, `${about}, ${task}: mean ${formatNumber(mean, { decimals: 2 })} of the largest`);
  });
  const band: Markup[] =
    cluster === null || name === null
      ? []
      : [
          titled(
            'rect',
            { x, y: box.top - BAND - 4, width, height: BAND, fill: clusterFill(cluster), stroke: INK.background, 'stroke-width': 0.6 },
            about,
          ),
          ...(textWidth(name) + 1 <= width
            ? [words(x + width / 2, box.top - BAND + 8, name, { anchor: 'middle', size: FONT.small, fill: clusterInk(cluster) })]
            : []),
        ];
  return [
    ...band,
    group({}, targets),
    ...(to < rows.length ? [line(x + width, box.top, x + width, box.top + box.height, INK.background, { 'stroke-width': 1.2 })] : []),
  ];
}

function countTicks(count: number, box: Box): { at: number; label: string }[] {
  const every = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((step) => count / step <= 12) ?? 1000;
  return Array.from({ length: Math.floor(count / every) }, (_, k) => ({
    at: box.left + ((k + 1) * every - 0.5) * (box.width / count),
    label: `${(k + 1) * every}`,
  }));
}
