// Does a network learn to live with few bits, and does a study of widths say what it found?
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeQuantized, encodeQuantized } from '../../src/compression/quantized-file.ts';
import { InterruptedError, UsageError } from '../../src/core/errors.ts';
import { chipOf } from '../../src/mapping/chip.ts';
import { resolveRunConfig } from '../../src/pipeline/config.ts';
import { readNetwork } from '../../src/pipeline/network-file.ts';
import { type PrecisionStudy, precisionFiles, precisionText, studyPrecision } from '../../src/pipeline/precision.ts';
import { quantizeStage } from '../../src/pipeline/quantize-stage.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { runProgram } from '../cli/support.ts';

const FILE = 'models/yang19-20x20-bimt.safetensors';
const pruned = readNetwork(readFileSync(FILE), FILE);
const target = loadTarget('rram-mesh');
const chipAt = (weightBits: number) => chipOf(target, { maxNeuronsPerCore: null, weightBits });
const SCORES = { trialsPerTask: 10, seed: 1 };
const TRAIN = { updates: 24, learningRate: 1e-3, batchMode: 'stream', batchRows: 16, streamSteps: 60 };

function settings(quantize: object) {
  return resolveRunConfig({ quantize: { calibrationTrials: 4, ...quantize } }).quantize;
}

const folder = mkdtempSync(join(tmpdir(), 'precision-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('training for integers', () => {
  it.each(['learned', 'scale'])('with steps that are %s gains what rounding lost', async (steps) => {
    const quantize = (train: object | null) => quantizeStage(pruned, chipAt(4), settings({ weightBits: 4, train }), SCORES);
    const rounded = await quantize(null);
    const trained = await quantize({ ...TRAIN, steps });
    const accuracy = ({ artifact }: typeof rounded) => artifact.header.scores['integer'].meanAccuracy;
    expect(accuracy(trained)).toBeGreaterThan(accuracy(rounded) + 0.05);
    expect(trained.artifact.header.provenance.engine?.name).toBe('ort');
    expect(decodeQuantized(encodeQuantized(trained.artifact), 'trained')).toEqual(trained.artifact);
  });

  it('goes on after an interruption to the same integers', async () => {
    const config = settings({ weightBits: 3, granularity: 'core', train: TRAIN });
    const chip = chipOf(target, { maxNeuronsPerCore: 25, weightBits: 3 });
    const whole = await quantizeStage(pruned, chip, config, SCORES);
    const stop = new AbortController();
    let checkpoint: Uint8Array | null = null;
    const store = {
      load: () => (checkpoint === null ? null : { bytes: checkpoint, what: 'checkpoint' }),
      save: (bytes: Uint8Array) => {
        checkpoint = bytes;
      },
    };
    const onProgress = ({ done }: { readonly done: number }) => {
      if (done === 9) stop.abort();
    };
    await expect(quantizeStage(pruned, chip, config, SCORES, { onProgress, signal: stop.signal }, store)).rejects.toThrow(InterruptedError);
    const resumed = await quantizeStage(pruned, chip, config, SCORES, {}, store);
    expect(checkpoint).not.toBeNull();
    expect(encodeQuantized(resumed.artifact)).toEqual(encodeQuantized(whole.artifact));
  });

  it('is refused where a chip keeps tables of weights', async () => {
    const { weight, limits } = target.file;
    const axonTypes = { value: 4, unit: '1', provenance: 'assumption', how: 'as TrueNorth' } as const;
    const table = {
      ...target,
      file: {
        ...target.file,
        weight: { ...weight, signScheme: 'axon-type-table' as const },
        limits: { ...limits, sharedConfigs: { axonTypes } },
      },
    };
    const chip = { ...chipAt(8), target: table };
    await expect(quantizeStage(pruned, chip, settings({ train: TRAIN }), SCORES)).rejects.toThrow(UsageError);
    await expect(quantizeStage(pruned, chip, settings({ train: TRAIN }), SCORES)).rejects.toThrow(/tables of weights/);
  });
});

