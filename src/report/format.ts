// How is a number said? Rounded, grouped, and honest about what is unknown or only a bound.

/** A number of which only one side is known: `≥` for a sum with unknown terms, `≤` for an upper bound. */
export interface Bounded {
  readonly bound: '≥' | '≤';
  readonly value: number;
}

/** What a table cell may hold; null is unknown. */
export type Value = string | number | boolean | null | Bounded;

/** Whether only a bound of a number is known. */
export function isBound(value: Value): value is Bounded {
  return typeof value === 'object' && value !== null;
}

/** How numbers are written: with a fixed number of decimals, with significant digits, or as a percentage. */
export type NumberFormat = { readonly decimals: number } | { readonly significant: number } | 'percent';

/** A value as people read it; null is `unknown`. */
export function formatValue(value: Value, format: NumberFormat): string {
  if (value === null) return 'unknown';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'object') return `${value.bound} ${formatNumber(value.value, format)}`;
  return formatNumber(value, format);
}

/** A number in one of the formats, thousands grouped by commas. */
export function formatNumber(value: number, format: NumberFormat): string {
  if (!Number.isFinite(value)) throw new Error(`cannot print the number ${value}`);
  if (format === 'percent') return `${grouped(percentText(value))} %`;
  return grouped(value.toFixed('decimals' in format ? format.decimals : decimalsFor(value, format.significant)));
}

/** A number of things. */
export function formatCount(value: number): string {
  return formatNumber(value, { decimals: 0 });
}

/** An accuracy or another ratio that is compared in its third decimal. */
export function formatRatio(value: number | null): string {
  return formatValue(value, { decimals: 3 });
}

/** `neuron` or `neurons`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** A name from code or a rule in words: `synapseMemory` and `fit/synapse-memory` are `synapse memory`. */
export function nameWords(name: string): string {
  return name
    .replace(/^.*\//, '')
    .replaceAll('-', ' ')
    .replaceAll(/([a-z])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`);
}

/** Items in a sentence: `a`, `a and b`, `a, b and c`. */
export function listWords(items: readonly string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items[items.length - 1]}`;
}

// Small shares keep a digit: "0 %" for something that is there would be wrong.
function percentText(share: number): string {
  const percent = share * 100;
  const magnitude = Math.abs(percent);
  if (percent > 0 && percent < 0.005) return '< 0.01';
  return percent.toFixed(magnitude === 0 || magnitude >= 9.95 ? 0 : magnitude >= 0.095 ? 1 : 2);
}

function decimalsFor(value: number, significant: number): number {
  if (value === 0) return 0;
  const digitsBeforePoint = Number(value.toExponential(significant - 1).split('e')[1]) + 1;
  return Math.min(20, Math.max(0, significant - digitsBeforePoint));
}

function grouped(text: string): string {
  const [whole, fraction] = (/^-0(\.0*)?$/.test(text) ? text.slice(1) : text).split('.') as [string, string | undefined];
  const separated = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? separated : `${separated}.${fraction}`;
}

const PREFIXES = ['a', 'f', 'p', 'n', 'µ', 'm', '', 'k', 'M', 'G', 'T'] as const;

/** A physical quantity with the prefix that suits it: 2.36e-11 J is `23.6 pJ`. Units that have a prefix already keep it, counts have none. */
function formatSi(value: number, unit: string): string {
  if (value === 0 || !/^((J|W|s|V|Hz|S|ohm)\b|(bit|event|op)\/)/.test(unit))
    return `${plainNumber(value)}${unit === '1' ? '' : ` ${unit}`}`;
  const exponent = Math.floor(Number(value.toExponential(2).split('e')[1]) / 3);
  const index = Math.min(PREFIXES.length - 1, Math.max(0, exponent + 6));
  return `${Number((value / 10 ** (3 * (index - 6))).toPrecision(3))} ${PREFIXES[index]}${unit}`;
}

/** All digits of a number, thousands grouped where it is hard to read without. */
function plainNumber(value: number): string {
  return Math.abs(value) < 10_000 ? String(value) : grouped(String(value));
}

const BOUNDS: Readonly<Record<string, string>> = { min: '≥ ', max: '≤ ', approx: '≈ ', typ: 'typ. ', avg: 'avg. ' };

/** What is known of a value of a target file. */
interface StatedValue {
  readonly value: number | readonly number[] | null;
  readonly unit: string;
  readonly bound?: string | undefined;
  readonly range?: readonly [number, number] | null | undefined;
}

/** A value with bound, unit and range, as people read it: `≥ 23.6 pJ`, `≈ 5.25 pJ (4.4 pJ … 5.25 pJ)`. */
export function quantityText({ value, unit, bound = 'exact', range }: StatedValue): string {
  if (value === null) return 'unknown';
  const say = (number: number) => formatSi(number, unit);
  const text = typeof value === 'number' ? say(value) : `${value.join(', ')}${unit === '1' ? '' : ` ${unit}`}`;
  return `${BOUNDS[bound] ?? ''}${text}${range ? ` (${range.map(say).join(' … ')})` : ''}`;
}
