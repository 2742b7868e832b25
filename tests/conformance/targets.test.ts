// Every target that ships keeps the promises of the family.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { PACKAGE_ROOT } from '../../src/core/version.ts';
import { energyProfile, estimateEnergy } from '../../src/targets/energy.ts';
import { executability, messageFormat, stateFormat, storageFormat, weightFormat } from '../../src/targets/formats.ts';
import { estimateLatency, timing } from '../../src/targets/latency.ts';
import { listTargets, loadTarget } from '../../src/targets/load.ts';
import { mvmCounts } from '../../src/targets/mvm.ts';
import { parameterValues } from '../../src/targets/parameters.ts';
import { type Topology, topology } from '../../src/targets/topology.ts';
import { coreCapacity, noDemand } from '../../src/targets/usage.ts';
import { linkSearch, mappableTargets, sumOf, wrongWays } from '../targets/support.ts';

describe.each(listTargets())('the file of %s', (id) => {
  const target = loadTarget(id);
  const text = readFileSync(join(PACKAGE_ROOT, 'targets', `${id}.json`), 'utf8');

  it('has the id of its file, and uses every source it lists', () => {
    expect(target.id).toBe(id);
    for (const source of Object.keys(target.file.sources)) {
      const uses = text.match(new RegExp(`"source": ("${source}"|\\[[^\\]]*"${source}")|\\b${source}\\b[^"]*"`, 'g')) ?? [];
      expect(uses.length, `uses of ${source}`).toBeGreaterThan(0);
    }
  });

  it('has no number outside a value object, and no recalled one', () => {
    expect(bareNumbers(JSON.parse(text))).toEqual([]);
    expect(text).not.toContain('recalled');
  });

  it('says what it can run', () => {
    expect(executability(target).reason.length).toBeGreaterThan(10);
  });

  it('takes each of its parameters at both ends of its bounds', () => {
    for (const { name, value, min, max } of parameterValues(target.file)) {
      for (const end of [min, max]) {
        const changed = loadTarget(`${id}:${name}=${end}`);
        expect(parameterValues(changed.file).find((parameter) => parameter.name === name)?.value).toBe(end);
        if (end !== value) expect(changed.hash).not.toBe(target.hash);
      }
    }
  });

  it('is mapped onto only where it can be', () => {
    const views = [topology, coreCapacity, weightFormat, storageFormat];
    const refused = views.filter((view) => {
      try {
        view(target);
        return false;
      } catch (error) {
        if (error instanceof UsageError) return true;
        throw error;
      }
    });
    expect(refused.length > 0).toBe(!mappableTargets().includes(id));
  });
});

const notForReference = listTargets().filter((id) => loadTarget(id).file.support !== 'reference-only');
/** Boards that ship; the largest is like the others, and how that of SpiNNaker2 joins the meshes of its chips is not published. */
const boards = notForReference
  .flatMap((id) =>
    (loadTarget(id).file.system?.boards ?? []).map(({ chips }) => ({ name: `${id}:chips=${chips.value}`, chips: chips.value ?? 0 })),
  )
  .flatMap(({ name, chips }) => (chips > 1 && chips <= 144 && name !== 'spinnaker2:chips=48' ? [name] : []));

/** Hops between the cores that are farthest apart, from the grid that each chip's sources give. */
const FARTHEST: Readonly<Record<string, number>> = {
  // Corner to corner of 8 × 4 tiles, 64 × 64, 12 × 13, 8 × 8 and 8 × 8 cores, and 7 × 6 routers of 2 × 2 tiles.
  ...{ loihi1: 7 + 3, truenorth: 63 + 63, tianjic: 11 + 12, ranc: 7 + 7, 'rram-mesh': 7 + 7, 'isaac-ce': 6 + 5, puma: 6 + 5 },
  // 8 × 16 cores without the last row; 6 × 6 tiles without two corners; 7 × 6 blocks of four whose gaps leave a shortest way between corners.
  ...{ loihi2: 7 + 14, 'ibm-34tile': 5 + 4, spinnaker2: 6 + 5 },
  // A hexagonal torus of 12 × 12 chips: two thirds of a side.
  spinnaker1: 8,
  // Up to the chip's router and down; one transfer; routing tiles between the corners of 8 × 8 neuron tiles, 2·(7 + 7) − 1.
  ...{ 'dynap-se': 2, 'dynap-se2': 2, morphic: 2, 'ibm-64core': 1, neurram: 1, mosaic: 27 },
  // One router.
  ...{ brainscales2: 0, 'hermes-core': 0, odin: 0, reckon: 0, 'xylo-audio2': 0, 'xylo-audio3': 0, 'xylo-imu': 0 },
};

