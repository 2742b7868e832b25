// Writes models/README.md from the sweeps in models/: the paper's statements against our numbers, and every table behind them.
// usage: tsx scripts/models/results.ts
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { writeFileAtomic } from '../../src/core/files.ts';
import { readNetwork } from '../../src/pipeline/network-file.ts';
import type { PrecisionStudy } from '../../src/pipeline/precision.ts';
import { pointsBySetting } from '../../src/pipeline/sweep-settings.ts';
import { type DonePoint, donePoints, SWEEP_MEASURES, type SweepMeasure } from '../../src/pipeline/sweep-statistics.ts';
import { FIGURES } from '../../src/report/figures.ts';
import { formatNumber, type NumberFormat } from '../../src/report/format.ts';
import { layoutComparison } from '../../src/report/layout-comparison.ts';
import { bitsText } from '../../src/report/precision-plot.ts';
import { awareSection } from './aware-section.ts';
import { settings } from './aware-settings.ts';
import { SHIPPED, SIDE_BY_SIDE } from './shipped.ts';
import { over, spreadWords, statements } from './statements.ts';
import { MODELS, openSweep, type Sweep } from './sweeps.ts';

const RATIO = { decimals: 3 } as const;
const WHOLE = { decimals: 0 } as const;
const ONE = { decimals: 1 } as const;

type Summary = DonePoint['record']['summary'];
type Measure = readonly [title: string, format: NumberFormat, value: (summary: Summary) => number | null];

const WHAT_IT_DOES: readonly Measure[] = [
  ['accuracy', RATIO, (s) => s.accuracy],
  ['strict', RATIO, (s) => s.strictAccuracy],
  ['tasks within 0.05', ONE, (s) => s.tasksNearCeiling],
  ['worst gap', RATIO, (s) => s.worstGap],
  ['active neurons', ONE, (s) => s.activeNeurons],
  ['connections', WHOLE, (s) => s.connections],
  ['clusters', ONE, (s) => s.clusters],
  ['Q', RATIO, (s) => s.qBinary],
];

const WHERE_IT_SITS: readonly Measure[] = [
  ['wiring', WHOLE, (s) => s.own.wiringLength],
  ['wiring, searched', WHOLE, (s) => s.searched?.wiringLength ?? null],
  ['mean length', RATIO, (s) => s.own.meanLength],
  ['mean length, searched', RATIO, (s) => s.searched?.meanLength ?? null],
  ['isolated', RATIO, (s) => s.own.isolated],
  ['isolated z', ONE, (s) => s.own.isolatedZ],
  ['isolated z, searched', ONE, (s) => s.searched?.isolatedZ ?? null],
  ['isolated, share of k', RATIO, (s) => s.own.isolatedShare],
  ['cluster size z', ONE, (s) => s.own.clusterSizeZ],
  ['cluster size z, searched', ONE, (s) => s.searched?.clusterSizeZ ?? null],
  ['cluster size, share of k', RATIO, (s) => s.own.clusterSizeShare],
];

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A row for each series and what varies in it beside the seed. */
function measureTable({ plan, records }: Sweep, measures: readonly Measure[]): string {
  const rows = plan.series.flatMap((series) =>
    [...pointsBySetting(plan, series)].flatMap(([setting, own]) => {
      const points = donePoints(own, records);
      const values = measures.map(([, format, value]) => spreadWords(over(points, value), format));
      return points.length === 0 ? [] : [[series.name, setting, `${points.length}`, ...values]];
    }),
  );
  if (rows.length === 0) return 'Not run yet.';
  const head = ['series', 'setting', 'seeds', ...measures.map(([title]) => title)];
  // Nothing varies within the series of some sweeps.
  const shown = head.map((_, column) => column).filter((column) => rows.some((cells) => cells[column] !== ''));
  const pick = (cells: readonly string[]) => shown.map((column) => cells[column]);
  return table(pick(head), rows.map(pick));
}

function hypervolumeTable({ summaries }: Sweep): string {
  const cell = (series: Sweep['summaries'][number], { id }: SweepMeasure) => spreadWords(series.hypervolume[id], RATIO);
  return table(
    ['series', 'points', ...SWEEP_MEASURES.map(({ label }) => label)],
    summaries.map((series) => [
      series.name,
      `${series.points - series.missing} of ${series.points}`,
      ...SWEEP_MEASURES.map((measure) => cell(series, measure)),
    ]),
  );
}

