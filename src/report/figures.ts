// Which pictures say what training made of a network, and what tells several networks apart? File names and their SVG.
import type { Analysis, LayoutAnalysis } from '../analysis/analysis-file.ts';
import type { Network } from '../network/network.ts';
import { brainMap } from './brain-map.ts';
import { connectionMap } from './connection-map.ts';
import { layoutComparison } from './layout-comparison.ts';
import { nullHistograms } from './null-histograms.ts';
import { performancePlot } from './performance-plot.ts';
import { varianceCurve } from './variance-curve.ts';
import { varianceMatrix } from './variance-matrix.ts';
import { weightDistanceComparison, weightDistancePlot } from './weight-distance.ts';
import { weightMatrix } from './weight-matrix.ts';

/** A network, what was measured of it, and what to call it. */
export interface FigureEntry {
  readonly name: string;
  readonly network: Network;
  readonly analysis: Analysis;
}

export type LayoutName = LayoutAnalysis['name'];

/** A picture of one network in one layout, or of several networks side by side. */
export interface Figure {
  readonly name: string;
  /** The figure of Liu et al. (2023), "Growing Brains", that it corresponds to. */
  readonly paper: string;
  /** What it shows, in a line. */
  readonly shows: string;
  /** Whether it can show several networks at once; the others draw a file for each. */
  readonly compares: boolean;
  /** Whether it depends on where neurons sit. */
  readonly placed: boolean;
  draw(entries: readonly FigureEntry[], layout: LayoutName): string;
}

/** Every figure of trained networks. */
export const FIGURES: readonly Figure[] = [
  {
    name: 'connection-map',
    paper: 'figure 1 (4 and 6 for 1D and Mod-Cog)',
    shows: 'neurons in their places and the weights between them',
    compares: false,
    placed: true,
    draw: one(({ name, network, analysis }, layout) =>
      connectionMap(`Connections of ${name}${suffix(layout)}`, network, layoutOf(analysis, layout).site),
    ),
  },
  {
    name: 'brain-map',
    paper: 'figure 2 (6 for Mod-Cog)',
    shows: 'active neurons in their places, by functional cluster',
    compares: false,
    placed: true,
    draw: one(({ name, network, analysis }, layout) =>
      brainMap(`Functional clusters of ${name}${suffix(layout)}`, network.grid, analysis, layoutOf(analysis, layout)),
    ),
  },
  {
    name: 'task-variance',
    paper: 'the sorted curve of its active neurons',
    shows: 'sorted task variance and the number of active neurons',
    compares: true,
    placed: false,
    draw: (entries) =>
      varianceCurve(
        `Task variance of ${subject(entries)}`,
        entries.map(({ name, analysis }) => ({
          name,
          taskVariance: analysis.activity.taskVariance,
          activeAbove: analysis.settings.activeAbove,
        })),
      ),
  },
  {
    name: 'task-variance-matrix',
    paper: 'none; Yang et al. (2019), figure 2',
    shows: 'normalised task variance, active neurons by cluster',
    compares: false,
    placed: false,
    draw: one(({ name, analysis }) => varianceMatrix(`What the neurons of ${name} do`, analysis)),
  },
  {
    name: 'weight-distance',
    paper: 'figure 3',
    shows: 'mean |weight| and share of connected pairs against distance',
    compares: true,
    placed: true,
    draw(entries, layout) {
      const series = entries.map(({ name, analysis }) => ({ name, weights: layoutOf(analysis, layout).weightByDistance }));
      const title = `Weight against distance of ${subject(entries)}${suffix(layout)}`;
      const [only] = series;
      return series.length === 1 && only !== undefined ? weightDistancePlot(title, only.weights) : weightDistanceComparison(title, series);
    },
  },
  {
    name: 'null-histograms',
    paper: 'figure 2',
    shows: 'isolated neurons and cluster size against shuffles',
    compares: false,
    placed: true,
    draw: one(({ name, analysis }, layout) =>
      nullHistograms(`${name} against chance${suffix(layout)}`, layoutOf(analysis, layout), analysis.settings.shuffles),
    ),
  },
  {
    name: 'weight-matrix',
    paper: 'figure 4 (1D)',
    shows: 'recurrent weights as an image, neurons ordered by site',
    compares: false,
    placed: true,
    draw: one(({ name, network, analysis }, layout) =>
      weightMatrix(`Recurrent weights of ${name}${suffix(layout)}`, network, layoutOf(analysis, layout).site),
    ),
  },
  {
    name: 'performance',
    paper: 'figure 1 (6 for Mod-Cog)',
    shows: 'accuracy in every task and the best possible',
    compares: true,
    placed: false,
    draw: (entries) =>
      performancePlot(
        `Performance of ${subject(entries)}`,
        entries.map(({ name, analysis: { accuracy } }) => ({ name, accuracy })),
      ),
  },
  {
    name: 'layout-comparison',
    paper: 'none: trained against searched layouts',
    shows: 'wiring length as trained and after a layout search',
    compares: true,
    placed: false,
    draw: (entries) => layoutComparison('Wiring length, as trained and after a layout search', conditionsOf(entries)),
  },
];

