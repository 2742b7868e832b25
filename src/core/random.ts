// Where does chance come from? Every draw is a function of (seed, purpose, step), so a resume needs no
// generator state and a draw added in one place changes no other.
import { createHash } from 'node:crypto';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import { drawNormal } from './normal.ts';

/** A stream of draws. */
export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Uniform integer in 0 … n − 1. */
  int(n: number): number;
  /** Standard normal. */
  normal(): number;
  /** Uniform choice. */
  pick<T>(items: readonly T[]): T;
  /** Uniform permutation of 0 … n − 1. */
  permutation(n: number): Int32Array;
}

/** The stream for one purpose of one seed at one step; equal arguments give equal streams. */
export function randomStream(seed: number, purpose: string, step = 0): Random {
  const digest = createHash('sha256').update(`${seed}/${purpose}/${step}`).digest();
  // Odd, so that the all-zero state, xoroshiro's only forbidden one, cannot occur.
  const generator = xoroshiro128plusFromState([0, 4, 8, 12].map((at) => digest.readInt32LE(at) | (at === 0 ? 1 : 0)));
  const uniform = () => uniformFloat64(generator);
  const int = (n: number) => uniformInt(generator, 0, n - 1);
  const source = { bits: () => generator.next(), uniform };
  return {
    uniform,
    int,
    normal: () => drawNormal(source),
    pick: <T>(items: readonly T[]): T => items[int(items.length)] as T,
    permutation(n) {
      const order = Int32Array.from({ length: n }, (_, i) => i);
      for (let i = n - 1; i > 0; i--) {
        const j = int(i + 1);
        const moved = order[i] as number;
        order[i] = order[j] as number;
        order[j] = moved;
      }
      return order;
    },
  };
}
