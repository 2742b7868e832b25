// Is the wire cost of a placed network what its hops and its grid say?
import { describe, expect, it } from 'vitest';
import { mappingProblem } from '../../src/mapping/problem.ts';
import { csrFromDense } from '../../src/network/csr.ts';
import { gridWireCost, parseGrid } from '../../src/network/geometry.ts';
import type { Network } from '../../src/network/network.ts';
import { chipWireCost } from '../../src/pipeline/aware-wire.ts';
import { penaltyVector } from '../../src/training/connection-cost.ts';
import { madeUpChip } from '../mapping/support.ts';

/** Three neurons in the corners of a grid of 2×2, one input, one readout unit. */
const network: Network = {
  inputs: 1,
  neurons: 3,
  outputs: 1,
  activation: 'relu',
  grid: parseGrid('2x2'),
  site: Int32Array.of(0, 1, 3),
  recurrent: csrFromDense(Float32Array.of(0, 1, 0, 0, 0, 1, 1, 0, 0), 3, 3),
  input: csrFromDense(Float32Array.of(1, 0, 0), 3, 1),
  readout: csrFromDense(Float32Array.of(0, 0, 1), 1, 3),
  bias: new Float32Array(3),
  readoutBias: new Float32Array(1),
};
/** A row of four routers, one core each; inputs enter at the first. */
const chip = madeUpChip({ wide: 4, high: 1 });
/** Neurons 0 and 1 on core 0, neuron 2 on core 3, the readout unit on core 2. */
const core = Int32Array.of(0, 0, 3, 2);
const units = mappingProblem(network, null).units;

describe('the wire cost of a placement', () => {
  it('is hops, scaled to the mean distance on the grid', () => {
    expect(units).toBe(core.length);
    const wire = chipWireCost(network, chip, core, 0);
    // On the grid the pairs are ½, 1 and ½ apart, on the chip 0, 3 and 3 hops: a hop is as long as 2/6.
    expect(wire?.distance(0, 1)).toBe(0);
    expect(wire?.distance(0, 3)).toBeCloseTo(1, 12);
    expect(wire?.distance(3, 1)).toBeCloseTo(1, 12);
    expect(wire?.ends?.input(0, 0)).toBe(0);
    expect(wire?.ends?.input(3, 0)).toBeCloseTo(1, 12);
    expect(wire?.ends?.readout(0, 0)).toBeCloseTo(2 / 3, 12);
    expect(wire?.ends?.readout(0, 3)).toBeCloseTo(1 / 3, 12);
  });

  it('adds a share of the distance on the grid, and keeps the mean', () => {
    const wire = chipWireCost(network, chip, core, 0.25);
    expect(wire?.distance(0, 1)).toBeCloseTo(0.25 * 0.5, 12);
    expect(wire?.distance(0, 3)).toBeCloseTo(0.75 * 1 + 0.25 * 1, 12);
    expect(wire?.distance(1, 3)).toBeCloseTo(0.75 * 1 + 0.25 * 0.5, 12);
    expect(wire?.ends?.readout(0, 3)).toBeCloseTo(0.75 / 3, 12);
  });

  it('with a share of 1 prices what the grid prices', () => {
    const wire = chipWireCost(network, chip, core, 1);
    if (wire === null) throw new Error('cores are hops apart');
    const price = (cost: typeof wire) => penaltyVector(network, network.site, cost, 0.1, 2);
    expect(price(wire)).toEqual(price(gridWireCost(network.grid)));
  });

  it('is none where all neurons sit behind one router', () => {
    expect(chipWireCost(network, chip, Int32Array.of(1, 1, 1, 0), 0.1)).toBeNull();
    const shared = madeUpChip({ wide: 2, high: 1, slots: 4 });
    expect(chipWireCost(network, shared, Int32Array.of(0, 1, 3, 4), 0.1)).toBeNull();
  });
});
