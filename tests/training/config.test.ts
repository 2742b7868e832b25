// Are settings checked, completed and resolved as documented?
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { CONDITIONS, configGrid, resolveTrainConfig } from '../../src/training/config.ts';
import { resolveFineTuneConfig } from '../../src/training/fine-tune.ts';

describe('resolving a training config', () => {
  it('fills in the defaults of the method', () => {
    expect(resolveTrainConfig({})).toMatchObject({
      suite: 'yang19',
      grid: '20x20',
      condition: 'bimt',
      lambda: 1e-5,
      locality: 1,
      learningRate: 1e-3,
      clipNorm: 1,
      swapEvery: 200,
      swapTop: 30,
      batchRows: 32,
    });
  });

  it('is idempotent for every condition', () => {
    for (const condition of Object.keys(CONDITIONS)) {
      const once = resolveTrainConfig({ condition, grid: '3x4', swapTop: 'all', clipNorm: null });
      expect(resolveTrainConfig(once)).toEqual(once);
      expect(resolveTrainConfig(JSON.parse(JSON.stringify(once)))).toEqual(once);
    }
  });

  it('turns conditions into what they use of λ, A and swaps', () => {
    const given = { lambda: 1e-4, locality: 2, swapEvery: 50 };
    const used = (condition: string) => {
      const { lambda, locality, swapEvery } = resolveTrainConfig({ ...given, condition });
      return [lambda, locality, swapEvery];
    };
    expect(used('bimt')).toEqual([1e-4, 2, 50]);
    expect(used('l1')).toEqual([1e-4, 0, null]);
    expect(used('none')).toEqual([0, 0, null]);
    expect(used('local')).toEqual([1e-4, 2, null]);
    expect(used('swap')).toEqual([1e-4, 0, 50]);
  });

  it('reads grids in two dimensions and in one', () => {
    expect(configGrid(resolveTrainConfig({ grid: '3x5', metric: 'l2' }))).toEqual({ rows: 3, columns: 5, metric: 'l2' });
    expect(configGrid(resolveTrainConfig({ grid: '1x7' }))).toEqual({ rows: 1, columns: 7, metric: 'l1' });
    expect(resolveTrainConfig({ grid: '1x7' }).grid).toBe('7');
  });

  it.each([
    [{ condition: 'bmit' }, /condition: found "bmit", allowed: bimt, l1, none, local, swap; did you mean 'bimt'/],
    [{ activation: 'rellu' }, /did you mean 'relu'/],
    [{ lamda: 1e-4 }, /unknown option 'lamda'; did you mean 'lambda'/],
    [{ batchRow: 3, batchmode: 'x' }, /'batchRows'[\s\S]*'batchMode'/],
    [{ lambda: -1 }, /lambda: found -1, allowed: a number of at least 0; try 1e-5, the default/],
    [{ learningRate: 0 }, /learningRate: found 0/],
    [{ learningRate: Number.NaN }, /learningRate: found NaN/],
    [{ updates: 1.5 }, /updates: found 1.5/],
    [{ swapTop: 'some' }, /swapTop: found "some", allowed: all or a whole number of at least 1/],
    [{ grid: '14y14' }, /grid '14y14' is not ROWSxCOLUMNS/],
    [{ grid: '0x3' }, /grid '0x3'/],
    ['14x14', /found "14x14"/],
    [{ lambda: 'much', seed: -1 }, /seed: found -1[\s\S]*lambda: found "much"/],
  ])('refuses %o and says what is near', (options, message) => {
    expect(() => resolveTrainConfig(options)).toThrow(UsageError);
    expect(() => resolveTrainConfig(options)).toThrow(message);
  });
});

describe('resolving a fine-tuning config', () => {
  it('takes a tenth of the learning rate, no penalty, and knows no swaps', () => {
    expect(resolveFineTuneConfig({})).toMatchObject({ learningRate: 1e-4, lambda: 0, locality: 0 });
    expect(() => resolveFineTuneConfig({ swapEvery: 10 })).toThrow(/unknown option 'swapEvery'/);
  });
});
