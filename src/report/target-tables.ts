// What is known of a chip, as tables: one line a chip, and one line a number.
import { executability } from '../targets/formats.ts';
import { coresPerChip, usableCoresPerChip } from '../targets/grid.ts';
import { provenanceText } from '../targets/known.ts';
import type { Target } from '../targets/load.ts';
import { hopEnergies, operationEnergy } from '../targets/profiles.ts';
import { findQuantities, type LocatedQuantity, pathText } from '../targets/quantities.ts';
import type { NumberQuantity, TargetFile } from '../targets/schema.ts';
import { nameWords, quantityText } from './format.ts';
import type { Column } from './table.ts';

/** A chip in one line. */
export const TARGET_COLUMNS: readonly Column<Target>[] = [
  wordColumn('target', 'name for --target', ({ id }) => id),
  wordColumn('name', 'chip', ({ file }) => file.name),
  wordColumn('year', 'of publication', ({ file }) => String(file.year)),
  wordColumn('class', 'kind of hardware', ({ file }) => file.class),
  wordColumn('support', 'what can be done with it', ({ file }) => file.support),
  wordColumn('cores', 'cores of a chip that neurons may use, and of how many where that is not all', ({ file }) => coresText(file)),
  wordColumn('neurons', 'neurons of a core', ({ file }) => neuronsText(file)),
  wordColumn('weights', 'bits of a weight', ({ file }) => bitsText(file)),
  wordColumn('network', 'kind of network', ({ file }) => file.topology.kind),
  wordColumn('runs rate networks', 'whether a rate network runs as it stands', (target) =>
    executability(target).executable ? 'yes' : 'no',
  ),
];

/** What the parts of a chip cost in its default profile, as far as it is known. */
export const COST_COLUMNS: readonly Column<Target>[] = [
  wordColumn('target', 'name for --target', ({ id }) => id),
  wordColumn('energy model', 'kind of the default profile', ({ file }) => defaultProfile(file)?.kind ?? 'none'),
  wordColumn('an operation', 'energy of a synaptic operation, the read of a cell, or a multiplication', ({ file }) =>
    profileText(file, (profile) => [operationEnergy(profile)]),
  ),
  wordColumn('a hop', 'energy along x and y, or along either', ({ file }) =>
    file.topology.kind === 'single' ? 'no hops' : profileText(file, hopEnergies),
  ),
  wordColumn('pitch', 'between neighbouring routers, x by y', ({ file }) => {
    const { pitch, basis } = file.geometry;
    return pitch.x.value === null && pitch.y.value === null
      ? 'unknown'
      : `${quantityText(pitch.x)} × ${quantityText(pitch.y)} (${basis}${basis === 'area-share' ? ', an upper bound' : ''})`;
  }),
  wordColumn('unknown', 'numbers of the file that nobody has published', ({ file }) =>
    String((findQuantities(file) ?? []).filter(({ quantity }) => quantity.value === null).length),
  ),
];

/** A number of a file in one line. */
export const VALUE_COLUMNS: readonly Column<LocatedQuantity>[] = [
  wordColumn('field', 'path in the file', ({ path }) => pathText(path)),
  wordColumn('value', 'with its bound and unit', ({ quantity }) => quantityText(quantity)),
  wordColumn('provenance, source', 'where it comes from', ({ quantity }) => provenanceText(quantity)),
];

/** Numbers of a file that belong together. */
export interface ValueSection {
  readonly title: string;
  readonly values: readonly LocatedQuantity[];
}

/** All numbers of a file, by its fields and energy profiles, in its order. */
export function valueSections(file: TargetFile): ValueSection[] {
  const sections = new Map<string, LocatedQuantity[]>();
  // A checked file is nowhere too deep.
  for (const located of findQuantities(file) ?? []) {
    const [field, index] = located.path;
    const title = field === 'energyProfiles' ? profileTitle(file.energyProfiles[index as number]) : nameWords(String(field));
    sections.set(title, [...(sections.get(title) ?? []), located]);
  }
  return [...sections].map(([title, values]) => ({ title, values }));
}

/** What a profile is, in words. */
export function profileTitle({ id, kind, default: isDefault, note }: TargetFile['energyProfiles'][number]): string {
  const about = note === undefined ? '' : `. ${note}`;
  return `energy profile ${id} (${kind}${isDefault === true ? ', the default' : ''})${about}`;
}

function defaultProfile(file: TargetFile): TargetFile['energyProfiles'][number] | undefined {
  return file.energyProfiles.find((profile) => profile.default === true);
}

type Energies = (profile: TargetFile['energyProfiles'][number]) => (NumberQuantity | undefined)[];

function profileText(file: TargetFile, energies: Energies): string {
  const profile = defaultProfile(file);
  const texts = profile === undefined ? [] : energies(profile).map((one) => (one === undefined ? 'unknown' : quantityText(one)));
  return [...new Set(texts.length === 0 ? ['unknown'] : texts)].join(', ');
}

function neuronsText({ limits, crossbar, coreClasses = [] }: TargetFile): string {
  const each = coreClasses.length > 0 ? coreClasses.map((one) => one.limits.neurons) : [limits.neurons];
  const texts = [...new Set(each.map((neurons) => quantityText({ ...neurons, range: null })))];
  if (texts.length > 2) return `${texts.length} kinds`;
  return texts.join(', ') === 'unknown' && (crossbar?.cols.value ?? null) !== null ? 'as arrays hold' : texts.join(', ');
}

function bitsText({ weight }: TargetFile): string {
  const { value } = weight.bits;
  if (value === null) return 'unknown';
  if (value.length === 1) return quantityText({ ...weight.bits, value: value[0], range: null });
  return value.length > 2 ? `${Math.min(...value)} to ${Math.max(...value)} bit` : `${value.join(' or ')} bit`;
}

function coresText(file: TargetFile): string {
  const all = coresPerChip(file);
  const usable = usableCoresPerChip(file);
  if (all === null || usable === null) return 'unknown';
  return usable === all ? String(all) : `${usable} of ${all}`;
}

function wordColumn<Row>(title: string, meaning: string, value: (row: Row) => string): Column<Row> {
  return { key: title, title, unit: '', format: 'words', meaning, value };
}
