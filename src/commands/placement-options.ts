// Which options do all commands share that place a network, and what do they mean as settings?
import { type Command, InvalidArgumentError } from 'commander';
import { settingOption } from './setting-option.ts';

/** As commander hands them over. */
export interface PlacementOptions {
  readonly objective?: string;
  readonly effort?: number;
  readonly timeBudget?: number;
  readonly pin?: Readonly<Record<string, number>>;
  readonly keepFree?: readonly number[];
  readonly keepModules?: boolean;
}

/** Adds --objective, --effort, --time-budget and what `withWishes` adds. */
export function withPlacementOptions(command: Command): Command {
  command
    .addOption(settingOption('--objective <name>', 'map.objective'))
    .addOption(settingOption('--effort <x>', 'map.effort'))
    .addOption(settingOption('--time-budget <seconds>', 'map.timeBudget'));
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
