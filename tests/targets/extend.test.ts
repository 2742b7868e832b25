import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { mergeFiles } from '../../src/targets/extend.ts';
import { checkTargetFile, loadTarget } from '../../src/targets/load.ts';
import { topology } from '../../src/targets/topology.ts';
import { rawTarget, writeTarget } from './support.ts';

const mine = (value: number, unit = '1') => ({ value, unit, provenance: 'assumption', how: 'test' });
const file = (changes: object) => writeTarget(JSON.stringify(changes));
const problemsOf = (changes: object) =>
  checkTargetFile(file(changes)).problems.map(({ path, found, expected }) => `${path}: ${found}; ${expected}`);

describe('a file that extends another', () => {
  it('is that one with its own id and what differs', () => {
    const target = loadTarget(file({ extends: 'loihi1', id: 'small-loihi', limits: { neurons: mine(100) } }));
    expect(target.file).toEqual({
      ...rawTarget('loihi1'),
      id: 'small-loihi',
      limits: { ...(rawTarget('loihi1')['limits'] as object), neurons: mine(100) },
    });
    expect(target.file).not.toHaveProperty('extends');
    expect(topology(target).cores).toBe(128);
  });

  it('changes one level of a hierarchy and one energy profile by their names, adds a profile, and removes fields by null', () => {
    const { file: merged } = loadTarget(
      file({
        extends: 'loihi1',
        id: 'mine',
        system: null,
        hierarchy: { levels: [{ name: 'core', countPerParent: mine(8) }], coresPerChip: mine(256) },
        energyProfiles: [
          { id: 'sanafe2025', note: 'changed' },
          { id: 'own', kind: 'aggregate', synop: mine(1e-12, 'J') },
        ],
      }),
    );
    expect(merged.hierarchy.levels.map(({ name, countPerParent }) => [name, countPerParent?.value])).toEqual([
      ['chip', 32],
      ['tile', 32],
      ['core', 8],
    ]);
    expect(merged.energyProfiles.map(({ id, note }) => [id, note?.slice(0, 7)])).toEqual([
      ['davies2018', 'The pap'],
      ['sanafe2025', 'changed'],
      ['own', undefined],
    ]);
    expect(merged.system).toBeUndefined();
  });

  it('extends a file beside it, which may extend a third', () => {
    const middle = file({ extends: 'rram-mesh', id: 'middle', maker: 'me' });
    const outer = file({ extends: `./${basename(middle)}`, id: 'outer', year: 2001 });
    expect(loadTarget(`${outer}:rows=128`).file).toMatchObject({
      id: 'outer',
      maker: 'me',
      year: 2001,
      crossbar: { rows: { value: 128 } },
    });
  });

  it('gives no new number the source of an old one', () => {
    expect(problemsOf({ extends: 'loihi1', id: 'mine', limits: { neurons: { value: 7 } } })).toEqual([
      'limits.neurons.unit: nothing; 1',
      expect.stringMatching(/^limits\.neurons\.provenance: nothing; measured/),
    ]);
  });

  it('is told all problems at once, with their paths', () => {
    expect(problemsOf({ extends: 'loihi1', limits: { neurons: 7 }, surprise: 1 })).toEqual([
      'id: nothing; an id of its own, because it extends loihi1',
      expect.stringMatching(/^limits\.neurons: 7; a value object/),
      'surprise: an unknown field; no such field',
    ]);
    expect(problemsOf({ extends: 'loihi1', id: 'loihi1' })).toEqual(['id: "loihi1"; an id of its own, because it extends loihi1']);
  });

  it.each([
    [
      'a name that nobody ships',
      'lohi1',
      /^extends: "lohi1"; a shipped target, or the path of a file \(unknown target 'lohi1'; did you mean 'loihi1'/,
    ],
    ['what is no name', 3, /^extends: 3; the name of a shipped target, or the path of a file$/],
  ])('cannot extend %s', (_, name, problem) => {
    expect(problemsOf({ extends: name, id: 'mine' })).toEqual([expect.stringMatching(problem)]);
  });

  it('tells the problems of the other file as those of the other', () => {
    const wrong = basename(file({ extends: 'loihi1', id: 'wrong', year: 'now' }));
    expect(problemsOf({ extends: `./${wrong}`, id: 'mine' })).toEqual([`(./${wrong}) year: "now"; a number`]);
  });

  it('cannot go round in a circle, or extend a file that is not there', () => {
    const [a, b] = [file({}), file({})];
    writeFileSync(a, JSON.stringify({ extends: `./${basename(a)}`, id: 'circle' }));
    expect(checkTargetFile(a).problems).toEqual([
      { path: 'extends', found: `"./${basename(a)}"`, expected: 'a file that does not extend this one in turn' },
    ]);
    writeFileSync(a, JSON.stringify({ extends: `./${basename(b)}`, id: 'one' }));
    writeFileSync(b, JSON.stringify({ extends: `./${basename(a)}`, id: 'other' }));
    expect(checkTargetFile(a).problems.map(({ path }) => path)).toEqual([`(./${basename(b)}) extends`]);
    expect(() => checkTargetFile(file({ extends: './nowhere.json', id: 'mine' }))).toThrow(UsageError);
  });

  it('is at most the eighth of files that extend one another', () => {
    const chain = (length: number) => {
      let last = file({ extends: 'loihi1', id: 'link-2' });
      for (let link = 3; link <= length; link++) last = file({ extends: `./${basename(last)}`, id: `link-${link}` });
      return checkTargetFile(last).problems.map(({ expected }) => expected);
    };
    expect(chain(8)).toEqual([]);
    expect(chain(9)).toEqual(['at most 8 files that extend one another']);
  });

  it('is refused when it nests without end', () => {
    const path = writeTarget(`{"extends": "loihi1", "id": "mine", "x": ${'['.repeat(5000)}${']'.repeat(5000)}}`);
    expect(checkTargetFile(path).problems.map(({ found }) => found)).toEqual(['more than 32 levels of nesting']);
  });
});

describe('merging', () => {
  const json = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }));

  it('with nothing changes nothing, and with itself too', () => {
    const withoutNulls = json.filter((value) => !JSON.stringify(value).includes('null'));
    fc.assert(
      fc.property(withoutNulls, (base) => {
        const { extends: _, ...rest } = base;
        expect(mergeFiles(rest, {})).toEqual(rest);
        expect(mergeFiles(rest, rest)).toEqual(rest);
      }),
    );
  });

  it('leaves no prototype behind when a key is hostile', () => {
    const merged = mergeFiles({ sources: {} }, JSON.parse('{"__proto__": {"polluted": 1}, "sources": {"__proto__": {"polluted": 1}}}'));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(Object.keys(merged)).toContain('__proto__');
  });
});
