// What did training for a chip bring, round by round? Its columns, defined once for text, CSV and the reference.
import { count, words } from './cells.ts';
import type { Column } from './table.ts';

/** A network after a round; round 0 is the one that training for the chip began with. */
export interface AwareRound {
  readonly round: number;
  /** Whether the chip holds it, under the user's cap. */
  readonly fits: boolean;
  /** Σ|w|·hops of its placement, inputs and readout included; null if it does not fit. */
  readonly cost: number | null;
  /** Mean accuracy on trials that serve the comparison of rounds alone, 0 to 1. */
  readonly accuracy: number;
  readonly weights: number;
  readonly neurons: number;
}

/** The data of `aware.json`. */
export interface AwareTraining {
  readonly schema: 'bimt-aware/1';
  /** Label of the target. */
  readonly target: string;
  readonly rounds: readonly AwareRound[];
  /** The round whose network the run goes on with. */
  readonly chosen: number;
}

type Row = AwareRound & { readonly isChosen: boolean };

/** A row for each round. */
export function awareRows({ rounds, chosen }: AwareTraining): Row[] {
  return rounds.map((round) => ({ ...round, isChosen: round.round === chosen }));
}

/** Columns of the rounds. */
export const AWARE_COLUMNS: readonly Column<Row>[] = [
  { ...count, key: 'round', title: 'round', meaning: 'Round; 0 is the network before the first.', value: ({ round }) => round },
  {
    ...words,
    key: 'fits',
    title: 'fits',
    meaning: 'Whether the chip holds the network, under the cap of the run.',
    value: ({ fits }) => fits,
    tone: ({ fits }) => (fits ? 'good' : 'bad'),
  },
  {
    unit: '',
    format: { significant: 4 },
    key: 'cost',
    title: 'Σ|w|·hops',
    meaning: 'Wiring cost of its placement, inputs and readout included.',
    value: ({ cost }) => cost,
  },
  {
    unit: '',
    format: { decimals: 4 },
    key: 'accuracy',
    title: 'accuracy',
    meaning: 'Mean accuracy on trials that serve the comparison of rounds alone.',
    value: ({ accuracy }) => accuracy,
  },
  { ...count, key: 'weights', title: 'weights', meaning: 'Weights, recurrent, input and readout.', value: ({ weights }) => weights },
  { ...count, key: 'neurons', title: 'neurons', meaning: 'Neurons left.', value: ({ neurons }) => neurons },
  {
    ...words,
    key: 'isChosen',
    title: 'chosen',
    meaning: 'Whether the run goes on with it: it fits, loses no more accuracy than it may, and costs least.',
    value: ({ isChosen }) => isChosen,
  },
];
