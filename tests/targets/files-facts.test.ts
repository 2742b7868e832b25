// Does a shipped file say what its sources say? Hand-picked numbers of every chip, written as papers print them.
import { describe, expect, it } from 'vitest';
import { isQuantity, valueAt } from '../../src/targets/quantities.ts';
import { rawTarget } from './support.ts';

/** Units as papers print them, in the units of a file. */
const SCALE: Readonly<Record<string, readonly [factor: number, unit: string]>> = {
  '1': [1, '1'],
  Ki: [1024, '1'],
  bit: [1, 'bit'],
  KB: [1024, 'B'],
  MB: [1024 ** 2, 'B'],
  nm: [1, 'nm'],
  um: [1, 'um'],
  mm: [1, 'mm'],
  mm2: [1, 'mm2'],
  um2: [1, 'um2'],
  fJ: [1e-15, 'J'],
  pJ: [1e-12, 'J'],
  nJ: [1e-9, 'J'],
  'pJ/B': [1e-12, 'J/B'],
  'fJ/bit': [1e-15, 'J/bit'],
  'pJ/bit': [1e-12, 'J/bit'],
  ns: [1e-9, 's'],
  us: [1e-6, 's'],
  ms: [1e-3, 's'],
  uW: [1e-6, 'W'],
  mW: [1e-3, 'W'],
  W: [1, 'W'],
  MHz: [1e6, 'Hz'],
  GHz: [1e9, 'Hz'],
  V: [1, 'V'],
  uS: [1e-6, 'S'],
  kohm: [1e3, 'ohm'],
  'Gspike/s': [1e9, 'event/s'],
  'Mspike/s': [1e6, 'event/s'],
  'Gb/s': [1e9, 'bit/s'],
  GOPS: [1e9, 'op/s'],
  TOPS: [1e12, 'op/s'],
  'GOPS/W': [1e9, 'op/J'],
  'TOPS/W': [1e12, 'op/J'],
  'GOPS/mm2': [1e9, 'op/s/mm2'],
  'TOPS/mm2': [1e12, 'op/s/mm2'],
};

type Fact = readonly [path: string, value: number | readonly number[] | null, unit: string, provenance: string, bound?: string];

