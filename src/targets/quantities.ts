// Where are the value objects of a target file? Works on unchecked data, so that all problems can be told at once.
import type { Quantity } from './schema.ts';

/** Deeper than any target file. */
export const MAX_DEPTH = 32;

/** The value at a path such as `crossbar.rows`, or undefined. */
export function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  let at = data;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<PropertyKey, unknown>)[key];
  }
  return at;
}

/** Whether a value looks like a value object; its fields are not checked. */
export function isQuantity(value: unknown): value is Quantity {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'unit') && Object.hasOwn(value, 'provenance');
}

/** A value object and where it stands. */
export interface LocatedQuantity {
  readonly path: readonly PropertyKey[];
  readonly quantity: Quantity;
}

/** All value objects with their paths, in file order; null if the nesting is deeper than any target file's. */
export function findQuantities(data: unknown, path: readonly PropertyKey[] = []): LocatedQuantity[] | null {
  if (typeof data !== 'object' || data === null) return [];
  if (path.length > MAX_DEPTH) return null;
  if (isQuantity(data)) return [{ path, quantity: data }];
  const found: LocatedQuantity[] = [];
  for (const [key, value] of Object.entries(data)) {
    const inner = findQuantities(value, [...path, Array.isArray(data) ? Number(key) : key]);
    if (inner === null) return null;
    found.push(...inner);
  }
  return found;
}

/** A path as it is written in messages. */
export function pathText(path: readonly PropertyKey[]): string {
  if (path.length === 0) return '(file)';
  return path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i === 0 ? '' : '.'}${String(key)}`)).join('');
}
