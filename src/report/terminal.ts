// What do a network and its chips look like where there are only characters? The grid by core and by function, and the chip by use.
import pc from 'picocolors';
import { type Grid, siteCoordinates } from '../network/geometry.ts';
import type { Topology } from '../targets/topology.ts';
import { formatNumber, plural } from './format.ts';
import type { NeuronFunctions, TargetDrawing } from './page-data.ts';
import type { CoreReport, PlacementResult, Report } from './report.ts';
import { joinSections, section } from './summary.ts';

/** What pictures need beside a report. */
export interface Drawing {
  readonly grid: Grid;
  /** Site of each neuron, shape [neurons]. */
  readonly site: Int32Array;
  /** Null where the run did not measure them. */
  readonly functions: NeuronFunctions | null;
  /** In the order of the report. */
  readonly targets: readonly TargetDrawing[];
}

/** Widest line, in characters, with what sections are indented by. */
const WIDTH = 78;
const SYMBOLS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
/** Use of a core's fullest resource, by eighths. */
const LEVELS = '▁▂▃▄▅▆▇█';
const NOTHING = '·';
/** A neuron that is of no core or module. */
const NONE = '-';

type Colours = ReturnType<typeof pc.createColors>;
/** A character in one cell, and which of the colours it has; null for none. */
interface Cell {
  readonly symbol: string;
  readonly colour: number | null;
}
const EMPTY: Cell = { symbol: NOTHING, colour: null };

/** Pictures of a run in characters; they say the same without colour. */
export function terminalPictures(report: Report, drawing: Drawing, colour: boolean): string {
  const colours = pc.createColors(colour);
  return joinSections([
    section('The network by function', functionLines(drawing, colours), colour),
    ...report.targets.flatMap(({ label, placements: [exported] }, i) => {
      const { core, topology } = drawing.targets[i] as TargetDrawing;
      if (!exported?.result) return [section(label, ['The network is not placed on it.'], colour)];
      const names = symbolsOf(exported.result.cores.map(({ id }) => id));
      return [
        section(
          `The network by core of ${label}`,
          core === null ? ['Which neuron is where is unknown.'] : neuronLines(drawing, core, names, colours),
          colour,
        ),
        section(`${label}, cores in their places`, chipLines(topology, exported.result, names, colours), colour),
      ];
    }),
  ]);
}

/** A symbol for each of some numbers, in their order; after the last they begin again. */
function symbolsOf(ids: readonly number[], symbols = SYMBOLS): Map<number, Cell> {
  const sorted = [...ids].sort((a, b) => a - b);
  return new Map(sorted.map((id, i) => [id, { symbol: symbols[i % symbols.length] as string, colour: i }]));
}

function functionLines({ grid, site, functions }: Drawing, colours: Colours): string[] {
  if (functions?.module == null) return [functions?.note ?? 'What neurons do was not measured; `run` and `map` measure it.'];
  const { module, modules } = functions;
  // Modules are counted from 1.
  const names = symbolsOf([...modules.keys()], SYMBOLS.slice(1));
  const lines = gridLines(grid, site, (neuron) => names.get(module[neuron] ?? -1) ?? { symbol: NONE, colour: null }, colours);
  const legend = modules.map(({ size, preferredTask }, i) => `${symbolText(names.get(i), colours)} ${preferredTask} (${size})`);
  return [...lines, '', ...wrapped(legend), `${NONE} neuron of no module, ${NOTHING} no neuron`];
}

function neuronLines({ grid, site }: Drawing, core: Int32Array, names: ReadonlyMap<number, Cell>, colours: Colours): string[] {
  const lines = gridLines(grid, site, (neuron) => names.get(core[neuron] ?? -1) ?? { symbol: NONE, colour: null }, colours);
  return [...lines, '', `a character for each core, as below; ${NOTHING} no neuron`];
}

/** A sheet of neurons; a line of neurons is broken, a large sheet drawn in blocks of sites by what most of their neurons are. */
function gridLines(grid: Grid, site: Int32Array, cellOf: (neuron: number) => Cell, colours: Colours): string[] {
  const across = grid.rows === 1 ? Math.min(grid.columns, WIDTH) : grid.columns;
  const down = Math.ceil((grid.rows * grid.columns) / across);
  const block = Math.ceil(across / WIDTH);
  const wide = Math.ceil(across / block);
  const blocks = Array.from({ length: wide * Math.ceil(down / block) }, () => new Map<string, { cell: Cell; count: number }>());
  for (const [neuron, at] of site.entries()) {
    const { row, column } = grid.rows === 1 ? { row: Math.floor(at / across), column: at % across } : siteCoordinates(grid, at);
    const counts = blocks[Math.floor(row / block) * wide + Math.floor(column / block)];
    const cell = cellOf(neuron);
    counts?.set(`${cell.symbol} ${cell.colour}`, { cell, count: (counts.get(`${cell.symbol} ${cell.colour}`)?.count ?? 0) + 1 });
  }
  const cells = blocks.map(
    (counts) => [...counts.values()].reduce((most, one) => (one.count > most.count ? one : most), { cell: EMPTY, count: 0 }).cell,
  );
  // Characters are twice as high as wide.
  const between = 2 * wide - 1 <= WIDTH ? ' ' : '';
  // The last line of a broken one may be short.
  const sites = grid.rows === 1 ? cells.slice(0, grid.columns) : cells;
  const lines = rowsOf(sites, wide).map((row) => row.map((cell) => symbolText(cell, colours)).join(between));
  return block === 1 ? lines : [...lines, '', `each character stands for ${block}×${block} sites: what most neurons there are`];
}

