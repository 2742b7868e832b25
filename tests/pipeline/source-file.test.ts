// Is every file of settings read as it is meant, and every fault told with its place?
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { resolveRunConfig } from '../../src/pipeline/config.ts';
import { originOf, parseSource } from '../../src/pipeline/source-file.ts';

/** What is said of a config. */
function faultsOf(text: string): string {
  const source = parseSource(text, 'bimt.yaml');
  try {
    resolveRunConfig(source.value, originOf(source));
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return '';
}

describe('a file of settings', () => {
  it('may be any JSON, however it is indented', () => {
    const json = fc.jsonValue({ maxDepth: 4 }).filter((value) => JSON.stringify(value).length < 900);
    fc.assert(
      fc.property(json, fc.constantFrom(undefined, 2, '\t'), (value, indent) => {
        expect(parseSource(JSON.stringify(value, null, indent), 'x.json').value).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('reads numbers and grids as people write them', () => {
    const { value } = parseSource('train: { lambda: 1e-5, grid: 400, seed: 0x10 } # all of it\n', 'bimt.yaml');
    expect(resolveRunConfig(value).train).toMatchObject({ lambda: 1e-5, grid: '400', seed: 16 });
  });
});

describe('faults in a file', () => {
  it('are all told at once, each with its place, what was found, what is allowed and what to try', () => {
    const text = `# a run
train:
  lambda: x
  conditoin: bimt
  grid: 3by3
  suite: yang
map:
  pins: { neuron7: 1 }
targets: [loihi1, 3]
aware: { rounds: 0 }
trian: {}
`;
    expect(faultsOf(text).split('\n').sort()).toEqual(
      [
        'bimt.yaml is not valid:',
        '  bimt.yaml:3:3: train.lambda: found "x", allowed: a number of at least 0; try 1e-5, the default',
        "  bimt.yaml:4:3: unknown option 'conditoin' in train; did you mean 'condition'?",
        "  bimt.yaml:5:3: train.grid: grid '3by3' is not ROWSxCOLUMNS (for example 14x14) or a number of neurons in a line (for example 400), 10,000 sites at most",
        "  bimt.yaml:6:3: train.suite: unknown suite 'yang'; did you mean 'yang19'? list all with: bimt-export tasks list",
        '  bimt.yaml:8:11: map.pins.neuron7: found 1; expected units neuron:NUMBER or readout:NUMBER',
        '  bimt.yaml:9:19: targets.1: found 3, allowed: a text',
        '  bimt.yaml:10:10: aware.rounds: found 0, allowed: a whole number of at least 1; try 4, the default',
        '  bimt.yaml:10:1: aware.target: found nothing, allowed: a text (name or file of a target, with parameters: rram-mesh:rows=128), as rram-mesh',
        "  bimt.yaml:11:1: unknown option 'trian'; did you mean 'train'?",
      ].sort(),
    );
  });

  it('of an option that is laid over the file have no place in it', () => {
    const source = parseSource('prune: { threshold: 0.1 }\n', 'bimt.yaml');
    const read = () => resolveRunConfig({ prune: { threshold: 0.1, density: 0.5 } }, originOf(source));
    expect(read).toThrow('bimt.yaml is not valid:\n  prune.density: found 0.5; a threshold is given as well');
    const wrong = () => resolveRunConfig({ prune: { threshold: -1 } }, originOf(source));
    expect(wrong).toThrow('bimt.yaml is not valid:\n  prune.threshold: found -1');
  });

  it('of the file itself are told together', () => {
    expect(() => parseSource('a: 1\nb: 2\na: 3\nb: 4\n', 'bimt.yaml')).toThrow(
      "bimt.yaml cannot be read:\n  bimt.yaml:3:1: 'a' is there twice\n  bimt.yaml:4:1: 'b' is there twice",
    );
  });
});
