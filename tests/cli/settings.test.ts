import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../src/commands/program.ts';
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

describe('options that are settings', () => {
  const helpOf = async (name: string) => {
    const command = (await buildProgram()).commands.find((one) => one.name() === name);
    return new Map(command?.options.map((option) => [option.long, option]));
  };

  it('have the words, the default and the choices of the setting', async () => {
    const train = await helpOf('train');
    expect(train.get('--lambda')?.description).toBe('λ, price of a weight of 1 (in nats) (default: 1e-5)');
    expect(train.get('--grid')?.description).toBe('neurons on a sheet, ROWSxCOLUMNS, or in a line, their number (default: 20x20)');
    expect(train.get('--proximal')?.description).toBe('soft-threshold after each update instead of adding the penalty to the gradient');
    expect(train.get('--condition')?.argChoices).toEqual(['bimt', 'l1', 'none', 'local', 'swap']);
    expect((await helpOf('run')).get('--time-budget')?.description).toContain('(in seconds) (default: one search)');
    expect((await helpOf('map')).get('--max-neurons-per-core')?.description).toBe("cap below the targets' own limits (default: no cap)");
    expect((await helpOf('onnx')).get('--qdq-bits')?.argChoices).toEqual(['8', '4']);
  });

  it.each([
    ['train', '--learning-rate', '0', 'expected a number above 0.'],
    ['train', '--updates', '1.5', 'expected a whole number of at least 1.'],
    ['train', '--trials', '100001', 'expected a whole number from 1 to 100000.'],
    ['prune', '--density', '1.5', 'expected a number above 0 and at most 1.'],
    ['prune', '--max-fan-in', '', 'expected a whole number of at least 1.'],
    ['quantize', '--weight-bits', '9', 'expected a whole number from 2 to 8 or ternary.'],
    ['quantize', '--bit-budget', 'many', 'expected a number from 2 to 8.'],
    ['onnx', '--qdq-bits', '5', 'expected 8, 4.'],
    ['map', '--effort', '1001', 'expected a number above 0 and at most 1000.'],
  ])('of %s refuse %s %s as the setting would', async (name, flag, value, message) => {
    const option = (await helpOf(name)).get(flag);
    expect(() => option?.parseArg?.(value, undefined)).toThrow(message);
  });

  it('give numbers as numbers and words as words', async () => {
    const quantize = await helpOf('quantize');
    const onnx = await helpOf('onnx');
    expect(quantize.get('--weight-bits')?.parseArg?.('4', undefined)).toBe(4);
    expect(quantize.get('--weight-bits')?.parseArg?.('ternary', undefined)).toBe('ternary');
    expect(onnx.get('--qdq-bits')?.parseArg?.('4', undefined)).toBe(4);
    expect((await helpOf('train')).get('--lambda')?.parseArg?.('1e-4', undefined)).toBe(1e-4);
  });
});
