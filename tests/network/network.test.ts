import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { decodeSafetensors, encodeSafetensors } from '../../src/core/safetensors.ts';
import {
  type ArtifactHeader,
  decodeArtifact,
  encodeArtifact,
  networkFromArtifact,
  networkMetadata,
  networkToTensors,
} from '../../src/network/artifact.ts';
import { csrFromDense, denseFromCsr, filterCsr, forEachEntry, mapCsr, selectCsr } from '../../src/network/csr.ts';
import type { Activation, Network } from '../../src/network/network.ts';
import { runNetwork } from '../../src/network/run.ts';

const network = (activation: Activation = 'relu'): Network => ({
  inputs: 2,
  neurons: 2,
  outputs: 1,
  activation,
  grid: { rows: 2, columns: 2, metric: 'l1' },
  site: Int32Array.of(1, 2),
  recurrent: csrFromDense(Float32Array.of(0, 0.5, -1, 0), 2, 2),
  input: csrFromDense(Float32Array.of(1, 0, 0, 2), 2, 2),
  readout: csrFromDense(Float32Array.of(1, -1), 1, 2),
  bias: Float32Array.of(0.25, 0),
  readoutBias: Float32Array.of(0.5),
});

const header: ArtifactHeader = {
  config: { suite: 'yang19' },
  provenance: { stage: 'pruned', parentHash: null, configHash: 'c', tool: 't', engine: null },
  scores: { pruned: { trialsPerTask: 10, seed: 1, meanAccuracy: 0.5, perTask: { go: 0.5 } } },
};

describe('the plain interpreter', () => {
  it('computes two steps as by hand, for two trials at once', () => {
    // Trial 0: u = (1, 1), (0, 0); trial 1: u = (0, 0) twice.
    const { states, outputs } = runNetwork(network(), Float32Array.of(1, 1, 0, 0, 0, 0, 0, 0), 2, 2);
    // h(1) = relu((1.25, 2)) and relu((0.25, 0)); h(2) = relu(0.5·2 + 0.25, −1.25) and relu(0.25, −0.25).
    expect([...states]).toEqual([1.25, 0.25, 2, 0, 1.25, 0.25, 0, 0]);
    expect([...outputs]).toEqual([1.25 - 2 + 0.5, 0.75, 1.75, 0.75]);
  });

  it('knows tanh and softplus', () => {
    const u = Float32Array.of(1, 1);
    expect(runNetwork(network('tanh'), u, 1, 1).states[0]).toBeCloseTo(Math.tanh(1.25), 6);
    expect(runNetwork(network('softplus'), u, 1, 1).states[1]).toBeCloseTo(Math.log(1 + Math.exp(2)), 6);
  });
});

describe('sparse matrices', () => {
  const dense = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: -5, max: 5 })), { minLength: 12, maxLength: 12 });

  it('keep every entry through dense, filter, map and selection', () => {
    fc.assert(
      fc.property(dense, fc.subarray([0, 1, 2]), fc.subarray([0, 1, 2, 3]), (values, rows, columns) => {
        const full = Float32Array.from(values);
        const csr = csrFromDense(full, 3, 4);
        expect(denseFromCsr(csr)).toEqual(full);
        expect(denseFromCsr(filterCsr(csr, (_r, _c, v) => v > 0))).toEqual(full.map((v) => (v > 0 ? v : 0)));
        expect(mapCsr(csr, Int32Array, (v) => 2 * v).values).toEqual(Int32Array.from(values.filter((v) => v !== 0).map((v) => 2 * v)));
        const picked = denseFromCsr(selectCsr(csr, rows, columns));
        expect([...picked]).toEqual(rows.flatMap((r) => columns.map((c) => full[r * 4 + c])));
      }),
      { seed: 1 },
    );
  });

  it('visit entries row by row', () => {
    const seen: number[][] = [];
    forEachEntry(network().recurrent, (row, column, value, at) => seen.push([row, column, value, at]));
    expect(seen).toEqual([
      [0, 1, 0.5, 0],
      [1, 0, -1, 1],
    ]);
  });
});

describe('artifacts', () => {
  for (const form of ['dense', 'csr'] as const) {
    it(`come back as they went in, ${form}, with the same bytes each time`, () => {
      const write = () => encodeArtifact(networkToTensors(network(), form), header, networkMetadata(network()));
      const artifact = decodeArtifact(write(), 'a', ['pruned']);
      expect(networkFromArtifact(artifact, 'a')).toEqual(network());
      expect(artifact.header).toEqual(header);
      expect(write()).toEqual(write());
    });
  }

  it('of another stage or kind are refused with what was expected', () => {
    const bytes = encodeArtifact(networkToTensors(network(), 'csr'), header, networkMetadata(network()));
    expect(() => decodeArtifact(bytes, 'x.safetensors', ['trained'])).toThrow(
      'x.safetensors is a pruned network; expected: trained; a later stage cannot be taken back: take the file that it was made from',
    );
    expect(() => decodeArtifact(encodeSafetensors({}, {}), 'x', ['pruned'])).toThrow('not a bimt-export artifact');
  });

  it.each(['dense', 'csr'] as const)('with a weight that is not finite are refused, naming matrix and neurons, %s', (form) => {
    const { recurrent } = network();
    const broken = { ...network(), recurrent: { ...recurrent, values: Float32Array.of(0.5, Number.NaN) } };
    const artifact = decodeArtifact(encodeArtifact(networkToTensors(broken, form), header, networkMetadata(broken)), 'c', ['pruned']);
    expect(() => networkFromArtifact(artifact, 'c')).toThrow(
      /'W(\.values)?' holds .* not finite, the first is NaN in row 1 \(target\), column 0/,
    );
  });

  it('with inconsistent tensors are refused, naming the tensor', () => {
    const break_ = (change: (tensors: Record<string, { shape: number[]; data: Int32Array }>) => void) => {
      const tensors = networkToTensors(network(), 'csr');
      change(tensors as never);
      const { metadata } = decodeSafetensors(encodeArtifact(tensors, header, networkMetadata(network())), 'b');
      const bytes = encodeSafetensors(tensors, metadata);
      return () => networkFromArtifact(decodeArtifact(bytes, 'b', ['pruned']), 'b');
    };
    expect(break_((t) => delete t['b'])).toThrow("tensor 'b' is missing");
    expect(break_((t) => (t['W.indices'] = { shape: [2], data: Int32Array.of(1, 7) }))).toThrow("'W': column 7 in row 1");
    expect(break_((t) => (t['W.indptr'] = { shape: [3], data: Int32Array.of(0, 5, 2) }))).toThrow(UsageError);
    expect(break_((t) => (t['site'] = { shape: [2], data: Int32Array.of(2, 1) }))).toThrow("tensor 'site' must ascend");
    expect(break_((t) => (t['sizes'] = { shape: [3], data: Int32Array.of(2, 3, 1) }))).toThrow('expected [3]');
  });
});
