import { describe, expect, it } from 'vitest';
import { type EnergyEstimate, energyProfile, estimateEnergy, type StepCounts } from '../../src/targets/energy.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { mvmCounts } from '../../src/targets/mvm.ts';
import { loadChanged } from './support.ts';

const loihi = loadTarget('loihi1');
const isaac = loadTarget('isaac-ce');
const exactly = (value: number) => ({ value, low: value, high: value });
const NOTHING: StepCounts = {
  ...{ synops: 0, activeNeurons: 0, idleNeurons: 0, messages: 0, hopsX: 0, hopsY: 0, chipCrossings: 0 },
  ...{ flitHops: 0, bufferBytes: 0, mvms: [], chips: 0, stepNs: exactly(0) },
};
const termValue = (estimate: EnergyEstimate, name: string) => estimate.terms.find((term) => term.name === name)?.value;

describe('energy of events', () => {
  it('of a message two tiles east and one north is 11.7 pJ on Loihi', () => {
    const estimate = estimateEnergy(energyProfile(loihi), { ...NOTHING, messages: 1, hopsX: 2, hopsY: 1 });
    expect(estimate.total.value).toBeCloseTo(11.7, 9);
    expect(estimate.total.complete).toBe(true);
  });

  it('is a third communication with one synapse a message, and three per cent with sixteen', () => {
    const share = (synops: number) => {
      const estimate = estimateEnergy(energyProfile(loihi), { ...NOTHING, synops, messages: 1, hopsX: 2, hopsY: 1 });
      return (termValue(estimate, 'routing') ?? 0) / (estimate.total.value ?? 0);
    };
    expect(share(1)).toBeCloseTo(11.7 / 35.3, 9);
    expect(share(16)).toBeCloseTo(11.7 / (11.7 + 16 * 23.6), 9);
  });

  it('adds synapses, neurons, messages and static power', () => {
    const counts = {
      ...NOTHING,
      synops: 10,
      activeNeurons: 2,
      idleNeurons: 3,
      messages: 4,
      hopsX: 5,
      hopsY: 6,
      chips: 2,
      stepNs: exactly(1000),
    };
    const estimate = estimateEnergy(energyProfile(loihi), counts);
    expect(termValue(estimate, 'synapses')).toBeCloseTo(236, 6);
    expect(termValue(estimate, 'neurons')).toBeCloseTo(2 * 81 + 3 * 52, 6);
    expect(termValue(estimate, 'routing')).toBeCloseTo(4 * 1.7 + 5 * 3 + 6 * 4, 6);
    // 0.1044 W · 1 µs · 2 chips
    expect(termValue(estimate, 'static power')).toBeCloseTo(208_800, 3);
    expect(estimate.dynamic.value).toBeCloseTo(236 + 318 + 45.8, 6);
    expect(estimate.total.value).toBeCloseTo(236 + 318 + 45.8 + 208_800, 3);
  });

  it('follows the profile that is asked for', () => {
    const counts = { ...NOTHING, synops: 1, activeNeurons: 1, idleNeurons: 1, messages: 1, hopsX: 1, hopsY: 1 };
    const estimate = estimateEnergy(energyProfile(loihi, 'sanafe2025'), counts);
    expect(estimate.total.value).toBeCloseTo(33.6 + 142.1 + 51.2 + 111 + 3.0 + 4.2, 6);
    expect(() => energyProfile(loihi, 'sanafe2024')).toThrow(
      /unknown energy profile of target loihi1 'sanafe2024'; did you mean 'sanafe2025'/,
    );
  });

  it('never takes an unknown constant for zero', () => {
    const counts = { ...NOTHING, synops: 10, chipCrossings: 1 };
    const estimate = estimateEnergy(energyProfile(loihi), counts);
    expect(termValue(estimate, 'chip crossings')).toBeNull();
    expect(estimate.unknown).toEqual(['chipCrossing']);
    expect(estimate.total).toMatchObject({ value: expect.closeTo(236, 6), complete: false });
  });

  it('of a chip crossing is what the board says of a bit, where the profile says nothing', () => {
    const board = { chipToChip: { energy: { value: 1e-11, unit: 'J/bit', provenance: 'assumption', how: 'test' } } };
    const boards = (loihi.file.system?.boards ?? []).map((each) => (each.name === 'stick' ? { ...each, ...board } : each));
    const joined = loadChanged('loihi1', { 'system.boards': boards }, ':chips=2');
    const { terms, constants } = estimateEnergy(energyProfile(joined), { ...NOTHING, chipCrossings: 3 });
    // Three messages of 32 bits at 10 pJ a bit.
    expect(terms.find(({ name }) => name === 'chip crossings')?.value).toBeCloseTo(960, 6);
    expect(constants.find(({ name }) => name === 'chipCrossing')?.field).toBe('routing.packetBits × board stick, chipToChip.energy');
    const stated = energyProfile(loadTarget('truenorth:chips=16')).constants.find(({ name }) => name === 'chipCrossing');
    expect(stated?.value).toBeCloseTo(832e-12, 15);
  });

  it('is unknown as a whole when nothing of it is known', () => {
    const unknown = { value: null, unit: 'J', provenance: 'not-published', how: 'not found' };
    const fields = ['synop', 'neuronActive', 'neuronIdle', 'message', 'hopX', 'hopY'];
    const changes = Object.fromEntries(fields.map((field) => [`energyProfiles.0.${field}`, unknown]));
    const power = { 'energyProfiles.0.staticPower': { ...unknown, unit: 'W' }, waiver: 'test' };
    const profile = energyProfile(loadChanged('loihi1', { ...changes, ...power }));
    const busy = { ...NOTHING, synops: 1, activeNeurons: 1, messages: 1, chipCrossings: 1, chips: 1, stepNs: exactly(1) };
    const { total, unknown: names } = estimateEnergy(profile, busy);
    expect(total).toEqual({ value: null, low: null, high: null, complete: false });
    expect(names).toEqual(['synop', 'neuronActive', 'message', 'chipCrossing', 'staticPower']);
  });

  it('has no static part while nobody knows how long a step takes', () => {
    const estimate = estimateEnergy(energyProfile(loihi), { ...NOTHING, synops: 10, chips: 1, stepNs: null });
    expect(termValue(estimate, 'static power')).toBeNull();
    expect(estimate.unknown).toEqual(['duration of a step']);
    expect(estimate.dynamic.complete).toBe(true);
    expect(estimate.total.complete).toBe(false);
  });

  it('has a static part as uncertain as the duration of the step', () => {
    const estimate = estimateEnergy(energyProfile(loihi), { ...NOTHING, chips: 1, stepNs: { value: 1000, low: 500, high: 2000 } });
    // 0.1044 W
    expect(estimate.terms.find(({ name }) => name === 'static power')).toMatchObject({
      value: expect.closeTo(104_400, 3),
      low: expect.closeTo(52_200, 3),
      high: expect.closeTo(208_800, 3),
    });
  });

  it('tells where each constant comes from', () => {
    const { constants } = estimateEnergy(energyProfile(loihi), NOTHING);
    expect(constants.find(({ name }) => name === 'synop')).toEqual({
      ...{ name: 'synop', value: 23.6e-12, unit: 'J', bound: 'min', range: null, provenance: 'simulated' },
      ...{ field: 'energyProfiles[0].synop', source: 'simulated; S1: Table 2, p. 96; at 0.75 V, 14 nm' },
    });
  });
});

