// How does a picture become pixels? Skia compiled to WebAssembly draws our SVGs with fonts that are installed with this
// program, so that the same picture is the same bytes on every machine and under every operating system.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parseXml, XmlElement, XmlText } from '@rgrove/parse-xml';
import type { Canvas, CanvasKit, Font, Paint, Surface, Typeface } from 'canvaskit-wasm';
import { messageOf, UsageError } from '../core/errors.ts';

/** Pixels per SVG unit where none are asked for: sharp on dense screens and in print. */
export const DEFAULT_PNG_SCALE = 2;

/** Skia cannot hold larger surfaces in WebAssembly's memory. */
const MAX_PIXELS = 100_000_000;

/** Presentation attributes that children inherit. */
interface Style {
  readonly fill: string;
  readonly stroke: string;
  readonly strokeWidth: number;
  readonly fillOpacity: number;
  readonly strokeOpacity: number;
  readonly dashes: readonly number[];
  readonly anchor: string;
  readonly fontSize: number;
  readonly bold: boolean;
  readonly sharp: boolean;
  readonly roundCaps: boolean;
}

const INITIAL: Style = {
  fill: '#000000',
  stroke: 'none',
  strokeWidth: 1,
  fillOpacity: 1,
  strokeOpacity: 1,
  dashes: [],
  anchor: 'start',
  fontSize: 12,
  bold: false,
  sharp: false,
  roundCaps: false,
};

/** The drawing library with what is used again and again. */
interface Studio {
  readonly kit: CanvasKit;
  readonly regular: Typeface;
  readonly bold: Typeface;
}

interface Pen {
  readonly studio: Studio;
  readonly canvas: Canvas;
}

/**
 * Draws an SVG file of this program as PNG. It knows what `svg.ts` writes, not the whole of SVG.
 *
 * @param options - `scale`: pixels per SVG unit, 2 by default
 * @returns bytes of the file, 8 bits a channel
 * @throws UsageError if the text is not SVG, holds something we never draw, would be too large, or drawing is impossible on this machine
 */
export async function svgToPng(svg: string, options: { readonly scale?: number } = {}): Promise<Uint8Array> {
  const { scale = DEFAULT_PNG_SCALE } = options;
  const root = parseSvg(svg);
  const width = Math.ceil(numberOf(root, 'width') * scale);
  const height = Math.ceil(numberOf(root, 'height') * scale);
  if (!(width > 0 && height > 0 && width * height <= MAX_PIXELS))
    throw new UsageError(`cannot draw a PNG of ${width} × ${height} pixels: 1 to ${MAX_PIXELS} pixels can be drawn; choose another scale`);
  const studio = await openStudio();
  const surface = studio.kit.MakeSurface(width, height);
  if (surface === null) throw new UsageError(`cannot draw a PNG of ${width} × ${height} pixels: out of memory; choose a smaller scale`);
  try {
    const canvas = surface.getCanvas();
    canvas.clear(studio.kit.WHITE);
    canvas.scale(scale, scale);
    drawChildren({ studio, canvas }, root, styleOf(root, INITIAL));
    return encode(surface);
  } finally {
    surface.dispose();
  }
}

function encode(surface: Surface): Uint8Array {
  const image = surface.makeImageSnapshot();
  const bytes = image.encodeToBytes();
  image.delete();
  if (bytes === null) throw new Error('Skia encoded no PNG');
  return bytes;
}

let opened: Promise<Studio> | null = null;

/** Loads the library and the fonts once. */
function openStudio(): Promise<Studio> {
  opened ??= loadStudio().catch((error: unknown) => {
    opened = null;
    throw new UsageError(
      `cannot draw PNG on this machine: ${messageOf(error)}; SVG needs no drawing library: choose a name that ends in .svg, or install the packages again`,
      { cause: error },
    );
  });
  return opened;
}

