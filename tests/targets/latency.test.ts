import { describe, expect, it } from 'vitest';
import { estimateLatency, messageLatencyNs, timing } from '../../src/targets/latency.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { mvmCounts } from '../../src/targets/mvm.ts';

const loihi = loadTarget('loihi1');
const isaac = loadTarget('isaac-ce');
const rram = loadTarget('rram-mesh');
const NOTHING = { synops: 0, activeNeurons: 0, idleNeurons: 0, mvm: null, message: null };

describe('latency of a message', () => {
  it('two tiles east and one north is 16.8 ns on Loihi', () => {
    expect(messageLatencyNs(timing(loihi), 2, 1)).toBeCloseTo(16.8, 9);
  });

  it('within the tile is what the tile takes', () => {
    expect(messageLatencyNs(timing(loihi), 0, 0)).toBeCloseTo(2.1, 9);
  });

  it('is unknown where a router is, and not zero', () => {
    expect(messageLatencyNs(timing(isaac), 2, 1)).toBeNull();
  });
});

describe('latency of a step', () => {
  it('of events is the busiest core, the longest message and the barrier', () => {
    const { terms, total } = estimateLatency(timing(loihi), {
      ...NOTHING,
      synops: 10,
      activeNeurons: 2,
      idleNeurons: 3,
      message: { hopsX: 2, hopsY: 1 },
    });
    expect(terms.map(({ name, value }) => [name, value])).toEqual([
      ['busiest core', expect.closeTo(10 * 3.5 + 2 * 8.4 + 3 * 5.3, 6)],
      ['message', expect.closeTo(16.8, 6)],
      ['synchronisation', expect.closeTo(465, 6)],
    ]);
    expect(total).toMatchObject({ value: expect.closeTo(67.7 + 16.8 + 465, 6), low: expect.closeTo(67.7 + 16.8 + 113, 6), complete: true });
  });

  it('uses the times of the profile that is asked for', () => {
    expect(messageLatencyNs(timing(loihi, 'sanafe2025'), 1, 1)).toBeCloseTo(21.1 + 4.1 + 6.5, 6);
    expect(timing(loihi, 'sanafe2025').constants[0]?.field).toBe('energyProfiles[1].time.synop');
  });

  it('of products on ISAAC is the depth of its pipeline', () => {
    const { total } = estimateLatency(timing(isaac), { ...NOTHING, mvm: mvmCounts(isaac, 128, 100) });
    expect(total).toMatchObject({ value: expect.closeTo(2200, 6), complete: true });
  });

  it('of products on the mesh reads, converts column by column, and reads again where the read is split', () => {
    const cycleNs = 3.16 + 256 / 1.28;
    const at = (axons: number) => estimateLatency(timing(rram), { ...NOTHING, mvm: mvmCounts(rram, axons, 10) }).total.value;
    expect(at(255)).toBeCloseTo(9 * cycleNs, 6);
    expect(at(256)).toBeCloseTo(18 * cycleNs, 6);
    const four = loadTarget('rram-mesh:adcsPerArray=4');
    expect(estimateLatency(timing(four), { ...NOTHING, mvm: mvmCounts(four, 255, 10) }).total.value).toBeCloseTo(9 * (3.16 + 64 / 1.28), 6);
  });

  it('is unknown with a converter nobody tabulated', () => {
    const seven = loadTarget('rram-mesh:adcBits=7');
    const { total, unknown } = estimateLatency(timing(seven), { ...NOTHING, mvm: mvmCounts(seven, 10, 10) });
    expect(total).toMatchObject({ value: null, complete: false });
    expect(unknown).toEqual(['cycle']);
  });
});
