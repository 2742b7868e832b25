// Does a mapping contradict itself? Asked before anything is executed, so that execution can trust every index.
import { UsageError } from '../core/errors.ts';
import type { Address, MappedCore, MappedNeuron, MappingFile } from '../mapping/mapping-file.ts';

const INT32_MAX = 2 ** 31 - 1;
/** acc·multiplier stays below 2^53, so a larger shift would only produce zeros. */
const MAX_SHIFT = 52;

/**
 * Checks that every neuron, readout unit and input exists exactly once where it must, that every address and range
 * lies inside its core, and that every parameter fits the chip's registers.
 *
 * @throws UsageError with up to ten of the contradictions
 */
export function checkMapping(mapping: MappingFile): void {
  const problems = [...networkProblems(mapping), ...storageProblems(mapping), ...routingProblems(mapping), ...populationProblems(mapping)];
  if (problems.length === 0) return;
  const more = problems.length > 10 ? [`and ${problems.length - 10} more`] : [];
  throw new UsageError(['the mapping contradicts itself; map the network again:', ...problems.slice(0, 10), ...more].join('\n  '));
}

function* networkProblems({ network }: MappingFile): Generator<string> {
  if (network.shift > MAX_SHIFT) yield `network.shift is ${network.shift}; allowed: 0 to ${MAX_SHIFT}`;
  if (network.stateMax > INT32_MAX) yield `network.stateMax is ${network.stateMax}; allowed: up to ${INT32_MAX}`;
}

/** Cells hold what the scheme says, and every array's rows and columns exist. */
function* storageProblems({ storage, cores }: MappingFile): Generator<string> {
  if (storage.kind === 'synapse-list') {
    if (storage.mantissaBits > 16) yield `storage.mantissaBits is ${storage.mantissaBits}; a stored mantissa has 16 at most`;
    if (storage.mantissaBits + storage.mantissaShift > 31)
      yield `storage.mantissaShift is ${storage.mantissaShift}; such weights exceed int32`;
    for (const core of cores)
      if (core.arrays.length > 0) yield `core ${core.id} lists ${core.arrays.length} arrays, but stores synapse lists`;
    return;
  }
  const { levelsPerCell, columnWeights, rowWeights, arrayRows, arrayColumns } = storage;
  const width = columnWeights.length;
  if (levelsPerCell > 256) yield `storage.levelsPerCell is ${levelsPerCell}; a stored cell has 256 at most`;
  const most = columnWeights.reduce((sum, weight) => sum + Math.abs(weight), 0) * (levelsPerCell - 1);
  if (most > INT32_MAX) yield `weights of ${width} cells of ${levelsPerCell} levels with these columnWeights exceed int32`;
  if (storage.modulus !== null && storage.modulus > 2 ** 32) yield `storage.modulus is ${storage.modulus}; allowed: up to ${2 ** 32}`;
  if (storage.offset > INT32_MAX) yield `storage.offset is ${storage.offset}; allowed: up to ${INT32_MAX}`;
  for (const weight of rowWeights ?? []) if (Math.abs(weight) > INT32_MAX) yield `storage.rowWeights has ${weight}, which exceeds int32`;
  for (const core of cores) {
    let rows = 0;
    yield* rowProblems(core, rowWeights);
    for (const [k, array] of core.arrays.entries()) {
      const name = `array ${k} of core ${core.id}`;
      rows += array.axons;
      if (array.axonStart + array.axons > core.axons)
        yield `${name} reads axons up to ${array.axonStart + array.axons}, the core has ${core.axons}`;
      if (array.neuronStart + array.neurons > core.neurons.length)
        yield `${name} feeds neuron slots up to ${array.neuronStart + array.neurons}, the core has ${core.neurons.length}`;
      if (arrayRows !== null && array.axons > arrayRows) yield `${name} uses ${array.axons} rows of ${arrayRows}`;
      if (arrayColumns !== null && array.neurons * width > arrayColumns)
        yield `${name} uses ${array.neurons * width} columns of ${arrayColumns}`;
    }
    if (rows < core.axons) yield `core ${core.id} has ${core.axons} axons, but only ${rows} array rows`;
  }
}

