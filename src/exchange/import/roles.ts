// Which inputs and outputs of a file are the network's? The state that is fed back, the channels, and the readout.
import { UsageError } from '../../core/errors.ts';
import { quoted } from '../../onnx/read-model.ts';
import type { Reading } from './reading.ts';
import { type BoundSignal, featuresOf, isState, type Layer, layerOf, type Source, type Value } from './signal.ts';

/** An output of the file, and what it means. */
export interface NamedValue {
  readonly name: string;
  readonly value: Value;
}

/** What names of states look like; counts only where sizes do not tell a state from an input. */
const STATE_NAME = /^(h|hx|h[_\d].*|.*(state|hidden|prev|recurrent).*)$/i;

/**
 * In a file of a single step the caller feeds the new state back; finds out which output goes to which input.
 *
 * @param inputs - the file's inputs; those that are states become it
 * @throws UsageError if that cannot be told
 */
export function closeLoop(inputs: readonly Source[], outputs: readonly NamedValue[], { layers, notes, what }: Reading): void {
  const read = sourcesOf(layers);
  const used = inputs.filter((source) => read.has(source));
  if ([...read].some(({ kind }) => kind === 'state') || used.length < 2) return;
  const left = new Set(used);
  for (const { name, value } of outputs) {
    if (left.size < 2) break;
    if (value.kind !== 'signal' || value.feature === null || value.answer !== null || !isState(value)) continue;
    const size = featuresOf(value as BoundSignal);
    const fitting = [...left].filter((source) => source.size === size);
    const state = stateAmong(fitting, left.size);
    if (state === null) continue;
    left.delete(state);
    state.kind = 'state';
    state.next = value;
    notes.add(`input ${quoted(state.name)} is read as the state, fed back from output ${quoted(name)}`);
  }
  if (left.size < used.length) return;
  for (const { name, value } of outputs) {
    const mixed = value.kind === 'signal' ? [...value.terms.keys()] : [];
    const old = mixed.find((source) => source.kind === 'input');
    if (old !== undefined && mixed.some(({ kind }) => kind === 'layer'))
      throw new UsageError(
        `${what}: output ${quoted(name)} mixes input ${quoted(old.name)} with new values, as leaky units do; a new state has to be φ(W h + W_in u + b) alone`,
      );
  }
  for (const { value } of outputs) if (value.kind === 'failed') throw value.error;
  throw new UsageError(
    `${what} has the inputs ${listed(used)}, and no output is the new state of one: none is φ(W h + W_in u + b) of as many neurons`,
  );
}

/** Everything that layers read. */
function sourcesOf(layers: readonly Layer[]): ReadonlySet<Source> {
  const found = new Set<Source>();
  for (const { drive } of layers) for (const source of drive.terms.keys()) found.add(source);
  return found;
}

/** Of inputs that are as large as a new state, the one that is the old state: told by its name, or else by coming after the channels. */
function stateAmong(fitting: readonly Source[], left: number): Source | null {
  if (fitting.length <= 1) return fitting[0] ?? null;
  const named = fitting.filter(({ name }) => STATE_NAME.test(name));
  if (named.length > 0) return named[0];
  return fitting.length === left ? fitting[1] : fitting[0];
}

/** Most names that a message lists. */
const MAX_NAMES = 8;

function listed(values: readonly { readonly name: string }[]): string {
  const names = values.slice(0, MAX_NAMES).map(({ name }) => quoted(name));
  return `${names.join(', ')}${values.length > MAX_NAMES ? ' …' : ''}`;
}

/** What the answer is read from. */
export interface Readout {
  readonly name: string;
  readonly signal: BoundSignal;
}

/**
 * The output that is the readout: the only one that is not a state, or the one that is asked for, or the one of the right size.
 *
 * @param wanted - its name, null where none is given
 * @param size - outputs it should have, null where nothing tells
 * @throws UsageError if there is none, with the reason, or several
 */
export function chooseReadout(outputs: readonly NamedValue[], wanted: string | null, size: number | null, reading: Reading): Readout {
  const { what, notes } = reading;
  const asked = wanted === null ? outputs : outputs.filter(({ name }) => name === wanted);
  if (asked.length === 0)
    throw new UsageError(wanted === null ? `${what} has no outputs` : `${what} has no output ${quoted(wanted)}; it has ${listed(outputs)}`);
  const read = asked.map(({ name, value }) => ({ name, signal: readoutOf(value, notes) }));
  const readable = read.flatMap(({ name, signal }) => (signal instanceof UsageError ? [] : [{ name, signal }]));
  const readouts = readable.filter(({ signal }) => !isState(signal));
  // The state is taken for the readout only where nothing else can be meant.
  for (const { signal } of read) if (readouts.length === 0 && signal instanceof UsageError) throw signal;
  const candidates = readouts.length > 0 ? readouts : readable.slice(0, 1);
  const fitting = candidates.filter(({ signal }) => size === null || featuresOf(signal) === size);
  const chosen = fitting.length > 0 ? fitting : candidates;
  if (chosen.length > 1) throw new UsageError(`${what} has several readouts, ${listed(chosen)}; choose one with --output`);
  const [readout] = chosen;
  if (readouts.length === 0) notes.add(`output ${quoted(readout.name)} is the state itself: every neuron is an output`);
  for (const { name, signal } of read) if (signal instanceof UsageError) notes.add(`output ${quoted(name)} is left out`);
  if (readout.signal.isLast) notes.add(`output ${quoted(readout.name)} is the readout of the last step; the network has it at every step`);
  if (readout.signal.answer !== null) notes.add(`${readout.signal.answer} is left out: it does not change which output is largest`);
  return readout;

  function readoutOf(value: Value, notes: Set<string>): BoundSignal | UsageError {
    if (value.kind === 'failed') return value.error;
    if (value.kind !== 'signal' || value.feature === null) return new UsageError(`${what} has an output that is not computed by neurons`);
    const signal = withoutLastActivation(value as BoundSignal, notes);
    const kinds = new Set([...signal.terms.keys()].map(({ kind }) => kind));
    if (kinds.has('input') || kinds.has('state'))
      return new UsageError(
        `${what} has outputs that are computed from ${kinds.has('input') ? 'the input' : 'the old state'} directly; a readout is W_out h' + b_o of the new state`,
      );
    return signal.terms.size === 0 ? new UsageError(`${what} has an output that is constant`) : signal;
  }
}

/** A tanh or softplus of the readout leaves the order of the outputs as it is, unlike one whose neurons are read by others. */
function withoutLastActivation(signal: BoundSignal, notes: Set<string>): BoundSignal {
  const layer = layerOf(signal);
  if (layer === null || layer.activation === 'relu') return signal;
  const { drive, label } = layer;
  if ([...drive.terms.keys()].some(({ kind }) => kind !== 'layer')) return signal;
  notes.add(`${label} after the readout is left out: it does not change which output is largest`);
  return { ...drive, isLast: signal.isLast };
}

/** Inputs that feed the network, in the order of the file. */
export function channelsOf(inputs: readonly Source[], { layers, notes }: Reading): readonly Source[] {
  const read = sourcesOf(layers);
  const used = inputs.filter((source) => source.kind === 'input' && read.has(source));
  if (used.length > 1)
    notes.add(`the channels of ${used.map(({ name, size }) => `${quoted(name)} (${size})`).join(', ')} are joined in this order`);
  return used;
}
