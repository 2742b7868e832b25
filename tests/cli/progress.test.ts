// Does progress say one plain line per stage where nobody watches, and is colour kept off where it is not wanted?
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { duration, progressPrinter } from '../../src/commands/progress.ts';
import { CLI } from './support.ts';

describe('progress where stderr is no terminal', () => {
  let seconds = 0;
  let said: string[] = [];
  beforeEach(() => {
    seconds = 1000;
    said = [];
    vi.spyOn(performance, 'now').mockImplementation(() => seconds * 1000);
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  });
  afterEach(() => vi.restoreAllMocks());
  const at = (time: number, stage: string, done: number, total: number, values = {}) => {
    seconds = 1000 + time;
    return { stage, done, total, values };
  };

  it('is one line for each stage, at its end', () => {
    const { onProgress, stop } = progressPrinter({});
    onProgress(at(0, 'train', 1, 3, { loss: 2 }));
    onProgress(at(4, 'train', 2, 3, { loss: 1 }));
    expect(said).toEqual([]);
    onProgress(at(9, 'train', 3, 3, { loss: 0.123456, task: 'go' }));
    expect(said).toEqual(['train: 3/3, loss 0.123, task go (9 s)\n']);
    // A stage may end because the next begins, or because all is over.
    onProgress(at(10, 'place', 0, 8));
    onProgress(at(20, 'verify', 1, 2));
    expect(said.slice(1)).toEqual(['place: 0/8 (10 s)\n']);
    stop();
    stop();
    expect(said.slice(2)).toEqual(['verify: 1/2 (0 s)\n']);
  });

  it('is a sign of life in every minute of a long stage, with the time left', () => {
    const { onProgress } = progressPrinter({});
    for (let time = 0; time <= 200; time += 10) onProgress(at(time, 'train', time, 400));
    expect(said).toEqual([
      'train: 60/400 (60 s, about 6 min left)\n',
      'train: 120/400 (2 min, about 5 min left)\n',
      'train: 180/400 (3 min, about 4 min left)\n',
    ]);
  });

  it('does not guess the time left before anything is done', () => {
    const { onProgress } = progressPrinter({});
    onProgress(at(0, 'search', 5, 10));
    onProgress(at(70, 'search', 5, 10));
    expect(said).toEqual(['search: 5/10 (70 s)\n']);
  });

  it('is nothing with --quiet', () => {
    const { onProgress, stop } = progressPrinter({ quiet: true });
    onProgress(at(0, 'train', 3, 3));
    stop();
    expect(said).toEqual([]);
  });

  it.each([
    [0.4, '0 s'],
    [99.4, '99 s'],
    [99.5, '2 min'],
    [600, '10 min'],
    [5970, '1 h 40 min'],
    [7500, '2 h 5 min'],
  ])('says %d seconds as %s', (length, text) => {
    expect(duration(length)).toBe(text);
  });
});

const hasScript = spawnSync('script', ['--version']).status === 0;

/** What the built command prints on a terminal. */
function onTerminal(environment: Readonly<Record<string, string>>): string {
  const { NO_COLOR: _, FORCE_COLOR: __, CI: ___, ...rest } = process.env;
  const env = { ...rest, TERM: 'xterm', ...environment };
  return spawnSync('script', ['-qec', `${process.execPath} ${CLI} doctor`, '/dev/null'], { env, encoding: 'utf8' }).stdout;
}

// `script` of util-linux is what gives a command a terminal.
describe.runIf(hasScript)('colour', () => {
  it('is there on a terminal, unless NO_COLOR is set, and never in a pipe', () => {
    const coloured = onTerminal({});
    expect(coloured).toContain('\u001b[');
    const plain = onTerminal({ NO_COLOR: '1' });
    expect(plain).not.toContain('\u001b[');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for.
    const words = (text: string) => text.replaceAll(/\u001b\[\d+m/g, '').split(/\s+/);
    expect(words(coloured)).toEqual(words(plain));
    const piped = spawnSync(process.execPath, [CLI, 'doctor'], { env: { ...process.env, FORCE_COLOR: '1' }, encoding: 'utf8' });
    expect(piped.stdout).not.toContain('\u001b[');
  });
});
