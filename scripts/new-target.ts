// Writes the skeleton of a target file, which `targets check` accepts; what is to be filled in says so.
// usage: tsx scripts/new-target.ts ID [events|arrays] [FILE]
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fileExists, writeFileAtomic } from '../src/core/files.ts';
import { PACKAGE_ROOT } from '../src/core/version.ts';
import { describeProblems } from '../src/targets/check.ts';
import { checkTargetFile } from '../src/targets/load.ts';
import { findQuantities, pathText } from '../src/targets/quantities.ts';

export const KINDS = ['events', 'arrays'] as const;
export type Kind = (typeof KINDS)[number];

const FILL = 'TO FILL IN: ';

/** A number that the mapper needs: a guess until somebody has read the source. */
const guess = (value: number | readonly number[], unit: string, what: string) => ({
  value,
  unit,
  provenance: 'assumption',
  how: `${FILL}${what}, with its provenance, source and locator`,
});

/** A number that may stay unknown. */
const unknown = (unit: string, what: string) => ({
  value: null,
  unit,
  provenance: 'not-published',
  how: `${FILL}${what}, or why it is not known`,
});

/** A target file in which every number is a guess or unknown, of a mesh of 8 × 8 cores. */
export function skeleton(id: string, kind: Kind): Record<string, unknown> {
  const pair = (unit: string, what: string) => ({ x: unknown(unit, `${what} along x`), y: unknown(unit, `${what} along y`) });
  const common = {
    schemaVersion: 1,
    id,
    name: `${FILL}name of the chip`,
    maker: `${FILL}who made it`,
    year: 2000,
    class: kind === 'events' ? 'digital-async' : 'analog-imc',
    support: 'structure-only',
    executes: [kind === 'events' ? 'event-snn' : 'dense-mvm'],
    recurrence: 'native',
    note: `${FILL}what a reader should know. year, class, executes and recurrence are to be filled in too; first-class asks for energies.`,
    sources: { S1: { title: `${FILL}title of the publication, with authors, year, venue and doi` } },
    process: {
      nodeNm: unknown('nm', 'technology node'),
      supply: unknown('V', 'supply voltage'),
      clock: unknown('Hz', 'clock frequency'),
      timestep: unknown('s', 'time step, if it is fixed'),
    },
    hierarchy: {
      levels: [
        {
          name: 'core',
          router: true,
          arrangement: { width: guess(8, '1', 'cores along x'), height: guess(8, '1', 'cores along y') },
        },
      ],
    },
    topology: { kind: 'mesh2d', xAxis: 'x runs east-west' },
    neuronModels: [kind === 'events' ? 'lif' : 'relu'],
    geometry: { die: unknown('mm2', 'area of the die'), pitch: pair('mm', 'distance of neighbouring routers'), basis: 'none' },
  };
  const hopTimes = pair('s', 'time of a hop');
  const limits = { neurons: guess(256, '1', 'neurons of a core'), axonsIn: guess(256, '1', 'incoming sources of a core') };
  if (kind === 'events') {
    return {
      ...common,
      routing: { castMode: 'unicast-per-core', packetBits: unknown('bit', 'bits of a packet') },
      limits: {
        ...limits,
        synapseMemory: guess(524_288, 'bit', 'memory for synapses of a core'),
        packing: 'byte-pool',
        synapsePool: {
          synapse: guess(8, 'bit', 'what a synapse takes'),
          source: guess(0, 'bit', 'what a source takes beside its synapses'),
        },
      },
      weight: { bits: guess([8], 'bit', 'widths of a weight, the sign included'), signScheme: 'twos-complement' },
      activation: { kind: 'binary', bits: guess(1, 'bit', 'bits of a spike') },
      time: { synop: unknown('s', 'time of a synaptic operation'), hop: hopTimes },
      energyProfiles: [
        {
          id: 'published',
          kind: 'event',
          default: true,
          synop: unknown('J', 'energy of a synaptic operation'),
          neuronActive: unknown('J', 'energy of updating a neuron that sends'),
          neuronIdle: unknown('J', 'energy of updating a neuron that does not'),
          message: unknown('J', 'energy of a message within its tile'),
          hopX: unknown('J', 'energy of a hop along x'),
          hopY: unknown('J', 'energy of a hop along y'),
          staticPower: unknown('W', 'static power of a chip'),
        },
      ],
    };
  }
  return {
    ...common,
    routing: { castMode: 'dense-vector', flitBits: unknown('bit', 'bits of a flit') },
    limits: { ...limits, packing: 'xbar-rect' },
    crossbar: {
      rows: guess(256, '1', 'rows of an array'),
      cols: guess(256, '1', 'columns of an array'),
      arraysPerCore: guess(4, '1', 'arrays of a core'),
      bitsPerCell: guess(2, 'bit', 'bits of a cell'),
      adcBits: guess(8, 'bit', 'bits of the converters behind the columns'),
      dacBits: guess(1, 'bit', 'bits of the converters before the rows'),
      adcsPerArray: guess(1, '1', 'converters of an array'),
      readRule: 'adc-range',
      converters: [
        {
          bits: guess(8, 'bit', 'bits of the converters behind the columns'),
          power: unknown('W', 'power of a converter'),
          rate: unknown('Hz', 'conversions a second'),
          conversion: unknown('J', 'energy of a conversion'),
        },
      ],
    },
    weight: { bits: guess([8], 'bit', 'widths of a weight, the sign included'), signScheme: 'diff-pair' },
    activation: { kind: 'dense', bits: guess(8, 'bit', 'bits of a value') },
    time: { hop: hopTimes, mvm: { cycle: unknown('s', 'time of a read of the arrays') } },
    energyProfiles: [
      {
        id: 'published',
        kind: 'mvm',
        default: true,
        rowDrive: unknown('J', 'energy of driving a row'),
        cellRead: unknown('J', 'energy of reading a cell'),
        buffer: unknown('J/B', 'energy of a byte through the buffers'),
        flitHop: unknown('J', 'energy of a flit over a link'),
        staticPower: unknown('W', 'static power of a chip'),
      },
    ],
  };
}

/** Paths of the numbers that nobody has filled in yet. */
export function toFillIn(data: unknown): string[] {
  const found = findQuantities(data) ?? [];
  return found.filter(({ quantity }) => quantity.how?.startsWith(FILL)).map(({ path }) => pathText(path));
}

/** Writes a new file and says what is to be done; returns the exit code. */
export function newTarget([id = '', kind = 'events', path = join(PACKAGE_ROOT, 'targets', `${id}.json`)]: readonly string[]): number {
  const chosen = KINDS.find((one) => one === kind);
  if (!/^[a-z][a-z0-9-]{0,63}$/.test(id) || chosen === undefined || fileExists(path)) {
    console.error(
      fileExists(path) ? `${path} exists already` : 'usage: tsx scripts/new-target.ts ID [events|arrays] [FILE], ID in lower case',
    );
    return 2;
  }
  const data = skeleton(id, chosen);
  writeFileAtomic(path, `${JSON.stringify(data, null, 2)}\n`);
  console.log(`${path}: ${toFillIn(data).length} numbers to fill in, each says what it is (search for '${FILL.trim()}')`);
  console.log(describeProblems(checkTargetFile(path).problems) || `correct as it is; check it again: bimt-export targets check ${path}`);
  return 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = newTarget(process.argv.slice(2));
