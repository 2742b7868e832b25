import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSettings } from '../../src/commands/settings.ts';
import { UsageError } from '../../src/core/errors.ts';

const file = join(mkdtempSync(join(tmpdir(), 'bimt-settings-')), 'settings.json');

function given(content: unknown): string {
  writeFileSync(file, JSON.stringify(content));
  return file;
}

describe('settings', () => {
  it('come from the options, then the file, then what lies under it, then the defaults', () => {
    const path = given({ train: { seed: 5, updates: 7 }, prune: { fineTune: { updates: 9 } } });
    const { train, prune, scores } = readSettings(
      path,
      { train: { seed: 6, lambda: undefined }, prune: { fineTune: { seed: 4, updates: undefined } } },
      { train: { updates: 1, batchRows: 3 } },
    );
    expect(train).toMatchObject({ seed: 6, updates: 7, batchRows: 3, lambda: 1e-5 });
    expect(prune).toMatchObject({ threshold: 0.01, fineTune: { seed: 4, updates: 9 } });
    expect(scores).toEqual({ trialsPerTask: 500, seed: 1 });
  });

  it('keep a null of the file unless an option says otherwise, and take one from the options', () => {
    const path = given({ prune: { fineTune: null } });
    expect(readSettings(path, { prune: { fineTune: { updates: undefined } } }).prune.fineTune).toBeNull();
    expect(readSettings(path, { prune: { fineTune: { updates: 3 } } }).prune.fineTune).toMatchObject({ updates: 3 });
    expect(readSettings(given({}), { prune: { fineTune: null } }).prune.fineTune).toBeNull();
  });

  it('of a section that is none are refused, whatever the options say, under the name of the file', () => {
    const path = given({ map: 'x', trian: {} });
    const read = () => readSettings(path, { map: { seed: 1 } });
    expect(read).toThrow(UsageError);
    expect(read).toThrow(`${path} is not valid`);
    expect(read).toThrow("unknown option 'trian'; did you mean 'train'?");
    expect(read).toThrow('map: found "x"');
  });
});