function shippedTable(sweeps: Readonly<Record<string, Sweep>>): string {
  const rows = SHIPPED.flatMap(({ name, sweep, series, seed }) => {
    const file = join(MODELS, `${name}.safetensors`);
    if (!existsSync(file)) return [];
    const { network, header } = readNetwork(readFileSync(file), file);
    const point = sweeps[sweep].done(series).find(({ point: { settings } }) => settings.train.seed === seed);
    return [
      [
        `[\`${name}\`](${name}.safetensors)`,
        `[\`${sweep}\`](${sweep}/sweep.yaml), series "${series}", seed ${seed}`,
        header.provenance.stage,
        formatNumber(network.neurons, WHOLE),
        point === undefined ? 'unknown' : formatNumber(point.record.summary.accuracy, RATIO),
        `[figures](figures/${name})`,
      ],
    ];
  });
  return table(['network', 'from', 'stage', 'neurons', 'accuracy', ''], rows);
}

const LAYOUTS = 'figures/layout-comparison.svg';

/** Wiring of every network of a sweep before and after a layout search. */
function layoutPicture({ plan, done }: Sweep): string {
  const conditions = plan.series.map(({ name }) => ({
    name,
    networks: done(name).map(({ point, record: { summary } }) => ({
      name: point.name,
      own: summary.own.wiringLength,
      searched: summary.searched?.wiringLength ?? null,
    })),
  }));
  return layoutComparison(
    'Short wires: trained, or found afterwards?',
    conditions.filter(({ networks }) => networks.length > 0),
  );
}

/** One command for each figure, on networks that ship. */
function figureTable(): string {
  const network = (name: string) => join(MODELS, `${name}.safetensors`);
  const compared = Object.values(SIDE_BY_SIDE)[0].map(network).join(' ');
  const own = FIGURES.map(({ name, paper, shows, compares }) => [
    paper,
    shows,
    `\`bimt-export figure ${name} ${compares ? compared : network(name === 'weight-matrix' ? 'yang19-400-bimt-trained' : 'yang19-20x20-bimt-trained')}\``,
  ]);
  const fronts = SWEEP_MEASURES.filter(({ id }) => id !== 'wiringSearched').map(({ file, title }) => [
    'figure 1 (4 and 6 for 1D and Mod-Cog)',
    `${title.toLowerCase()}, of a sweep`,
    `\`bimt-export figure ${basename(file, '.svg')} ${join(MODELS, 'yang19-lambda')}\``,
  ]);
  return table(['paper', 'shows', 'command'], [...own, ...fronts]);
}

/** Figures of several networks, a column for each network that ships. */
function sideBySide(names: readonly string[], figures: readonly string[]): string {
  const there = names.filter((name) => existsSync(join(MODELS, 'figures', name)));
  if (there.length === 0) return 'Not run yet.';
  return table(
    there,
    figures.map((figure) => there.map((name) => `![${figure} of ${name}](figures/${name}/${figure}.svg)`)),
  );
}

function picture(path: string, what: string): string {
  return existsSync(join(MODELS, path)) ? `![${what}](${path})\n` : '';
}

/** What the study of widths found. */
function precisionTable(): string {
  const file = join(MODELS, 'precision', 'precision.json');
  if (!existsSync(file)) return 'Not run yet.';
  const { float, points } = JSON.parse(readFileSync(file, 'utf8')) as PrecisionStudy;
  const ratio = (value: number | null) => (value === null ? 'unknown' : formatNumber(value, RATIO));
  const rows = points.map(({ bits, isTrained, scores, synapses, loss }) => [
    bitsText(bits),
    isTrained ? 'trained' : 'rounded',
    ratio(scores.meanAccuracy),
    ratio(loss.all),
    ratio(loss.withDelay),
    ratio(loss.others),
    formatNumber(synapses, WHOLE),
  ]);
  const head = ['weights', '', 'accuracy', 'lost', 'by tasks with a delay', 'by the others', 'synapses'];
  return `Float: ${ratio(float.meanAccuracy)}, ${formatNumber(float.trialsPerTask, WHOLE)} trials a task.\n\n${table(head, rows)}`;
}

const sweeps = Object.fromEntries(['yang19', 'yang19-lambda', 'modcog84-1d'].map((name) => [name, openSweep(name)]));