describe('energy of matrix–vector products', () => {
  const product = mvmCounts(isaac, 128, 100);

  it('adds row drives, cells, conversions, buffers and links', () => {
    const counts = { ...NOTHING, mvms: product ? [product, product] : [], bufferBytes: 100, flitHops: 10 };
    const estimate = estimateEnergy(energyProfile(isaac), counts);
    // 7 arrays of 128 × 128, 16 cycles, two cores
    expect(termValue(estimate, 'row drives')).toBeCloseTo(2 * 7 * 128 * 16 * 0.39, 3);
    expect(termValue(estimate, 'cells')).toBeCloseTo(2 * 7 * 128 * 128 * 16 * 0.00183, 3);
    expect(termValue(estimate, 'conversions')).toBeCloseTo(2 * 7 * 128 * 16 * 1.56, 3);
    expect(termValue(estimate, 'buffers')).toBeCloseTo(271, 6);
    expect(termValue(estimate, 'links')).toBeCloseTo(52.5, 6);
    expect(estimate.dynamic.complete).toBe(true);
  });

  it('carries the range of the hop energy into low and high', () => {
    const { dynamic } = estimateEnergy(energyProfile(isaac), { ...NOTHING, flitHops: 10 });
    expect([dynamic.low, dynamic.value, dynamic.high]).toEqual([expect.closeTo(44, 6), expect.closeTo(52.5, 6), expect.closeTo(52.5, 6)]);
  });

  it('names what is missing: a constant, or how much of one there is', () => {
    const { unknown } = estimateEnergy(energyProfile(isaac), { ...NOTHING, flitHops: null, chips: 1, stepNs: null });
    // Without leakage the duration of the step is of no use.
    expect(unknown).toEqual(['size of a message', 'staticPower']);
  });

  it('takes the conversion energy of the chosen converter, and none that the table lacks', () => {
    const conversion = (spec: string) => energyProfile(loadTarget(spec)).constants.find(({ name }) => name === 'conversion');
    expect(conversion('rram-mesh')).toMatchObject({ value: 1.56e-12, field: 'crossbar.converters[1]' });
    expect(conversion('rram-mesh:adcBits=6')).toMatchObject({ value: 1.26e-12, field: 'crossbar.converters[0]' });
    expect(conversion('rram-mesh:adcBits=7')).toMatchObject({ value: null, provenance: 'not-published' });
    const seven = loadTarget('rram-mesh:adcBits=7');
    const mvm = mvmCounts(seven, 10, 10);
    const estimate = estimateEnergy(energyProfile(seven), { ...NOTHING, mvms: mvm ? [mvm] : [] });
    expect(estimate.unknown).toEqual(['conversion']);
    expect(estimate.dynamic.complete).toBe(false);
  });
});

