import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { sha256 } from '../../src/core/hash.ts';
import { decodeSafetensors, encodeSafetensors, type Tensors } from '../../src/core/safetensors.ts';
import { type MappingFile, parseMapping } from '../../src/mapping/mapping-file.ts';
import { loadChip } from '../../src/simulation/chip.ts';
import type { CoreWeights } from '../../src/simulation/decode.ts';
import { DIFFERENTIAL, HAND_WRITTEN, OFFSET, SYNAPSE_LIST } from './hand-written.ts';

/** [slot, axon, weight], ordered. */
function entries({ start, axon, weight }: CoreWeights): number[][] {
  return Array.from({ length: start.length - 1 }, (_, slot) =>
    Array.from({ length: start[slot + 1] - start[slot] }, (_, i) => [slot, axon[start[slot] + i], weight[start[slot] + i]]),
  )
    .flat()
    .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
}

/** Other images, with the hash that makes them look right. */
function withImages(mapping: MappingFile, images: Tensors) {
  const bytes = encodeSafetensors(images, {});
  return { mapping: { ...mapping, images: { ...mapping.images, hash: sha256(bytes) } }, bytes };
}

describe.each(Object.entries(HAND_WRITTEN))('images in %s storage', (_, written) => {
  it('decode to the weights they were written for', () => {
    const { mapping, bytes } = written();
    const { weights } = loadChip(mapping, bytes);
    expect(entries(weights[0])).toEqual([
      [0, 0, 3],
      [0, 1, 1],
    ]);
    expect(entries(weights[1])).toEqual([
      [0, 0, -2],
      [0, 1, 1],
      [1, 0, 2],
      [1, 1, -1],
    ]);
  });

  it('decode from the mapping as it is written to disk', () => {
    const { mapping, bytes } = written();
    const read = parseMapping(JSON.stringify(mapping), 'mapping.json');
    expect(loadChip(read, bytes).weights).toEqual(loadChip(mapping, bytes).weights);
  });

  it('are refused when one byte changed', () => {
    const { mapping, bytes } = written();
    const changed = bytes.slice();
    changed[changed.length - 1] ^= 1;
    expect(() => loadChip(mapping, changed)).toThrow(UsageError);
    expect(() => loadChip(mapping, changed)).toThrow(/not the file the mapping was written with/);
  });

  it('are refused when the file ends early, whether or not the hash was adapted', () => {
    const { mapping, bytes } = written();
    const short = bytes.slice(0, -1);
    const adapted = { ...mapping, images: { ...mapping.images, hash: sha256(short) } };
    expect(() => loadChip(mapping, short)).toThrow(UsageError);
    expect(() => loadChip(adapted, short)).toThrow(UsageError);
    expect(() => loadChip(adapted, short)).toThrow(/truncated/);
  });

  it('are refused when one is missing, has another shape or another type', () => {
    const { mapping, bytes } = written();
    const { tensors } = decodeSafetensors(bytes, 'images');
    for (const name of Object.keys(tensors)) {
      const { shape, data } = tensors[name];
      const { [name]: _, ...missing } = tensors;
      const reshaped = { ...tensors, [name]: { shape: [1, ...shape], data } };
      const retyped = { ...tensors, [name]: { shape, data: Float32Array.from(data) } };
      for (const images of [missing, reshaped, retyped]) {
        const broken = withImages(mapping, images);
        expect(() => loadChip(broken.mapping, broken.bytes)).toThrow(UsageError);
        expect(() => loadChip(broken.mapping, broken.bytes)).toThrow(name);
      }
    }
  });
});

describe('a stored value', () => {
  const changed = ({ mapping, bytes }: { mapping: MappingFile; bytes: Uint8Array }, name: string, at: number, value: number) => {
    const { tensors } = decodeSafetensors(bytes, 'images');
    const data = tensors[name].data.slice();
    data[at] = value;
    return withImages(mapping, { ...tensors, [name]: { ...tensors[name], data } });
  };

  it.each([
    ['a digit that its cell cannot hold', OFFSET(), 'core7.array0', 3, 4, /stores 4 in a cell of 4 levels/],
    ['a digit that its cell cannot hold', DIFFERENTIAL(), 'core4.array0', 0, 2, /stores 2 in a cell of 2 levels/],
    ['a slot that does not exist', SYNAPSE_LIST(), 'core4.slot', 1, 2, /core4.slot\[1\] is 2; core 4 has slots 0 to 1/],
    ['a negative slot', SYNAPSE_LIST(), 'core4.slot', 1, -1, /core4.slot\[1\] is -1/],
    ['a mantissa above its bits', SYNAPSE_LIST(), 'core4.mantissa', 0, 4, /core4.mantissa\[0\] is 4, which exceeds 3 bits/],
    ['a mantissa below its bits', SYNAPSE_LIST(), 'core4.mantissa', 0, -5, /exceeds 3 bits/],
    ['a list that does not start at 0', SYNAPSE_LIST(), 'core4.indptr', 0, 1, /core4.indptr must ascend from 0/],
    ['a list that descends', SYNAPSE_LIST(), 'core4.indptr', 1, 5, /core4.indptr must ascend from 0/],
    ['a list longer than its entries', SYNAPSE_LIST(), 'core4.indptr', 2, 5, /'core4.slot' is Int32Array \[4\]/],
  ])('is refused if it is %s', (_, chip, name, at, value, message) => {
    const broken = changed(chip, name, at, value);
    expect(() => loadChip(broken.mapping, broken.bytes)).toThrow(UsageError);
    expect(() => loadChip(broken.mapping, broken.bytes)).toThrow(message);
  });

  it('of a synapse list is shifted to the left', () => {
    const { mapping, bytes } = SYNAPSE_LIST();
    const shifted = { ...mapping, storage: { kind: 'synapse-list' as const, mantissaBits: 3, mantissaShift: 4 } };
    expect(entries(loadChip(shifted, bytes).weights[1])).toEqual([
      [0, 0, -32],
      [0, 1, 16],
      [1, 0, 32],
      [1, 1, -16],
    ]);
  });

  it('outside the rows and columns in use means nothing', () => {
    const plain = OFFSET();
    for (const [name, at] of [
      ['core7.array0', 2],
      ['core4.array0', 5],
    ] as const) {
      const other = changed(plain, name, at, 1);
      expect(loadChip(other.mapping, other.bytes).weights).toEqual(loadChip(plain.mapping, plain.bytes).weights);
    }
  });
});