describe('a study of widths', () => {
  const plan = { widths: [2, 8, 2], quantize: settings({ train: { ...TRAIN, updates: 3 } }), scores: SCORES };
  const out = join(folder, 'study');
  let study: PrecisionStudy;
  beforeAll(async () => {
    study = await studyPrecision(pruned, chipAt, plan, out);
  });

  it('measures each width once, rounded and trained, on the trials of the float network', () => {
    expect(study.points.map(({ bits, isTrained, file }) => [bits, isTrained, file])).toEqual([
      [8, false, '8-bit.safetensors'],
      [8, true, '8-bit-trained.safetensors'],
      [2, false, '2-bit.safetensors'],
      [2, true, '2-bit-trained.safetensors'],
    ]);
    for (const { file, scores, tasks, loss, bits } of study.points) {
      const { network, header } = decodeQuantized(readFileSync(join(out, file)), file);
      expect(header.scores['integer']).toEqual(scores);
      expect(scores).toMatchObject(SCORES);
      expect(network.recurrent.values.every((value) => Math.abs(value) < 2 ** (bits - 1))).toBe(true);
      expect(loss.all).toBeCloseTo(study.float.meanAccuracy - scores.meanAccuracy, 12);
      expect(tasks.map(({ float }) => float)).toEqual(Object.values(study.float.perTask));
    }
  });

  it('leaves data, a table and a picture, and nothing else', () => {
    const files = ['8-bit', '8-bit-trained', '2-bit', '2-bit-trained'].map((name) => `${name}.safetensors`);
    expect(readdirSync(out).sort()).toEqual([...files, 'precision.csv', 'precision.json', 'precision.svg'].sort());
    expect(JSON.parse(readFileSync(join(out, 'precision.json'), 'utf8'))).toEqual(JSON.parse(JSON.stringify(study)));
    expect(readFileSync(join(out, 'precision.csv'), 'utf8').split('\n')).toHaveLength(6);
  });

  it('is told by width and by task', () => {
    const text = precisionText(study);
    expect(text).toMatch(/^float: mean accuracy 0\.\d{3} \(10 trials of each task\)\n/);
    expect(text).toMatch(/\nternary {2}trained {4}/);
    expect(text).toMatch(/\nlost by +delay +float +8 +8\+ +ternary +ternary\+\n/);
    expect(text).toMatch(/\ndlygo +yes /);
  });

  it('makes nothing again that is there, and anew what was made with other settings', async () => {
    const stamp = (file: string) => statSync(join(out, file), { bigint: true }).mtimeNs;
    const before = study.points.map(({ file }) => stamp(file));
    expect(await studyPrecision(pruned, chipAt, plan, out)).toEqual(study);
    expect(study.points.map(({ file }) => stamp(file))).toEqual(before);
    await studyPrecision(pruned, chipAt, { ...plan, quantize: { ...plan.quantize, train: null, scale: 'mse' } }, out);
    const after = study.points.map(({ file }) => stamp(file));
    expect(after.map((time, i) => time === before[i])).toEqual([false, true, false, true]);
  });
});

describe('the study that ships', () => {
  const shipped: PrecisionStudy = JSON.parse(readFileSync('models/precision/precision.json', 'utf8'));

  it('gives the table and the pictures that are shown of it', () => {
    const { 'precision.csv': csv, 'precision.svg': svg } = precisionFiles(shipped);
    expect(readFileSync('models/precision/precision.csv', 'utf8') === csv).toBe(true);
    for (const file of ['models/precision/precision.svg', 'docs/precision.svg'])
      expect(readFileSync(file, 'utf8') === svg, file).toBe(true);
  });

  it('loses at most 0.005 at 8 bits and 0.02 at 4 bits after training, as the README says', () => {
    const at = (bits: number, isTrained: boolean) => shipped.points.find((point) => point.bits === bits && point.isTrained === isTrained);
    expect(at(8, false)?.loss.all).toBeLessThan(0.005);
    expect(at(4, true)?.loss.all).toBeLessThan(0.02);
    const readme = readFileSync('README.md', 'utf8').replaceAll(/\s+/g, ' ');
    expect(readme).toContain(`4 bits ${at(4, true)?.loss.all.toFixed(3)} of mean accuracy`);
    expect(readme).toContain(`keep ${at(2, true)?.scores.meanAccuracy.toFixed(2)} of ${shipped.float.meanAccuracy.toFixed(3)}`);
  });
});

describe('the command precision', () => {
  it('refuses widths that there are not, and a folder that is a file', async () => {
    for (const list of ['9', '4,one', '', '4,,2']) {
      const { error } = await runProgram('precision', FILE, '--target', 'rram-mesh', '--out', folder, '--weight-bits', list);
      expect(String(error), list).toMatch(/widths from 2 to 8/);
    }
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const { error } = await runProgram(
      'precision',
      FILE,
      '--target',
      'rram-mesh',
      '--out',
      file,
      '--weight-bits',
      '8',
      '--train',
      '0',
      '--trials',
      '1',
    );
    expect(error).toBeInstanceOf(UsageError);
  });
});
