import { describe, expect, it } from 'vitest';
import { chipOf } from '../../src/mapping/chip.ts';
import { linkTraffic } from '../../src/mapping/links.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { mappableTargets } from '../targets/support.ts';

describe('a message takes neighbouring links from its core to the other, as many as there are hops', () => {
  for (const target of [...mappableTargets(), 'rram-mesh:width=4,height=6']) {
    it(`on ${target}, between any two routers`, () => {
      const chip = chipOf(loadTarget(target), { maxNeuronsPerCore: null });
      const { topology } = chip;
      // One core behind each router.
      const cores = new Map(
        Array.from({ length: topology.cores }, (_, core) => [`${topology.routerX[core]},${topology.routerY[core]}`, core]),
      );
      for (const a of cores.values()) {
        for (const b of cores.values()) {
          const { x: hopsX, y: hopsY } = topology.hops(a, b);
          const connection = { source: 0, from: 0, to: 1, hopsX, hopsY, parts: ['recurrent'] as const, synapses: 1 };
          const used = { ids: [a, b] } as unknown as Parameters<typeof linkTraffic>[1];
          const { loads } = linkTraffic(chip, used, [connection], Float64Array.of(1));
          const next = new Map(loads.map(({ from, to }) => [`${from.x},${from.y}`, to]));
          let at = { x: topology.routerX[a], y: topology.routerY[a] };
          for (let hop = 0; hop < hopsX + hopsY; hop++) {
            const to = next.get(`${at.x},${at.y}`) as typeof at;
            expect(Math.abs(to.x - at.x) + Math.abs(to.y - at.y)).toBe(1);
            at = to;
          }
          expect(at).toEqual({ x: topology.routerX[b], y: topology.routerY[b] });
          expect(loads).toHaveLength(hopsX + hopsY);
        }
      }
    });
  }
});