/** Hand-picked cells: path, the printed number, its unit, provenance, and bound where it is not exact. */
const FACTS: Readonly<Record<string, readonly Fact[]>> = {
  akida: [
    ['hierarchy.levels.0.countPerParent', 80, '1', 'vendor'],
    ['weight.bits', [1, 2, 4], 'bit', 'vendor'],
    ['figures.sram', 8, 'MB', 'vendor'],
    ['figures.virtualNeurons', 1_200_000, '1', 'vendor', 'approx'],
    ['energyProfiles.0.synop', null, 'pJ', 'not-published'],
  ],
  'innatera-t1': [
    ['figures.neurons', 500, '1', 'vendor', 'approx'],
    ['figures.synapses', 60_000, '1', 'vendor', 'approx'],
    ['weight.bits', [6], 'bit', 'vendor'],
    ['figures.memory', 384, 'KB', 'vendor'],
    ['figures.packageWidth', 2.16, 'mm', 'vendor'],
  ],
  'isaac-ce': [
    ['energyProfiles.0.cellRead', 1.83, 'fJ', 'derived'],
    ['energyProfiles.0.rowDrive', 0.39, 'pJ', 'derived'],
    ['energyProfiles.0.buffer', 2.71, 'pJ/B', 'derived'],
    ['crossbar.converters.0.conversion', 1.56, 'pJ', 'derived'],
    ['time.mvm.cycle', 100, 'ns', 'simulated'],
    ['geometry.die', 85.4, 'mm2', 'simulated'],
    ['geometry.tile.area', 0.372, 'mm2', 'simulated'],
  ],
  loihi1: [
    ['energyProfiles.0.synop', 23.6, 'pJ', 'simulated', 'min'],
    ['energyProfiles.0.neuronActive', 81, 'pJ', 'simulated'],
    ['energyProfiles.0.neuronIdle', 52, 'pJ', 'simulated'],
    ['energyProfiles.0.hopX', 3.0, 'pJ', 'simulated'],
    ['energyProfiles.0.hopY', 4.0, 'pJ', 'simulated'],
    ['energyProfiles.0.staticPower', 104.4, 'mW', 'derived'],
    ['energyProfiles.1.synop', 33.6, 'pJ', 'measured'],
    ['energyProfiles.1.hopY', 4.2, 'pJ', 'measured'],
    ['time.synop', 3.5, 'ns', 'simulated', 'max'],
    ['routing.linkBandwidth', 3.44, 'Gspike/s', 'simulated'],
    ['geometry.die', 60, 'mm2', 'architectural'],
  ],
  'mythic-m1076': [
    ['hierarchy.coresPerChip', 76, '1', 'vendor'],
    ['figures.throughput', 25, 'TOPS', 'vendor', 'approx'],
    ['energyProfiles.0.mac', 0.32, 'pJ', 'derived', 'max'],
    ['process.nodeNm', 40, 'nm', 'vendor'],
    ['figures.m1108Throughput', 35, 'TOPS', 'vendor'],
  ],
  puma: [
    ['energyProfiles.0.rowDrive', 0.39, 'pJ', 'derived'],
    ['figures.routerPower', 16.13, 'mW', 'simulated'],
    ['figures.routerLeakage', 0.41, 'mW', 'simulated'],
    ['figures.tileMemoryPower', 17.2, 'mW', 'simulated'],
    ['figures.arrayPower', 0.3, 'mW', 'simulated'],
    ['figures.dacPower', 3.9, 'uW', 'simulated'],
    ['figures.density', 577, 'GOPS/mm2', 'simulated'],
    ['figures.efficiency', 837, 'GOPS/W', 'simulated'],
    ['system.boards.0.chipToChip.power', 10.4, 'W', 'simulated'],
    ['time.other.nodeLinkPacket', 5, 'ns', 'simulated'],
  ],
  'rram-mesh': [
    ['crossbar.device.Ron', 10, 'kohm', 'architectural'],
    ['crossbar.device.Roff', 1000, 'kohm', 'architectural'],
    ['crossbar.device.readPulse', 3.16, 'ns', 'simulated'],
    ['crossbar.converters.1.power', 2, 'mW', 'simulated'],
    ['crossbar.converters.2.conversion', 4.61, 'pJ', 'derived'],
    ['routing.linkBandwidth', 20, 'Gb/s', 'architectural'],
    ['process.clock', 500, 'MHz', 'architectural'],
  ],
  speck: [
    ['coreClasses.0.limits.neurons', 64, 'Ki', 'architectural'],
    ['coreClasses.8.limits.neurons', 16, 'Ki', 'architectural'],
    ['coreClasses.5.limits.convolution.kernelWords', 64, 'Ki', 'architectural'],
    ['figures.kernelWords', 272, 'Ki', 'derived'],
    ['figures.neurons', 327_680, '1', 'derived'],
    ['figures.restingPower', 0.42, 'mW', 'measured'],
    ['figures.activePower', 0.7, 'mW', 'measured', 'min'],
    ['time.other.nineLayers', 3.36, 'us', 'measured'],
  ],
};

describe.each(Object.entries(FACTS))('the numbers of %s', (id, facts) => {
  it('are picked from at least three cells', () => {
    expect(facts.length).toBeGreaterThanOrEqual(3);
  });

  const cells = facts.map(([path, printed, unit, provenance, bound = 'exact']) => ({ path, printed, unit, provenance, bound }));
  it.each(cells)('$path is $printed $unit, $provenance', ({ path, printed, unit: printedUnit, provenance, bound }) => {
    const quantity = valueAt(rawTarget(id), path.split('.'));
    const scale = SCALE[printedUnit];
    if (!isQuantity(quantity) || scale === undefined) throw new Error(`no value object at ${path}, or no unit ${printedUnit}`);
    const [factor, unit] = scale;
    expect({ unit: quantity.unit, provenance: quantity.provenance, bound: quantity.bound ?? 'exact' }).toEqual({ unit, provenance, bound });
    if (typeof printed === 'number') expect((quantity.value as number) / factor).toBeCloseTo(printed, 9);
    else expect(quantity.value).toEqual(printed);
  });
});
