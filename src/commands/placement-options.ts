// Which options do all commands share that place a network, and what do they mean as settings?
import { type Command, InvalidArgumentError, Option } from 'commander';
import { OBJECTIVES } from '../mapping/objective.ts';
import { effortOption } from './common.ts';

/** As commander hands them over. */
export interface PlacementOptions {
  readonly objective?: string;
  readonly effort?: number;
  readonly timeBudget?: number;
  readonly pin?: Readonly<Record<string, number>>;
  readonly keepFree?: readonly number[];
  readonly keepModules?: boolean;
}

const OBJECTIVE_HELP =
  'what placements make small: wire (Σ|weight|·hops), traffic (messages·hops), energy (of messages), congestion (the busiest link)';

/** Adds --objective, --effort, --time-budget and what `withWishes` adds. */
export function withPlacementOptions(command: Command): Command {
  command
    .addOption(new Option('--objective <name>', `${OBJECTIVE_HELP} (default: wire)`).choices(OBJECTIVES))
    .option('--effort <x>', 'how much to search (default: 1)', effortOption)
    .option('--time-budget <seconds>', 'search with twice the effort, and again, while there is time (default: one search)', secondsOption);
  return withWishes(command);
}

/** Adds --pin, --keep-free and --keep-modules. */
export function withWishes(command: Command): Command {
  return command
    .option('--pin <unit=core>', 'keep a unit of the pruned network on a core: neuron:7=12 or readout:3=0 (repeatable)', pinOption)
    .option('--keep-free <cores>', 'cores that stay empty, defective ones for example: 3,17 (default: none)', coresOption)
    .option('--keep-modules', 'functional clusters share no core; placements tell what that costs');
}

/** The options as settings of section `map`. */
export function placementSettings({ objective, effort, timeBudget, pin, keepFree, keepModules }: PlacementOptions) {
  return { objective, effort, timeBudget, pins: pin, keepFree, keepModules };
}

function pinOption(text: string, earlier: Readonly<Record<string, number>> = {}): Record<string, number> {
  const [, unit, core] = /^((?:neuron|readout):(?:0|[1-9]\d{0,8}))=(\d{1,9})$/.exec(text) ?? [];
  if (unit === undefined) throw new InvalidArgumentError('expected neuron:NUMBER=CORE or readout:NUMBER=CORE, as neuron:7=12.');
  if (earlier[unit] !== undefined) throw new InvalidArgumentError(`${unit} is pinned twice, to core ${earlier[unit]} before.`);
  return { ...earlier, [unit]: Number(core) };
}

function coresOption(text: string): number[] {
  if (!/^\d{1,9}(,\d{1,9})*$/.test(text)) throw new InvalidArgumentError('expected core numbers with commas between, as 3,17.');
  return text.split(',').map(Number);
}

function secondsOption(text: string): number {
  const seconds = Number(text);
  if (text.trim() === '' || !(seconds > 0 && Number.isFinite(seconds)))
    throw new InvalidArgumentError('expected a number of seconds above 0.');
  return seconds;
}
