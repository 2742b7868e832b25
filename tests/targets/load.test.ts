import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { DEFAULT_TARGETS } from '../../src/targets/defaults.ts';
import { weightFormat } from '../../src/targets/formats.ts';
import { listTargets, loadTarget, requireMappable, withParameter } from '../../src/targets/load.ts';
import { parameterValues, parseTargetSpec } from '../../src/targets/parameters.ts';
import { topology } from '../../src/targets/topology.ts';
import { coreCapacity } from '../../src/targets/usage.ts';
import { rawTarget, withValue, writeTarget } from './support.ts';

const rram = rawTarget('rram-mesh');

describe('loading a target', () => {
  it('finds the shipped ones by name', () => {
    expect(listTargets()).toEqual(expect.arrayContaining(['isaac-ce', 'loihi1', 'rram-mesh']));
    expect(loadTarget('loihi1')).toMatchObject({ id: 'loihi1', label: 'loihi1', hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it("reads a user's file by path, with the same content under the same hash", () => {
    const path = writeTarget(JSON.stringify(rram));
    expect(loadTarget(path)).toMatchObject({ id: 'rram-mesh', fileName: basename(path), hash: loadTarget('rram-mesh').hash });
  });

  it('with one parameter more, or another value of one, is what the command line calls so', () => {
    const set = withParameter(loadTarget('rram-mesh:rows=64,width=4'), 'cols', 32);
    expect(set).toEqual(loadTarget('rram-mesh:rows=64,width=4,cols=32'));
    expect(withParameter(set, 'rows', 16)).toEqual(loadTarget('rram-mesh:cols=32,rows=16,width=4'));
    expect(() => withParameter(set, 'rows', 0)).toThrow(/^parameter 'rows' .* is 0; allowed: whole numbers 4 … 4096$/);
    expect(() => withParameter(set, 'rowz', 8)).toThrow(/unknown parameter .* 'rowz'; did you mean 'rows'.*targets show rram-mesh$/);
  });

  it('refuses to map onto what ships for comparison, and says why', () => {
    const northpole = loadTarget('northpole');
    for (const view of [requireMappable, topology, coreCapacity, weightFormat]) {
      expect(() => view(northpole)).toThrow(UsageError);
      expect(() => view(northpole)).toThrow(
        /^target northpole is for reference only, nothing can be mapped onto it: a dense inference engine .* Choose another: bimt-export targets list --support first-class$/,
      );
    }
    for (const id of DEFAULT_TARGETS) expect(() => requireMappable(loadTarget(id))).not.toThrow();
  });

  it('answers an unknown name with the nearest', () => {
    expect(() => loadTarget('loihi')).toThrow(
      /unknown target 'loihi'; did you mean 'loihi1' or 'loihi2'\? list all with: bimt-export targets list/,
    );
    expect(() => loadTarget('zzzzzz')).toThrow(/^unknown target 'zzzzzz'; list all with/);
    expect(() => loadTarget('')).toThrow(UsageError);
  });

  it.each([
    ['a missing file', '/nowhere/mine.json', /no such file/],
    ['a folder', '/tmp/', /a folder|a file was expected/],
    ['a truncated file', writeTarget(JSON.stringify(rram).slice(0, 900)), /not JSON/],
    ['an empty file', writeTarget(''), /not JSON/],
    ['another kind of file', writeTarget(new Uint8Array([0x80, 0xff, 0, 1])), /not JSON/],
    ['an oversized file', writeTarget(`"${'x'.repeat(1_100_000)}"`), /1100002 bytes, the limit is 1000000/],
    [
      'JSON that is no target',
      writeTarget('[1, 2]'),
      /not a correct target file \(1 problem\):\n {2}\(file\): found a list of 2, expected an object/,
    ],
    ['JSON that nests without end', writeTarget('['.repeat(400_000) + ']'.repeat(400_000)), /nesting|not JSON/],
  ])('refuses %s in one message', (_, path, message) => {
    expect(() => loadTarget(path)).toThrow(UsageError);
    expect(() => loadTarget(path)).toThrow(message);
  });

  it('tells all problems of a wrong file, twenty at most', () => {
    expect(() => loadTarget(writeTarget('{}'))).toThrow(/\(21 problems\):\n(?: {2}\w+: found nothing, .*\n){20} {2}and 1 more/);
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`x${i}`, 1]));
    expect(() => loadTarget(writeTarget(JSON.stringify({ ...rram, ...many })))).toThrow(
      /and 10 more; all of them: bimt-export targets check FILE/,
    );
  });
});

describe('parameters of a target', () => {
  it('set the number, say that the user did, and change the hash', () => {
    const target = loadTarget('rram-mesh:width=4,rows=128');
    expect(target.label).toBe('rram-mesh:rows=128,width=4');
    expect(target.file.crossbar?.rows).toEqual({ value: 128, unit: '1', provenance: 'assumption', how: 'set by the user' });
    expect(topology(target)).toMatchObject({ tilesWide: 4, tilesHigh: 8, cores: 32 });
    expect(target.hash).not.toBe(loadTarget('rram-mesh').hash);
    expect(target.hash).toBe(loadTarget('rram-mesh:rows=128,width=4').hash);
    expect(loadTarget('rram-mesh').file.crossbar?.rows.value).toBe(256);
  });

  it('reach into lists and take fractions where the unit does', () => {
    const [profile] = loadTarget('rram-mesh:hopEnergyJ=1.5e-12').file.energyProfiles;
    expect(profile).toMatchObject({ flitHop: { value: 1.5e-12, unit: 'J', provenance: 'assumption' } });
  });

  it('work on a file given by path', () => {
    expect(loadTarget(`${writeTarget(JSON.stringify(rram))}:adcBits=6`).file.crossbar?.adcBits?.value).toBe(6);
  });

  it('are listed with their defaults', () => {
    expect(parameterValues(loadTarget('rram-mesh:cols=64').file)).toContainEqual({
      name: 'cols',
      value: 64,
      min: 4,
      max: 4096,
      meaning: 'columns of an array',
    });
    expect(parameterValues(loadTarget('loihi1').file)).toEqual([]);
  });

  it.each([
    ['rram-mesh:rwos=3', /unknown parameter of target rram-mesh 'rwos'; did you mean 'rows'\?/],
    ['rram-mesh:constructor=3', /unknown parameter of target rram-mesh 'constructor'/],
    ['loihi1:rows=3', /unknown parameter of target loihi1 'rows'; list all with: bimt-export targets show loihi1/],
    ['rram-mesh:rows=3', /'rows' of target rram-mesh \(rows of an array\) is 3; allowed: whole numbers 4 … 4096/],
    ['rram-mesh:rows=5000', /is 5000; allowed/],
    ['rram-mesh:rows=12.5', /is 12\.5; allowed: whole numbers/],
    ['rram-mesh:hopEnergyJ=-1', /is -1; allowed: 0 … 1e-9/],
    ['rram-mesh:rows=many', /cannot read 'rows=many' in target/],
    ['rram-mesh:rows=', /cannot read 'rows='/],
    ['rram-mesh:rows=128,', /cannot read ''/],
    ['rram-mesh:rows=Infinity', /cannot read 'rows=Infinity'/],
    ['rram-mesh:rows=128,rows=64', /'rows' is given twice/],
    ['rram-mesh:rows', /unknown target 'rram-mesh:rows'/],
  ])('refuse %s', (spec, message) => {
    expect(() => loadTarget(spec)).toThrow(UsageError);
    expect(() => loadTarget(spec)).toThrow(message);
  });

  it('leave colons in a path alone', () => {
    expect(parseTargetSpec('C:\\chips\\a.json:rows=8,cols=4')).toEqual({ name: 'C:\\chips\\a.json', values: { cols: 4, rows: 8 } });
    expect(parseTargetSpec('a:b.json')).toEqual({ name: 'a:b.json', values: {} });
  });

  it('are refused where only together they are too large', () => {
    const roomy = withValue(rram, 'hierarchy.levels.1.countPerParent.value', 1000);
    expect(() => loadTarget(`${writeTarget(JSON.stringify(roomy))}:width=256`)).toThrow(
      /is not possible:\n {2}hierarchy\.levels: found 2048000 cores/,
    );
  });
});
