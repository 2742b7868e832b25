// Is a checkpoint read back exactly, and is every kind of damage refused?
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { decodeSafetensors, encodeSafetensors, type Tensor } from '../../src/core/safetensors.ts';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint, resumeWarnings } from '../../src/training/checkpoint.ts';
import { train } from '../../src/training/train.ts';
import { suite, tinyConfig, tinyEngine } from './tiny-run.ts';

const config = tinyConfig();
const checkpoint: Checkpoint = await train(suite, config, { engine: tinyEngine(config) });
const bytes = encodeCheckpoint(checkpoint);

/** The checkpoint's file with some tensors and metadata replaced. */
function changed(tensors: Record<string, Tensor>, metadata: Record<string, string> = {}): Uint8Array {
  const file = decodeSafetensors(bytes, 'the checkpoint');
  return encodeSafetensors({ ...file.tensors, ...tensors }, { ...file.metadata, ...metadata });
}

const vector = (data: Tensor['data']): Tensor => ({ shape: [data.length], data });

describe('a checkpoint', () => {
  it('reads back as it was, in double precision and in single', () => {
    expect(decodeCheckpoint(bytes, 'c')).toEqual(checkpoint);
    const single = { ...checkpoint, parameters: Float32Array.from(checkpoint.parameters) };
    expect(decodeCheckpoint(encodeCheckpoint(single), 'c')).toEqual(single);
  });

  it('is refused when cut off anywhere', () => {
    for (const length of [0, 7, 8, 100, bytes.length >> 1, bytes.length - 1]) {
      expect(() => decodeCheckpoint(bytes.subarray(0, length), 'run/c.safetensors')).toThrow(UsageError);
      expect(() => decodeCheckpoint(bytes.subarray(0, length), 'run/c.safetensors')).toThrow(/run\/c\.safetensors/);
    }
  });

  const nan = checkpoint.parameters.slice();
  nan[5] = Number.NaN;
  const twice = checkpoint.site.slice();
  twice[0] = twice[1];
  it.each([
    ['a file of another kind', changed({}, { format: 'bimt-export/1' }), /not a training checkpoint: format is bimt-export\/1/],
    ['too few parameters', changed({ parameters: vector(new Float32Array(10)) }), /'parameters' must hold \d+ floats, found 10/],
    ['moments of another size', changed({ second_moment: vector(new Float64Array(3)) }), /'second_moment'/],
    ['integers for parameters', changed({ parameters: vector(new Int32Array(checkpoint.parameters.length)) }), /'parameters' must hold/],
    ['a parameter that is not a number', changed({ parameters: vector(nan) }), /'parameters' holds values that are not finite/],
    ['a site used twice', changed({ site: vector(twice) }), /'site' must be a permutation of 0 … 8/],
    ['a negative site', changed({ site: vector(checkpoint.site.map((s) => s - 1)) }), /'site' must be a permutation/],
    ['a header that is not JSON', changed({}, { config: '{' }), /metadata 'config' is not JSON/],
    ['a config with an unknown option', changed({}, { config: '{"lamda":1}' }), /unknown option 'lamda' in config/],
    ['a config that its condition contradicts', changed({}, { config: JSON.stringify({ ...config, condition: 'none' }) }), /not resolved/],
    ['sizes of another grid', changed({}, { sizes: '{"inputs":53,"neurons":16,"outputs":17}' }), /grid 3x3 has 9 sites, sizes name 16/],
    ['more updates than asked for', changed({}, { update: '13' }), /13 updates are done, its config asks for 12/],
    ['metrics of another shape', changed({}, { metrics: '[{"update":1}]' }), /metrics\.0\.predictionLoss/],
  ])('is refused with %s', (_, damaged, message) => {
    expect(() => decodeCheckpoint(damaged, 'c')).toThrow(UsageError);
    expect(() => decodeCheckpoint(damaged, 'c')).toThrow(message);
  });

  it('is refused without its tensors', () => {
    const { metadata } = decodeSafetensors(bytes, 'c');
    expect(() => decodeCheckpoint(encodeSafetensors({}, metadata), 'c')).toThrow(/'parameters' must hold \d+ floats, found nothing/);
  });

  it('warns when it goes on with another engine or another version of it, and only then', () => {
    const { name, version } = tinyEngine(config);
    expect(resumeWarnings(checkpoint, { name, version })).toEqual([]);
    for (const other of [
      { name: 'ort', version },
      { name, version: '2' },
    ] as const) {
      expect(resumeWarnings(checkpoint, other)).toMatchObject([{ rule: 'train/other-engine' }]);
    }
  });
});
