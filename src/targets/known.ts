// What does a target say about one of its numbers, in words a report can print?
import { UsageError } from '../core/errors.ts';
import type { Target } from './load.ts';
import type { NumberQuantity, Quantity, TargetFile } from './schema.ts';

/** Provenance with source and locator, the reason of an assumption or of a missing value, and the operating point. */
export function provenanceText(quantity: Quantity): string {
  const sources = quantity.source === undefined ? '' : [quantity.source].flat().join(', ');
  const where = [sources, quantity.locator].filter((part) => part).join(': ');
  return [quantity.provenance, where, quantity.how, operatingPoint(quantity)].filter((part) => part).join('; ');
}

/** `at 0.75 V, 14 nm`; empty where none is stated. */
function operatingPoint({ at }: Quantity): string {
  if (at === undefined) return '';
  const { vdd, node, rate, note } = at;
  const point = [vdd && `${vdd} V`, node && `${node} nm`, rate && `${rate} Hz`].filter((part) => part).join(', ');
  return [point && `at ${point}`, note].filter((part) => part).join('; ');
}

/** A source in one line: who, what, where, and how it was read. */
export function sourceLine(source: TargetFile['sources'][string]): string {
  const { title, authors, venue, year, doi, arxiv, repository, commit, file, note } = source;
  const parts = [authors, title, venue ?? year, doi && `doi:${doi}`, arxiv && `arXiv:${arxiv}`];
  const code = repository && [repository, commit && `@ ${commit}`, file].filter((part) => part).join(' ');
  return `${[...parts, code].filter((part) => part).join(', ')}${note === undefined ? '' : `. ${note}`}`;
}

/** File, field and provenance of a number. */
export function sourceText(target: Target, field: string, quantity: Quantity): string {
  return `${target.fileName} ${field} (${provenanceText(quantity)})`;
}

/**
 * The number of a field that a view cannot do without.
 *
 * @param purpose - what needs it, for the message
 * @throws UsageError if the target does not know it
 */
export function required(target: Target, field: string, quantity: NumberQuantity | undefined, purpose: string): number {
  if (quantity === undefined || quantity.value === null) {
    const reason = quantity?.how ?? 'the file does not state it';
    throw new UsageError(
      `${purpose} needs ${field} of target ${target.id}, which is unknown: ${reason}; choose another target, or state it in a file of your own with "extends": "${target.id}"`,
    );
  }
  return quantity.value;
}