/**
 * Every figure of one network, by file name; those that depend on the layout once more for a searched one, if there is one.
 *
 * @param name - what to call the network in titles
 */
export function networkFigures(network: Network, analysis: Analysis, name = 'the network'): Record<string, string> {
  const entries = [{ name, network, analysis }];
  const files: Record<string, string> = {};
  for (const figure of FIGURES) {
    files[`${figure.name}.svg`] = figure.draw(entries, 'own');
    if (figure.placed && hasLayout(analysis, 'searched')) files[`${figure.name}.searched.svg`] = figure.draw(entries, 'searched');
  }
  return files;
}

/** Every figure that shows several networks at once, by file name. */
export function comparisonFigures(entries: readonly FigureEntry[]): Record<string, string> {
  const files: Record<string, string> = {};
  for (const figure of FIGURES.filter(({ compares }) => compares)) {
    files[`${figure.name}.svg`] = figure.draw(entries, 'own');
    const searched = entries.length > 0 && entries.every(({ analysis }) => hasLayout(analysis, 'searched'));
    if (figure.placed && searched) files[`${figure.name}.searched.svg`] = figure.draw(entries, 'searched');
  }
  return files;
}

/** Whether an analysis speaks of a layout. */
export function hasLayout({ layouts }: Analysis, name: LayoutName): boolean {
  return layouts.some((layout) => layout.name === name);
}

function layoutOf({ layouts }: Analysis, name: LayoutName): LayoutAnalysis {
  const found = layouts.find((layout) => layout.name === name);
  if (found === undefined) throw new Error(`the analysis has no layout '${name}'`);
  return found;
}

/** A figure of one network. */
function one(draw: (entry: FigureEntry, layout: LayoutName) => string): Figure['draw'] {
  return (entries, layout) => {
    const [entry] = entries;
    if (entry === undefined || entries.length > 1) throw new Error(`a figure of one network was given ${entries.length}`);
    return draw(entry, layout);
  };
}

function suffix(layout: LayoutName): string {
  return layout === 'own' ? '' : ', layout searched';
}

function subject(entries: readonly FigureEntry[]): string {
  return entries.length === 1 && entries[0] !== undefined ? entries[0].name : `${entries.length} networks`;
}

/** Networks by how they were trained, in the order of first appearance; those trained elsewhere by their names. */
function conditionsOf(entries: readonly FigureEntry[]): Parameters<typeof layoutComparison>[1] {
  const conditions = new Map<string, { name: string; own: number; searched: number | null }[]>();
  for (const { name, analysis } of entries) {
    const condition = analysis.network.train?.['condition'];
    const key = typeof condition === 'string' ? condition : name;
    const searched = hasLayout(analysis, 'searched') ? layoutOf(analysis, 'searched').wiring.length : null;
    const row = { name, own: layoutOf(analysis, 'own').wiring.length, searched };
    conditions.set(key, [...(conditions.get(key) ?? []), row]);
  }
  return [...conditions].map(([name, networks]) => ({ name, networks }));
}
