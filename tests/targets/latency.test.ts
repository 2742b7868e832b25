import { describe, expect, it } from 'vitest';
import { estimateLatency, type Timing, timing } from '../../src/targets/latency.ts';
import { loadTarget, type Target } from '../../src/targets/load.ts';
import { type MvmCounts, mvmCounts } from '../../src/targets/mvm.ts';
import { loadChanged } from './support.ts';

const loihi = loadTarget('loihi1');
const isaac = loadTarget('isaac-ce');
const rram = loadTarget('rram-mesh');
const NOTHING = { synops: 0, activeNeurons: 0, idleNeurons: 0, messages: 0, mvm: null };
const product = (mvm: MvmCounts | null) => ({ busiestLinkPackets: 0, cores: [{ ...NOTHING, mvm }], messages: [] });

/** Of a step in which one message is all that happens. */
function messageNs(times: Timing, hopsX: number, hopsY: number): number | null {
  const { terms } = estimateLatency(times, { busiestLinkPackets: 0, cores: [], messages: [{ hopsX, hopsY, crossings: 0 }] });
  return terms.find(({ name }) => name === 'slowest message')?.value ?? null;
}

describe('latency of a message', () => {
  it('two tiles east and one north is 16.8 ns on Loihi', () => {
    expect(messageNs(timing(loihi), 2, 1)).toBeCloseTo(16.8, 9);
  });

  it('within the tile is what the tile takes', () => {
    expect(messageNs(timing(loihi), 0, 0)).toBeCloseTo(2.1, 9);
  });

  it('is unknown where a router is, and not zero', () => {
    expect(messageNs(timing(isaac), 2, 1)).toBeNull();
  });
});

