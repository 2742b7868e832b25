import { describe, expect, it } from 'vitest';
import { FitError, nearestNames, orTry, UsageError, unknownName } from '../../src/core/errors.ts';

const violation = (subject: string, found: number) => ({
  rule: 'fit/axons-in',
  subject,
  found,
  limit: 256,
  unit: 'axons',
  source: 'demo.json, limits.axonsIn (architectural)',
  remedies: ['prune to density 0.24', 'two chips'],
});

describe('errors', () => {
  it('answer an unknown name with the nearest known ones and how to list all', () => {
    const error = unknownName('task', 'dmms', ['go', 'dms', 'dnms', 'dmc'], 'bimt-export tasks list');
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toBe("unknown task 'dmms'; did you mean 'dms' or 'dnms' or 'dmc'? list all with: bimt-export tasks list");
    expect(nearestNames('zzzzzz', ['go', 'dms'])).toEqual([]);
  });

  it('list violations worst first, ten at most, and count the rest', () => {
    const violations = Array.from({ length: 12 }, (_, i) => violation(`core ${i}`, 257 + i));
    const { message, exitCode } = new FitError('network does not fit demo', violations);
    expect(exitCode).toBe(3);
    const lines = message.split('\n');
    expect(lines[1]).toBe(
      '  core 11: 268 axons, limit 256 (fit/axons-in; demo.json, limits.axonsIn (architectural)); try: prune to density 0.24, or two chips',
    );
    // What was said is not said again.
    expect(lines[2]).toBe('  core 10: 267 axons, limit 256 (fit/axons-in; demo.json, limits.axonsIn (architectural))');
    expect(lines).toHaveLength(12);
    expect(lines.at(-1)).toBe('  and 2 more, all in the JSON output');
  });
});

describe('a refused file', () => {
  const refuse = (message: string) => () => {
    throw new UsageError(message);
  };

  it('is told with what to try, once', () => {
    expect(() => orTry('map again', refuse('it is cut'))).toThrow(/^it is cut; try: map again$/);
    expect(() => orTry('train', () => orTry('map again', refuse('it is cut')))).toThrow(/^it is cut; try: map again$/);
    expect(() => orTry('map again', refuse('two faults:\n  one'))).toThrow(/^two faults:\n {2}one\n {2}try: map again$/);
    expect(orTry('map again', () => 7)).toBe(7);
  });

  it('is no cover for a bug', () => {
    const bug = new TypeError('undefined is not a function');
    expect(() =>
      orTry('map again', () => {
        throw bug;
      }),
    ).toThrow(bug);
  });
});
