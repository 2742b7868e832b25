// Do the conditions differ in the direction that the method promises? A reduced run at equal updates; effects, not scores.
import { beforeAll, describe, expect, it } from 'vitest';
import { gridWireCost } from '../../src/network/geometry.ts';
import type { Checkpoint } from '../../src/training/checkpoint.ts';
import { configGrid, engineSpec } from '../../src/training/config.ts';
import { connectionCost } from '../../src/training/connection-cost.ts';
import { ortEngine } from '../../src/training/engines/ort.ts';
import { train, trainingSizes } from '../../src/training/train.ts';
import { suite, tinyConfig } from './tiny-run.ts';

const base = { grid: '6x6', updates: 200, lambda: 3e-4, learningRate: 5e-3, batchRows: 8, streamSteps: 40, swapEvery: 20 } as const;

async function trained(condition: 'bimt' | 'l1' | 'none') {
  const config = tinyConfig({ ...base, condition });
  const engine = await ortEngine(engineSpec(config, trainingSizes(suite, config)), 'node');
  const result = await train(suite, config, { engine });
  await engine.dispose();
  const wire = gridWireCost(configGrid(config));
  return {
    loss: result.metrics.at(-1)?.predictionLoss ?? Number.NaN,
    wirelength: connectionCost(result.parameters, result.sizes, result.site, wire, 1).gridWirelength,
    nearToFar: meanWeight(result, (distance) => distance < 0.5) / meanWeight(result, (distance) => distance >= 0.5),
  };
}

/** Mean |W_ij| over pairs of different neurons at the chosen distances. */
function meanWeight({ config, parameters, site }: Checkpoint, chosen: (distance: number) => boolean): number {
  const wire = gridWireCost(configGrid(config));
  const n = site.length;
  const weights: number[] = [];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) if (i !== j && chosen(wire.distance(site[i], site[j]))) weights.push(Math.abs(parameters[i * n + j]));
  }
  return weights.reduce((a, b) => a + b) / weights.length;
}

describe('at equal updates', () => {
  let bimt: Awaited<ReturnType<typeof trained>>;
  let l1: typeof bimt;
  let none: typeof bimt;
  beforeAll(async () => {
    bimt = await trained('bimt');
    l1 = await trained('l1');
    none = await trained('none');
  }, 60_000);

  it('weights fall with distance under BIMT, and not under L1', () => {
    expect(bimt.nearToFar).toBeGreaterThan(1.7);
    expect(l1.nearToFar).toBeLessThan(1.35);
  });

  it("BIMT's wires are well shorter than L1's, and L1's than those without penalty", () => {
    expect(bimt.wirelength).toBeLessThan(0.75 * l1.wirelength);
    expect(l1.wirelength).toBeLessThan(0.5 * none.wirelength);
  });

  it('locality costs little of the loss', () => {
    expect(Math.abs(bimt.loss - l1.loss)).toBeLessThan(0.05);
  });
});
