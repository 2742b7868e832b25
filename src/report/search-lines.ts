// What was a placement searched for, under which wishes, and what do they cost? In sentences.
import { formatNumber } from './format.ts';
import type { Wishes } from './input.ts';
import type { PlacementResult } from './report.ts';

/** Pins that are told one by one. */
const SHOWN_PINS = 8;

/** What was made small, from where to where. */
export function searchLines({ search, modulesApart }: Pick<PlacementResult, 'search' | 'modulesApart'>): string[] {
  const { objective, cost, seed, effort } = search;
  const wires = (value: number) => `${formatNumber(value, { significant: 4 })} Σ|w|·hops`;
  const small = (value: number) => `${formatNumber(value, { significant: 4 })} ${objective.unit}`;
  const again = `(seed ${seed}, effort ${effort})`;
  const lines = [
    `Search for short wires: from ${wires(cost.start)} in the best start to ${wires(cost.final)}, inputs and readout included ${again}.`,
  ];
  if (objective.name !== 'wire') {
    lines[0] = `Objective ${objective.name}: from ${small(objective.start)} where wires are shortest to ${small(objective.final)}; wires ${wires(cost.final)} ${again}.`;
  }
  if (modulesApart !== null) {
    const { modules, neurons, wiringCostTogether, objectiveTogether } = modulesApart;
    const together =
      objective.name === 'wire' ? wires(wiringCostTogether) : `${small(objectiveTogether)}, wires ${wires(wiringCostTogether)}`;
    lines.push(`${modules} functional clusters of ${neurons} neurons share no core; where they may, the same search finds ${together}.`);
  }
  return lines;
}

/** Wishes that bind, if there are any. */
export function wishLines({ pins, keepFree }: Wishes): string[] {
  const pinned = Object.entries(pins).map(([unit, core]) => `${unit} to core ${core}`);
  const more = pinned.length > SHOWN_PINS ? ` and ${pinned.length - SHOWN_PINS} more` : '';
  return [
    ...(keepFree.length === 0 ? [] : [`Kept free: ${keepFree.length === 1 ? 'core' : 'cores'} ${keepFree.join(', ')}.`]),
    ...(pinned.length === 0 ? [] : [`Pinned: ${pinned.slice(0, SHOWN_PINS).join(', ')}${more}.`]),
  ];
}