describe('latency of a step', () => {
  it('of events is the busiest core, the longest message and the barrier', () => {
    const { terms, total } = estimateLatency(timing(loihi), {
      busiestLinkPackets: 0,
      cores: [{ ...NOTHING, synops: 10, activeNeurons: 2, idleNeurons: 3 }],
      messages: [{ hopsX: 2, hopsY: 1, crossings: 0 }],
    });
    expect(terms.map(({ name, value }) => [name, value])).toEqual([
      ['slowest core', expect.closeTo(10 * 3.5 + 2 * 8.4 + 3 * 5.3, 6)],
      ['slowest message', expect.closeTo(16.8, 6)],
      ['synchronisation', expect.closeTo(465, 6)],
    ]);
    expect(total).toMatchObject({ value: expect.closeTo(67.7 + 16.8 + 465, 6), low: expect.closeTo(67.7 + 16.8 + 113, 6), complete: true });
  });

  it('takes the core and the message that last longest, not those with most work of one sort', () => {
    const { terms } = estimateLatency(timing(loihi), {
      busiestLinkPackets: 0,
      // 35 ns of synapses and 8.4 ns; 28 ns and 106 ns of idle neurons.
      cores: [
        { ...NOTHING, synops: 10, activeNeurons: 1 },
        { ...NOTHING, synops: 8, idleNeurons: 20 },
      ],
      // Three links east take 12.3 ns, two north 13.
      messages: [
        { hopsX: 3, hopsY: 0, crossings: 0 },
        { hopsX: 0, hopsY: 2, crossings: 0 },
        { hopsX: 1, hopsY: 1, crossings: 0 },
      ],
    });
    expect(terms.map(({ value }) => value)).toEqual([expect.closeTo(28 + 106, 6), expect.closeTo(2.1 + 13, 6), expect.closeTo(465, 6)]);
  });

  it('does not take a message of unknown duration for a short one', () => {
    const half = loadChanged('loihi1', {
      'time.hop.y': { value: null, unit: 's', provenance: 'not-published', how: 'test' },
    });
    const { total, unknown } = estimateLatency(timing(half), {
      busiestLinkPackets: 0,
      cores: [NOTHING],
      messages: [
        { hopsX: 3, hopsY: 0, crossings: 0 },
        { hopsX: 0, hopsY: 1, crossings: 0 },
      ],
    });
    expect(total.complete).toBe(false);
    expect(unknown).toEqual(['hopY']);
  });

  it('lists the constants it used and no others', () => {
    const names = (target: Target, mvm: MvmCounts | null) =>
      estimateLatency(timing(target), { ...product(mvm), messages: [{ hopsX: 0, hopsY: 0, crossings: 0 }] }).constants.map(
        ({ name }) => name,
      );
    expect(names(loihi, null)).toEqual(['synop', 'neuronActive', 'neuronIdle', 'message', 'hopX', 'hopY', 'sync']);
    expect(names(isaac, mvmCounts(isaac, 10, 10))).toEqual(['message', 'hopX', 'hopY', 'cycle']);
  });

  it('uses the times of the profile that is asked for', () => {
    expect(messageNs(timing(loihi, 'sanafe2025'), 1, 1)).toBeCloseTo(21.1 + 4.1 + 6.5, 6);
    expect(timing(loihi, 'sanafe2025').constants[0]?.field).toBe('energyProfiles[1].time.synop');
  });

  it('counts the way to another chip, as the board states it, or leaves it unknown', () => {
    const one = { busiestLinkPackets: 0, cores: [], messages: [{ hopsX: 8, hopsY: 0, crossings: 1 }] };
    const two = estimateLatency(timing(loadTarget('loihi1:chips=2')), one);
    expect(two.total.complete).toBe(false);
    expect(two.unknown).toEqual(['chipCrossing']);
    const board = { chipToChip: { latency: { value: 1e-6, unit: 's', provenance: 'assumption', how: 'test' } } };
    const boards = (loihi.file.system?.boards ?? []).map((each) => (each.name === 'stick' ? { ...each, ...board } : each));
    const joined = loadChanged('loihi1', { 'system.boards': boards }, ':chips=2');
    expect(estimateLatency(timing(joined), one).terms[0]?.value).toBeCloseTo(2.1 + 8 * 4.1 + 1000, 6);
  });

  it('lets steps follow each other as fast as the busiest core and the busiest link do', () => {
    const busy = { ...NOTHING, synops: 10, messages: 4 };
    const step = (busiestLinkPackets: number) =>
      estimateLatency(timing(loihi), { cores: [busy, { ...NOTHING, idleNeurons: 1 }], messages: [], busiestLinkPackets }).throughput;
    // 35 ns of synapses, four messages of 2.1 ns, and the barrier; a link carries 3.44 a ns.
    const coreNs = 35 + 4 * 2.1 + 465;
    expect(step(344)).toMatchObject({ linkNs: expect.closeTo(100, 9), stepsPerSecond: expect.closeTo(1e9 / coreNs, 3), complete: true });
    expect(step(3440).stepsPerSecond).toBeCloseTo(1e6, 3);
    // Flits of 32 bits at 20 Gbit/s.
    const mesh = estimateLatency(timing(rram), { ...product(mvmCounts(rram, 10, 10)), busiestLinkPackets: 100 }).throughput;
    expect(mesh.linkNs).toBeCloseTo((100 * 32) / 20, 9);
    // A link of unknown bandwidth may be the bound.
    const unknown = estimateLatency(timing(loadTarget('puma')), { ...product(null), busiestLinkPackets: 1 }).throughput;
    expect([unknown.linkNs, unknown.complete]).toEqual([null, false]);
  });

  it('of products on ISAAC is the depth of its pipeline', () => {
    const { total } = estimateLatency(timing(isaac), product(mvmCounts(isaac, 128, 100)));
    expect(total).toMatchObject({ value: expect.closeTo(2200, 6), complete: true });
  });

  it('of products on the mesh reads, converts column by column, and reads again where the read is split', () => {
    const cycleNs = 3.16 + 256 / 1.28;
    const at = (axons: number) => estimateLatency(timing(rram), product(mvmCounts(rram, axons, 10))).total.value;
    expect(at(255)).toBeCloseTo(9 * cycleNs, 6);
    expect(at(256)).toBeCloseTo(18 * cycleNs, 6);
    const four = loadTarget('rram-mesh:adcsPerArray=4');
    expect(estimateLatency(timing(four), product(mvmCounts(four, 255, 10))).total.value).toBeCloseTo(9 * (3.16 + 64 / 1.28), 6);
    // The last of three converters has two columns less than the others.
    const three = loadTarget('rram-mesh:adcsPerArray=3');
    expect(estimateLatency(timing(three), product(mvmCounts(three, 255, 10))).total.value).toBeCloseTo(9 * (3.16 + 86 / 1.28), 6);
    // A pipeline is passed through once; what is read again takes its input cycles only.
    const pipelineCycles = { value: 20, unit: '1', provenance: 'assumption', how: 'test' };
    const deep = loadChanged('rram-mesh', { 'time.mvm.pipelineCycles': pipelineCycles });
    expect(estimateLatency(timing(deep), product(mvmCounts(deep, 256, 10))).total.value).toBeCloseTo((20 + 9) * cycleNs, 6);
  });

  it('is unknown with a converter nobody tabulated', () => {
    const seven = loadTarget('rram-mesh:adcBits=7');
    const { total, unknown } = estimateLatency(timing(seven), product(mvmCounts(seven, 10, 10)));
    expect(total).toMatchObject({ value: null, complete: false });
    expect(unknown).toEqual(['cycle']);
  });
});
