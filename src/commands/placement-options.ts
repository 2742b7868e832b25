// Which options do all commands share that place a network, and what do they mean as settings?
import { type Command, InvalidArgumentError } from 'commander';
import { UNIT } from '../pipeline/config.ts';
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
    .addOption(settingOption('--pin <unit=core>', 'map.pins', { written: 'neuron:7=12', repeats: true, parse: pinOption }))
    .addOption(settingOption('--keep-free <cores>', 'map.keepFree', { written: '3,17', parse: coresOption }))
    .addOption(settingOption('--keep-modules', 'map.keepModules'));
}

/** The options as settings of section `map`. */
export function placementSettings({ objective, effort, timeBudget, pin, keepFree, keepModules }: PlacementOptions) {
  return { objective, effort, timeBudget, pins: pin, keepFree, keepModules };
}

function pinOption(text: string, earlier: Readonly<Record<string, number>> = {}): Record<string, number> {
  const [, unit = '', core] = /^(.*)=(\d{1,9})$/.exec(text) ?? [];
  if (!UNIT.test(unit)) throw new InvalidArgumentError('expected neuron:NUMBER=CORE or readout:NUMBER=CORE, as neuron:7=12.');
  if (earlier[unit] !== undefined) throw new InvalidArgumentError(`${unit} is pinned twice, to core ${earlier[unit]} before.`);
  return { ...earlier, [unit]: Number(core) };
}

function coresOption(text: string): number[] {
  if (!/^\d{1,9}(,\d{1,9})*$/.test(text)) throw new InvalidArgumentError('expected core numbers with commas between, as 3,17.');
  return text.split(',').map(Number);
}
