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
  truenorth: {
    'hierarchy.coresPerChip': 64 * 64,
    'routing.packetBits': 9 + 9 + 4 + 8 + 2,
    'routing.reach.x': 2 ** 8 - 1,
    // Slope and constant of a straight line through the first and the last of three measured powers.
    'energyProfiles.0.synop': (94e-3 - 68e-3) / (95.93 - 11.58) / (2 ** 20 * 128),
    'energyProfiles.0.staticPower': 68e-3 - (11.58 * (94e-3 - 68e-3)) / (95.93 - 11.58),
    'energyProfiles.0.hopX': 72e-15 * 32,
    'energyProfiles.0.hopY': 0.3e-15 * 390 * 32,
    'energyProfiles.0.chipCrossing': 26e-12 * 32,
    'energyProfiles.0.other.coreToPeriphery': 2e-12 * 32,
    'energyProfiles.2.wire': 0.3e-15 * 1000,
    'geometry.core.area': 0.24 * 0.39,
    'figures.coreMemory': 256 * 410,
  },
  odin: {
    'time.synop': 2 / 75e6,
    'time.cycles.spikeEvent': 2 * 256,
    'energyProfiles.0.idlePerCycle': 1.78e-6 / 1e6,
    'geometry.core.area': Number((0.32 * 0.27).toPrecision(2)),
  },
  spinnaker1: {
    'hierarchy.levels.0.countPerParent': 3 * 48,
    'limits.synapseRows.header': 3 * 32,
    'limits.synapseRows.poolPerChip': 123_469_792 * 8,
    'limits.stateMemory': 64 * 1024 * 8,
    'energyProfiles.0.message': 25e-12 * 40,
    'energyProfiles.0.other.payloadPacket': 25e-12 * 72,
    'energyProfiles.0.staticPower': 16.82 / 48,
    'energyProfiles.1.synop': 48 / 1.8e9,
    'figures.busyCore': Number((27.5 / 806).toPrecision(2)),
  },
  loihi2: {
    'limits.neurons': 2 ** 20 / 128,
    'limits.synapses': 120e6 / 128,
    'geometry.core.area': 31 / 128,
    'geometry.pitch.x': Math.sqrt(31 / 128),
    'geometry.pitch.y': Math.sqrt(31 / 128),
  },
  spinnaker2: {
    'hierarchy.levels.0.countPerParent': 7 * 6 - 4,
    'hierarchy.coresPerChip': 38 * 4,
    'limits.synapseMemory': 128 * 1024 * 8,
    'figures.sramPerChip': 152 * 128 * 1024,
  },
  tianjic: {
    'process.timestep': 5050 / 300e6,
    'limits.synapses': 256 * 256,
    'limits.synapseMemory': 22 * 1024 * 8,
    'limits.synapsePool.synapse': Math.log2(32),
    'geometry.die': 3.8 * 3.8,
    'geometry.core.area': 14.44 / 156,
    'geometry.pitch.x': Math.sqrt(14.44 / 156),
    'geometry.pitch.y': Math.sqrt(14.44 / 156),
  },
  reckon: {
    'limits.axonsIn': 256 + 256,
    'limits.synapseMemory': (64 + 64 + 8) * 1024 * 8,
    'figures.recurrentWeights': (256 * 256 * 8) / 8,
  },
  morphic: {
    'crossbar.rows': (738e3 * 2.86) / 4 / 512,
    'limits.synapseMemory': (738_000 * 2.86) / 4,
    'geometry.core.area': 2.86 / 4,
    'geometry.pitch.x': Math.sqrt(2.86 / 4),
  },
  'xylo-audio2': {
    'limits.synapses': 1000 * 64,
    'activation.bits': Math.log2(31 + 1),
    'time.synop': 7 / 50e6,
    'time.neuronUpdate.active': 22 / 50e6,
    'time.neuronUpdate.inactive': 19 / 50e6,
  },
  northpole: { 'geometry.core.area': 800 / 256 },
  brainscales2: {
    'limits.synapses': (2 * 256 * 256) / 2,
    'crossbar.arraysPerCore': 2 / 2,
    'figures.synapses': 2 * 256 * 256,
    'figures.signedInputs': 256 / 2,
    'figures.sourcesPerRow': 2 ** 6,
  },
  'dynap-se2': {
    'geometry.core.area': 98 / 4,
    'geometry.pitch.x': Math.sqrt(98 / 4),
    'geometry.pitch.y': Math.sqrt(98 / 4),
    'figures.tags': 2 ** 11,
  },
  'hermes-core': {
    'energyProfiles.0.mac': Number((2 / 10.5e12).toPrecision(2)),
    'geometry.pitch.x': 256 * 4e-3,
    'crossbar.colsPerAdc': 256 / 256,
  },
  'ibm-34tile': {
    'energyProfiles.0.mac': 2 / 12.4e12,
  },
  'ibm-64core': {
    'energyProfiles.0.mac': 2 / 9.76e12,
    'energyProfiles.1.mac': 2 / 2.48e12,
    'figures.powerOnePhase': 63.1 / 9.76,
    'figures.powerFourPhase': 16.1 / 2.48,
    'figures.throughputOnePhase': (64 * 256 * 256 * 2) / 133e-9,
    'figures.throughputFourPhase': (64 * 256 * 256 * 2) / 521e-9,
  },
  mosaic: {
    'figures.exampleNeurons': 8 * 8 * 32,
  },
  'mythic-m1076': {
    'limits.synapses': Number((80e6 / 76).toPrecision(3)),
    'energyProfiles.0.mac': (4 * 2) / 25e12,
  },
  neurram: {
    'crossbar.bitsPerCell': 4 - 1,
    'crossbar.cellsPerWeight': 2 / 2,
    'figures.signedInputs': 256 / 2,
    'figures.corelets': 16 * 16,
  },
  puma: {
    'hierarchy.coresPerChip': 168 * 8,
    'routing.packetBits': 16 * 32,
    'crossbar.arraysPerCore': 2 * 8,
    'crossbar.cellsPerWeight': 16 / 2,
    'crossbar.converters.0.rate': 128 / (100 * NS),
    'crossbar.converters.0.conversion': (2e-3 * 100 * NS) / 128,
    'energyProfiles.0.rowDrive': 3.9e-6 * 100 * NS,
    'energyProfiles.0.cellRead': (0.3e-3 * 100 * NS) / (128 * 128),
    'energyProfiles.0.flitHop': 16.13e-3 / (8 * 1e9),
    'time.other.network': 29 / 1e9,
  },
  ranc: {
    'routing.packetBits': 9 + 9 + 8 + 4,
    'routing.reach.x': 2 ** 8 - 1,
    'figures.coreMemory': 256 * 368,
  },
  speck: {
    'figures.kernelWords': (16 + 16 + 16 + 32 + 32 + 64 + 64 + 16 + 16) * 1024,
    'figures.neurons': (64 + 64 + 64 + 32 + 32 + 16 + 16 + 16 + 16) * 1024,
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
    expect(['derived', 'assumption', 'architectural', 'measured']).toContain(quantity.provenance);
  });
});
