// Which settings are there, in words? The commented example of `init` and docs/settings.md, both from the schema of config files.
import { stringify } from 'yaml';
import { allowedText, meaningText, type SchemaNode, schemaNode, sectionOf, valueText } from '../core/allowed.ts';
import { AnalyzeConfig } from './analyze-stage.ts';
import { RunSettings } from './config.ts';
import { SweepFile } from './sweep-file.ts';

/** Characters of a comment in the example; the deepest is indented by eight more. */
const WIDTH = 110;

const EXAMPLE_HEAD = `Settings of a run, each with its default. Delete what you do not change, change the rest, then:
bimt-export run FILE --out runs/first
Options of commands win over the file. Sections that are null have their settings beneath them, behind #.`;

const PAGE_HEAD = `# Settings

Every setting of a config file, for \`bimt-export run FILE\` and \`--config FILE\` of single commands. Files are YAML, or JSON;
\`bimt-export init\` writes one with all defaults and these words, \`bimt-export schema config\` prints the JSON Schema for editors. Options of
commands win over the file. What is wrong in a file is told with line and column. The \`config.json\` of a run folder holds every setting of
the run, and repeats it.

This page is generated (\`npx tsx scripts/settings-page.ts\`).
`;

/** A config file in which every setting stands with its default and its meaning; it asks for the same run as an empty one. */
export function exampleConfig(): string {
  const { properties = {} } = schemaNode(RunSettings);
  const parts = Object.entries(properties).map(([name, node]) => exampleLines(name, node).join('\n'));
  return `${[comment(EXAMPLE_HEAD).join('\n'), ...parts].join('\n\n')}\n`;
}

function exampleLines(name: string, node: SchemaNode): string[] {
  const inner = sectionOf(node)?.properties;
  const isPlain = inner === undefined;
  const told = comment(isPlain ? `${meaningText(node)}. Allowed: ${allowedText(node)}` : meaningText(node));
  if (isPlain) return [...told, `${name}: ${yamlValue(node.default)}`];
  const section = [
    `${name}:`,
    ...Object.entries(inner)
      .flatMap(([key, value]) => exampleLines(key, withExample(value)))
      .map((line) => `  ${line}`),
  ];
  return node.default === null ? [...told, `${name}: null`, ...section.map((line) => `# ${line}`)] : [...told, ...section];
}

/** What has no default is shown with an example. */
function withExample(node: SchemaNode): SchemaNode {
  return node.default === undefined ? { ...node, default: node.examples?.[0] } : node;
}

function comment(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const lines = [''];
    for (const word of line.split(' ')) {
      const last = lines.length - 1;
      if (lines[last].length + word.length >= WIDTH) lines.push(word);
      else lines[last] = lines[last] === '' ? word : `${lines[last]} ${word}`;
    }
    return lines.map((words) => `# ${words}`);
  });
}

function yamlValue(value: unknown): string {
  return typeof value === 'number' ? valueText(value) : stringify(value, { collectionStyle: 'flow' }).trim();
}

const SWEEP_HEAD = `# Sweep files

What \`bimt-export sweep FILE\` reads. \`base\` and every series take the sections \`train\`, \`prune\` and \`scores\` as above, and \`analyze\` as below.
Every list in them is an axis, and all combinations are trained; without \`prune\` networks are analysed as trained.
`;

/** The page of docs that tells every setting. */
export function settingsPage(): string {
  const { workers, base, series } = schemaNode(SweepFile).properties ?? {};
  const top = Object.entries({ workers, base, series }).map(([name, node = {}]) => row(name, node));
  const analyze = {
    ...schemaNode(AnalyzeConfig),
    description: 'what is measured of every network, and the options of `bimt-export analyze`',
  };
  return [PAGE_HEAD, ...sectionsOf('', schemaNode(RunSettings)), SWEEP_HEAD, settingsTable(top), ...sectionsOf('analyze', analyze)].join(
    '\n',
  );
}

/** The sections of settings, each with the table of its own. */
function sectionsOf(path: string, section: SchemaNode): string[] {
  const sections: string[] = [];
  const add = (path: string, node: SchemaNode): void => {
    const inner = Object.entries(sectionOf(node)?.properties ?? {});
    const plain = inner.filter(([, value]) => sectionOf(value)?.properties === undefined);
    const title = path === '' ? '## At the top' : `## ${path}\n\n${sentence(meaningText(node))}`;
    sections.push(`${title}\n\n${settingsTable(plain.map(([name, value]) => row(name, value)))}`);
    for (const [name, value] of inner) if (!plain.some(([other]) => other === name)) add(path === '' ? name : `${path}.${name}`, value);
  };
  add(path, section);
  return sections;
}

function settingsTable(rows: readonly string[]): string {
  return `| setting | default | allowed | meaning |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}

function row(name: string, node: SchemaNode): string {
  const fallback = node.default === undefined ? 'none, has to be given' : `\`${yamlValue(node.default)}\``;
  return `| \`${name}\` | ${fallback} | ${cell(allowedText(node))} | ${cell(meaningText(node))} |`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
