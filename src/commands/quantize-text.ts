// How is quantization told? What is stored, what was lost, and which tasks suffer.
import type { SynapseCounts } from '../compression/synapse-counts.ts';
import { formatBits } from '../compression/weight-format.ts';
import type { WidthChoice } from '../pipeline/choose-widths.ts';
import type { QuantizationSummary, TaskLoss } from '../pipeline/quantize-stage.ts';
import { formatCount, type NumberFormat, plural } from '../report/format.ts';
import { type Column, textTable } from '../report/table.ts';

/** Groups up to which each has a line. */
const LISTED_GROUPS = 40;
/** Lost accuracy worth naming a task for: that of a good int8 network. */
const NAMED_LOSS = 0.005;
const NAMED_TASKS = 5;

/** Everything about a quantization, in lines. */
export function quantizationText(summary: QuantizationSummary): string {
  const { weights, synapses, roundedToZero, clipped, storedBits, stateBits, granularity, widths } = summary;
  const before = total(synapses);
  const kept = before - total(roundedToZero);
  const mean = kept === 0 ? '' : `, ${(storedBits / kept).toFixed(2)} a weight`;
  const lines = [
    `  weights      ${widths === null ? '' : 'up to '}${formatText(weights)}, one scale per ${granularity}; states of ${plural(stateBits, 'bit')}`,
    `  stored       ${formatCount(kept)} of ${formatCount(before)} weights in ${formatCount(storedBits)} bits${mean}`,
    `  became 0     ${countsText(roundedToZero, synapses)}`,
    ...(total(clipped) === 0 ? [] : [`  saturated    ${countsText(clipped, synapses)}`]),
    `  ${lossText(summary)}`,
    '',
    taskTable(summary),
  ];
  return [...lines, ...(widths === null ? [] : [widthTable(widths)])].join('\n');
}

function formatText(format: QuantizationSummary['weights']): string {
  const { qmax, step, rowLevels } = format;
  if (rowLevels !== undefined) return `tables of ${rowLevels} integers a neuron, each −${qmax} … ${qmax}`;
  const multiples = step === 1 ? '' : `, multiples of ${step}`;
  return `${formatBits(format)} bits${formatBits(format) === 2 ? ' (ternary)' : ''}, integers −${qmax} … ${qmax}${multiples}`;
}

function countsText(counts: SynapseCounts, of: SynapseCounts): string {
  const part = (name: string, key: keyof SynapseCounts) => `${name} ${formatCount(counts[key])} of ${formatCount(of[key])}`;
  return [part('W', 'recurrent'), part('W_in', 'input'), part('W_out', 'readout')].join(', ');
}

function total({ recurrent, input, readout }: SynapseCounts): number {
  return recurrent + input + readout;
}

/** Which kind of tasks lose how much; the worst by name where the loss is worth it. */
function lossText({ loss: { withDelay, others }, tasks }: QuantizationSummary): string {
  const parts = [
    ...(withDelay === null ? [] : [`tasks with a delay lose ${withDelay.toFixed(3)} on average`]),
    ...(others === null ? [] : [`${withDelay === null ? 'tasks' : 'others'} ${withDelay === null ? 'lose ' : ''}${others.toFixed(3)}`]),
  ];
  const worst = tasks
    .map(({ task, float, integer }) => ({ task, lost: float - integer }))
    .filter(({ lost }) => lost > NAMED_LOSS)
    .sort((a, b) => b.lost - a.lost)
    .slice(0, NAMED_TASKS);
  const named = worst.map(({ task, lost }) => `${task} ${lost.toFixed(3)}`).join(', ');
  return `${parts.join(', ')}${worst.length === 0 ? '' : `; most: ${named}`}`;
}

/** Float against integer, task by task. */
function taskTable({ tasks }: QuantizationSummary): string {
  const columns: Column<TaskLoss>[] = [
    wordsColumn('task', ({ task }) => task),
    wordsColumn('delay', ({ hasDelay }) => (hasDelay ? 'yes' : 'no')),
    numberColumn('float', { decimals: 3 }, ({ float }) => float),
    numberColumn('integer', { decimals: 3 }, ({ integer }) => integer),
    numberColumn('lost', { decimals: 3 }, ({ float, integer }) => float - integer),
  ];
  return textTable(columns, tasks, { indent: 2 });
}

/** Bits by group; of many groups, how many have which width. */
function widthTable(choices: readonly WidthChoice[]): string {
  if (choices.length <= LISTED_GROUPS) {
    const columns: Column<WidthChoice>[] = [
      wordsColumn('weights of', ({ group }) => group),
      numberColumn('neurons', { decimals: 0 }, ({ neurons }) => neurons),
      numberColumn('weights', { decimals: 0 }, ({ weights }) => weights),
      numberColumn('width', { decimals: 0 }, ({ bits }) => bits, 'bit'),
      numberColumn('damage alone', { significant: 2 }, ({ damage }) => damage, 'nat/step'),
    ];
    return textTable(columns, choices, { indent: 2 });
  }
  const widths = [...new Set(choices.map(({ bits }) => bits))].sort((a, b) => a - b);
  const lines = widths.map((width) => {
    const groups = choices.filter(({ bits }) => bits === width);
    return `  ${width} bits: ${formatCount(groups.length)} groups, ${formatCount(groups.reduce((sum, { weights }) => sum + weights, 0))} weights`;
  });
  return `${lines.join('\n')}\n`;
}

function wordsColumn<Row>(title: string, value: (row: Row) => string): Column<Row> {
  return { key: title, title, unit: '', format: 'words', meaning: title, value };
}

function numberColumn<Row>(title: string, format: NumberFormat, value: (row: Row) => number, unit = ''): Column<Row> {
  return { key: title, title, unit, format, meaning: title, value };
}
