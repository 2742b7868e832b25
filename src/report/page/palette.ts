// Which fill does a neuron or a core get? Kinds by hue and number, amounts by lightness, so that both read in grey.
import { interpolateBlues, interpolateOranges } from 'd3-scale-chromatic';

/** Colours of Okabe & Ito (2008), told apart by most colour-blind readers; black letters read on all of them. */
const KINDS = ['#e69f00', '#56b4e9', '#2fa583', '#f0e442', '#7fa8e8', '#e07a3f', '#cc79a7'] as const;

/** Fill of the n-th of several kinds; they repeat, and a number beside tells them apart. */
export function kindFill(kind: number): string {
  return KINDS[kind % KINDS.length] as string;
}

/** Letters on such a fill. */
export const KIND_INK = '#1a1a1a';

/** An amount from 0 to 1: darker is more on white, lighter is more on black. */
export function amountFill(share: number, dark: boolean): string {
  const within = Math.min(1, Math.max(0, share));
  return interpolateBlues(dark ? 0.95 - 0.8 * within : 0.08 + 0.87 * within);
}

/** Letters on such a fill. */
export function amountInk(share: number, dark: boolean): string {
  return share > 0.55 === dark ? '#10151b' : '#ffffff';
}

/** The same for links. */
export function linkStroke(share: number, dark: boolean): string {
  return interpolateOranges(dark ? 0.75 - 0.45 * share : 0.35 + 0.55 * share);
}
