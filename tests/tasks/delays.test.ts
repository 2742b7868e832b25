import { describe, expect, it } from 'vitest';
import { tasksWithDelay } from '../../src/tasks/delays.ts';
import { findSuite } from '../../src/tasks/suites.ts';

function delayed(suiteName: string): string[] {
  const suite = findSuite(suiteName);
  const has = tasksWithDelay(suite);
  return suite.tasks.filter((_, k) => has[k]);
}

describe('tasks with a delay', () => {
  it('are those of yang19 that have a period of that name and a length', () => {
    const names = 'dlygo dlyanti dlydm1 dlydm2 ctxdlydm1 ctxdlydm2 multidlydm dms dnms dmc dnmc';
    expect(delayed('yang19')).toEqual(names.split(' '));
  });

  it('depend on the timing of the suite: Mod-Cog delays go, and may take the delay from matches', () => {
    expect(delayed('modcog82')).toContain('go');
    expect(delayed('modcog82')).toContain('dms');
    expect(delayed('modcog82:matchDelay=0')).not.toContain('dms');
  });
});