const page = `# Results

"Growing Brains" (Liu, Khona, Fiete & Tegmark 2023), run again with this tool. This page is written by \`scripts/models/results.ts\` from the
points of the sweeps beside it; \`±\` is the sample standard deviation over seeds, lengths are in sides of the grid, a p-value comes
from 10,000 shuffles. Accuracies of \`yang19\` stand on 4,000 trials a task that no setting was chosen on. How the settings were found:
[experiments.md](experiments.md).

## What the paper says, and what we measured

${table(
  ['figure', 'the paper', 'measured', ''],
  statements({ plane: sweeps['yang19'], fronts: sweeps['yang19-lambda'], modCog: sweeps['modcog84-1d'] }).map(
    ({ figure, paper, measured, verdict }) => [figure, paper, measured, `**${verdict}**`],
  ),
)}

## The comparison (\`yang19\`)

Equal budgets: 12,000 updates of 20 streams × 100 steps, λ = 2.5e-5 where there is a penalty; magnitude pruning ends at a density of 0.05. \`local\` is BIMT's cost without swaps, \`swap\` is swaps without BIMT's cost; L1 and none know no positions, so in
one dimension ("1D") they are the same networks seen in a line. "Searched" is the
same network after a search for the layout of shortest wires, which changes no weight. "Share of k": at how many of the numbers of clusters k = 2 … 29 the p is below
0.01; which k the silhouette keeps is often a matter of chance.

${measureTable(sweeps['yang19'], WHAT_IT_DOES)}

${measureTable(sweeps['yang19'], WHERE_IT_SITS)}

![Wiring length of every network as trained and after a layout search](${LAYOUTS})

## What the networks look like

${sideBySide(['yang19-20x20-bimt-trained', 'yang19-20x20-l1-trained', 'yang19-20x20-none-trained'], ['brain-map', 'null-histograms', 'connection-map'])}

${picture('figures/yang19-20x20/weight-distance.svg', 'Mean weight against distance of the three networks')}
${picture('figures/yang19-20x20/task-variance.svg', 'Sorted task variance of the three networks')}
${picture('figures/yang19-20x20/performance.svg', 'Accuracy of the three networks in every task')}
In one dimension, and for Mod-Cog:

${sideBySide(['yang19-400-bimt-trained', 'modcog84-400-bimt-trained'], ['weight-matrix', 'brain-map', 'null-histograms', 'performance'])}

## Trade-offs (\`yang19-lambda\`)

Half the budget, so that more of λ can be seen. Hypervolume: larger is better; sizes count in powers of ten below the dense network.

${hypervolumeTable(sweeps['yang19-lambda'])}

${picture('yang19-lambda/pareto-neurons.svg', 'Error against active neurons')}
${picture('yang19-lambda/pareto-wiring.svg', 'Error against wiring length')}
${picture('yang19-lambda/pareto-wiring-searched.svg', 'Error against wiring length after a layout search')}
${measureTable(sweeps['yang19-lambda'], WHAT_IT_DOES)}

${measureTable(sweeps['yang19-lambda'], WHERE_IT_SITS)}

## Mod-Cog in one dimension (\`modcog84-1d\`)

${measureTable(sweeps['modcog84-1d'], WHAT_IT_DOES)}

${measureTable(sweeps['modcog84-1d'], WHERE_IT_SITS)}

## How many bits (\`precision\`)

\`yang19-20x20-bimt\` in integers of \`rram-mesh\`, one scale a neuron, states of 8 bits: rounded as it is, and after 2,000 updates of quantization-aware
training at each width ([settings](precision/settings.json)).

${picture('precision/precision.svg', 'Accuracy against bits, rounded and trained')}
${precisionTable()}

## Wires on chips (\`aware\`)

What do a network's wires cost on a chip, at equal accuracy? Every network is pruned to the sparsest density that keeps ${settings.accuracy}, on ${settings.search.trialsPerTask} trials a task
that serve the search alone, and placed as \`map\` does, with so few neurons a core that the network spreads over several routers
([settings](aware/settings.json)). The accuracy shown stands on ${settings.test.trialsPerTask} other trials a task. "Aware of the chip" is \`run --aware\`: it begins with the network of
"BIMT on the grid" and trains on with hops as the price of wires; "trained on" is trained on by the same rounds and
rules under the same price with distance on the grid. Hops and messages include inputs and readout; energy is that of routers and links in a mean step, by the chip's default profile.
\`rram-mesh\` sends whole vectors: it pays for every pair of cores that talk at all, so that fewer and weaker synapses between two cores save nothing there.

${awareSection(table)}

## Figures of the paper, and the command that draws each

${figureTable()}

## Networks that ship

Beside each lie its analysis (\`.analysis.json\`) and its learning curve (\`.training.csv\`).

${shippedTable(sweeps)}

To make them again: \`bash scripts/models/all.sh\`. A killed run goes on where it was, and what is done is not done again.
`;

writeFileAtomic(join(MODELS, LAYOUTS), layoutPicture(sweeps['yang19']));
writeFileAtomic(join(MODELS, 'README.md'), page.replaceAll(/\n{3,}/g, '\n\n'));
