// Which cores exchange vertices? Those of the same tile and of tiles that touch.
import type { CoreGrid } from './cut.ts';

/** Up to so many cores, every pair is near. */
const ALL_PAIRS = 40;

/** Pairs of near cores that may hold vertices, shape [pairs, 2], each pair once, by the first, then the second. */
export function nearPairs({ x, y, capacity }: CoreGrid): Int32Array {
  const cores = x.length;
  const byTile = new Map<string, number[]>();
  for (let core = 0; core < cores; core++) {
    if (capacity[core] === 0) continue;
    const tile = `${x[core]},${y[core]}`;
    byTile.set(tile, [...(byTile.get(tile) ?? []), core]);
  }
  const pairs: number[] = [];
  for (let a = 0; a < cores; a++) {
    if (capacity[a] === 0) continue;
    const near: number[] = [];
    if (cores <= ALL_PAIRS) {
      for (let b = a + 1; b < cores; b++) if (capacity[b] > 0) near.push(b);
    } else {
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) near.push(...(byTile.get(`${x[a] + dx},${y[a] + dy}`) ?? []).filter((b) => b > a));
      }
    }
    for (const b of near.sort((p, q) => p - q)) pairs.push(a, b);
  }
  return Int32Array.from(pairs);
}