it.each(notForReference)('cores of %s are as far apart as its grid is large', (id) => {
  const { cores, distance } = topology(loadTarget(id));
  let farthest = 0;
  const all = Array.from({ length: cores }, (_, core) => core);
  // On a torus every core sees the same; elsewhere a corner is farthest from something.
  for (const a of id === 'spinnaker1' ? [0] : everySoMany(cores, 200)) for (const b of all) farthest = Math.max(farthest, distance(a, b));
  expect(farthest).toBe(FARTHEST[id]);
});

describe.each([...notForReference, ...boards])('the network of %s', (name) => {
  const target = loadTarget(name);

  it('has routes that a breadth-first search over its links finds no shorter, and hops that count them', () => {
    const network = topology(target);
    expect(wrongWays(network, corePairs(network))).toEqual([]);
  });

  it('has hops that are symmetric, zero at home, and obey the triangle inequality', () => {
    const { kind, distance, hops, cores } = topology(target);
    const broken: string[] = [];
    let detour = Number.NEGATIVE_INFINITY;
    const some = (count: number, first: number) => everySoMany(cores, count).map((core) => (core + first) % cores);
    for (const a of some(40, 0)) {
      if (hops(a, a).x !== 0 || hops(a, a).y !== 0) broken.push(`${a} is away from itself`);
      for (const b of some(20, 3)) {
        if (distance(a, b) !== distance(b, a)) broken.push(`${a}, ${b} is not symmetric`);
        for (const c of some(10, 5)) {
          detour = Math.max(detour, distance(a, c) - distance(a, b) - distance(b, c));
        }
      }
    }
    expect(broken).toEqual([]);
    // A neuron tile of MOSAIC passes nothing on: the way round it, from one side to the opposite, is three routing tiles.
    expect(detour).toBe(kind === 'interleaved' ? 3 : 0);
  });

  it('has a port from where hops count the links of a shortest way to every core', () => {
    const network = topology(target);
    const { port, portHops, portRoute, links, routers, routerOf, cores } = network;
    const from = routers.x.findIndex((x, router) => x === port.x && routers.y[router] === port.y);
    const shortest = linkSearch(network);
    for (const core of everySoMany(cores, 300)) {
      const { x, y } = portHops(core);
      const way = portRoute(core);
      expect([way.length, x, y]).toEqual([shortest(from, routerOf(core)), sumOf(way, links.hopsX), sumOf(way, links.hopsY)]);
      if (way.length > 0) expect([links.from[way[0]], links.to[way[way.length - 1]]]).toEqual([from, routerOf(core)]);
    }
  });
});

