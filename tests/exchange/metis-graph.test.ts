// Are graph files read as METIS reads them, refused where METIS would refuse them, and written so that METIS accepts them?
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { readCoordinates } from '../../src/exchange/coordinates.ts';
import { metisGraphText, readMetisGraph } from '../../src/exchange/metis-graph.ts';
import type { PlacementGraph } from '../../src/mapping/solve/graph.ts';

const read = (text: string) => readMetisGraph(Buffer.from(text), 'g.graph');
const textOf = (graph: PlacementGraph) => [...metisGraphText(graph)].join('');

/** A triangle 1, 2, 3 with weights 12: 5, 13: 7, 23: 9, and vertex 4 alone. */
const TRIANGLE: PlacementGraph = {
  vertices: 4,
  indptr: Int32Array.of(0, 2, 4, 6, 6),
  indices: Int32Array.of(1, 2, 0, 2, 0, 1),
  weights: Float64Array.of(5, 7, 5, 9, 7, 9),
  position: null,
};

describe('readMetisGraph', () => {
  it('reads edge weights, in any order on a line', () => {
    expect(read('4 3 001\n2 5 3 7\n1 5 3 9\n1 7 2 9\n\n')).toEqual(TRIANGLE);
    expect(read('4 3 1\n3 7 2 5\n3 9 1 5\n2 9 1 7\n\n')).toEqual(TRIANGLE);
  });

  it('reads sizes and vertex weights of 1, comments, blanks and carriage returns', () => {
    expect(read('% made by hand\n4 3 111 2\r\n8 1 1 2 5 3 7\r\n%2 2\n 0 1 1\t1 5 3 9 \n1 1 1 1 7 2 9\n9 1 1\n%\n\n')).toEqual(TRIANGLE);
    expect(read('4 3 011\n1 2 5 3 7\n1 1 5 3 9\n1 1 7 2 9\n1')).toEqual(TRIANGLE);
  });

  it('takes edges without weights as 1', () => {
    const ones = { ...TRIANGLE, weights: new Float64Array(6).fill(1) };
    expect(read('4 3\n2 3\n1 3\n1 2\n\n')).toEqual(ones);
    expect(read('4 3 100\n7 2 3\n7 1 3\n7 1 2\n7\n')).toEqual(ones);
    expect(read('1 0\n\n')).toEqual({
      ...TRIANGLE,
      vertices: 1,
      indptr: Int32Array.of(0, 0),
      indices: new Int32Array(),
      weights: new Float64Array(),
    });
  });

  it('says which line is wrong, what stands there and what was expected', () => {
    for (const [text, message] of [
      ['', `line 1: found ""; expected the header`],
      ['% only this', `line 2: found ""; expected the header`],
      ['3', `line 1: found "3"; expected the header`],
      ['2 1.0\n2\n1\n', `line 1: found "2 1.0"; expected the header`],
      ['2 1 2\n2\n1\n', `line 1: found fmt "2"; expected the header`],
      ['2 1 1 2\n2 1\n1 1\n', `line 1: found fmt 001 with 2 weights a vertex`],
      ['0 0\n', `line 1: found 0 vertices`],
      ['\u001b[2J\n', `line 1: found "\\u001b[2J"; expected the header`],
      [
        '9999999999 1\n',
        `line 1: found 9999999999 vertices and 1 edges in the header; expected no more than the 1 bytes after it can hold`,
      ],
      ['2 999999999\n2\n1\n', `line 1: found 2 vertices and 999999999 edges in the header`],
      ['%\n2 1\n2 x\n1\n', `line 3: found "x"; expected whole numbers and blanks`],
      ['2 1 1\n2 1.5\n1 1.5\n', `line 2: found "1.5"; expected whole numbers`],
      ['2 1 1\n2 -3\n1 -3\n', `line 2: found "-3"; expected whole numbers`],
      ['2 1 1\n2 9999999999\n1 9999999999\n', `line 2: found 9999999999; expected numbers of at most 2147483647`],
      ['2 1\n2\n%\n3\n', `line 4: found neighbour 3; expected a vertex from 1 to 2`],
      ['2 1\n0\n1\n', `line 2: found neighbour 0; expected a vertex from 1 to 2`],
      ['2 1\n2\n2\n', `line 3: found vertex 2 as its own neighbour`],
      ['2 1 1\n2 0\n1 0\n', `line 2: found edge weight 0; expected edge weights of at least 1`],
      ['2 1 1\n2\n1\n', `line 2: found neighbour 2 without a weight`],
      ['2 1 10\n1 2\n2 1\n', `line 3: found vertex weight 2; expected vertex weight 1`],
      ['3 1 11\n1 2 1\n1 1 1\n\n', `line 4: found 0 numbers; expected 1 before the neighbours`],
      ['3 2\n2\n1 3\n', `line 4: found the end of the file; expected the line of vertex 3 of 3`],
      ['2 1\n2\n1\n1\n', `line 4: found "1"; expected the end of the file after the lines of 2 vertices`],
      ['3 1\n2 3\n1\n\n1\n', `line 3: found a neighbour more than the header's 1 edges have`],
      [
        '3 2\n2\n1\n\n',
        `line 1: found 2 edges in the header and 2 neighbours on the lines; expected 4 neighbours, two an edge (is each edge`,
      ],
      ['3 2\n2 3\n1\n\n', `line 1: found 2 edges in the header and 3 neighbours on the lines; expected 4 neighbours, two an edge`],
      ['2 1 1\n2 3\n1 4\n', `line 2: found weight 3 between 1 and 2, and 4 on line 3; expected the same`],
      ['3 2\n2 2\n1 1\n\n', `line 2: found neighbour 2 of vertex 1 twice`],
      ['4 2\n2 3\n\n1\n3\n', `line 2: found neighbour 2 of vertex 1, but line 3 does not name 1`],
      ['4 2\n2\n1 4\n2\n\n', `line 3: found neighbour 4 of vertex 2, but line 5 does not name 2`],
      ['4 2\n\n1\n1 4\n3\n', `line 3: found neighbour 1 of vertex 2, but line 2 does not name 2`],
    ] as const) {
      expect(() => read(text), text).toThrow(
        expect.objectContaining({ constructor: UsageError, message: expect.stringContaining(`g.graph, ${message}`) }),
      );
    }
  });

  it('reads what was written, whatever the graph', () => {
    fc.assert(
      fc.property(anyGraph(), (graph) => {
        expect(read(textOf(graph))).toEqual(graph);
      }),
    );
  });

  it('refuses every graph that lost one side of an edge', () => {
    fc.assert(
      fc.property(
        anyGraph().filter(({ indices }) => indices.length > 0),
        fc.nat(),
        (graph, pick) => {
          const lines = textOf(graph).split('\n');
          const full = lines.map((line, i) => (i > 0 && line !== '' ? i : 0)).filter((i) => i > 0);
          const at = full[pick % full.length];
          lines[at] = lines[at].split(' ').slice(2).join(' ');
          expect(() => read(lines.join('\n'))).toThrow(UsageError);
        },
      ),
    );
  });
});

