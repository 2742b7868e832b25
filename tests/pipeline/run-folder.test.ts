// Does a run folder reuse what is up to date, and nothing else?
import type * as Fs from 'node:fs';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { openRunFolder, type StageFiles, type StageInputs } from '../../src/pipeline/run-folder.ts';

// A disk with room for a number of writes.
const disk = vi.hoisted(() => ({ writes: Number.POSITIVE_INFINITY }));
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof Fs>();
  return {
    ...fs,
    writeSync: (...args: Parameters<typeof fs.writeSync>) => {
      if (disk.writes-- <= 0) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      return fs.writeSync(...args);
    },
  };
});

let path = '';
let made: string[] = [];
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'bimt-run-'));
  made = [];
});
afterEach(() => rmSync(path, { recursive: true }));

const FROM: StageInputs = { config: { a: 1 }, inputs: { x: 'hash of x' } };
const bytes = (text: string) => new TextEncoder().encode(text);
const at = (file: string) => join(path, file);
const textOf = (file: string) => readFileSync(at(file), 'utf8');

/** A stage that notes that it was run, on a folder opened anew. */
function stage(name: string, files: Readonly<Record<string, string>>, from = FROM, reuse: 'reuse' | 'anew' = 'reuse') {
  const make = async (): Promise<StageFiles> => {
    made.push(name);
    return Object.fromEntries(Object.entries(files).map(([file, text]) => [file, bytes(text)]));
  };
  return openRunFolder(path).stage(name, from, make, reuse);
}

describe('a stage', () => {
  it('is run once, and read from then on', async () => {
    const first = await stage('one', { 'a.txt': 'A', 'sub/b.txt': 'B' });
    const written = statSync(at('a.txt')).mtimeMs;
    const second = await stage('one', { 'a.txt': 'other', 'sub/b.txt': 'other' });
    expect(made).toEqual(['one']);
    expect([first.reused, second.reused]).toEqual([false, true]);
    expect(new TextDecoder().decode(second.files['sub/b.txt'])).toBe('B');
    expect(statSync(at('a.txt')).mtimeMs).toBe(written);
  });

  it.each([
    ['its settings', { ...FROM, config: { a: 2 } }],
    ['what it reads', { ...FROM, inputs: { x: 'another hash' } }],
  ])('is run again when it changes: %s', async (_, from) => {
    await stage('one', { 'a.txt': 'A' });
    expect((await stage('one', { 'a.txt': 'A2' }, from)).reused).toBe(false);
    expect(textOf('a.txt')).toBe('A2');
  });

  it('is run again when a file of it is gone or was changed, alone', async () => {
    for (const damage of [() => rmSync(at('a.txt')), () => writeFileSync(at('a.txt'), 'mine')]) {
      await stage('one', { 'a.txt': 'A' });
      await stage('two', { 'b.txt': 'B' });
      made = [];
      damage();
      await stage('one', { 'a.txt': 'A' });
      await stage('two', { 'b.txt': 'B' });
      expect(made).toEqual(['one']);
      expect(textOf('a.txt')).toBe('A');
    }
  });

  it('is run again when asked to', async () => {
    await stage('one', { 'a.txt': 'A' });
    expect((await stage('one', { 'a.txt': 'A2' }, FROM, 'anew')).reused).toBe(false);
    expect((await stage('one', { 'a.txt': 'A3' })).reused).toBe(true);
    expect(textOf('a.txt')).toBe('A2');
  });

  it('takes away what it wrote before and writes no more', async () => {
    await stage('one', { 'a.txt': 'A', 'b.txt': 'B' });
    await stage('one', { 'a.txt': 'A' }, { ...FROM, config: null });
    expect(existsSync(at('b.txt'))).toBe(false);
  });

  it('that fails leaves what was there', async () => {
    await stage('one', { 'a.txt': 'A' });
    const fail = async () => Promise.reject(new UsageError('no'));
    await expect(openRunFolder(path).stage('one', { ...FROM, config: null }, fail)).rejects.toThrow('no');
    expect(textOf('a.txt')).toBe('A');
    expect((await stage('one', { 'a.txt': 'A' })).reused).toBe(true);
  });
});

