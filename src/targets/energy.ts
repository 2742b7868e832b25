// How much energy does a time step take, and which constants does the answer stand on?
import {
  type Band,
  type Constant,
  type Count,
  constantOf,
  evaluateTerms,
  type Sum,
  sumTerms,
  type Term,
  type TermParts,
} from './constants.ts';
import type { Target } from './load.ts';
import { converterOf, INPUT_CYCLES, type MvmCounts } from './mvm.ts';
import { findProfile } from './profiles.ts';
import type { EnergyProfileData, NumberQuantity } from './schema.ts';

const PJ_PER_J = 1e12;

/** What happens on the chip in one time step (means over steps may be fractional). */
export interface StepCounts {
  /** Synaptic operations: events times their synapses. */
  readonly synops: number;
  /** Neurons that send in this step, and those that do not. */
  readonly activeNeurons: number;
  readonly idleNeurons: number;
  /** Messages to another core as the chip sends them (see `MessageFormat`), and links they cross along each axis, summed. */
  readonly messages: number;
  readonly hopsX: number;
  readonly hopsY: number;
  readonly chipCrossings: number;
  /** Flits times links crossed, summed over messages; null if the size of a flit is unknown. */
  readonly flitHops: number | null;
  /** Bytes written to and read from the buffers before the crossbars; 0 where there are none, null if their width is unknown. */
  readonly bufferBytes: number | null;
  /** One entry per core that computes a matrix–vector product. */
  readonly mvms: readonly MvmCounts[];
  /** Whole chips that are powered, and for how long a step lasts; null if unknown. */
  readonly chips: number;
  readonly stepNs: Band | null;
}

/** An energy profile with its constants resolved. */
export interface EnergyProfile {
  readonly id: string;
  readonly kind: EnergyProfileData['kind'];
  readonly constants: readonly Constant[];
}

/** Energy of one time step, in pJ. */
export interface EnergyEstimate {
  readonly profile: string;
  readonly kind: EnergyProfile['kind'];
  readonly terms: readonly Term[];
  /** Everything but static power, in pJ. */
  readonly dynamic: Sum;
  /** In pJ. */
  readonly total: Sum;
  /** Constants used, with provenance. */
  readonly constants: readonly Constant[];
  /** Names of the constants that are needed and unknown, or words for what else is missing. */
  readonly unknown: readonly string[];
}

type Kind = EnergyProfile['kind'];

/** Formula of each kind, as terms; a term names constants of `FIELDS` or `DERIVED`. */
const FORMULAS: { readonly [kind in Kind]: (counts: StepCounts) => readonly TermParts[] } = {
  event: (c) => [
    ['synapses', [[c.synops, 'synop']]],
    [
      'neurons',
      [
        [c.activeNeurons, 'neuronActive'],
        [c.idleNeurons, 'neuronIdle'],
      ],
    ],
    [
      'routing',
      [
        [c.messages, 'message'],
        [c.hopsX, 'hopX'],
        [c.hopsY, 'hopY'],
      ],
    ],
    ['chip crossings', [[c.chipCrossings, 'chipCrossing']]],
    staticTerm(c),
  ],
  'affine-chip': (c) => [
    ['synapses', [[c.synops, 'synop']]],
    [
      'routing',
      [
        [c.hopsX, 'hopX'],
        [c.hopsY, 'hopY'],
      ],
    ],
    staticTerm(c, 'staticPower', 'idlePower'),
  ],
  // Static power and everything else is inside the one figure.
  aggregate: (c) => [['synapses', [[c.synops, 'synop']]]],
  mvm: (c) => [
    ['row drives', [[total(c.mvms, 'rowDrives'), 'rowDrive']]],
    ['cells', [[total(c.mvms, 'cellReads'), 'cellRead']]],
    ['conversions', [[total(c.mvms, 'conversions'), 'conversion']]],
    ['buffers', [[c.bufferBytes ?? { unknown: 'width of a value' }, 'buffer']]],
    linkTerm(c),
    staticTerm(c),
  ],
  // An idle or sparse array costs as much as a full one.
  'mac-flat': (c) => [['products', [[c.mvms.reduce((sum, { arrays }) => sum + arrays, 0), 'arrayProduct']]], linkTerm(c)],
  wire: (c) => [
    [
      'wires',
      [
        [c.hopsX, 'wireX'],
        [c.hopsY, 'wireY'],
      ],
    ],
  ],
};

const STATIC = 'static power';

/** Powers, over the time that the chips are on. */
function staticTerm({ chips, stepNs }: StepCounts, ...powers: readonly string[]): TermParts {
  const names = powers.length === 0 ? ['staticPower'] : powers;
  const seconds = (ns: number) => chips * ns * 1e-9;
  const time: Count =
    stepNs === null
      ? { unknown: 'duration of a step' }
      : { value: seconds(stepNs.value), low: seconds(stepNs.low), high: seconds(stepNs.high) };
  return [STATIC, names.map((name) => [time, name] as const)];
}

function linkTerm({ flitHops }: StepCounts): TermParts {
  return ['links', [[flitHops ?? { unknown: 'size of a message' }, 'flitHop']]];
}

function total(mvms: readonly MvmCounts[], field: 'rowDrives' | 'cellReads' | 'conversions'): Count {
  let sum = 0;
  for (const { [field]: count } of mvms) {
    if (count === null) return { unknown: INPUT_CYCLES };
    sum += count;
  }
  return sum;
}

