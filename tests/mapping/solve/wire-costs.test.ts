import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/core/random.ts';
import { WireCosts } from '../../../src/mapping/solve/wire-costs.ts';
import { madeUpProblem } from './made-problem.ts';

/** Mean wires of a vertex against cores: looked up one by one, on the border, and summed by core. */
const DENSITIES = [0.05, 0.3, 0.9];

describe.each(DENSITIES)('wires of a graph of density %d', (density) => {
  it.each([false, true])('cost elsewhere what the objective says, while vertices move (port: %s)', (hasPort) => {
    const { problem, start, cost } = madeUpProblem({ seed: 7, vertices: 14, width: 4, height: 2, density, hasPort });
    const core = Int32Array.from(start);
    const wires = new WireCosts(problem, core);
    const random = randomStream(3, 'moves');
    for (let move = 0; move < 30; move++) {
      for (let v = 0; v < 14; v++) {
        for (let to = 0; to < 8; to++) expect(wires.change(v, core[v], to)).toBe(cost(core.with(v, to)) - cost(core));
      }
      const [v, to] = [random.int(14), random.int(8)];
      const from = core[v];
      core[v] = to;
      wires.follow(v, from, to);
    }
  });

  it('have the weight between two vertices, and 0 where there is no wire', () => {
    const { problem, edges } = madeUpProblem({ seed: 7, vertices: 14, width: 4, height: 2, density });
    const wires = new WireCosts(problem, new Int32Array(14));
    const weight = new Map(edges.flatMap(([a, b, w]) => [[`${a},${b}`, w] as const, [`${b},${a}`, w] as const]));
    for (let a = 0; a < 14; a++) for (let b = 0; b < 14; b++) expect(wires.between(a, b)).toBe(weight.get(`${a},${b}`) ?? 0);
  });
});