describe('a full disk', () => {
  it.each([0, 1, 2])('after %i files is told plainly; nothing half-written is left, and nothing counts as done', async (writes) => {
    disk.writes = writes;
    const failed = stage('one', { 'a.txt': 'A', 'b.txt': 'B' });
    await expect(failed).rejects.toThrow(/^cannot write .*: the disk is full; free some space or choose another --out$/);
    disk.writes = Number.POSITIVE_INFINITY;
    expect(readdirSync(path)).toEqual(['a.txt', 'b.txt'].slice(0, writes));
    expect((await stage('one', { 'a.txt': 'A', 'b.txt': 'B' })).reused).toBe(false);
    expect((await stage('one', { 'a.txt': 'A', 'b.txt': 'B' })).reused).toBe(true);
  });
});

describe('what a stage wrote', () => {
  it('is read back while it is unchanged', async () => {
    await stage('one', { 'a.txt': 'A' });
    expect(new TextDecoder().decode(openRunFolder(path).readOutput('a.txt'))).toBe('A');
    writeFileSync(at('a.txt'), 'mine');
    expect(() => openRunFolder(path).readOutput('a.txt')).toThrow(/a\.txt is not what the run wrote \(run\.json\); run or map again/);
    writeFileSync(at('new.txt'), 'mine');
    expect(() => openRunFolder(path).readOutput('new.txt')).toThrow(UsageError);
  });
});

describe('a folder', () => {
  const claim = (content: string, force = false) => openRunFolder(path, { force }).claim('config.json', content, ['checkpoint']);

  it('belongs to one config once a stage is finished or half done', async () => {
    claim('1');
    claim('2');
    expect(textOf('config.json')).toBe('2');
    await stage('one', { 'a.txt': 'A' });
    claim('2');
    expect(() => claim('3')).toThrow(/holds a run with other settings \(config\.json\); choose another --out, or replace it with --force/);
    rmSync(at('run.json'));
    writeFileSync(at('checkpoint'), 'half');
    expect(() => claim('3')).toThrow(UsageError);
    expect(textOf('config.json')).toBe('2');
  });

  it('is cleared by force of what another run left, and of nothing else', async () => {
    claim('1');
    await stage('one', { 'a.txt': 'A', 'sub/b.txt': 'B' });
    writeFileSync(at('checkpoint'), 'half');
    writeFileSync(at('mine.txt'), 'mine');
    claim('2', true);
    expect(['a.txt', 'sub/b.txt', 'checkpoint', 'run.json'].filter((file) => existsSync(at(file)))).toEqual([]);
    expect([textOf('mine.txt'), textOf('config.json')]).toEqual(['mine', '2']);
  });

  it('is cleared by force but for the stages to keep, which are reused', async () => {
    claim('1');
    await stage('one', { 'a.txt': 'A' });
    await stage('two', { 'sub/b.txt': 'B' });
    writeFileSync(at('checkpoint'), 'half');
    const kept = openRunFolder(path, { force: true, keeps: (name) => name === 'one' });
    kept.claim('config.json', '2', ['checkpoint']);
    expect(['a.txt', 'sub/b.txt', 'checkpoint'].filter((file) => existsSync(at(file)))).toEqual(['a.txt', 'checkpoint']);
    expect(textOf('config.json')).toBe('2');
    expect([kept.kept('one', FROM) !== null, kept.kept('two', FROM)]).toEqual([true, null]);
    expect(kept.kept('one', { ...FROM, config: null })).toBeNull();
  });

  it.each([
    'not JSON',
    '{}',
    'null',
    '{"schema":"bimt-run/1","tool":"x","stages":null}',
    '{"schema":"bimt-run/1","tool":"x","stages":{"one":{"key":"k"}}}',
    ...['../a', '/etc/a', 'a/../../b', 'a/../b', '..', 'a\\\\b', ''].map(
      (file) => `{"schema":"bimt-run/1","tool":"x","stages":{"one":{"key":"k","outputs":{"${file}":"h"}}}}`,
    ),
  ])('with the record %s is refused without force, and replaced with it', (record) => {
    writeFileSync(at('run.json'), record);
    expect(() => openRunFolder(path)).toThrow(/run\.json is damaged; delete it to make everything anew, or start over with --force/);
    claim('1', true);
    expect(existsSync(at('run.json'))).toBe(false);
  });
});