describe.each(mappableTargets())('the chip of %s', (id) => {
  const target = loadTarget(id);

  it('stores every weight of its format, and only those', () => {
    const { qmax, step } = weightFormat(target);
    const storage = storageFormat(target);
    expect(qmax % step).toBe(0);
    if (storage.kind === 'synapse-list') {
      expect([2 ** storage.mantissaShift, storage.mantissaMax * step]).toEqual([step, qmax]);
      expect(storage.mantissaMax).toBeLessThan(2 ** (storage.weightBits - 1));
      return;
    }
    const { coding, offset, modulus, classRows } = storage;
    const largest = storage.levelsPerCell ** storage.cellsPerWeight - 1;
    if (coding === 'two-level') return expect([qmax, step, classRows[0].length]).toEqual([2, 2, 2]);
    if (coding === 'table') return expect([qmax, classRows.length]).toEqual([255, weightFormat(target).rowLevels]);
    expect(step).toBe(1);
    expect(qmax + offset).toBeLessThanOrEqual(modulus === null ? largest : modulus / 2 - 1);
    expect(-qmax + offset).toBeGreaterThanOrEqual(coding === 'offset' ? 0 : -largest);
  });

  it('fits when a limit is exactly full, and not with one more', () => {
    const capacity = coreCapacity(target);
    const nothing = noDemand();
    const storage = storageFormat(target);
    const isArray = storage.kind === 'cells';
    const rowsPerClass = isArray ? storage.classRows[0].length : 1;
    const fields = {
      neurons: 'neurons',
      neuronSlots: 'neurons',
      axonsOut: 'axonsOut',
      synapses: 'synapses',
      synapseMemory: 'memory',
    } as const;
    let limits = 0;
    for (const { resource, limit } of capacity.usage(nothing)) {
      if (limit === null) continue;
      limits++;
      const full = { ...nothing };
      let last: keyof typeof full = 'rows';
      if (resource === 'arrays') {
        if (!isArray) throw new Error(`${id} counts arrays without cells`);
        // An array of unknown size never is full.
        if (storage.arrayRows === null) continue;
        full.neurons = 1;
        full.rows = Math.floor((storage.arrayRows * Math.floor(limit / storage.arraySigns.length)) / rowsPerClass);
      } else if (resource === 'axonsIn') {
        last = isArray ? 'rows' : 'axons';
        full[last] = Math.floor(limit / rowsPerClass);
      } else {
        last = fields[resource];
        full[last] = limit;
      }
      expect([resource, capacity.fits(full), capacity.fits({ ...full, [last]: full[last] + 1 })]).toEqual([resource, true, false]);
    }
    expect(limits).toBeGreaterThan(0);
    expect(capacity.axonMemory(0)).toBe(0);
  });

  it('estimates energy and latency without taking unknown for zero', () => {
    const mvm = mvmCounts(target, 100, 10);
    const counts = {
      synops: 5,
      activeNeurons: 4,
      idleNeurons: 6,
      messages: 4,
      hopsX: 3,
      hopsY: 2,
      chipCrossings: 1,
      flitHops: 7,
      bufferBytes: 8,
    };
    const energy = estimateEnergy(energyProfile(target), {
      ...counts,
      mvms: mvm ? [mvm] : [],
      chips: 1,
      stepNs: { value: 1000, low: 900, high: 1000 },
    });
    const latency = estimateLatency(timing(target), {
      busiestLinkPackets: 0,
      cores: [{ ...counts, mvm }],
      messages: [{ hopsX: 3, hopsY: 2, crossings: 0 }],
    });
    for (const { terms, constants, total, unknown } of [{ ...energy }, { ...latency }]) {
      const missing = new Set(constants.filter(({ value }) => value === null).map(({ name }) => name));
      for (const term of terms) expect(term.value === null, term.name).toBe(term.constants.some((name) => missing.has(name)));
      expect(total.complete).toBe(unknown.length === 0);
      // Nothing for what does not happen is no estimate of what does.
      if (unknown.length > 0 && terms.every(({ value }) => value === 0 || value === null)) {
        expect(total).toMatchObject({ value: null, low: null, high: null });
        continue;
      }
      expect(total.value).toBeGreaterThan(0);
      expect(total.low).toBeLessThanOrEqual(total.value ?? 0);
      expect(total.high).toBeGreaterThanOrEqual(total.value ?? 0);
    }
  });

  it('has formats for states and messages', () => {
    expect(stateFormat(target).hmax).toBe(255);
    expect(messageFormat(target).flits(8)).not.toBe(0);
  });
});

/** Numbers that are neither in a value object nor one of the few fields that are words about the file itself. */
function bareNumbers(value: unknown, path = ''): string[] {
  if (typeof value === 'number')
    return /^\.(schemaVersion|year)$|^\.sources\.\w+\.year$|^\.parameters\.\w+\.(min|max)$|\.absent\./.test(path) ? [] : [path];
  if (typeof value !== 'object' || value === null || 'provenance' in value) return [];
  return Object.entries(value).flatMap(([key, inner]) => bareNumbers(inner, `${path}.${key}`));
}

/** About so many of the cores, from all over the chip. */
function everySoMany(cores: number, count: number): number[] {
  const stride = Math.ceil(cores / count);
  return Array.from({ length: Math.ceil(cores / stride) }, (_, i) => i * stride);
}

/** About a thousand pairs of cores, from all over the chip. */
function corePairs({ cores }: Topology): [number, number][] {
  const some = everySoMany(cores, 32);
  return some.flatMap((a) => some.map((b): [number, number] => [a, (b * 5 + 3) % cores]));
}
