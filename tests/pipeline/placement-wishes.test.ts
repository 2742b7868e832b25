// Are impossible wishes refused before anything is done, in words that say what to change?
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { resolveRunConfig } from '../../src/pipeline/config.ts';
import { checkWishes, pinsOf } from '../../src/pipeline/placement-wishes.ts';
import { loadTarget } from '../../src/targets/load.ts';

const check = (map: unknown, targets: readonly string[] = ['loihi1'], more: Record<string, unknown> = {}) =>
  checkWishes(
    resolveRunConfig({ map, ...more }),
    targets.map((name) => loadTarget(name)),
  );

describe('wishes', () => {
  it('that can be are accepted', () => {
    expect(() => check({ pins: { 'neuron:7': 12, 'readout:0': 0 }, keepFree: [3, 17], objective: 'energy' })).not.toThrow();
    expect(() => check({ objective: 'congestion', keepModules: true }, ['loihi1', 'rram-mesh'])).not.toThrow();
  });

  it.each([
    [{ keepFree: [3] }, ['loihi1', 'rram-mesh'], {}, 'cores of one target; there are 2: loihi1, rram-mesh; give --target once'],
    [{ pins: { 'neuron:1': 3 } }, ['loihi1', 'rram-mesh'], {}, 'cores of one target; there are 2'],
    [{ keepFree: [128] }, ['loihi1'], {}, 'core 128 is to be kept free; loihi1 has cores 0 … 127'],
    [{ pins: { 'readout:1': 128 } }, ['loihi1'], {}, 'readout:1 is to be pinned to core 128; loihi1 has cores 0 … 127'],
    [{ pins: { 'neuron:1': 3 }, keepFree: [3] }, ['loihi1'], {}, 'neuron:1 is to be pinned to core 3, which is to be kept free'],
    [{ keepModules: true }, ['loihi1'], { quantize: { granularity: 'core' } }, 'choose another granularity'],
    [{ pins: { 'neuron:1': 3 } }, ['loihi1'], { aware: { target: 'loihi1' } }, 'numbers the neurons anew'],
    [{ objective: 'energy' }, ['loihi1', 'rram-mesh'], {}, 'rram-mesh sends all outputs of a core as one vector'],
  ])('%j on %j is refused', (map, targets, more, why) => {
    expect(() => check(map, targets, more)).toThrow(UsageError);
    expect(() => check(map, targets, more)).toThrow(why);
  });

  it('name units by their numbers in the network', () => {
    const sizes = { inputs: 2, neurons: 10, outputs: 3 };
    expect(pinsOf({ pins: { 'neuron:9': 4, 'readout:2': 0 } }, sizes)).toEqual(
      new Map([
        [9, 4],
        [12, 0],
      ]),
    );
    expect(() => pinsOf({ pins: { 'neuron:10': 4 } }, sizes)).toThrow(
      'neuron:10 is to be pinned to core 4; the pruned network has neuron:0 … neuron:9',
    );
    expect(() => pinsOf({ pins: { 'readout:3': 4 } }, sizes)).toThrow('readout:0 … readout:2');
    expect(() => resolveRunConfig({ map: { pins: { neuron7: 4 } } })).toThrow('expected units neuron:NUMBER or readout:NUMBER');
    expect(() => resolveRunConfig({ map: { objective: 'wires' } })).toThrow("did you mean 'wire'");
    expect(() => resolveRunConfig({ map: { effort: 0 } })).toThrow('map.effort');
  });
});
