// Which numbers describe a network, what it achieves and how it was verified, whatever it is placed on?
import type { Verification } from '../simulation/verify.ts';
import { count, share } from './cells.ts';
import type { AccuracyStage, MatrixFacts, NetworkFacts, TaskAccuracy } from './report.ts';
import type { Column } from './table.ts';

/** Sizes of the network that is placed. */
export const SIZE_COLUMNS: readonly Column<NetworkFacts>[] = [
  { ...count, key: 'neuronsTrained', title: 'trained', meaning: 'Neurons before pruning.', value: (network) => network.neuronsTrained },
  { ...count, key: 'neurons', title: 'neurons', meaning: 'Neurons that are left after pruning.', value: ({ neurons }) => neurons },
  { ...count, key: 'inputs', title: 'inputs', meaning: 'Input channels.', value: ({ inputs }) => inputs },
  { ...count, key: 'outputs', title: 'outputs', meaning: 'Readout units.', value: ({ outputs }) => outputs },
  {
    ...count,
    key: 'selfConnections',
    title: 'self-connections',
    meaning: 'Neurons with an active connection to themselves.',
    value: ({ selfConnections }) => selfConnections,
  },
];

const gridSides = { unit: 'grid sides', format: { decimals: 2 } } as const;

/** How long its connections are. */
export const LENGTH_COLUMNS: readonly Column<NetworkFacts>[] = [
  {
    ...gridSides,
    key: 'meanConnectionLength',
    title: 'mean length',
    meaning: 'Mean length of the active connections between different neurons; unknown if there are none.',
    value: ({ meanConnectionLength }) => meanConnectionLength,
  },
  {
    ...gridSides,
    key: 'meanPairDistance',
    title: 'by chance',
    meaning: 'Mean distance of all pairs of neurons: the length of connections drawn at random.',
    value: ({ meanPairDistance }) => meanPairDistance,
  },
];

/** One of its matrices. */
export const MATRIX_COLUMNS: readonly Column<MatrixFacts>[] = [
  { ...count, key: 'synapses', title: 'weights', meaning: 'Weights that are not 0.', value: ({ synapses }) => synapses },
  {
    ...share,
    key: 'density',
    title: 'density',
    meaning: 'The same over the weights that there could be.',
    value: ({ density }) => density,
  },
];

/** A stage, and how every task went after it. */
export interface StageRow {
  readonly stage: AccuracyStage;
  readonly tasks: readonly TaskAccuracy[];
}

/** A task is near its ceiling within this much accuracy. */
const NEAR_CEILING = 0.1;

/** Accuracy after a stage. */
export const STAGE_COLUMNS: readonly Column<StageRow>[] = [
  {
    unit: '',
    format: { decimals: 3 },
    key: 'mean',
    title: 'accuracy',
    meaning: 'Mean over all tasks of the share of test trials that are answered right.',
    value: ({ stage }) => stage.mean,
  },
  {
    ...count,
    key: 'tasksNearCeiling',
    title: 'near ceiling',
    meaning: `Tasks at most ${NEAR_CEILING} below the best possible accuracy.`,
    value: ({ stage, tasks }) => tasks.filter(({ accuracy, ceiling }) => (accuracy[stage.key] ?? 0) >= ceiling - NEAR_CEILING).length,
  },
];

/** What anyone could achieve. */
export const CEILING_COLUMNS: readonly Column<{ readonly meanCeiling: number }>[] = [
  {
    unit: '',
    format: { decimals: 3 },
    key: 'mean',
    title: 'ceiling',
    meaning: 'Mean over all tasks of the best accuracy anyone can reach, given their noise.',
    value: ({ meanCeiling }) => meanCeiling,
  },
];

/** Whether a target's executions agree. */
export const VERIFY_COLUMNS: readonly Column<Verification>[] = [
  { ...count, key: 'trials', title: 'trials', meaning: 'Trials that every execution ran.', value: ({ trials }) => trials },
  {
    ...count,
    key: 'integersCompared',
    title: 'integers',
    meaning: 'States and outputs of one execution, all of them compared with those of every other.',
    value: ({ integersCompared }) => integersCompared,
  },
  {
    ...count,
    key: 'saturatedStates',
    title: 'saturated',
    meaning: 'States at the end of their range, which executions could cut off differently.',
    value: ({ saturatedStates }) => saturatedStates,
  },
  {
    ...count,
    key: 'mismatches',
    title: 'mismatches',
    meaning: 'Integers that differ from those of the first execution; 0 if all agree.',
    value: ({ mismatches }) => mismatches.reduce((sum, { differing }) => sum + differing, 0),
  },
];
