import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadTarget } from '../../src/targets/load.ts';
import { topology } from '../../src/targets/topology.ts';
import { loadChanged } from './support.ts';

describe('the network of a chip', () => {
  it('numbers cores row-major by tile, then slot', () => {
    const { tileX, tileY, slot, cores, coresPerTile } = topology(loadTarget('loihi1'));
    expect([cores, coresPerTile]).toEqual([128, 4]);
    const core = (3 * 8 + 5) * 4 + 2;
    expect([tileX[core], tileY[core], slot[core]]).toEqual([5, 3, 2]);
  });

  it('puts cores of a tile behind one router', () => {
    const loihi = topology(loadTarget('loihi1'));
    expect(loihi.hops(0, 3)).toEqual({ x: 0, y: 0 });
    expect(loihi.hops(0, 4)).toEqual({ x: 1, y: 0 });
    expect(loihi.hops(0, 127)).toEqual({ x: 7, y: 3 });
    expect(loihi.distance(0, 127)).toBe(10);
  });

  it('shares a router between 2 × 2 tiles of ISAAC', () => {
    const isaac = topology(loadTarget('isaac-ce'));
    const core = (x: number, y: number) => (y * 14 + x) * 12;
    expect([isaac.routersWide, isaac.routersHigh, isaac.cores]).toEqual([7, 6, 2016]);
    expect(isaac.hops(core(0, 0), core(1, 1))).toEqual({ x: 0, y: 0 });
    expect(isaac.hops(core(1, 1), core(2, 2))).toEqual({ x: 1, y: 1 });
    expect(isaac.hops(core(0, 0), core(13, 11))).toEqual({ x: 6, y: 5 });
  });

  it('leaves absent tiles out of the numbering', () => {
    const { cores, tileX, tileY } = topology(loadChanged('rram-mesh', { 'hierarchy.levels.0.arrangement.absent': [[0, 0], [3, 1]] })); // biome-ignore format: two points
    expect(cores).toBe(62);
    expect([tileX[0], tileY[0]]).toEqual([1, 0]);
    expect(Array.from({ length: cores }, (_, c) => `${tileX[c]},${tileY[c]}`)).not.toContain('3,1');
  });

  it('takes the short way round a torus', () => {
    const torus = topology(loadChanged('rram-mesh', { 'topology.kind': 'torus2d' }));
    expect(torus.wraps).toBe(true);
    fc.assert(
      fc.property(fc.nat(63), fc.nat(63), (a, b) => {
        const away = (p: number, q: number) => Math.min((p - q + 8) % 8, (q - p + 8) % 8);
        expect(torus.hops(a, b)).toEqual({ x: away(a % 8, b % 8), y: away(a >> 3, b >> 3) });
      }),
    );
  });

  it('lets inputs enter in the middle of the west edge, and says that this is assumed', () => {
    const rram = topology(loadTarget('rram-mesh:width=5,height=3'));
    expect(rram.port).toEqual({ x: 0, y: 1, assumption: expect.stringContaining('west edge') });
    expect(rram.portHops(4)).toEqual({ x: 4, y: 1 });
    expect(rram.portHops(5)).toEqual({ x: 0, y: 0 });
  });

  it('gives the pitch with its basis, and no pitch where none is known', () => {
    expect(topology(loadTarget('loihi1')).pitch).toMatchObject({
      xMm: 1.369,
      yMm: 1.369,
      basis: 'area-share',
      source: expect.stringContaining('derived'),
    });
    // Routers of ISAAC are two tiles apart.
    expect(topology(loadTarget('isaac-ce')).pitch.xMm).toBeCloseTo(2 * Math.sqrt(0.372), 3);
    const none = { value: null, unit: 'mm', provenance: 'not-published', how: 'not found' };
    expect(topology(loadChanged('loihi1', { 'geometry.pitch.x': none, 'geometry.pitch.y': none })).pitch).toMatchObject({
      xMm: null,
      yMm: null,
    });
  });

  it('refuses a kind of network that is not modelled', () => {
    expect(() => topology(loadChanged('loihi1', { 'topology.kind': 'hier' }))).toThrow(
      /network of kind hier; modelled are: single, mesh2d, /,
    );
  });
});
