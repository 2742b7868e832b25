// Is the mapper at least as good as the partitioners that Debian has? Small problems; scripts/bench/mapping.ts has the others.
import { describe, expect, it } from 'vitest';
import { equalSquares, repair } from '../../scripts/bench/mapping/evaluate.ts';
import { INSTANCES, makeInstance } from '../../scripts/bench/mapping/instances.ts';
import { bestOf, isInstalled, PEERS } from '../../scripts/bench/mapping/peers.ts';
import { scoreGraph } from '../../src/mapping/graph-score.ts';
import { placeGraph } from '../../src/mapping/solve/place-graph.ts';

const PROBLEMS = ['400-64-spare', '400-64-spare-hard', '400-256-full-hard', '4096-64-full', '4096-64-full-hidden', '4096-256-full'];
/** Fewer than the benchmark's 2·10⁷: enough for 64 parts. */
const PROPOSALS = 1e6;

const instanceOf = (name: string) => {
  const spec = INSTANCES.find((known) => known.name === name);
  if (spec === undefined) throw new Error(`no problem ${name}`);
  return makeInstance(spec);
};
const peers = PEERS.filter(({ name }) => name !== 'kahip').map((peer) => ({ peer, installed: isInstalled(peer) }));
for (const { peer, installed } of peers)
  if (!installed) console.warn(`comparison with ${peer.name} skipped: ${peer.program} is not installed (Debian: apt install ${peer.name})`);

it('peers are installed where comparisons must not be skipped', () => {
  if (process.env['CI']) expect(peers.filter(({ installed }) => !installed)).toEqual([]);
});

describe.skipIf(!peers.some(({ installed }) => installed))('placed by us', () => {
  it.each(PROBLEMS)('%s costs no more than placed by any peer', { timeout: 120_000 }, (name) => {
    const { graph, mesh } = instanceOf(name);
    const ours = scoreGraph(graph, mesh, placeGraph(graph, mesh, { seed: 1, effort: 1 }));
    expect(ours.excess).toBe(0);
    for (const { peer, installed } of peers)
      if (installed) expect(ours.cost, peer.name).toBeLessThanOrEqual(bestOf(peer, graph, mesh, { seeds: 1, proposals: PROPOSALS }).cost);
  });
});

describe('what placements are measured against', () => {
  it('equal squares are legal where the grid can be cut evenly, and cost less than chance', () => {
    const { graph, mesh, site } = instanceOf('4096-64-full');
    const core = equalSquares(site, mesh);
    expect(scoreGraph(graph, mesh, core)).toMatchObject({ maxLoad: 64, excess: 0 });
    // Site (x, y) of 64 x 64 lies on core (x/8, y/8).
    expect(Array.from(core.slice(0, 17))).toEqual([...Array(8).fill(0), ...Array(8).fill(1), 2]);
  });

  it('hidden positions change no cost', () => {
    const [shown, hidden] = ['4096-64-full', '4096-64-full-hidden'].map(instanceOf);
    expect(hidden.graph.position).toBeNull();
    const cost = ({ graph, mesh, site }: typeof shown) => scoreGraph(graph, mesh, equalSquares(site, mesh)).cost;
    expect(cost(hidden)).toBe(cost(shown));
  });

  it('repair moves vertices to free cores along the way that costs least, one a core that is too full', () => {
    // A path 0 – 1 – 2 with weights 1 and 10, all on core 0 of three in a row with places for two: vertex 0 moves away.
    const graph = {
      vertices: 3,
      indptr: Int32Array.of(0, 1, 3, 4),
      indices: Int32Array.of(1, 0, 2, 1),
      weights: Float64Array.of(1, 1, 10, 10),
      position: null,
    };
    const mesh = { width: 3, height: 1, capacity: 2 };
    expect(repair(graph, mesh, Int32Array.of(0, 0, 0))).toEqual({ core: Int32Array.of(1, 0, 0), moves: 1 });
    // Core 1 is full too: one chain of two moves.
    const wider = { ...graph, vertices: 5, indptr: Int32Array.of(0, 1, 3, 4, 4, 4) };
    const { core, moves } = repair(wider, mesh, Int32Array.of(0, 0, 0, 1, 1));
    expect(moves).toBe(2);
    expect(scoreGraph(wider, mesh, core)).toEqual({ cost: 1, cutShare: 1 / 11, maxLoad: 2, excess: 0 });
  });
});
