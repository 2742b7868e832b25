// Which networks ship, and from which point of which sweep does each come?

export interface Shipped {
  /** File name in models/, without its extension. */
  readonly name: string;
  /** Folder in models/ that holds the sweep. */
  readonly sweep: string;
  readonly series: string;
  readonly seed: number;
  /** Which figures of it lie in models/figures/NAME/; `bimt-export figure all` draws the others. */
  readonly figures: readonly string[];
}

const MAPS = ['connection-map', 'brain-map', 'null-histograms'];
const LINE = [...MAPS, 'weight-matrix', 'performance'];

export const SHIPPED: readonly Shipped[] = [
  {
    name: 'yang19-20x20-bimt',
    sweep: 'yang19',
    series: 'bimt, pruned',
    seed: 0,
    figures: ['brain-map', 'null-histograms', 'task-variance-matrix'],
  },
  { name: 'yang19-20x20-bimt-trained', sweep: 'yang19', series: 'bimt', seed: 0, figures: MAPS },
  { name: 'yang19-20x20-l1-trained', sweep: 'yang19', series: 'l1', seed: 0, figures: MAPS },
  { name: 'yang19-20x20-none-trained', sweep: 'yang19', series: 'none', seed: 0, figures: MAPS },
  { name: 'yang19-400-bimt-trained', sweep: 'yang19', series: 'bimt, 1D', seed: 0, figures: LINE },
  { name: 'modcog84-400-bimt-trained', sweep: 'modcog84-1d', series: 'bimt', seed: 0, figures: LINE },
];

/** The networks that share a figure, by the name of the figure's file. */
export const SIDE_BY_SIDE: Readonly<Record<string, readonly string[]>> = {
  'yang19-20x20': ['yang19-20x20-bimt-trained', 'yang19-20x20-l1-trained', 'yang19-20x20-none-trained'],
};
