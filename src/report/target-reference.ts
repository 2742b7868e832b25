// Which chips ship, and where does every number of theirs come from? The page docs/targets.md.
import { executability } from '../targets/formats.ts';
import { sourceLine } from '../targets/known.ts';
import { listTargets, loadTarget, type Target } from '../targets/load.ts';
import { parameterValues } from '../targets/parameters.ts';
import { markdownTable } from './table.ts';
import { COST_COLUMNS, profileTitle, TARGET_COLUMNS, VALUE_COLUMNS, valueSections } from './target-tables.ts';

const INTRODUCTION = `# Hardware targets

This page is made from the files in \`targets/\` by \`npx tsx scripts/targets-page.ts\`. Unknown numbers are \`null\` in a file and never counted
as 0. \`first-class\`: capacity, network, energy and geometry are usable; \`structure-only\`: capacity and network, energies are partly
unknown; \`reference-only\`: for comparison, nothing can be mapped onto it.
`;

/** The page, in Markdown: all chips side by side, then every number of each with its provenance and source. */
export function targetReference(): string {
  const targets = listTargets().map((id) => loadTarget(id));
  return [
    INTRODUCTION,
    '## Side by side\n',
    markdownTable(TARGET_COLUMNS, targets),
    'What the parts cost in the default energy profile of each; the models are not comparable term by term:\n',
    markdownTable(COST_COLUMNS, targets),
    ...targets.map(targetSection),
  ].join('\n');
}

function targetSection(target: Target): string {
  const { file } = target;
  const { executable, reason } = executability(target);
  const facts = [
    `${file.maker}, ${file.year}; ${file.class}, ${file.support}; executes ${file.executes.join(', ')}`,
    `recurrence: ${file.recurrence}${file.recurrenceNote === undefined ? '' : `: ${file.recurrenceNote}`}`,
    `runs rate networks as they stand: ${executable ? 'yes' : 'no'}; ${reason}`,
    `network ${file.topology.kind}, messages ${file.routing.castMode}, synapses ${file.limits.packing}, signs ${file.weight.signScheme}`,
    ...file.energyProfiles.map(profileTitle),
    ...(file.waiver === undefined ? [] : [`what it lacks: ${file.waiver}`]),
    ...parameterValues(file).map(
      ({ name, value, min, max, meaning }) => `parameter \`${name}\` = ${value ?? 'not set'} (${min} … ${max}): ${meaning}`,
    ),
  ];
  return [
    `## ${file.id}: ${file.name}\n`,
    ...(file.note === undefined ? [] : [`${file.note}\n`]),
    list(facts),
    markdownTable(
      VALUE_COLUMNS,
      valueSections(file).flatMap(({ values }) => values),
    ),
    'Sources:\n',
    list(Object.entries(file.sources).map(([id, source]) => `**${id}** ${sourceLine(source)}`)),
  ].join('\n');
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}\n`).join('');
}
