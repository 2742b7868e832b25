import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { findSuite, findTask } from '../../src/tasks/suites.ts';
import { yang19 } from '../../src/tasks/yang19.ts';

describe('suites and tasks by name', () => {
  it('are found', () => {
    expect(findSuite('yang19')).toBe(yang19);
    expect(findTask(yang19, 'dms')).toBe(16);
  });

  it('are answered with the nearest names and the command that lists all when there are none', () => {
    expect(() => findSuite('yang2019')).toThrow(
      new UsageError("unknown suite 'yang2019'; did you mean 'yang19'? list all with: bimt-export tasks list"),
    );
    expect(() => findTask(yang19, 'ctxdlydm')).toThrow(/unknown task of suite yang19 'ctxdlydm'; did you mean 'ctxdlydm1' or 'ctxdlydm2'/);
    expect(() => findTask(yang19, 'no-such-task')).toThrow(/bimt-export tasks list/);
  });
});
