// How do a config file and options become settings? One format for every command, YAML or JSON; options win.
import { UsageError } from '../core/errors.ts';
import { type RunConfig, resolveRunConfig } from '../pipeline/config.ts';
import { originOf, readSource } from '../pipeline/source-file.ts';

/** Settings as far as they are given; `undefined` is not given. */
export interface Settings {
  readonly [name: string]: unknown;
}

/**
 * The settings of a run: those of the config file, with what options say laid over them.
 *
 * @param base - lies under the config file, for example the settings of a checkpoint
 * @throws UsageError listing every unknown setting and value that is not allowed
 */
export function readSettings(configFile: string | undefined, given: Settings, base: Settings = {}): RunConfig {
  if (configFile === undefined) return resolveRunConfig(overlay(base, given));
  const source = readSource(configFile);
  const file = source.value;
  if (!isSection(file)) throw new UsageError(`${configFile} holds no settings by name; bimt-export init writes an example`);
  return resolveRunConfig(overlay(overlay(base, file), given), originOf(source));
}

function overlay(under: Settings, over: Settings): Settings {
  const merged: Record<string, unknown> = { ...under };
  for (const [name, value] of Object.entries(over)) {
    if (value === undefined) continue;
    const own = merged[name] ?? {};
    if (isSection(value) && isNotGiven(value)) continue;
    // A section of the file that is none is left for the check to refuse.
    merged[name] = isSection(value) ? (isSection(own) ? overlay(own, value) : own) : value;
  }
  return merged;
}

/** Whether options name a section and say nothing of it. */
function isNotGiven(section: Settings): boolean {
  const values = Object.values(section);
  return values.length > 0 && values.every((value) => value === undefined);
}

function isSection(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
