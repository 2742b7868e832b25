// Do the shipped numbers say what their arithmetic says? Derived values computed anew from the published ones.
import { describe, expect, it } from 'vitest';
import { isQuantity, valueAt } from '../../src/targets/quantities.ts';
import { rawTarget } from './support.ts';

const NS = 1e-9;

/** Path of a value, and the arithmetic of its source. */
const DERIVED: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  loihi1: {
    'hierarchy.levels.2.countPerParent': 128 / 32,
    'limits.synapseMemory': 128 * 1024 * 8,
    'limits.routingMemory': 20 * 1024 * 8,
    'limits.synapseBlocks.index': Math.log2(1024),
    'energyProfiles.0.staticPower': 3.34 / 32,
    'energyProfiles.1.neuronActive': (51.2 + 21.6 + 69.3) * 1e-12,
    'energyProfiles.1.time.neuronUpdate.active': (6.0 + 3.7 + 30) * NS,
    'energyProfiles.1.time.intraTile': (5.1 + 16) * NS,
    'geometry.core.area': 60 / 128,
    'geometry.pitch.x': Math.sqrt(60 / 32),
    'geometry.pitch.y': Math.sqrt(60 / 32),
  },
  'isaac-ce': {
    'hierarchy.coresPerChip': 14 * 12 * 12,
    'crossbar.cellsPerWeight': 16 / 2,
    'crossbar.converters.0.power': 16e-3 / 8,
    'crossbar.converters.0.area': (0.0096 / 8) * 1e6,
    // Power of the group times the 100 ns cycle, over what the group does in a cycle: 8 arrays of 128 × 128.
    'crossbar.converters.0.conversion': (16e-3 * 100 * NS) / (8 * 128),
    'energyProfiles.0.rowDrive': (4e-3 * 100 * NS) / (8 * 128),
    'energyProfiles.0.cellRead': (2.4e-3 * 100 * NS) / (8 * 128 * 128),
    'energyProfiles.0.buffer': ((20.7e-3 + 7e-3) * 100 * NS) / 1024,
    'energyProfiles.0.flitHop': 42e-3 / (8 * 1e9),
    'energyProfiles.0.other.mac16x16': (16 * 8 * (2.4e-3 * 100 * NS)) / (8 * 128 * 128),
    'routing.linkBandwidth': 32 * 1e9,
    'geometry.pitch.x': 2 * Math.sqrt(0.372),
    'geometry.pitch.y': 2 * Math.sqrt(0.372),
  },
  'rram-mesh': {
    'crossbar.arraysPerCore': 2 * 2,
    'crossbar.bitsPerCell': Math.log2(2),
    'crossbar.converters.0.conversion': 1.26e-3 / 1e9,
    'crossbar.converters.1.conversion': 2e-3 / 1.28e9,
    'crossbar.converters.2.conversion': 6.92e-3 / 1.5e9,
    'energyProfiles.0.rowDrive': 3.9e-6 * 3.16 * NS,
    'energyProfiles.0.cellRead': (0.15 ** 2 / 10e3) * 3.16 * NS,
    'energyProfiles.0.flitHop': 32 * 0.5 * 0.3e-12,
    'time.hop.x': 2 / 500e6,
  },
};

describe.each(Object.entries(DERIVED))('derived values of %s', (id, values) => {
  it.each(Object.entries(values))('%s are their arithmetic, to the digits that are given', (path, expected) => {
    const quantity = valueAt(rawTarget(id), path.split('.'));
    if (!isQuantity(quantity) || typeof quantity.value !== 'number') throw new Error(`no number at ${path}`);
    // Three digits are shipped.
    expect(Math.abs(quantity.value / expected - 1)).toBeLessThan(0.002);
    expect(['derived', 'assumption', 'architectural']).toContain(quantity.provenance);
  });
});
