import type * as Fs from 'node:fs';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { checkWritable, lockFolder, readInputFile, writeFileAtomic } from '../../src/core/files.ts';

// A disk that is full on demand: the write fails after the file was opened, as it does in life.
const disk = vi.hoisted(() => ({ full: false }));
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof Fs>();
  return {
    ...fs,
    writeSync: (...args: Parameters<typeof fs.writeSync>) => {
      if (disk.full) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      return fs.writeSync(...args);
    },
  };
});

const folder = () => mkdtempSync(join(tmpdir(), 'bimt-files-'));

describe('files', () => {
  it('appear whole, with their folders, and leave nothing beside them', () => {
    const path = join(folder(), 'a', 'b.txt');
    writeFileAtomic(path, 'one');
    writeFileAtomic(path, new Uint8Array([50]));
    expect(readFileSync(path, 'utf8')).toBe('2');
    expect(readdirSync(join(path, '..'))).toEqual(['b.txt']);
  });

  it('say plainly when the disk is full, keep the old file and leave nothing half-written', () => {
    const path = join(folder(), 'kept.txt');
    writeFileAtomic(path, 'old');
    disk.full = true;
    expect(() => writeFileAtomic(path, 'new')).toThrow(`cannot write ${path}: the disk is full`);
    disk.full = false;
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(join(path, '..'))).toEqual(['kept.txt']);
  });

  it('say plainly when a part of the path is a file', () => {
    const inTheWay = join(folder(), 'file');
    writeFileSync(inTheWay, 'x');
    expect(() => writeFileAtomic(join(inTheWay, 'out.json'), 'x')).toThrow(UsageError);
    expect(() => writeFileAtomic(join(inTheWay, 'out.json'), 'x')).toThrow(/a file/);
    expect(readFileSync(inTheWay, 'utf8')).toBe('x');
  });

  it('say plainly where no folder can be made, instead of trying for ever', () => {
    expect(() => writeFileAtomic('/proc/none/out.json', 'x')).toThrow('cannot write /proc/none/out.json: no folder can be made there');
  });

  it('are tried before long work, and nothing is left behind', () => {
    const at = folder();
    checkWritable(join(at, 'a', 'b', 'c.txt'));
    expect(readdirSync(at)).toEqual([]);
    writeFileSync(join(at, 'file'), 'x');
    checkWritable(join(at, 'file'));
    expect(() => checkWritable(join(at, 'file', 'out.json'))).toThrow('a part of the path is a file');
    expect(() => checkWritable(at)).toThrow('it is a folder');
    expect(readdirSync(at)).toEqual(['file']);
    expect(readFileSync(join(at, 'file'), 'utf8')).toBe('x');
  });

  it('are refused when missing, a folder, a device, or too large', () => {
    const at = folder();
    writeFileSync(join(at, 'big'), 'x'.repeat(100));
    expect(() => readInputFile(join(at, 'none'))).toThrow('no such file or folder');
    expect(() => readInputFile(at)).toThrow('it is a folder');
    expect(() => readInputFile('/dev/zero')).toThrow('it is a device');
    expect(() => readInputFile(join(at, 'big'), 99)).toThrow('100 bytes, the limit is 99');
  });
});

describe('a folder', () => {
  it('is locked against other processes that are alive, and given back', () => {
    const at = join(folder(), 'new');
    // The parent of this process is alive, and not this process.
    const held = join(at, 'lock');
    const unlock = lockFolder(at);
    expect(readFileSync(held, 'utf8')).toBe(`${process.pid}\n`);
    unlock();
    expect(readdirSync(at)).toEqual([]);
    writeFileSync(held, `${process.ppid}\n`);
    expect(() => lockFolder(at)).toThrow(`in use by process ${process.ppid}`);
    expect(() => lockFolder(at)).toThrow(UsageError);
    expect(readdirSync(at)).toEqual(['lock']);
  });

  it('is taken over from a process that is gone, whatever it left', () => {
    const at = folder();
    for (const left of [`${2 ** 22 + 12345}\n`, '', 'nonsense', '-1']) {
      writeFileSync(join(at, 'lock'), left);
      lockFolder(at)();
      expect(readdirSync(at)).toEqual([]);
    }
  });
});
