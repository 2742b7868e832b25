import { describe, expect, it } from 'vitest';
import { checkTarget } from '../../src/targets/check.ts';
import { rawTarget, withValue } from './support.ts';

const loihi = rawTarget('loihi1');
const problemsOf = (data: unknown) => checkTarget(data).problems.map(({ path, found, expected }) => `${path}: ${found}; ${expected}`);

/** File, path, new value (undefined removes it), and what the one problem must say. */
const MUTATIONS: readonly [what: string, id: string, path: string, value: unknown, problem: RegExp][] = [
  // The schema
  ['a bare number', 'loihi1', 'limits.neurons', 1024, /^limits\.neurons: 1024; a value object .*bare number/],
  ['a number as text', 'loihi1', 'limits.neurons.value', '1024', /^limits\.neurons\.value: "1024"; a number$/],
  ['a fractional count', 'loihi1', 'limits.neurons.value', 10.5, /^limits\.neurons\.value: 10\.5; a whole number$/],
  ['a negative count', 'loihi1', 'limits.neurons.value', -1, /^limits\.neurons\.value: -1; /],
  ['the wrong unit', 'loihi1', 'energyProfiles.0.hopX.unit', 's', /^energyProfiles\[0\]\.hopX\.unit: "s"; J$/],
  ['an unknown field', 'loihi1', 'limits.neuron', 3, /^limits\.neuron: an unknown field; no such field$/],
  ['an unknown kind of profile', 'loihi1', 'energyProfiles.0.kind', 'evnt', /^energyProfiles\[0\]\.kind: "evnt"; event \| /],
  ['a profile of another kind', 'isaac-ce', 'energyProfiles.0.flitHop', undefined, /^energyProfiles\[0\]\.flitHop: nothing; an object$/],
  ['a list instead of an object', 'loihi1', 'limits', [], /^limits: a list of 0; an object$/],
  // Check 1: unit, provenance and a source that resolves
  ['no unit', 'loihi1', 'limits.neurons.unit', undefined, /^limits\.neurons\.unit: nothing; 1$/],
  ['no provenance', 'loihi1', 'limits.neurons.provenance', undefined, /^limits\.neurons\.provenance: nothing; measured \| /],
  ['no source', 'loihi1', 'limits.neurons.source', undefined, /^limits\.neurons\.source: nothing; .*because provenance is architectural$/],
  ['a source nobody lists', 'loihi1', 'limits.neurons.source', 'S99', /^limits\.neurons\.source: "S99"; the id of an entry in sources$/],
  ['one unlisted source of two', 'loihi1', 'limits.neurons.source', ['S1', 'S99'], /^limits\.neurons\.source: "S99"; /],
  // Check 2: nothing recalled, nothing unknown with a value, no arithmetic left out
  ['a recalled value', 'loihi1', 'limits.neurons.provenance', 'recalled', /^limits\.neurons\.provenance: "recalled"; measured \| /],
  [
    'a value that is not published',
    'loihi1',
    'energyProfiles.0.chipCrossing.value',
    1e-12,
    /^energyProfiles\[0\]\.chipCrossing\.value: 1e-12; null/,
  ],
  ['a measured nothing', 'loihi1', 'limits.axonsIn.value', null, /^limits\.axonsIn\.provenance: "architectural"; not-published/],
  [
    'a derived value without arithmetic',
    'loihi1',
    'geometry.core.area.how',
    undefined,
    /^geometry\.core\.area\.how: nothing; the arithmetic/,
  ],
  [
    'an assumption without reason',
    'loihi1',
    'limits.synapseBlocks.tag.how',
    undefined,
    /^limits\.synapseBlocks\.tag\.how: nothing; the reason/,
  ],
  ['an unknown without reason', 'loihi1', 'process.clock.how', undefined, /^process\.clock\.how: nothing; the reason/],
  [
    'a range beside its value',
    'loihi1',
    'process.supply.range',
    [0.8, 1.25],
    /^process\.supply\.range: \[0\.8,1\.25\]; .* around the value 0\.75$/,
  ],
  [
    'a range below its value',
    'loihi1',
    'process.supply.range',
    [0.5, 0.7],
    /^process\.supply\.range: \[0\.5,0\.7\]; .* around the value 0\.75$/,
  ],
  [
    'static power beside flat products',
    'hermes-core',
    'energyProfiles.0.staticPower',
    { value: 0.1, unit: 'W', provenance: 'assumption', how: 'test' },
    /^energyProfiles\[0\]\.staticPower: 0\.1; no static power: a figure of kind mac-flat contains it$/,
  ],
  // Check 3: the hierarchy adds up
  ['a wrong count of cores', 'loihi1', 'hierarchy.coresPerChip.value', 127, /^hierarchy\.coresPerChip: 127; 128, the product/],
  [
    'a count beside its arrangement',
    'isaac-ce',
    'hierarchy.levels.0.countPerParent.value',
    160,
    /^hierarchy\.levels\[0\]\.countPerParent: 160; 168/,
  ],
  [
    'a count that ignores what is missing',
    'isaac-ce',
    'hierarchy.levels.0.arrangement.absent',
    [[0, 0]],
    /levels\[0\]\.countPerParent: 168; 167, /,
  ],
  [
    'missing tiles that cut the network in two',
    'rram-mesh',
    'hierarchy.levels.0.arrangement.absent',
    Array.from({ length: 8 }, (_, y) => [3, y]),
    /^hierarchy\.levels: the network of rram-mesh is in pieces: no way leads from router \(0, 0\) to \(4, 0\); .*a network in one piece$/,
  ],
  [
    'a missing tile outside the grid',
    'rram-mesh',
    'hierarchy.levels.0.arrangement.absent',
    [[8, 0]],
    /absent\[0\]: \[8, 0\]; distinct points in a 8 × 8 grid$/,
  ],
  [
    'a board of other chips than its arrangement has',
    'truenorth',
    'system.boards.1.chips.value',
    15,
    /^system\.boards\[1\]\.chips\.value: 15; 16, as the arrangement has$/,
  ],
  [
    'a parameter that takes the name of the boards',
    'rram-mesh',
    'parameters.chips',
    { path: 'crossbar.rows', min: 1, max: 512, meaning: 'rows' },
    /^parameters\.chips: a parameter; another name/,
  ],
  ['a tile that is missing twice', 'rram-mesh', 'hierarchy.levels.0.arrangement.absent', [[1, 0], [1, 0]], /absent\[1\]: \[1, 0\]; distinct/], // biome-ignore format: one mutation a line
  ['levels out of order', 'loihi1', 'hierarchy.levels.0.name', 'core', /^hierarchy\.levels\[1\]\.name: "tile" after "core"; /],
  ['more cores than memory', 'loihi1', 'hierarchy.levels.2.countPerParent.value', 1e6, /^hierarchy\.levels: 32000000 cores; 1 … 1000000$/],
  [
    'a mesh without a grid',
    'loihi1',
    'hierarchy.levels.1.arrangement',
    undefined,
    /^hierarchy\.levels\[1\]\.arrangement: nothing; a grid, because the network is a mesh2d$/,
  ],
  // Check 4: one default profile, static power never twice
  ['no default profile', 'loihi1', 'energyProfiles.0.default', undefined, /^energyProfiles: 0 default profiles; exactly one/],
  ['no profile at all', 'tianjic', 'energyProfiles', [], /^energyProfiles: 0 default profiles; exactly one/],
  ['two default profiles', 'loihi1', 'energyProfiles.1.default', true, /^energyProfiles: 2 default profiles; exactly one/],
  [
    'two profiles of one name',
    'loihi1',
    'energyProfiles.1.id',
    'davies2018',
    /^energyProfiles\[1\]\.id: "davies2018" twice; distinct ids$/,
  ],
  // Check 5: what first-class asks for
  [
    'a first-class target without axons',
    'loihi1',
    'limits.axonsIn',
    nothing('1'),
    /^limits\.axonsIn: null; a value, because support is first-class/,
  ],
  ['a first-class target without neurons', 'loihi1', 'limits.neurons', nothing('1'), /^limits\.neurons: null; /],
  ['a first-class target without weight bits', 'isaac-ce', 'weight.bits', nothing('bit'), /^weight\.bits: null; /],
  [
    'a first-class target without hop energy',
    'isaac-ce',
    'energyProfiles.0.flitHop',
    nothing('J'),
    /^energyProfiles: no profile with them; /,
  ],
  // Check 6: axes that differ are named
  ['unnamed axes', 'loihi1', 'topology.xAxis', undefined, /^topology\.xAxis: nothing; which way x runs/],
  // What the views build on
  ['a restriction without a word', 'isaac-ce', 'recurrenceNote', undefined, /^recurrenceNote: nothing; /],
  ['list packing without constants', 'loihi1', 'limits.synapseBlocks', undefined, /^limits\.synapseBlocks: nothing; /],
  ['array packing without arrays', 'loihi1', 'limits.packing', 'xbar-rect', /^crossbar: nothing; /],
  ['row packing without constants', 'loihi1', 'limits.packing', 'sdram-rows', /^limits\.synapseRows: nothing; /],
  ['pool packing without constants', 'loihi1', 'limits.packing', 'byte-pool', /^limits\.synapsePool: nothing; /],
  ['analog arrays without converters', 'isaac-ce', 'crossbar.dacBits', undefined, /^crossbar\.dacBits: nothing; /],
  [
    'a chip to map onto whose signs nobody knows',
    'loihi1',
    'weight.signScheme',
    'unknown',
    /^weight\.signScheme: "unknown"; a known choice/,
  ],
  [
    'more usable cores than there are',
    'loihi1',
    'hierarchy.levels.2.usable',
    cores(5),
    /^hierarchy\.levels\[2\]\.usable: 5; at most the 4/,
  ],
  ['usable tiles beside their arrangement', 'loihi1', 'hierarchy.levels.1.usable', cores(31), /levels\[1\]\.usable: 31; 32, as the arr/],
  ['a shared router without its block', 'isaac-ce', 'topology.concentration', undefined, /^topology\.concentration: nothing; /],
  ['an array without rows', 'rram-mesh', 'crossbar.cols.value', 0, /^crossbar\.cols\.value: 0; at least 1$/],
  ['a core that holds no neuron', 'loihi1', 'limits.neurons.value', 0, /^limits\.neurons\.value: 0; at least 1$/],
  ['a core without axons', 'truenorth', 'limits.axonsIn.value', 0, /^limits\.axonsIn\.value: 0; at least 1$/],
  ['a neuron without synapses', 'dynap-se', 'limits.fanInPerNeuron.value', 0, /^limits\.fanInPerNeuron\.value: 0; at least 1$/],
  ['a neuron that reaches nothing', 'dynap-se2', 'limits.targetsPerNeuron.value', 0, /^limits\.targetsPerNeuron\.value: 0; at least 1$/],
  ['a core without synapses', 'brainscales2', 'limits.synapses.value', 0, /^limits\.synapses\.value: 0; at least 1$/],
  ['a core without memory', 'loihi1', 'limits.synapseMemory.value', 0, /^limits\.synapseMemory\.value: 0; at least 1$/],
  [
    'a number beyond all numbers',
    'loihi1',
    'limits.neurons.value',
    Number.POSITIVE_INFINITY,
    /^limits\.neurons\.value: Infinity; a number$/,
  ],
  ['digits that do not make a weight', 'isaac-ce', 'crossbar.cellsPerWeight.value', 7, /^crossbar\.cellsPerWeight: 7; 8, /],
  ['a pitch without a basis', 'loihi1', 'geometry.basis', 'none', /^geometry\.basis: "none"; /],
  ['a parameter of nothing', 'rram-mesh', 'parameters.rows.path', 'crossbar.row', /^parameters\.rows\.path: "crossbar\.row"; /],
  [
    'a parameter whose default is out of bounds',
    'rram-mesh',
    'parameters.rows.min',
    300,
    /^parameters\.rows: 300 … 4096; bounds around the default 256$/,
  ],
];