describe('energy of chips that publish a sum', () => {
  it('of ODIN is leakage, idle cycles and synaptic operations', () => {
    const counts = { ...NOTHING, synops: 10, chips: 1, stepNs: exactly(1000) };
    const estimate = estimateEnergy(energyProfile(loadTarget('odin')), counts);
    expect(termValue(estimate, 'synapses')).toBeCloseTo(84.3, 9);
    // 27.3 µW and 1.78 pJ a cycle at 75 MHz, for 1 µs
    expect(termValue(estimate, 'static power')).toBeCloseTo(27.3 + 133.5, 9);
    expect(estimate.total).toMatchObject({ value: expect.closeTo(245.1, 9), complete: true });
    expect(estimate.dynamic.value).toBeCloseTo(84.3, 9);
  });

  it('adds nothing to a figure that contains static power', () => {
    const counts = { ...NOTHING, synops: 10, messages: 5, hopsX: 7, chips: 1, stepNs: exactly(1000) };
    const estimate = estimateEnergy(energyProfile(loadTarget('odin'), 'total'), counts);
    expect(estimate.terms).toHaveLength(1);
    expect(estimate.total).toMatchObject({ value: expect.closeTo(127, 9), complete: true });
  });

  it('of wires is bits times way times energy per bit and mm: TrueNorth, three cores along x and two along y', () => {
    const counts = { ...NOTHING, messages: 1, hopsX: 3, hopsY: 2 };
    const estimate = estimateEnergy(energyProfile(loadTarget('truenorth'), 'wires'), counts);
    // 32 bit · (3 · 0.240 mm + 2 · 0.390 mm) · 0.3 pJ/bit/mm
    expect(estimate.total).toMatchObject({ value: expect.closeTo(14.4, 9), complete: true });
  });

  it('of a message three cores along x and two along y is 14.4 pJ on TrueNorth, most of it with one synapse, little with 16', () => {
    const profile = energyProfile(loadTarget('truenorth'));
    const parts = (synops: number) => {
      const estimate = estimateEnergy(profile, { ...NOTHING, synops, activeNeurons: 3, idleNeurons: 5, messages: 1, hopsX: 3, hopsY: 2 });
      return [termValue(estimate, 'routing') ?? 0, estimate.total.value ?? 0] as const;
    };
    expect(parts(1)[0]).toBeCloseTo(3 * 2.3 + 2 * 3.74, 9);
    expect(parts(1)[1]).toBeCloseTo(14.38 + 2.3, 9);
    expect(parts(16)[0] / parts(16)[1]).toBeCloseTo(14.38 / (14.38 + 16 * 2.3), 9);
  });

  it('of SpiNNaker charges a packet in every router, and knows nothing of synapses', () => {
    const estimate = estimateEnergy(energyProfile(loadTarget('spinnaker1')), { ...NOTHING, synops: 4, messages: 1, hopsX: 1, hopsY: 1 });
    // Three routers at 1 nJ.
    expect(termValue(estimate, 'routing')).toBeCloseTo(3000, 6);
    expect(estimate.unknown).toEqual(['synop']);
    expect(estimate.total).toMatchObject({ value: expect.closeTo(3000, 6), complete: false });
  });

  it('charges whole arrays where the figure is one of full arrays, however few synapses they hold', () => {
    const target = loadTarget('hermes-core');
    const mvm = { arrays: 2, reads: 1, inputCycles: null, rowDrives: null, cellReads: null, conversions: null };
    const estimate = estimateEnergy(energyProfile(target), { ...NOTHING, synops: 1, mvms: [mvm] });
    // 2 arrays of 256 × 256 at 0.19 pJ
    expect(termValue(estimate, 'products')).toBeCloseTo(2 * 65_536 * 0.19, 6);
    expect(estimate.total.complete).toBe(true);
    expect(estimateEnergy(energyProfile(target), { ...NOTHING, flitHops: 1 }).unknown).toEqual(['flitHop']);
    // One array of 1024 × 512 at 0.161 pJ.
    const long = energyProfile(loadTarget('ibm-34tile:rows=1024'));
    expect(termValue(estimateEnergy(long, { ...NOTHING, mvms: [{ ...mvm, arrays: 1 }] }), 'products')).toBeCloseTo(1024 * 512 * 0.161, 6);
  });

  it('of products whose input cycles nobody knows is unknown', () => {
    const mvm = { arrays: 1, reads: 1, inputCycles: null, rowDrives: null, cellReads: null, conversions: null };
    const estimate = estimateEnergy(energyProfile(isaac), { ...NOTHING, mvms: [mvm] });
    // What is known is that no value is moved: nothing.
    expect(estimate.total).toEqual({ value: null, low: null, high: null, complete: false });
    expect(estimate.unknown).toEqual(['input cycles of a product']);
  });
});
