// What do the numbers of report.html say that stand in no table? Each is named and told here, for the page itself and for docs/columns.md.
import { CORE_COLUMNS, LINK_COLUMNS } from './detail-columns.ts';
import { CEILING_COLUMNS, LENGTH_COLUMNS, MATRIX_COLUMNS, SIZE_COLUMNS, STAGE_COLUMNS, VERIFY_COLUMNS } from './fact-columns.ts';
import { meaningsOf } from './table.ts';

/** A number, or a picture of numbers, as the page calls it. */
export interface Term {
  readonly title: string;
  /** In a sentence or two. */
  readonly meaning: string;
}

const ofSize = meaningsOf(SIZE_COLUMNS);
const ofLength = meaningsOf(LENGTH_COLUMNS);
const ofMatrix = meaningsOf(MATRIX_COLUMNS);
const ofStage = meaningsOf(STAGE_COLUMNS);
const ofCeiling = meaningsOf(CEILING_COLUMNS);
const ofVerification = meaningsOf(VERIFY_COLUMNS);
const ofCore = meaningsOf(CORE_COLUMNS);
const ofLink = meaningsOf(LINK_COLUMNS);

const FIGURES = {
  neurons: { title: 'Neurons', meaning: `${ofSize('neurons')} Beside: ${small(ofSize('neuronsTrained'))}` },
  synapses: { title: 'Recurrent connections', meaning: `${ofMatrix('synapses')} Beside: ${small(ofMatrix('density'))}` },
  length: {
    title: 'Mean length of a connection',
    meaning: `${ofLength('meanConnectionLength')} In sides of the grid. Beside: ${small(ofLength('meanPairDistance'))}`,
  },
  accuracy: { title: 'Mean accuracy', meaning: `${ofStage('mean')} Beside: ${small(ofCeiling('mean'))}` },
} satisfies Readonly<Record<string, Term>>;

const PICTURES = {
  threshold: {
    title: 'Weight threshold',
    meaning: 'The smallest |weight| of the synapses that are drawn, and how many of the recurrent synapses these are.',
  },
  module: {
    title: 'module',
    meaning: 'Functional cluster: neurons that vary in the same tasks, with the task in which they vary most and how many they are.',
  },
  core: { title: 'core', meaning: 'The core of the chosen target that holds the neuron, and how many neurons it holds.' },
  activity: { title: 'activity', meaning: 'Share of the time steps of task trials in which a neuron sends: its state is not 0.' },
  degree: { title: 'degree', meaning: 'Recurrent synapses that arrive at a neuron or leave it.' },
  chip: {
    title: 'The chip',
    meaning:
      'Cores in their places: the number of neurons and readout units, and by colour the use of the fullest resource. Links by the messages that cross them in a time step.',
  },
  weightByDistance: {
    title: 'Weight against distance',
    meaning: 'Mean |weight| of all pairs of neurons at a distance on the grid, those without a connection included; in sides of the grid.',
  },
  connectionsByDistance: {
    title: 'Connections against distance',
    meaning: 'Share of the pairs of neurons at a distance on the grid that are connected.',
  },
  hops: {
    title: 'Hops',
    meaning: 'How many synapses cross 0, 1, 2, … links of the chip on their way: recurrent, from inputs and to readout units.',
  },
  stages: {
    title: 'After each stage',
    meaning: `Accuracy of every task after each stage, and its best possible one. In the legend: ${small(ofStage('mean'))}`,
  },
  sweep: {
    title: 'Sweep',
    meaning:
      'Networks of a sweep by their error, 1 − mean accuracy, and their size. Hypervolume: the area between the front of a series and a fixed corner; more is better.',
  },
  estimate: {
    title: 'Estimate',
    meaning: 'Sum of the terms below that are known; a lower bound, at the low end of their ranges, where a term is unknown.',
  },
} satisfies Readonly<Record<string, Term>>;

const NEURON = {
  site: { title: 'site', meaning: 'Row and column of the grid, from 0.' },
  fanIn: { title: 'fan-in', meaning: 'Neurons and inputs that it listens to.' },
  fanOut: { title: 'fan-out', meaning: 'Neurons and readout units that listen to it.' },
  coreOf: { title: 'core', meaning: 'Number of the core that holds it on the chosen target.' },
  moduleOf: { title: 'module', meaning: 'Number of its functional module; none for a neuron that is silent in every task.' },
  sends: { title: 'sends', meaning: PICTURES.activity.meaning },
  tasks: {
    title: 'Tasks, by share of task variance',
    meaning:
      'How much the neurons in focus vary between the trials of a task, as a share of that over all tasks: what they take part in. The six largest.',
  },
} satisfies Readonly<Record<string, Term>>;

const CORE = {
  neuronsOfCore: { title: 'neurons', meaning: ofCore('neurons') },
  readouts: { title: 'readout units', meaning: ofCore('readouts') },
  axons: { title: 'axons', meaning: ofCore('axons') },
  synapsesOfCore: { title: 'synapses', meaning: ofCore('synapses') },
  utilization: { title: 'fullest resource', meaning: ofCore('utilization') },
  router: { title: 'router', meaning: 'Column and row of the router that the core sits behind.' },
} satisfies Readonly<Record<string, Term>>;

const LINK = {
  from: { title: 'from router', meaning: 'Column and row of the sending router.' },
  to: { title: 'to router', meaning: 'Column and row of the receiving router.' },
  messages: { title: 'messages', meaning: 'Messages over the link in a time step; flits where whole vectors are sent.' },
  ofNeurons: { title: 'of neurons', meaning: ofLink('neuronTrafficPerStep') },
  ofInputs: { title: 'of inputs', meaning: 'The part of them that carries inputs.' },
} satisfies Readonly<Record<string, Term>>;

const MODULE = {
  neuronsOfModule: { title: 'neurons', meaning: 'Neurons of the functional module.' },
  preferredTask: { title: 'preferred task', meaning: 'The task in which its neurons vary most.' },
  spread: { title: 'spread over', meaning: 'Cores of the chosen target that hold a neuron of it.' },
} satisfies Readonly<Record<string, Term>>;

const EVIDENCE = {
  checked: {
    title: 'Checked',
    meaning: `Integers: ${small(ofVerification('integersCompared'))} Saturated: ${small(ofVerification('saturatedStates'))} Float files: the largest error that is allowed, as a share of the largest magnitude in the trial.`,
  },
  run: {
    title: 'The run',
    meaning: 'Seed, updates of the weights, λ (price of a weight of 1) and A (price of a wire across the grid relative to it) of training.',
  },
} satisfies Readonly<Record<string, Term>>;

/** All of them by key. */
export const PAGE_TERMS = { ...FIGURES, ...PICTURES, ...NEURON, ...CORE, ...LINK, ...MODULE, ...EVIDENCE } satisfies Readonly<
  Record<string, Term>
>;
export type TermKey = keyof typeof PAGE_TERMS;

/** The same by part of the page. */
export const PAGE_PARTS: readonly (readonly [part: string, terms: readonly Term[]])[] = [
  ['Verdict: the key figures', Object.values(FIGURES)],
  ['Pictures, their colours and their controls', Object.values(PICTURES)],
  ['A neuron in focus', Object.values(NEURON)],
  ['A core in focus', Object.values(CORE)],
  ['A link in focus', Object.values(LINK)],
  ['A module in focus', Object.values(MODULE)],
  ['What the numbers stand on', Object.values(EVIDENCE)],
];

/** A sentence within another. */
function small(sentence: string): string {
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`;
}
