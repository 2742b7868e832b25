import { describe, expect, it } from 'vitest';
import type { StepWork } from '../../src/mapping/counts.ts';
import { stepCost } from '../../src/pipeline/cost.ts';
import { loadTarget } from '../../src/targets/load.ts';

const WORK: StepWork = {
  energy: {
    ...{ synops: 10, activeNeurons: 1, idleNeurons: 1, messages: 1, hopsX: 1, hopsY: 1, chipCrossings: 0 },
    ...{ flitHops: 0, bufferBytes: 0, mvms: [], chips: 1, stepNs: null },
  },
  latency: {
    busiestLinkPackets: 0,
    cores: [{ synops: 10, activeNeurons: 1, idleNeurons: 1, messages: 1, mvm: null }],
    messages: [{ hopsX: 1, hopsY: 1, crossings: 0 }],
  },
};
const staticPj = (target: string) => {
  const [{ terms }] = stepCost(loadTarget(target), WORK).energy;
  return terms.find(({ name }) => name === 'static power')?.value;
};

describe('static power of a step', () => {
  it('is charged for the time step of a chip that keeps one', () => {
    // 64.4 mW for 1 ms, 0.35 W for 1 ms
    expect(staticPj('truenorth')).toBeCloseTo(64.4e6, 0);
    expect(staticPj('spinnaker1')).toBeCloseTo(350e6, 0);
  });

  it('is charged for the estimated latency of a chip whose steps end when they are done', () => {
    const { energy, latency } = stepCost(loadTarget('loihi1'), WORK);
    // Core, message and barrier: 10·3.5 + 8.4 + 5.3, 2.1 + 4.1 + 6.5, 465 ns; at 104.4 mW.
    expect(latency[0]?.total.value).toBeCloseTo(48.7 + 12.7 + 465, 6);
    expect(energy[0]?.terms.find(({ name }) => name === 'static power')?.value).toBeCloseTo(526.4 * 104.4, 3);
  });

  it('is unknown where neither is known', () => {
    expect(staticPj('morphic')).toBeNull();
  });
});
