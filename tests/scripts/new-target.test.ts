import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { KINDS, newTarget, skeleton, toFillIn } from '../../scripts/new-target.ts';
import { checkTarget } from '../../src/targets/check.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { findQuantities } from '../../src/targets/quantities.ts';
import { topology } from '../../src/targets/topology.ts';
import { coreCapacity } from '../../src/targets/usage.ts';
import { writeTarget } from '../targets/support.ts';

const folder = mkdtempSync(join(tmpdir(), 'bimt-new-target-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(KINDS)('the skeleton of a chip of %s', (kind) => {
  const data = skeleton('my-chip', kind);

  it('is a correct target file in which every number asks to be filled in', () => {
    expect(checkTarget(data).problems).toEqual([]);
    expect(toFillIn(data)).toHaveLength(findQuantities(data)?.length ?? 0);
    expect(toFillIn(data)).toContain('limits.neurons');
  });

  it('is a mesh of 64 cores', () => {
    expect(topology(loadTarget(writeTarget(JSON.stringify(data)))).cores).toBe(64);
  });
});

it('holds as many neurons as it says', () => {
  const capacity = coreCapacity(loadTarget(writeTarget(JSON.stringify(skeleton('my-chip', 'arrays')))));
  expect(capacity.usage({ neurons: 1, copies: 0, axons: 1, rows: 1, axonsOut: 0, synapses: 1, memory: 0 })).toContainEqual(
    expect.objectContaining({ resource: 'neurons', limit: 256 }),
  );
});

describe('the script', () => {
  /** Exit code, and all that is printed. */
  const run = (...argv: string[]): [number, string] => {
    const lines: string[] = [];
    const spies = [vi.spyOn(console, 'log'), vi.spyOn(console, 'error')];
    for (const spy of spies) spy.mockImplementation((line: string) => void lines.push(line));
    const code = newTarget(argv);
    for (const spy of spies) spy.mockRestore();
    return [code, lines.join('\n')];
  };

  it('writes a file once, and says what is to be done', () => {
    const path = join(folder, 'my-chip.json');
    expect(run('my-chip', 'events', path)).toEqual([0, expect.stringMatching(/numbers to fill in.*\ncorrect as it is/)]);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(skeleton('my-chip', 'events'));
    expect(run('my-chip', 'events', path)).toEqual([2, `${path} exists already`]);
  });

  it('refuses names that are none, and kinds that there are not', () => {
    const path = join(folder, 'x.json');
    expect(run('My Chip', 'events', path)).toEqual([2, expect.stringMatching(/^usage:/)]);
    expect(run('my-chip', 'waves', path)).toEqual([2, expect.stringMatching(/^usage:/)]);
    expect(existsSync(path)).toBe(false);
  });
});
