// How are very many cells drawn? As an image inside the SVG: small, sharp, and the same bytes on every machine.
import { crc32 } from 'node:zlib';
import { type Box, element, type Markup } from './svg.ts';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** Stored blocks of zlib hold at most this many bytes. RFC 1951, section 3.2.4. */
const LARGEST_BLOCK = 65_535;
/** Largest prime below 65,536, of Adler-32. RFC 1950. */
const ADLER_PRIME = 65_521;

/** Pixels along the side of a cell, at most, and pixels of a magnified image. */
const MOST_TIMES = 8;
const MAGNIFIED_PIXELS = 100_000;

/** Cells and what they look like. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Index into the palette of each cell, row by row, shape [height, width]. */
  readonly cells: Uint8Array;
  /** Colours as `#rrggbb`, 256 at most. */
  readonly palette: readonly string[];
}

/** Cells as an image that fills a box. */
export function pixelImage({ left, top, width, height }: Box, pixels: Pixels): Markup {
  const href = `data:image/png;base64,${Buffer.from(encodePng(magnified(pixels))).toString('base64')}`;
  return element('image', { x: left, y: top, width, height, preserveAspectRatio: 'none', style: 'image-rendering:pixelated', href });
}

/** Some renderers smooth every image: with several pixels a cell only the edges of cells blur. */
function magnified({ width, height, cells, palette }: Pixels): Pixels {
  const times = Math.max(1, Math.min(MOST_TIMES, Math.floor(Math.sqrt(MAGNIFIED_PIXELS / Math.max(1, cells.length)))));
  const [wide, high] = [width * times, height * times];
  const at = (pixel: number) => Math.floor(Math.floor(pixel / wide) / times) * width + Math.floor((pixel % wide) / times);
  return { width: wide, height: high, palette, cells: Uint8Array.from({ length: wide * high }, (_, pixel) => cells[at(pixel)] ?? 0) };
}

/**
 * A PNG with a palette. It is stored, not compressed: compressed bytes would depend on the version of zlib.
 *
 * @throws RangeError if there are no cells or more than 256 colours
 */
export function encodePng({ width, height, cells, palette }: Pixels): Uint8Array {
  if (width < 1 || height < 1 || cells.length !== width * height || palette.length > 256)
    throw new RangeError(`no image of ${width} × ${height} cells in ${palette.length} colours`);
  const rows = Buffer.alloc(height * (width + 1));
  // Every row begins with its filter, 0 = none.
  for (let row = 0; row < height; row++) rows.set(cells.subarray(row * width, (row + 1) * width), row * (width + 1) + 1);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const colours = Buffer.from(palette.map((colour) => colour.slice(1)).join(''), 'hex');
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', colours),
    chunk('IDAT', storedZlib(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(named.length + 8);
  out.writeUInt32BE(data.length, 0);
  out.set(named, 4);
  out.writeUInt32BE(crc32(named), named.length + 4);
  return out;
}

function storedZlib(data: Buffer): Buffer {
  const parts: Buffer[] = [Buffer.from([0x78, 0x01])];
  for (let at = 0; at < data.length; at += LARGEST_BLOCK) {
    const block = data.subarray(at, at + LARGEST_BLOCK);
    const head = Buffer.alloc(5);
    head.writeUInt8(at + block.length === data.length ? 1 : 0, 0);
    head.writeUInt16LE(block.length, 1);
    head.writeUInt16LE(~block.length & 0xffff, 3);
    parts.push(head, block);
  }
  const check = Buffer.alloc(4);
  check.writeUInt32BE(adler32(data));
  return Buffer.concat([...parts, check]);
}

function adler32(data: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (const byte of data) {
    a = (a + byte) % ADLER_PRIME;
    b = (b + a) % ADLER_PRIME;
  }
  return b * 65_536 + a;
}
