import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { randomStream } from '../../src/core/random.ts';
import type { TaskSuite } from '../../src/tasks/suite.ts';
import { findSuite, findTask, suiteSettings } from '../../src/tasks/suites.ts';
import { yang19 } from '../../src/tasks/yang19.ts';
import { enumerateTrials } from './enumerate.ts';

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

describe('parameters of suites', () => {
  it('change a suite, whose name then holds what differs from the defaults, sorted', () => {
    expect(findSuite('modcog84:seed=3,ring=reference').name).toBe('modcog84:ring=reference,seed=3');
    expect(findSuite('modcog84:seed=007,ring=corrected').name).toBe('modcog84:seed=7');
    expect(findSuite('modcog82:matchDelay=7').name).toBe('modcog82:matchDelay=7');
  });

  it('are told in the title', () => {
    expect(findSuite('yang19:noise=rings-only').title).toBe('the 20 cognitive tasks of Yang et al. (2019), with noise=rings-only');
    expect(findSuite('modcog82:seed=3,ring=reference').title).toMatch(/, with ring=reference, seed=3$/);
  });

  it('at their defaults are the suite without parameters', () => {
    expect(findSuite('yang19:noise=all,dmcBoundary=source')).toBe(yang19);
    expect(findSuite('modcog84:matchDelay=drawn,seed=0')).toBe(findSuite('modcog84'));
  });

  it('are refused where they are unknown, malformed, repeated or out of range, with what is allowed', () => {
    const refused = (spec: string, message: RegExp) => {
      expect(() => findSuite(spec)).toThrow(UsageError);
      expect(() => findSuite(spec)).toThrow(message);
    };
    refused('yang19:seed=3', /unknown parameter 'seed' of suite yang19; allowed: noise, dmcBoundary; .*tasks list --suite yang19/);
    refused('yang19:constructor=1', /unknown parameter 'constructor'/);
    refused('modcog84:ring=2', /parameter 'ring' .* is '2'; allowed: corrected, reference$/);
    refused('modcog84:matchDelay=78', /is '78'; allowed: drawn, whole numbers 0 … 77$/);
    for (const seed of ['-1', '1.5', '1e3', '2147483648', 'NaN', ' 1'])
      refused(`modcog84:seed=${seed}`, /allowed: whole numbers 0 … 2147483647$/);
    refused('modcog84:seed=1,seed=1', /parameter 'seed' is given twice/);
    for (const spec of ['modcog84:', 'modcog84:ring', 'modcog84:ring=', 'modcog84:seed=1,'])
      refused(spec, /expected NAME=VALUE, for example modcog84:ring=reference,seed=3/);
    refused('modcog83:ring=reference', /unknown suite 'modcog83'; did you mean 'modcog82' or 'modcog84'/);
  });

  it('are listed with what they are set to', () => {
    const settings = suiteSettings(findSuite('modcog84:seed=3'));
    expect(settings.map(({ name, value }) => [name, value])).toEqual([
      ['ring', 'corrected'],
      ['seed', '3'],
      ['matchDelay', 'drawn'],
      ['noise', 'all'],
      ['dmcBoundary', 'source'],
    ]);
    expect(settings[2].allowed).toBe('drawn, whole numbers 0 … 77');
  });

  it('noise=rings-only leaves the cue of decision tasks clean and changes nothing else', () => {
    const clean = findSuite('yang19:noise=rings-only');
    for (const task of yang19.tasks.keys()) {
      const [ours, theirs] = [yang19, clean].map((suite) => suite.describe(task, randomStream(1, 'noise', task)));
      const decides = ours.family.endsWith('decision');
      expect(theirs).toEqual(decides ? { ...ours, noise: { ...ours.noise, channels: [1, 33] } } : ours);
    }
  });

  it('dmcBoundary=symmetric gives a sample in direction 8 category 1, like a test', () => {
    const symmetric = findSuite('yang19:dmcBoundary=symmetric');
    for (const name of ['dmc', 'dnmc']) {
      for (const { info } of enumerateTrials(symmetric, findTask(symmetric, name))) {
        const same = Number(info.facts['sample']) >= 8 === Number(info.facts['test']) >= 8;
        expect(info.facts['match']).toBe(same);
        expect(info.response).toBe(same === (name === 'dmc') ? info.facts['test'] : null);
      }
    }
    for (const name of yang19.tasks.filter((task) => !/^dn?mc$/.test(task))) {
      const describeOne = (suite: TaskSuite) => suite.describe(findTask(suite, name), randomStream(1, 'boundary', 0));
      expect(describeOne(symmetric)).toEqual(describeOne(yang19));
    }
  });
});
