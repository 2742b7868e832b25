// Which colour has each neuron under each colouring, and what does the legend say about it?
import { formatNumber, plural } from '../format.ts';
import type { Model } from './model.ts';
import { amountFill, amountInk, KIND_INK, kindFill } from './palette.ts';
import type { Focus, State } from './state.ts';
import type { Theme } from './theme.ts';

/** An entry of a legend of kinds; pointing at it lights its neurons. */
export interface KindEntry {
  readonly focus: Focus;
  readonly fill: string;
  readonly mark: string;
  readonly text: string;
}

/** What the colours mean. */
export type Legend =
  | { readonly kinds: readonly KindEntry[]; readonly note: string }
  | { readonly amount: string; readonly least: string; readonly most: string; readonly fills: readonly string[] }
  | { readonly unknown: string };

/** Colours of neurons. */
export interface Colours {
  fill(neuron: number): string;
  ink(neuron: number): string;
  /** What is written into a neuron's square; empty for nothing. */
  mark(neuron: number): string;
  readonly legend: Legend;
}

/** The colours that a state asks for. */
export function coloursOf(model: Model, { target, colouring }: Pick<State, 'target' | 'colouring'>, theme: Theme): Colours {
  const { core, messages, placement } = model.targets[target] ?? { core: null, messages: null, placement: null };
  if (colouring === 'module') return moduleColours(model, theme);
  if (colouring === 'core') {
    if (core === null) return unknownColours('The network is not placed on this target, so no neuron has a core.', theme);
    const found = placement?.result?.cores ?? [];
    const cores = [...new Set(core)].filter((id) => id >= 0).sort((a, b) => a - b);
    const rank = new Map(cores.map((id, i) => [id, i]));
    return kindColours(
      (neuron) => rank.get(core[neuron]) ?? null,
      cores.map((id, i) => ({
        focus: { kind: 'core', index: id },
        fill: kindFill(i),
        mark: `${id}`,
        text: plural(found.find((one) => one.id === id)?.neurons ?? 0, 'neuron'),
      })),
      'Colours repeat; numbers are those of the cores.',
      theme,
    );
  }
  if (colouring === 'activity') {
    if (messages === null) return unknownColours('Activity was not measured on this target.', theme);
    return amountColours((neuron) => messages[neuron], 1, 'share of time steps in which a neuron sends', theme);
  }
  const degrees = Int32Array.from({ length: model.neurons }, (_, neuron) => degreeOf(model, neuron));
  const most = degrees.reduce((largest, degree) => Math.max(largest, degree), 1);
  return amountColours((neuron) => degrees[neuron], most, 'recurrent synapses that arrive or leave', theme);
}

/** Recurrent synapses of a neuron that arrive or leave. */
function degreeOf({ incoming, outgoing }: Model, neuron: number): number {
  const count = ({ indptr }: { readonly indptr: Int32Array }) => indptr[neuron + 1] - indptr[neuron];
  return count(incoming) + count(outgoing);
}

function moduleColours({ functions }: Model, theme: Theme): Colours {
  if (functions === null) return unknownColours('This run did not measure what neurons do; run it again for functional modules.', theme);
  const { module, modules, note } = functions;
  if (module === null) return unknownColours(note ?? 'There are no functional modules.', theme);
  return kindColours(
    (neuron) => (module[neuron] < 0 ? null : module[neuron]),
    modules.map(({ size, preferredTask }, index) => ({
      focus: { kind: 'module', index },
      fill: kindFill(index),
      mark: `${index + 1}`,
      text: `${preferredTask} (${size})`,
    })),
    'Functional clusters by task variance, with their preferred task and number of neurons. Grey: silent in every task.',
    theme,
  );
}

function kindColours(kindOf: (neuron: number) => number | null, kinds: readonly KindEntry[], note: string, theme: Theme): Colours {
  const entry = (neuron: number) => {
    const kind = kindOf(neuron);
    return kind === null ? null : kinds[kind];
  };
  return {
    fill: (neuron) => entry(neuron)?.fill ?? theme.line,
    ink: () => KIND_INK,
    mark: (neuron) => entry(neuron)?.mark ?? '',
    legend: { kinds, note },
  };
}

function amountColours(amountOf: (neuron: number) => number, most: number, amount: string, theme: Theme): Colours {
  const say = (value: number) => formatNumber(value, { significant: 2 });
  return {
    fill: (neuron) => amountFill(amountOf(neuron) / most, theme.dark),
    ink: (neuron) => amountInk(amountOf(neuron) / most, theme.dark),
    mark: (neuron) => (most > 1 ? formatNumber(amountOf(neuron), { decimals: 0 }) : say(amountOf(neuron)).replace(/^0\./, '.')),
    legend: { amount, least: '0', most: say(most), fills: Array.from({ length: 9 }, (_, i) => amountFill(i / 8, theme.dark)) },
  };
}

function unknownColours(unknown: string, theme: Theme): Colours {
  return { fill: () => theme.line, ink: () => theme.ink, mark: () => '', legend: { unknown } };
}

/** Neurons that a focus is about. */
export function neuronsOf(model: Model, target: number, { kind, index }: Focus): number[] {
  if (kind === 'neuron') return [index];
  if (kind === 'link') return [];
  const belongs = kind === 'core' ? (model.targets[target]?.core ?? null) : (model.functions?.module ?? null);
  if (belongs === null) return [];
  return Array.from(belongs.keys()).filter((neuron) => belongs[neuron] === index);
}