/** Every row has a kind, and every kind a weight, of its own or in the table of each neuron. */
function* rowProblems({ id, axons, rowKinds, neurons }: MappedCore, rowWeights: readonly number[] | null): Generator<string> {
  if (rowKinds !== undefined && rowKinds.length !== axons) yield `core ${id} has ${axons} axons and ${rowKinds.length} kinds of rows`;
  const kinds = 1 + (rowKinds ?? [0]).reduce((a, b) => Math.max(a, b), 0);
  if (axons === 0) return;
  if (rowWeights !== null) {
    if (kinds > rowWeights.length) yield `core ${id} has rows of kind ${kinds - 1}, but storage.rowWeights has ${rowWeights.length}`;
    return;
  }
  for (const neuron of neurons) {
    const { table = [] } = neuron;
    if (table.length < kinds) yield `${neuronName(neuron)} has a table of ${table.length} weights for ${kinds} kinds of rows`;
    for (const weight of table) if (Math.abs(weight) > INT32_MAX) yield `${neuronName(neuron)} has weight ${weight}, which exceeds int32`;
  }
}

/** Every message goes to an axon that exists. */
function* routingProblems({ network, inputs, cores }: MappingFile): Generator<string> {
  const byId = new Map<number, MappedCore>();
  for (const core of cores) {
    if (byId.has(core.id)) yield `core ${core.id} appears twice`;
    byId.set(core.id, core);
  }
  const lost = (targets: readonly Address[], sender: string) =>
    targets
      .filter(({ core, axon }) => axon >= (byId.get(core)?.axons ?? 0))
      .map(({ core, axon }) => `${sender} sends to axon ${axon} of core ${core}, which does not exist`);
  for (const { neurons } of cores) for (const neuron of neurons) yield* lost(neuron.targets, neuronName(neuron));
  for (const input of inputs) yield* lost(input.targets, `input ${input.index}`);
  yield* occurrenceProblems(
    'input',
    inputs.map((input) => input.index),
    network.inputs,
  );
}

/** Every neuron and readout unit sits in exactly one slot, beside any copies, and has the parameters of its kind. */
function* populationProblems({ network, cores }: MappingFile): Generator<string> {
  const placed = cores.flatMap((core) => core.neurons);
  const partials = placed.filter(({ kind }) => kind === 'partial').length;
  for (const [kind, count] of [
    ['hidden', network.neurons],
    ['readout', network.outputs],
    ['partial', partials],
  ] as const) {
    const indices = placed.filter((neuron) => neuron.kind === kind).map((neuron) => neuron.index);
    const name = NAMES[kind];
    yield* occurrenceProblems(name, indices, count);
    const present = new Set(indices);
    if (present.size < count) {
      const missing = Array.from({ length: present.size + 1 }, (_, i) => i).find((i) => !present.has(i));
      yield `${present.size} of ${count} ${name}s are placed; ${name} ${missing} is on no core`;
    }
  }
  for (const neuron of placed) {
    const { kind, index, bias, multiplier, targets, partial } = neuron;
    const requantizes = kind === 'hidden' || kind === 'copy';
    if (bias > INT32_MAX || bias < -INT32_MAX - 1) yield `${neuronName(neuron)} has bias ${bias}, which exceeds int32`;
    if (kind === 'copy' && index >= network.neurons)
      yield `${neuronName(neuron)} does not exist; the network has ${network.neurons} neurons`;
    if (requantizes && (multiplier === null || multiplier < 1 || multiplier > INT32_MAX))
      yield `${neuronName(neuron)} has multiplier ${multiplier}; allowed: 1 to ${INT32_MAX}`;
    if (kind === 'readout' && (multiplier !== null || targets.length > 0))
      yield `${neuronName(neuron)} has a multiplier or targets; readout units only accumulate`;
    if ((kind === 'partial') !== (partial !== undefined) || (kind === 'partial' && multiplier !== null))
      yield `${neuronName(neuron)} has a multiplier or no order, or an order that only partial units have`;
  }
}

const NAMES = { hidden: 'neuron', copy: 'copy of neuron', readout: 'readout unit', partial: 'partial unit' } as const;

function* occurrenceProblems(name: string, indices: readonly number[], count: number): Generator<string> {
  const seen = new Set<number>();
  for (const index of indices) {
    if (index >= count) yield `${name} ${index} does not exist; the network has ${count}`;
    if (seen.has(index)) yield `${name} ${index} appears twice`;
    seen.add(index);
  }
}

/** What a neuron is called in messages, for example `neuron 41`, `copy of neuron 41` or `readout unit 3`. */
export function neuronName({ kind, index }: Pick<MappedNeuron, 'kind' | 'index'>): string {
  return `${NAMES[kind]} ${index}`;
}
