// What does a target file say that states only how it differs from another?
import { isQuantity } from './quantities.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * The file that extends another, whole: fields are merged at every depth, null removes a field, and members of lists that
 * have an `id` or a `name` are merged with the member of the same one. A value object replaces the other as a whole, so that
 * no new number inherits the source of an old one; so does any other list.
 *
 * @param own - nested no deeper than a target file
 */
export function mergeFiles(base: Json, own: Json): Json {
  const { extends: _, ...changes } = own;
  return mergeObjects(base, changes);
}

function mergeObjects(base: Json, own: Json): Json {
  const kept = Object.entries(base).filter(([key]) => !Object.hasOwn(own, key));
  const stated = Object.entries(own).filter(([, value]) => value !== null);
  // fromEntries makes own fields of names such as __proto__.
  const merged = new Map([...kept, ...stated.map(([key, value]): [string, unknown] => [key, merge(fieldOf(base, key), value)])]);
  // Fields keep the order of the base.
  const order = [...new Set([...Object.keys(base), ...Object.keys(own)])].filter((key) => merged.has(key));
  return Object.fromEntries(order.map((key) => [key, merged.get(key)]));
}

function merge(base: unknown, own: unknown): unknown {
  if (isQuantity(base) || isQuantity(own)) return own;
  if (isObject(base) && isObject(own)) return mergeObjects(base, own);
  if (Array.isArray(base) && Array.isArray(own) && own.length > 0 && own.every((member) => nameOf(member) !== null)) {
    return mergeLists(base, own);
  }
  return own;
}

function mergeLists(base: readonly unknown[], own: readonly unknown[]): unknown[] {
  const changed = base.map((member) => {
    const change = own.find((candidate) => nameOf(candidate) === nameOf(member));
    return change === undefined ? member : merge(member, change);
  });
  const known = new Set(base.map(nameOf));
  return [...changed, ...own.filter((member) => !known.has(nameOf(member)))];
}

/** What tells a member of a list from the others, or null. */
function nameOf(member: unknown): string | null {
  if (!isObject(member)) return null;
  const name = fieldOf(member, 'id') ?? fieldOf(member, 'name');
  return typeof name === 'string' ? name : null;
}

function fieldOf(object: Json, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
