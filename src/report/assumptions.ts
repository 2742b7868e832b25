// What do the numbers of a target stand on that nobody measured? Every assumption is listed with its reason.
import type { Constant } from '../targets/constants.ts';
import { formatSi } from './format.ts';
import type { TargetInput } from './input.ts';

/** Something taken for granted. */
export interface Assumption {
  /** Label of the target it concerns. */
  readonly subject: string;
  readonly text: string;
}

const PITCH: Readonly<Record<string, string>> = {
  'area-share': 'wire lengths in mm are upper bounds: the pitch is die area divided by tiles, no outline is published',
  modelled: 'wire lengths in mm stand on a modelled tile area, not on a layout',
};

/** All assumptions behind a target's placements and estimates, each once. */
export function assumptionsOf(input: TargetInput): Assumption[] {
  return [...new Set(assumedBy(input))].map((text) => ({ subject: input.target.label, text }));
}

function* assumedBy({ topology, placements, verification, assumptions }: TargetInput): Generator<string> {
  const basis = PITCH[topology.pitch.basis];
  if (basis !== undefined) yield basis;
  for (const { port, result } of placements) {
    if (port.assumed) yield `${topology.port.assumption} (router ${port.x},${port.y})`;
    if (result === null) continue;
    for (const { resource, limit, unit, source } of result.metrics.resources) {
      if (source.includes('assumption')) yield `limit of ${resource}: ${limit} ${unit} (${source})`;
    }
    for (const { constants } of [...result.energy, ...result.latency]) {
      for (const constant of constants) if (constant.provenance === 'assumption') yield describeConstant(constant);
    }
  }
  if (verification?.executable.value === false) {
    yield `placement, traffic and energy are a structural model: ${verification.executable.reason ?? 'the chip cannot execute this network'}`;
  }
  yield* assumptions;
}

/** A constant in words: `hopX = 3 pJ (simulated; S1: Table 2)`. */
function describeConstant({ name, value, unit, bound, source }: Constant): string {
  const sign = bound === 'min' ? '≥' : bound === 'max' ? '≤' : bound === 'exact' ? '=' : '≈';
  return `${name} ${sign} ${value === null ? 'unknown' : formatSi(value, unit)} (${source})`;
}