function cores(value: number) {
  return { value, unit: '1', provenance: 'assumption', how: 'test' };
}

function nothing(unit: string) {
  return { value: null, unit, provenance: 'not-published', how: 'not found' };
}

describe('the check of a target file', () => {
  it.each(MUTATIONS)('rejects %s and says where (%s)', (_, id, path, value, problem) => {
    const problems = problemsOf(withValue(rawTarget(id), path, value));
    expect(
      problems.some((text) => problem.test(text)),
      problems.join('\n'),
    ).toBe(true);
  });

  it('rejects static power beside a figure that contains it', () => {
    const [profile] = loihi['energyProfiles'] as Record<string, unknown>[];
    const aggregate = { id: 'sum', kind: 'aggregate', synop: profile?.['synop'], staticPower: profile?.['staticPower'] };
    const file = withValue(loihi, 'energyProfiles', [profile, aggregate]);
    expect(problemsOf(file)).toEqual(['energyProfiles[1].staticPower: 0.1044; no static power: a figure of kind aggregate contains it']);
  });

  it('accepts a first-class target that waives what it lacks', () => {
    const lacking = withValue(rawTarget('isaac-ce'), 'energyProfiles.0.flitHop', nothing('J'));
    expect(problemsOf(lacking)).toHaveLength(1);
    expect(problemsOf(withValue(lacking, 'waiver', 'no hop energy is published'))).toEqual([]);
  });

  it('tells all problems at once', () => {
    const file = withValue(withValue(withValue(loihi, 'limits.neurons', 5), 'limits.axonsIn.source', 'S99'), 'extra', 1);
    expect(problemsOf(file)).toHaveLength(3);
  });

  it.each([null, [], 3, 'text', { __proto__: null }])('rejects %j, which is no target file', (data) => {
    expect(checkTarget(data).problems.length).toBeGreaterThan(0);
  });

  it('rejects a file that nests without end', () => {
    let data: unknown = 1;
    for (let i = 0; i < 10_000; i++) data = { a: data };
    expect(problemsOf(data)).toEqual(['(file): more than 32 levels of nesting; a target file']);
  });

  it('leaves no prototype behind when a key is hostile', () => {
    const data = JSON.parse('{"__proto__": {"polluted": true}, "sources": {"__proto__": {"title": "x"}, "constructor": {"title": "x"}}}');
    expect(problemsOf(data)).toContain('__proto__: an unknown field; no such field');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
