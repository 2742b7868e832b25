// How much energy does a time step take, and which constants does the answer stand on?
import { UsageError } from '../core/errors.ts';
import { type Band, type Constant, constantOf, evaluateTerms, type Sum, sumTerms, type Term, type TermParts } from './constants.ts';
import type { Target } from './load.ts';
import { converterOf, type MvmCounts } from './mvm.ts';
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
  /** Bytes written to and read from the buffers before the crossbars; 0 where there are none. */
  readonly bufferBytes: number;
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

/** Formula of each kind, as terms. */
const FORMULAS: { readonly [kind in Kind]?: (counts: StepCounts) => readonly TermParts[] } = {
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
  mvm: (c) => [
    ['row drives', [[total(c.mvms, 'rowDrives'), 'rowDrive']]],
    ['cells', [[total(c.mvms, 'cellReads'), 'cellRead']]],
    ['conversions', [[total(c.mvms, 'conversions'), 'conversion']]],
    ['buffers', [[c.bufferBytes, 'buffer']]],
    ['links', [[c.flitHops ?? { unknown: 'size of a message' }, 'flitHop']]],
    staticTerm(c),
  ],
};

const STATIC = 'static power';

function staticTerm({ chips, stepNs }: StepCounts): TermParts {
  if (stepNs === null) return [STATIC, [[{ unknown: 'duration of a step' }, 'staticPower']]];
  const seconds = (ns: number) => chips * ns * 1e-9;
  return [STATIC, [[{ value: seconds(stepNs.value), low: seconds(stepNs.low), high: seconds(stepNs.high) }, 'staticPower']]];
}

function total(mvms: readonly MvmCounts[], field: 'rowDrives' | 'cellReads' | 'conversions'): number {
  return mvms.reduce((sum, mvm) => sum + mvm[field], 0);
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

/**
 * A profile of the target, the default one unless named.
 *
 * @throws UsageError for an unknown profile
 */
export function energyProfile(target: Target, id?: string): EnergyProfile {
  const { data, field } = findProfile(target, id);
  const quantities = data as unknown as Readonly<Record<string, NumberQuantity | undefined>>;
  const constants = FIELDS[data.kind].map((name) => constantOf(name, `${field}.${name}`, quantities[name]));
  if (data.kind === 'mvm') {
    const converter = converterOf(target);
    constants.push(constantOf('conversion', converter.field, converter.data?.conversion));
  }
  return { id: data.id, kind: data.kind, constants };
}

/**
 * Energy of a step, term by term.
 *
 * @throws UsageError if the kind of the profile is not modelled
 * @see Davies et al. (2018), Table 2 for `event`; Shafiee et al. (2016), Table I for `mvm`
 */
export function estimateEnergy(profile: EnergyProfile, counts: StepCounts): EnergyEstimate {
  const formula = FORMULAS[profile.kind];
  if (formula === undefined) {
    throw new UsageError(`energy profile ${profile.id} is of kind ${profile.kind}; modelled are: ${Object.keys(FORMULAS).join(', ')}`);
  }
  const { terms, unknown } = evaluateTerms(formula(counts), profile.constants, PJ_PER_J);
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
