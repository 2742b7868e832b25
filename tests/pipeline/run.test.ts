// Does a whole run keep its promises where its stages meet: other targets, other files, interruptions?
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FitError, InterruptedError, MismatchError } from '../../src/core/errors.ts';
import { resolveRunConfig } from '../../src/pipeline/config.ts';
import { reportPipeline, requireSuccess, runPipeline, verifyPipeline } from '../../src/pipeline/run.ts';
import { openRunFolder } from '../../src/pipeline/run-folder.ts';
import { isBefore, RESTARTS, type Restart } from '../../src/pipeline/stages.ts';
import type { StageHooks } from '../../src/pipeline/train-stage.ts';
import { TINY, TOO_SMALL } from '../cli/support.ts';
import { faultsIn } from '../published.ts';
import { rawTarget } from '../targets/support.ts';

const folder = mkdtempSync(join(tmpdir(), 'bimt-pipeline-'));
const at = (...path: string[]) => join(folder, ...path);
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the tiny run, with changes, into a folder. */
async function run(out: string, changes: Readonly<Record<string, unknown>> = {}, hooks: StageHooks = {}) {
  const notes: string[] = [];
  const config = resolveRunConfig({ ...TINY, ...changes });
  const result = await runPipeline(config, openRunFolder(at(out)), { onNote: (text) => notes.push(text), ...hooks });
  return { ...result, notes };
}

beforeAll(async () => {
  await run('trained', { targets: [TOO_SMALL] });
});
const model = (stage: string) => ({ model: at('trained', `${stage}.safetensors`) });

describe('a run from a model', () => {
  it('takes a pruned network as it is, and prunes a trained one as if it had trained it', async () => {
    const pruned = readFileSync(at('trained', 'pruned.safetensors'));
    for (const stage of ['trained', 'pruned']) {
      await run(`from-${stage}`, { ...model(stage), targets: [TOO_SMALL] });
      expect(readFileSync(at(`from-${stage}`, 'pruned.safetensors')).equals(pruned)).toBe(true);
      expect(existsSync(at(`from-${stage}`, 'trained.safetensors'))).toBe(false);
    }
  });
});

describe('a run onto two targets, one of them too small', () => {
  it('verifies the other, and misses its aim', async () => {
    const result = await run('two', { ...model('pruned'), targets: [TOO_SMALL, 'rram-mesh'] });
    expect(result.targets.map(({ verification }) => verification?.mismatches ?? null)).toEqual([null, []]);
    expect(() => requireSuccess(result)).toThrow(FitError);
    expect(() => requireSuccess(result)).toThrow(/^the network does not fit rram-mesh:height=1,rows=8,width=1\n/);
    const verified = await verifyPipeline(openRunFolder(at('two')), { trials: 20 });
    expect(verified.targets.map(({ target, verification }) => [target.label, verification.mismatches])).toEqual([['rram-mesh', []]]);
    const { report } = await reportPipeline(openRunFolder(at('two')));
    expect(report.targets.map(({ verification }) => verification?.trials ?? null)).toEqual([null, verified.targets[0].verification.trials]);
  });

  it('writes files that are what their published schemas say', async () => {
    await run('two', { ...model('pruned'), targets: [TOO_SMALL, 'rram-mesh'] });
    const written = { report: 'report.json', metrics: 'metrics.json', config: 'config.json', mapping: 'rram-mesh/mapping.json' };
    for (const [name, file] of Object.entries(written))
      expect(faultsIn(name, JSON.parse(readFileSync(at('two', file), 'utf8'))), file).toEqual([]);
  });
});

describe('a target file that is edited between two runs', () => {
  const targets = [at('chip.json')];
  const chip = (rows: number) => {
    const raw = rawTarget('rram-mesh') as { crossbar: { rows: { value: number } } };
    raw.crossbar.rows.value = rows;
    writeFileSync(at('chip.json'), JSON.stringify(raw));
  };

  it('is mapped onto anew; what no longer fits leaves no mapping and no certificate behind', async () => {
    chip(64);
    const first = await run('edited', { ...model('pruned'), targets });
    expect(first.targets[0].verification?.mismatches).toEqual([]);
    const certified = readdirSync(at('edited', 'rram-mesh'));
    expect(certified).toContain('mapping.json');
    expect(certified).toContain('placement.svg');

    chip(4);
    const second = await run('edited', { ...model('pruned'), targets });
    expect(second.notes).toContain('map onto rram-mesh …');
    expect(second.targets[0].record.placements[0].violations.length).toBeGreaterThan(0);
    expect(second.report.targets[0].verification).toBeNull();
    expect(readdirSync(at('edited', 'rram-mesh')).filter((file) => /mapping|images|verify|svg|csv/.test(file))).toEqual([]);
  });
});

describe('a run that is interrupted between stages', () => {
  it('stops before the next one, and goes on from there to the same report', async () => {
    const controller = new AbortController();
    const hooks = {
      signal: controller.signal,
      onNote: (text: string) => {
        if (text === 'onnx …') controller.abort();
      },
    };
    const changes = { ...model('pruned'), targets: [TOO_SMALL] };
    const interrupted = run('interrupted', changes, hooks);
    await expect(interrupted).rejects.toThrow(InterruptedError);
    await expect(interrupted).rejects.toThrow(`the run was interrupted before its stage 'map onto ${TOO_SMALL}'`);
    const { notes } = await run('interrupted', changes);
    const reused = ['take the pruned model: up to date', 'onnx: up to date'];
    const isTime = (note: string) => /: \d+\.\d s$/.test(note);
    expect(notes.filter((note) => !isTime(note))).toEqual([
      ...reused,
      `map onto ${TOO_SMALL} …`,
      'verify onnx …',
      'functions of neurons …',
    ]);
    expect(notes.filter(isTime).map((note) => note.slice(0, note.lastIndexOf(':')))).toEqual([
      `map onto ${TOO_SMALL}`,
      'verify onnx',
      'functions of neurons',
    ]);
    expect(readFileSync(at('interrupted', 'report.json'), 'utf8')).toBe(readFileSync(at('from-pruned', 'report.json'), 'utf8'));
  });
});

describe('a run made anew from a stage', () => {
  it('keeps exactly the stages before it', () => {
    const stages = [
      'train',
      'prune',
      'take the pruned model',
      'train for map',
      'onnx',
      'functions of neurons',
      'map onto verify',
      'verify map',
    ];
    const before = (restart: Restart) => [...stages, 'verify onnx', 'report', 'config.json'].filter((stage) => isBefore(stage, restart));
    expect(RESTARTS.map(before)).toEqual([0, 1, 3, 4, 5, 7].map((count) => stages.slice(0, count)));
  });
});

describe('requireSuccess', () => {
  it('puts a disagreement before a target that is too small, of float files as well', async () => {
    const { targets, forms } = await run('two', { ...model('pruned'), targets: [TOO_SMALL, 'rram-mesh'] });
    const [refused, placed] = targets;
    const mismatch = { between: ['a', 'b'], trial: 1, step: 2, unit: 'neuron', index: 3, values: [4, 5], differing: 6 } as const;
    const verification = placed.verification && { ...placed.verification, mismatches: [mismatch] };
    expect(() => requireSuccess({ targets: [refused, { ...placed, verification }], forms })).toThrow(MismatchError);
    expect(() => requireSuccess({ targets: [placed], forms })).not.toThrow();
    const far = { ...forms, comparisons: forms.comparisons.map((comparison) => ({ ...comparison, beyond: 1 })) };
    expect(() => requireSuccess({ targets: [refused], forms: far })).toThrow(MismatchError);
  });
});
