// Where is a site drawn? Grids as they are; a line of many neurons as a strip that goes on in the next row.
import { type Grid, siteCoordinates } from '../network/geometry.ts';
import type { Markup, Tick } from './svg.ts';
import { type Box, xAxis, yAxis } from './svg.ts';

const LARGEST = 600;
const LARGEST_PITCH = 40;
/** Sites of a line in one row, at least. */
const STRIP = 40;

/** A drawn grid. */
export interface Sheet {
  readonly box: Box;
  /** Side of a site's square in pixels. */
  readonly pitch: number;
  /** Top left corner of a site's square. */
  corner(site: number): { readonly x: number; readonly y: number };
  readonly axes: readonly Markup[];
}

/** A sheet whose top left corner is given. */
export function drawSheet(grid: Grid, left: number, top: number): Sheet {
  return grid.rows === 1 ? strip(grid, left, top) : sheet(grid, left, top);
}

function sheet(grid: Grid, left: number, top: number): Sheet {
  const pitch = Math.min(LARGEST_PITCH, LARGEST / Math.max(grid.rows, grid.columns));
  const box = { left, top, width: pitch * grid.columns, height: pitch * grid.rows };
  return {
    box,
    pitch,
    corner(site) {
      const { row, column } = siteCoordinates(grid, site);
      return { x: left + column * pitch, y: top + row * pitch };
    },
    axes: [
      xAxis(box, gridTicks(grid.columns, left, pitch), 'grid column'),
      yAxis(box, gridTicks(grid.rows, top, pitch), 'grid row', { titleOffset: 44 }),
    ],
  };
}

function strip({ columns }: Grid, left: number, top: number): Sheet {
  const across = columns <= STRIP ? columns : Math.max(STRIP, 10 * Math.ceil(Math.sqrt(2 * columns) / 10));
  const rows = Math.ceil(columns / across);
  const pitch = Math.min(LARGEST_PITCH, (LARGEST * 1.2) / across);
  const step = pitch * 1.3;
  const box = { left, top, width: pitch * across, height: step * (rows - 1) + pitch };
  const every = Math.ceil(rows / 30);
  const ticks = Array.from({ length: rows }, (_, row) => ({
    at: top + row * step + pitch / 2,
    label: row % every === 0 ? `${row * across}` : '',
  }));
  return {
    box,
    pitch,
    corner: (site) => ({ x: left + (site % across) * pitch, y: top + Math.floor(site / across) * step }),
    axes: [
      xAxis(box, gridTicks(across, left, pitch), rows === 1 ? 'site' : 'site, counted from the first of its row'),
      ...(rows === 1 ? [] : [yAxis(box, ticks, 'first site of the row', { titleOffset: 52 })]),
    ],
  };
}

function gridTicks(count: number, from: number, pitch: number): Tick[] {
  const every = [1, 2, 5, 10, 20, 50, 100, 200].find((step) => count / step <= 12) ?? 500;
  return Array.from({ length: Math.ceil(count / every) }, (_, k) => ({ at: from + (k * every + 0.5) * pitch, label: `${k * every}` }));
}
