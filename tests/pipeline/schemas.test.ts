// Are the published schemas what the code reads and writes?
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../../src/core/version.ts';
import { resolveRunConfig } from '../../src/pipeline/config.ts';
import { jsonSchema, PUBLISHED } from '../../src/pipeline/schemas.ts';
import { flatMetrics } from '../../src/report/metrics.ts';
import { buildReport, reportJson } from '../../src/report/report.ts';
import { listTargets } from '../../src/targets/load.ts';
import { faultsIn, publishedSchema } from '../published.ts';
import { sampleInput } from '../report/sample.ts';
import { rawTarget } from '../targets/support.ts';

const report = () => JSON.parse(reportJson(buildReport(sampleInput())));
const metrics = () => ({ ...flatMetrics(buildReport(sampleInput())) });

it.each(Object.entries(PUBLISHED))('schemas/%s.schema.json is what the code says', (name, published) => {
  const isFresh = JSON.stringify(publishedSchema(name)) === JSON.stringify(jsonSchema(published));
  expect(isFresh, `schemas/${name}.schema.json is stale; run: npx tsx scripts/schemas.ts`).toBe(true);
});

describe('the schema of reports', () => {
  it('holds for a report', () => {
    expect(faultsIn('report', report())).toEqual([]);
  });

  it.each([
    ['a new field', (data: ReturnType<typeof report>) => Object.assign(data.network, { colour: 1 }), '/network must NOT have additional'],
    ['a lost field', (data: ReturnType<typeof report>) => delete data.targets[0].runs, '/targets/0 must have required'],
    [
      'a number that became a text',
      (data: ReturnType<typeof report>) => Object.assign(data.network, { neurons: '12' }),
      '/network/neurons',
    ],
    ['another version', (data: ReturnType<typeof report>) => Object.assign(data, { schema: 'bimt-report/2' }), '/schema must be equal'],
  ])('does not hold for one with %s', (_, change, fault) => {
    const data = report();
    change(data);
    expect(faultsIn('report', data).join('\n')).toContain(fault);
  });
});

describe('the schema of metrics', () => {
  it('holds for metrics', () => {
    expect(Object.keys(metrics()).length).toBeGreaterThan(100);
    expect(metrics()).toHaveProperty('map__mesh_cap_4__latency_us_per_step__lower_bound');
    expect(faultsIn('metrics', metrics())).toEqual([]);
    expect(faultsIn('metrics', { ...metrics(), map__mesh__steps_per_second__upper_bound: 1 })).toEqual([]);
  });

  it.each([
    [{ map__fit: 1 }, 'property name must be valid'],
    [{ map__fit__coresUsed: 1 }, 'property name must be valid'],
    [{ map__fit__cores: '1' }, 'must be number,null'],
    [{ map__fit__cores: { used: 1 } }, 'must be number,null'],
    [{ map__fit__cores__unit: 1 }, 'must be string'],
    [{ map__fit__cores__lower_bound: null }, 'must be number'],
    [{ map__fit__cores__bound: 1 }, 'property name must be valid'],
    [{ schema: 'bimt-metrics/2' }, 'must be equal to constant'],
  ])('does not hold with %o', (change, fault) => {
    expect(faultsIn('metrics', { ...metrics(), ...change }).join('\n')).toContain(fault);
  });
});

describe('the schema of target files', () => {
  it('holds for every file that ships, and for one that states only how it differs', () => {
    for (const id of listTargets()) expect(faultsIn('target', rawTarget(id)), id).toEqual([]);
    expect(faultsIn('target', { extends: 'loihi1', id: 'mine', limits: {} })).toEqual([]);
  });

  it('does not hold for a file that lacks something', () => {
    const { limits: _, ...rest } = rawTarget('loihi1');
    expect(faultsIn('target', rest).join('\n')).toContain("must have required property 'limits'");
    expect(faultsIn('target', { extends: 'loihi1' }).join('\n')).toContain("must have required property 'id'");
  });
});

describe('the schema of configs', () => {
  it('holds for what people write and for the resolved form', () => {
    const start = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'configs', 'start.json'), 'utf8'));
    expect(faultsIn('config', {})).toEqual([]);
    expect(faultsIn('config', start)).toEqual([]);
    expect(faultsIn('config', resolveRunConfig(start))).toEqual([]);
    expect(faultsIn('config', { train: { grid: 400 }, quantize: { weightBits: 'ternary' }, aware: { target: 'loihi1' } })).toEqual([]);
  });

  it.each([
    [{ trian: {} }, 'must NOT have additional properties'],
    [{ train: { lambda: 'x' } }, '/train/lambda must be number'],
    [{ train: { lambda: -1 } }, '/train/lambda must be >= 0'],
    [{ aware: { rounds: 2 } }, "must have required property 'target'"],
    [{ map: { pins: { neuron7: 1 } } }, '/map/pins property name must be valid'],
  ])('does not hold for %o', (config, fault) => {
    expect(faultsIn('config', config).join('\n')).toContain(fault);
    expect(() => resolveRunConfig(config)).toThrow('is not valid');
  });
});