describe('readCoordinates', () => {
  it('reads x and y of every vertex', () => {
    expect(readCoordinates(Buffer.from('% x y\n0 -1.5\r\n\n2e3\t.25'), 2, 'g.xy')).toEqual(Float64Array.of(0, -1.5, 2000, 0.25));
  });

  it('says which line is wrong', () => {
    for (const [text, message] of [
      ['0 0\n1', `line 2: found "1"; expected two numbers, x and y`],
      ['0 0 0\n1 1', `line 1: found "0 0 0"; expected two numbers, x and y`],
      ['0 0\n1 NaN', `line 2: found "1 NaN"; expected two numbers`],
      ['0 0\n1 1\n2 2', `line 3: found coordinates of vertex 3; expected a line for each of the graph's 2`],
    ])
      expect(() => readCoordinates(Buffer.from(text), 2, 'g.xy')).toThrow(`g.xy, ${message}`);
    expect(() => readCoordinates(Buffer.from('0 0\n'), 2, 'g.xy')).toThrow(
      "g.xy: found coordinates of 1 vertices; expected those of the graph's 2",
    );
  });
});

const missing = spawnSync('graphchk').error === undefined ? null : 'graphchk is not installed (Debian: apt install metis)';
if (missing !== null) console.warn(`METIS's own check of graph files skipped: ${missing}`);

describe('graphchk of METIS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bimt-graph-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const check = (text: string) => {
    const path = join(folder, 'g.graph');
    writeFileSync(path, text);
    return spawnSync('graphchk', [path], { encoding: 'utf8' }).stdout;
  };

  it('is installed where tests must not be skipped', () => {
    if (process.env['CI']) expect(missing).toBeNull();
  });

  it.skipIf(missing !== null)('accepts what is written', () => {
    for (const graph of [TRIANGLE, ...fc.sample(anyGraph(), { seed: 1, numRuns: 10 })])
      expect(check(textOf(graph))).toContain('The format of the graph is correct!');
  });

  it.skipIf(missing !== null)('refuses a graph with an edge on one side only', () => {
    expect(check('2 1 001\n2 5\n1 4\n')).not.toContain('The format of the graph is correct!');
  });
});

/** A graph of 2 to 12 vertices in sorted rows. */
function anyGraph(): fc.Arbitrary<PlacementGraph> {
  return fc.integer({ min: 2, max: 12 }).chain((vertices) =>
    fc.array(fc.option(fc.integer({ min: 1, max: 2 ** 31 - 1 })), { minLength: vertices ** 2, maxLength: vertices ** 2 }).map((drawn) => {
      const weightOf = (a: number, b: number) => (a === b ? null : drawn[Math.min(a, b) * vertices + Math.max(a, b)]);
      const rows = Array.from({ length: vertices }, (_, a) =>
        Array.from({ length: vertices }, (_, b) => ({ b, weight: weightOf(a, b) })).filter(({ weight }) => weight !== null),
      );
      const indptr = new Int32Array(vertices + 1);
      rows.forEach((row, a) => {
        indptr[a + 1] = indptr[a] + row.length;
      });
      const indices = Int32Array.from(rows.flat(), ({ b }) => b);
      const weights = Float64Array.from(rows.flat(), ({ weight }) => weight ?? 0);
      return { vertices, indptr, indices, weights, position: null };
    }),
  );
}
