// Which network does an ONNX file of any origin hold? Its recurrent part and its readout, whatever nodes they are written in.
import { UsageError } from '../../core/errors.ts';
import type { Warning } from '../../core/progress.ts';
import { readGrid, readSites } from '../../network/artifact.ts';
import type { Csr } from '../../network/csr.ts';
import type { Grid } from '../../network/geometry.ts';
import type { Network } from '../../network/network.ts';
import { budgetOf } from '../../onnx/budget.ts';
import { type ExternalData, NO_EXTERNAL_DATA } from '../../onnx/external-data.ts';
import { quoted, type ReadModel, readModel } from '../../onnx/read-model.ts';
import { type Assembled, assemble, type PlacedLayer } from './assemble.ts';
import { readGraphValues } from './graph.ts';
import type { Reading } from './reading.ts';
import { channelsOf, chooseReadout, closeLoop } from './roles.ts';
import { MAX_RANK } from './shape-operators.ts';
import { newSource, type Value, wholeSource } from './signal.ts';

/** What the caller knows beside the file. */
export interface ImportOptions {
  /** Files beside the model; none unless given. */
  readonly external?: ExternalData;
  /** Name of the output that is the readout, where there are several. */
  readonly output?: string;
  /** Outputs that it should have: chooses among several. */
  readonly outputs?: number;
}

/** A network out of a file. */
export interface ImportedNetwork {
  /** Its neurons in the order of the file, in a line. */
  readonly network: Network;
  /** The recurrent operator of the file: `RNN`, `Scan`, or one `step` that the caller repeats. */
  readonly form: string;
  readonly layers: readonly PlacedLayer[];
  /** Steps by which outputs come later than the file's. */
  readonly delay: number;
  /** Neurons at the end that are not the file's: they hold biases back until a layer's input arrives. */
  readonly clockNeurons: number;
  readonly opset: number;
  readonly irVersion: number;
  readonly producer: string;
  /** Of a file that we wrote: its suite, and where its neurons sit; else null. */
  readonly suite: string | null;
  readonly sites: { readonly grid: Grid; readonly site: Int32Array } | null;
  /** What was left out or decided, and why that changes nothing. */
  readonly notes: readonly string[];
  readonly warnings: readonly Warning[];
}

/**
 * Reads a network h' = φ(W h + W_in u + b), o = W_out h' + b_o out of an ONNX file that anyone may have written.
 *
 * @param what - how to call the file in errors
 * @throws UsageError of one line, naming the node and the reason, if it is damaged, hostile, or holds anything else
 */
export function importOnnx(bytes: Uint8Array, what: string, options: ImportOptions = {}): ImportedNetwork {
  const model = readModel(bytes, what);
  refuseIntegerForm(model, what);
  const budget = budgetOf(bytes.length);
  const external = options.external ?? NO_EXTERNAL_DATA;
  const reading: Reading = { what, where: what, model, budget, external, layers: [], operators: new Set(), notes: new Set() };
  const { graph } = model;
  if (graph.inputs.length > MAX_VALUES || graph.outputs.length > MAX_VALUES)
    throw new UsageError(`${what} has ${graph.inputs.length} inputs and ${graph.outputs.length} outputs, the limit is ${MAX_VALUES}`);
  const sources = graph.inputs.map(({ name }) => newSource('input', name));
  const inputs = new Map(graph.inputs.map(({ name, dims }, i): [string, Value] => [name, inputValue(sources[i], dims, what)]));
  if (inputs.size < sources.length) throw new UsageError(`${what} has two inputs of one name`);
  const values = readGraphValues(graph, inputs, what, reading);
  const outputs = graph.outputs.map(({ name }, i) => ({ name, value: values[i] }));
  closeLoop(sources, outputs, reading);
  const readout = chooseReadout(outputs, options.output ?? null, options.outputs ?? null, reading);
  const assembled = assemble(readout.signal, channelsOf(sources, reading), { who: what, budget });
  return {
    ...assembled,
    form: [...reading.operators].join(' and ') || 'step',
    opset: model.opset,
    irVersion: model.irVersion,
    producer: model.producer,
    ...ownMetadata(model, assembled, what),
    notes: [...reading.notes],
    warnings: warningsOn(assembled),
  };
}

/** Inputs and outputs of a file; a network has a handful. */
const MAX_VALUES = 1000;

function inputValue(source: ReturnType<typeof newSource>, dims: readonly (number | null)[] | null, what: string): Value {
  if (dims !== null && dims.length <= MAX_RANK) return wholeSource(source, dims);
  return { kind: 'failed', error: new UsageError(`${what}: input ${quoted(source.name)} has no shape, or one of too many axes`) };
}

function refuseIntegerForm({ metadata }: ReadModel, what: string): void {
  if (metadata.get('bimt.form') === '"int"')
    throw new UsageError(
      `${what} is an integer form of bimt-export, whose scales stand for one chip only; import its model.step.onnx or model.seq.onnx`,
    );
}

/** Suite and sites of a file that we wrote; sites only where neurons are still as many. */
function ownMetadata({ metadata }: ReadModel, { network }: Assembled, what: string): Pick<ImportedNetwork, 'suite' | 'sites'> {
  const suite = jsonOf(metadata.get('bimt.suite'));
  const grid = jsonOf(metadata.get('bimt.grid'));
  const site = jsonOf(metadata.get('bimt.site'));
  const isPlaced =
    grid !== null &&
    Array.isArray(site) &&
    site.length === network.neurons &&
    site.every((s) => Number.isInteger(s) && Math.abs(s) < 2 ** 31);
  return {
    suite: typeof suite === 'string' ? suite : null,
    sites: isPlaced ? placed(readGrid(grid, what), Int32Array.from(site as number[]), what) : null,
  };
}

function placed(grid: Grid, site: Int32Array, what: string): ImportedNetwork['sites'] {
  const { rows, columns, metric } = grid;
  return { grid: { rows, columns, metric }, site: readSites(site, grid, what) };
}

/** Metadata are JSON in what we write, and anything elsewhere. */
function jsonOf(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
}

function warningsOn({ network, layers, delay, clockNeurons }: Assembled): Warning[] {
  const warnings: Warning[] = [];
  if (delay > 0) {
    const steps = `${delay} step${delay === 1 ? '' : 's'}`;
    const added = clockNeurons === 1 ? '1 neuron was added that holds' : `${clockNeurons} neurons were added that hold`;
    const clock = clockNeurons === 0 ? '' : `; ${added} biases back until input arrives`;
    warnings.push({
      rule: 'import/delay',
      message: `${layers.length} layers became one network in which each takes a step: its outputs are those of the file, ${steps} later${clock}`,
    });
  }
  const empty = [
    [network.recurrent.values.length, 'recurrent'],
    [network.input.values.length, 'input'],
    [network.readout.values.length, 'readout'],
  ].flatMap(([count, name]) => (count === 0 ? [name] : []));
  const zero = empty.length > 0 ? [`all ${empty.join(' and ')} weights are zero`] : [];
  let start = 0;
  for (const { node, neurons } of layers) {
    const entries = (matrix: Csr) => matrix.indptr[start + neurons] - matrix.indptr[start];
    if (entries(network.recurrent) + entries(network.input) === 0) zero.push(`all weights into ${node} are zero`);
    start += neurons;
  }
  return [...warnings, ...zero.map((message) => ({ rule: 'import/zero-weights', message }))];
}
