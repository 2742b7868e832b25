// What do the numbers of a target stand on that nobody measured? Every assumption is listed with its reason.
import { executability, takesAskedWidth } from '../targets/formats.ts';
import { provenanceText } from '../targets/known.ts';
import { findQuantities, pathText } from '../targets/quantities.ts';
import type { TargetFile } from '../targets/schema.ts';
import { listWords, quantityText } from './format.ts';
import type { PlacementInput, TargetInput } from './input.ts';

/** Something taken for granted. */
export interface Assumption {
  /** Label of the target it concerns. */
  readonly subject: string;
  readonly text: string;
}

const PITCH: Readonly<Record<string, string>> = {
  'area-share': 'wire lengths in mm are upper bounds: the pitch is die area divided by tiles, no outline is published',
  modelled: 'wire lengths in mm stand on a modelled distance between routers, not on a layout',
};

/** All assumptions behind a target's placements and estimates, each once. */
export function assumptionsOf(input: TargetInput): Assumption[] {
  return [...new Set(assumedBy(input))].map((text) => ({ subject: input.target.label, text }));
}

function* assumedBy({ target, topology, placements, stateBits, assumptions }: TargetInput): Generator<string> {
  const { file } = target;
  const basis = PITCH[topology.pitch.basis];
  if (basis !== undefined) yield basis;
  for (const { port } of placements) {
    if (port.assumed) yield `${topology.port.assumption} (router ${port.x},${port.y})`;
  }
  yield* topology.assumptions;
  yield* assumedNumbers(file);
  if (takesAskedWidth(target)) yield 'the width of its weights is not published: they have the width that was asked for';
  if (file.crossbar) {
    yield 'cells, converters and wires are taken as ideal (no variation, stuck cells, noise, drift or IR drop): executions agree on a chip without faults';
  }
  yield* abilities(file);
  yield* estimates(file, placements);
  const { executable, reason } = executability(target, stateBits);
  if (!executable) yield `placement, traffic and energy are a structural model: ${reason}`;
  yield* assumptions;
}

/** Fields that nothing here computes with. */
const UNUSED = /^(system|crossbar\.device\.(variation|stuckAt))/;

/** Numbers of the file that somebody assumed; those with one reason share a line. */
function assumedNumbers(file: TargetFile): string[] {
  const byReason = new Map<string, string[]>();
  for (const { path, quantity } of findQuantities(file) ?? []) {
    const field = pathText(path);
    if (quantity.provenance !== 'assumption' || UNUSED.test(field)) continue;
    const reason = provenanceText(quantity).replace(/^assumption; /, '');
    const bound = quantity.bound ?? 'exact';
    const sign = bound === 'exact' ? '= ' : '';
    byReason.set(reason, [...(byReason.get(reason) ?? []), `${field} ${sign}${quantityText(quantity)}`]);
  }
  return [...byReason].map(([reason, values]) => `${listWords(values)} (${reason})`);
}

/** Models of a neuron that contain or can be made to compute a ReLU. */
const RECTIFIERS: readonly string[] = ['relu', 'lut', 'microcode', 'software'];

/** What a chip that computes in matrix–vector products is trusted to do beyond what is published. */
function* abilities({ executes, recurrence, recurrenceNote, neuronModels }: TargetFile): Generator<string> {
  if (!executes.includes('dense-mvm')) return;
  if (recurrence === 'restricted') yield `recurrence is restricted: ${recurrenceNote}`;
  if (!neuronModels.some((model) => RECTIFIERS.includes(model))) {
    yield `its units (${neuronModels.join(', ')}) can scale and rectify instead`;
  }
}

/** What the models of energy and latency leave out or simplify. */
function* estimates({ energyProfiles, process }: TargetFile, placements: readonly PlacementInput[]): Generator<string> {
  const results = placements.flatMap(({ result }) => (result === null ? [] : [result]));
  if (results.every(({ energy, latency }) => energy.length === 0 && latency.length === 0)) return;
  for (const { id, note } of energyProfiles) if (note !== undefined) yield `energy profile ${id}: ${note}`;
  yield 'energy and latency are those of a step with mean activity; latency without congestion, and nothing overlaps';
  const energies = results.flatMap(({ energy }) => energy);
  if (energies.some(({ constants }) => constants.some(({ name, value }) => name === 'staticPower' && value !== null))) {
    const { timestep } = process;
    const lasts = timestep.value === null ? 'and one step follows the other at once' : `over a time step of ${quantityText(timestep)}`;
    yield `static power is that of the whole chip, ${lasts}`;
  }
  if (energies.some(({ kind }) => kind === 'mvm')) {
    yield 'each value on an axon is written into a buffer and read once, in the width the chip computes with';
  }
}
