// Does timings.json keep the time of what a folder holds?
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRunFolder } from '../../src/pipeline/run-folder.ts';
import { noteTiming, TIMINGS_FILE } from '../../src/pipeline/timings.ts';

let path = '';
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'bimt-timings-'));
});
afterEach(() => rmSync(path, { recursive: true }));

/** A folder opened anew, in which stages of these names have written. */
async function folderWith(...stages: readonly string[]) {
  const folder = openRunFolder(path);
  for (const name of stages) await folder.stage(name, { config: null, inputs: {} }, async () => ({ [`${name}.txt`]: new Uint8Array(1) }));
  return folder;
}
const timings = () => JSON.parse(readFileSync(join(path, TIMINGS_FILE), 'utf8'));

describe('the time of a stage', () => {
  it('is that of making it, however often it is reused', async () => {
    const folder = await folderWith('one', 'two');
    noteTiming(folder, 'one', 12.34567, false);
    noteTiming(folder, 'two', 2, false);
    noteTiming(await folderWith(), 'one', 0.001, true);
    noteTiming(await folderWith(), 'one', 0.002, true);
    const two = { seconds: 2, reused: false };
    expect(timings()).toEqual({ schema: 'bimt-timings/2', stages: { one: { seconds: 12.346, reused: true }, two } });
    noteTiming(await folderWith(), 'one', 5, false);
    expect(timings().stages).toEqual({ one: { seconds: 5, reused: false }, two });
  });

  it('is unknown where it was never noted, or not as it is noted now', async () => {
    for (const earlier of [null, 'no JSON', '{"schema":"bimt-timings/1","seconds":{"one":3}}']) {
      if (earlier !== null) writeFileSync(join(path, TIMINGS_FILE), earlier);
      noteTiming(await folderWith('one'), 'one', 0.001, true);
      expect(timings().stages).toEqual({ one: { seconds: null, reused: true } });
      rmSync(join(path, TIMINGS_FILE));
    }
    expect(existsSync(join(path, TIMINGS_FILE))).toBe(false);
  });

  it('goes when the folder holds nothing of the stage any more', async () => {
    const folder = await folderWith('one', 'two');
    noteTiming(folder, 'one', 1, false);
    await folder.stage('one', { config: 'another', inputs: {} }, async () => ({}));
    noteTiming(folder, 'two', 2, false);
    expect(timings().stages).toEqual({ two: { seconds: 2, reused: false } });
  });
});