async function loadStudio(): Promise<Studio> {
  // A CommonJS module whose types describe an ES module.
  const { default: start } = (await import('canvaskit-wasm')) as unknown as { default: () => Promise<CanvasKit> };
  const kit = await start();
  const require = createRequire(import.meta.url);
  const typeface = (name: string): Typeface => {
    const bytes = readFileSync(require.resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`));
    const face = kit.Typeface.MakeFreeTypeFaceFromData(new Uint8Array(bytes).buffer);
    if (face === null) throw new Error(`the font ${name} cannot be read`);
    return face;
  };
  return { kit, regular: typeface('DejaVuSans'), bold: typeface('DejaVuSans-Bold') };
}

function parseSvg(svg: string): XmlElement {
  let root: XmlElement | null;
  try {
    root = parseXml(svg).root;
  } catch (error) {
    throw new UsageError(`cannot draw a text that is not SVG: ${messageOf(error)}`, { cause: error });
  }
  if (root?.name !== 'svg') throw new UsageError(`cannot draw a text that is not SVG: its root is <${root?.name ?? ''}>`);
  return root;
}

/** What each element draws; `title` is for readers, not for the eye. */
const DRAWERS: Readonly<Record<string, (pen: Pen, element: XmlElement, style: Style) => void>> = {
  title: () => {},
  g: drawChildren,
  rect: drawRect,
  circle(pen, element, style) {
    const [x, y, r] = ['cx', 'cy', 'r'].map((name) => numberOf(element, name));
    paint(pen, style, (brush) => pen.canvas.drawCircle(x, y, r, brush));
  },
  line(pen, element, style) {
    const [x1, y1, x2, y2] = ['x1', 'y1', 'x2', 'y2'].map((name) => numberOf(element, name));
    paint(pen, { ...style, fill: 'none' }, (brush) => pen.canvas.drawLine(x1, y1, x2, y2, brush));
  },
  path: (pen, element, style) => drawPath(pen, element.attributes['d'] ?? '', style),
  polygon: (pen, element, style) => drawPath(pen, `M${element.attributes['points'] ?? ''}Z`, style),
  text: drawText,
  image: drawImage,
};

function drawChildren(pen: Pen, parent: XmlElement, style: Style): void {
  for (const child of parent.children) {
    if (!(child instanceof XmlElement)) continue;
    const draw = DRAWERS[child.name];
    if (draw === undefined) throw new UsageError(`cannot draw <${child.name}>; known: ${Object.keys(DRAWERS).join(', ')}`);
    pen.canvas.save();
    transform(pen.canvas, child);
    draw(pen, child, styleOf(child, style));
    pen.canvas.restore();
  }
}

function drawRect(pen: Pen, element: XmlElement, style: Style): void {
  const [x, y, width, height, radius] = ['x', 'y', 'width', 'height', 'rx'].map((name) => numberOf(element, name));
  const { kit } = pen.studio;
  const box = kit.XYWHRect(x, y, width, height);
  paint(pen, style, (brush) =>
    radius > 0 ? pen.canvas.drawRRect(kit.RRectXY(box, radius, radius), brush) : pen.canvas.drawRect(box, brush),
  );
}

function drawPath(pen: Pen, data: string, style: Style): void {
  const path = pen.studio.kit.Path.MakeFromSVGString(data);
  if (path === null) throw new UsageError(`cannot draw the path '${data.slice(0, 60)}'`);
  paint(pen, style, (brush) => pen.canvas.drawPath(path, brush));
  path.delete();
}

function drawText(pen: Pen, element: XmlElement, style: Style): void {
  const text = element.children.map((child) => (child instanceof XmlText ? child.text : '')).join('');
  const { kit, bold, regular } = pen.studio;
  const font = new kit.Font(style.bold ? bold : regular, style.fontSize);
  // Without hinting glyphs have their true shapes and widths at any scale.
  font.setHinting(kit.FontHinting.None);
  font.setSubpixel(true);
  const width = widthOf(font, text);
  const before = { middle: width / 2, end: width }[style.anchor] ?? 0;
  paint(pen, style, (brush) => pen.canvas.drawText(text, numberOf(element, 'x') - before, numberOf(element, 'y'), brush, font));
  font.delete();
}

function widthOf(font: Font, text: string): number {
  return font.getGlyphWidths(font.getGlyphIDs(text, [...text].length)).reduce((sum, width) => sum + width, 0);
}

const PNG_DATA = 'data:image/png;base64,';

function drawImage({ studio: { kit }, canvas }: Pen, element: XmlElement): void {
  const { href = '' } = element.attributes;
  const image = href.startsWith(PNG_DATA) ? kit.MakeImageFromEncoded(Buffer.from(href.slice(PNG_DATA.length), 'base64')) : null;
  if (image === null) throw new UsageError('cannot draw an image that is not an embedded PNG');
  const [x, y, width, height] = ['x', 'y', 'width', 'height'].map((name) => numberOf(element, name));
  const from = kit.XYWHRect(0, 0, image.width(), image.height());
  const brush = new kit.Paint();
  // Every pixel of an embedded image is a value: its edges stay sharp.
  canvas.drawImageRectOptions(image, from, kit.XYWHRect(x, y, width, height), kit.FilterMode.Nearest, kit.MipmapMode.None, brush);
  brush.delete();
  image.delete();
}

/** Draws the inside, then the outline, each where there is one. */
function paint(pen: Pen, style: Style, draw: (brush: Paint) => void): void {
  const { kit } = pen.studio;
  if (style.fill !== 'none') {
    const brush = brushOf(kit, style.fill, style.fillOpacity, style);
    draw(brush);
    brush.delete();
  }
  if (style.stroke === 'none' || style.strokeWidth === 0) return;
  const brush = brushOf(kit, style.stroke, style.strokeOpacity, style);
  brush.setStyle(kit.PaintStyle.Stroke);
  brush.setStrokeWidth(style.strokeWidth);
  if (style.roundCaps) brush.setStrokeCap(kit.StrokeCap.Round);
  const dash = style.dashes.length === 0 ? null : kit.PathEffect.MakeDash([...style.dashes]);
  if (dash !== null) brush.setPathEffect(dash);
  draw(brush);
  dash?.delete();
  brush.delete();
}

function brushOf(kit: CanvasKit, colour: string, opacity: number, { sharp }: Style): Paint {
  const brush = new kit.Paint();
  brush.setAntiAlias(!sharp);
  const [red, green, blue, alpha] = kit.parseColorString(colour);
  brush.setColorComponents(red, green, blue, alpha * opacity);
  return brush;
}

/** `translate(x y)`, `rotate(degrees x y)` and `scale(s)`, one after the other. */
function transform(canvas: Canvas, { attributes }: XmlElement): void {
  for (const [, name, inside] of (attributes['transform'] ?? '').matchAll(/(\w+)\(([^)]*)\)/g)) {
    const [a = 0, b = 0, c = 0] = inside.split(/[\s,]+/).map(Number);
    if (name === 'translate') canvas.translate(a, b);
    else if (name === 'rotate') canvas.rotate(a, b, c);
    else if (name === 'scale') canvas.scale(a, a);
    else throw new UsageError(`cannot draw with the transform '${name}'`);
  }
}

function styleOf({ attributes }: XmlElement, above: Style): Style {
  const number = (name: string, otherwise: number) => (name in attributes ? Number(attributes[name]) : otherwise);
  const dashes = attributes['stroke-dasharray'];
  return {
    fill: attributes['fill'] ?? above.fill,
    stroke: attributes['stroke'] ?? above.stroke,
    strokeWidth: number('stroke-width', above.strokeWidth),
    fillOpacity: number('fill-opacity', above.fillOpacity),
    strokeOpacity: number('stroke-opacity', above.strokeOpacity),
    dashes: dashes === undefined ? above.dashes : dashes === 'none' ? [] : dashes.split(/[\s,]+/).map(Number),
    anchor: attributes['text-anchor'] ?? above.anchor,
    fontSize: number('font-size', above.fontSize),
    bold: 'font-weight' in attributes ? attributes['font-weight'] === 'bold' : above.bold,
    sharp: 'shape-rendering' in attributes ? attributes['shape-rendering'] === 'crispEdges' : above.sharp,
    roundCaps: 'stroke-linecap' in attributes ? attributes['stroke-linecap'] === 'round' : above.roundCaps,
  };
}

function numberOf({ attributes }: XmlElement, name: string): number {
  const value = Number(attributes[name] ?? 0);
  if (!Number.isFinite(value)) throw new UsageError(`cannot draw with ${name}="${attributes[name]}"`);
  return value;
}