function chipLines(topology: Topology, result: PlacementResult, names: ReadonlyMap<number, Cell>, colours: Colours): string[] {
  const used = new Map(result.cores.map((core) => [core.id, core]));
  const view = usedTiles(topology, result.cores);
  const tiles = (view.right - view.left + 1) * (view.bottom - view.top + 1);
  const perTile = topology.coresPerTile;
  const wide = view.right - view.left + 1;
  const slots = Array.from({ length: tiles }, () => Array<string>(perTile).fill(''));
  // Two characters for a core where there is room: which one, and how full.
  const isNamed = wide * (2 * perTile + 1) - 1 <= WIDTH;
  for (let core = 0; core < topology.cores; core++) {
    const x = (topology.tileX[core] as number) - view.left;
    const y = (topology.tileY[core] as number) - view.top;
    const tile = x < 0 || y < 0 || x >= wide ? undefined : slots[y * wide + x];
    if (tile !== undefined)
      tile[topology.slot[core] as number] = coreText(used.get(core), isNamed ? names.get(core) : undefined, isNamed, colours);
  }
  const absent = ' '.repeat(isNamed ? 2 : 1);
  const rows = rowsOf(
    slots.map((cores) => cores.map((text) => text || absent).join('')),
    wide,
  );
  const between = isNamed || wide * (perTile + 1) - 1 <= WIDTH ? ' ' : '';
  const isTooWide = wide * perTile > WIDTH;
  const legend = [...result.cores]
    .sort((a, b) => a.id - b.id)
    .slice(0, MOST_LISTED)
    .map(
      ({ id, neurons, readouts, utilization }) =>
        `${symbolText(names.get(id), colours)} core ${id}: ${neurons + readouts}, ${formatNumber(utilization, 'percent')}`,
    );
  const hidden = result.cores.length - legend.length;
  const cropped = topology.tilesWide * topology.tilesHigh - tiles;
  return [
    ...(isTooWide ? ['The part in use is wider than this page; placement.svg shows it.'] : rows.map((row) => row.join(between).trimEnd())),
    '',
    `${isNamed ? 'which core, then ' : ''}use of its fullest resource from ${LEVELS[0]} to ${LEVELS.at(-1)}; ${NOTHING} idle core${cropped > 0 ? `; ${plural(cropped, 'idle tile')} not drawn` : ''}`,
    'core: neurons and readout units, use of the fullest resource',
    ...wrapped(legend),
    ...(hidden > 0 ? [`and ${plural(hidden, 'more core')}, all in cores.csv`] : []),
  ];
}

const MOST_LISTED = 24;

/** The tiles around what is in use; all of a chip that fits. */
function usedTiles({ tilesWide, tilesHigh, coresPerTile }: Topology, cores: readonly CoreReport[]) {
  if (tilesWide * (2 * coresPerTile + 1) - 1 <= WIDTH && tilesHigh <= MOST_ROWS)
    return { left: 0, top: 0, right: tilesWide - 1, bottom: tilesHigh - 1 };
  const x = cores.map(({ tileX }) => tileX);
  const y = cores.map(({ tileY }) => tileY);
  return { left: Math.min(...x), top: Math.min(...y), right: Math.max(...x), bottom: Math.max(...y) };
}

const MOST_ROWS = 40;

function coreText(core: CoreReport | undefined, name: Cell | undefined, isNamed: boolean, colours: Colours): string {
  if (core === undefined) return colours.dim(isNamed ? `${NOTHING} ` : NOTHING);
  const level = LEVELS[Math.min(LEVELS.length - 1, Math.max(0, Math.ceil(core.utilization * LEVELS.length) - 1))] as string;
  const paint = core.utilization > 1 ? colours.red : core.utilization > 0.9 ? colours.yellow : colours.green;
  return `${name === undefined ? '' : symbolText(name, colours)}${paint(level)}`;
}

function symbolText(cell: Cell | undefined, colours: Colours): string {
  const { symbol, colour } = cell ?? EMPTY;
  if (colour === null) return colours.dim(symbol);
  const { cyan, yellow, magenta, green, blue, red } = colours;
  return ([cyan, yellow, magenta, green, blue, red][colour % 6] as Colours['red'])(symbol);
}

function rowsOf<T>(cells: readonly T[], wide: number): T[][] {
  return Array.from({ length: Math.ceil(cells.length / wide) }, (_, row) => cells.slice(row * wide, (row + 1) * wide));
}

/** Items in lines that fit. */
function wrapped(items: readonly string[]): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours take no room.
  const widths = items.map((item) => [...item.replaceAll(/\u001b\[\d+m/g, '')].length);
  const widest = Math.max(0, ...widths) + 2;
  const across = Math.max(1, Math.floor((WIDTH + 2) / widest));
  return rowsOf(
    items.map((item, i) => item + ' '.repeat(widest - (widths[i] as number))),
    across,
  ).map((row) => row.join('').trimEnd());
}