/** Constants of each kind that are fields of the profile. */
const FIELDS: { readonly [kind in Kind]: readonly string[] } = {
  event: ['synop', 'neuronActive', 'neuronIdle', 'message', 'hopX', 'hopY', 'chipCrossing', 'staticPower'],
  'affine-chip': ['idlePerCycle', 'clock', 'synop', 'hopX', 'hopY', 'staticPower'],
  aggregate: ['synop'],
  mvm: ['rowDrive', 'cellRead', 'buffer', 'flitHop', 'staticPower'],
  'mac-flat': ['mac', 'flitHop'],
  wire: ['wire'],
};

/** Constants of a kind that are products of others. */
const DERIVED: { readonly [kind in Kind]?: (target: Target, constant: (name: string) => Constant) => readonly Constant[] } = {
  'affine-chip': (_, constant) => [product('idlePower', 'W', [constant('idlePerCycle'), constant('clock')])],
  'mac-flat': ({ file }, constant) => {
    const { rows, cols } = file.crossbar ?? {};
    const array = [constantOf('rows', 'crossbar.rows', rows), constantOf('cols', 'crossbar.cols', cols)];
    return [product('arrayProduct', 'J', [...array, constant('mac')])];
  },
  wire: ({ file }, constant) => {
    const { castMode, packetBits } = file.routing;
    // A message that is a vector has no size of its own.
    const bits = constantOf('packetBits', 'routing.packetBits', castMode === 'dense-vector' ? undefined : packetBits);
    const { x, y } = file.geometry.pitch;
    const along = (name: string, field: string, pitch: NumberQuantity) =>
      product(name, 'J', [bits, constantOf('pitch', field, pitch), constant('wire')]);
    return [along('wireX', 'geometry.pitch.x', x), along('wireY', 'geometry.pitch.y', y)];
  },
};

function product(name: string, unit: string, factors: readonly Constant[]): Constant {
  const multiply = (pick: (factor: Constant) => number) => factors.reduce((value, factor) => value * pick(factor), 1);
  const isKnown = factors.every(({ value }) => value !== null);
  const isBand = isKnown && factors.some(({ range }) => range !== null);
  return {
    name,
    field: factors.map(({ field }) => field).join(' × '),
    value: isKnown ? multiply(({ value }) => value ?? 0) : null,
    unit,
    bound: 'exact',
    range: isBand
      ? [multiply(({ value, range }) => range?.[0] ?? value ?? 0), multiply(({ value, range }) => range?.[1] ?? value ?? 0)]
      : null,
    provenance: isKnown ? 'derived' : 'not-published',
    source: factors.map(({ field, source }) => `${field}: ${source}`).join('; '),
  };
}

/** The way to another chip: stated, or that of a bit on the board times the bits of a packet. */
function crossingOf({ board, file }: Target, field: string, stated: NumberQuantity | undefined): Constant {
  const energy = board?.chipToChip?.energy;
  const { packetBits } = file.routing;
  if (board === null || energy === undefined || packetBits === undefined || (stated?.value ?? null) !== null) {
    return constantOf('chipCrossing', field, stated);
  }
  const bit = constantOf('bit', `board ${board.name}, chipToChip.energy`, energy);
  return product('chipCrossing', 'J', [constantOf('packetBits', 'routing.packetBits', packetBits), bit]);
}

/**
 * A profile of the target, the default one unless named.
 *
 * @throws UsageError for an unknown profile
 */
export function energyProfile(target: Target, id?: string): EnergyProfile {
  const { data, field } = findProfile(target, id);
  const quantities = data as unknown as Readonly<Record<string, NumberQuantity | undefined>>;
  const constants = FIELDS[data.kind].map((name) =>
    name === 'chipCrossing'
      ? crossingOf(target, `${field}.${name}`, quantities[name])
      : constantOf(name, `${field}.${name}`, quantities[name]),
  );
  if (data.kind === 'mvm') {
    const converter = converterOf(target);
    constants.push(constantOf('conversion', converter.field, converter.data?.conversion));
  }
  const constant = (name: string): Constant => {
    const found = constants.find((candidate) => candidate.name === name);
    if (found === undefined) throw new Error(`a profile of kind ${data.kind} has no constant ${name}`);
    return found;
  };
  constants.push(...(DERIVED[data.kind]?.(target, constant) ?? []));
  return { id: data.id, kind: data.kind, constants };
}

/**
 * Energy of a step, term by term.
 *
 * - `event`: synops·E + active·E + idle·E + messages·E + hopsX·E + hopsY·E + crossings·E + chips·P·T
 * - `affine-chip`: synops·E + hops·E + chips·(P + E per cycle · clock)·T
 * - `aggregate`: synops·E, and nothing else
 * - `mvm`: row drives·E + cell reads·E + conversions·E + bytes·E + flit hops·E + chips·P·T
 * - `mac-flat`: arrays · rows · columns · E + flit hops·E
 * - `wire`: (hopsX · pitch x + hopsY · pitch y) · bits of a message · E per bit and mm
 *
 * @see Davies et al. (2018), Table 2 for `event`; Frenkel et al. (2019) for `affine-chip`; Shafiee et al. (2016), Table I for `mvm`
 */
export function estimateEnergy(profile: EnergyProfile, counts: StepCounts): EnergyEstimate {
  const { terms, unknown } = evaluateTerms(FORMULAS[profile.kind](counts), profile.constants, PJ_PER_J);
  return {
    profile: profile.id,
    kind: profile.kind,
    terms,
    dynamic: sumTerms(terms.filter(({ name }) => name !== STATIC)),
    total: sumTerms(terms),
    constants: profile.constants,
    unknown,
  };
}
