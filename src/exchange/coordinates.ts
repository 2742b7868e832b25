// Where do the vertices of a graph file lie? A text file with a line for each: x, y.
import { UsageError } from '../core/errors.ts';

/**
 * Reads `x y` a line, in vertex order; lines that begin with % are comments.
 *
 * @param name - of the file, for messages
 * @returns shape [vertices, 2]
 * @throws UsageError with the line, what stands there and what was expected
 */
export function readCoordinates(bytes: Uint8Array, vertices: number, name: string): Float64Array {
  const lines = Buffer.from(bytes).toString('latin1').split('\n');
  const position = new Float64Array(2 * vertices);
  let count = 0;
  lines.forEach((text, i) => {
    const words = text.trim().split(/\s+/);
    if (words[0] === '' || words[0].startsWith('%')) return;
    const fail = (found: string, expected: string) => new UsageError(`${name}, line ${i + 1}: found ${found}; expected ${expected}`);
    const numbers = words.map(Number);
    if (words.length !== 2 || !numbers.every(Number.isFinite)) throw fail(JSON.stringify(text.trim().slice(0, 40)), 'two numbers, x and y');
    if (count === vertices) throw fail(`coordinates of vertex ${count + 1}`, `a line for each of the graph's ${vertices} vertices`);
    position.set(numbers, 2 * count++);
  });
  if (count < vertices) throw new UsageError(`${name}: found coordinates of ${count} vertices; expected those of the graph's ${vertices}`);
  return position;
}
