// What does the paper say, and what did we measure? Every statement of Liu et al. (2023) that a number of ours can test.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Analysis, parseAnalysis } from '../../src/analysis/analysis-file.ts';
import { gridWireCost, parseGrid } from '../../src/network/geometry.ts';
import type { DonePoint, MeanSpread, SweepMeasure } from '../../src/pipeline/sweep-statistics.ts';
import { meanSpread } from '../../src/pipeline/sweep-statistics.ts';
import { formatNumber, type NumberFormat } from '../../src/report/format.ts';
import { MODELS, type Sweep } from './sweeps.ts';

export type Verdict = 'holds' | 'holds in part' | 'does not hold' | 'not measured yet';

/** A row of the table of statements. */
export interface Statement {
  readonly figure: string;
  readonly paper: string;
  readonly measured: string;
  readonly verdict: Verdict;
}

type Summary = DonePoint['record']['summary'];

/** Mean and spread of a number over points; null where nothing is known. */
export function over(points: readonly DonePoint[], value: (summary: Summary) => number | null): MeanSpread | null {
  return meanSpread(points.map(({ record }) => value(record.summary)).filter((known) => known !== null));
}

/** `0.97 ± 0.01`, the spread being a sample standard deviation; `unknown` of nothing. */
export function spreadWords(value: MeanSpread | null, format: NumberFormat): string {
  if (value === null) return 'unknown';
  const mean = formatNumber(value.mean, format);
  return value.spread === null ? mean : `${mean} ± ${formatNumber(value.spread, format)}`;
}

const RATIO = { decimals: 3 } as const;
const LENGTH = { decimals: 0 } as const;
const ONE = { decimals: 1 } as const;

/** Significance that the paper's "far below the null" is held to. */
const SIGNIFICANT = 0.01;

/** Mean accuracy of 20 tasks that counts as doing them well; the best possible is 0.984. */
const WELL = 0.95;

const NOT_YET: Pick<Statement, 'measured' | 'verdict'> = { measured: '–', verdict: 'not measured yet' };

/** Every statement with its measurement. */
export function statements({ plane, fronts, modCog }: { plane: Sweep; fronts: Sweep; modCog: Sweep }): Statement[] {
  return [
    accuracyStatement(plane),
    neuronStatement(plane),
    localStatement(plane),
    bumpStatement(),
    middleStatement(),
    moduleStatement(plane, 'isolated', 'Few neurons of BIMT networks are isolated from their functional cluster'),
    moduleStatement(plane, 'clusterSize', 'Functional clusters of BIMT networks are small in space'),
    frontStatement(fronts, '1', 'neurons', 'BIMT needs fewer neurons than L1 at the same error'),
    frontStatement(fronts, '1', 'wiring', 'BIMT needs less wire than L1 at the same error'),
    frontStatement(fronts, 'none', 'wiringSearched', 'The same with the shortest layout that a search finds for every network (not shown)'),
    layoutStatement(plane),
    lineStatement(plane),
    modCogStatement(modCog),
  ];
}

function accuracyStatement(sweep: Sweep): Statement {
  const statement = { figure: '1d', paper: 'All three trainings do the 20 tasks well; BIMT is no less accurate than L1 and none' };
  const [bimt, l1, none] = ['bimt', 'l1', 'none'].map((series) => sweep.done(series));
  if (bimt.length === 0 || l1.length === 0 || none.length === 0) return { ...statement, ...NOT_YET };
  const accuracy = (points: readonly DonePoint[]) => over(points, (s) => s.accuracy);
  const measured = `bimt ${spreadWords(accuracy(bimt), RATIO)}, l1 ${spreadWords(accuracy(l1), RATIO)}, none ${spreadWords(accuracy(none), RATIO)}`;
  const found = [bimt, l1, none].map((points) => accuracy(points) ?? { mean: 0, spread: null });
  const noise = Math.max(...found.map(({ spread }) => spread ?? 0));
  const noLess = found[0].mean >= Math.max(found[1].mean, found[2].mean) - noise;
  const allWell = found.every(({ mean }) => mean >= WELL);
  return { ...statement, measured, verdict: noLess && allWell ? 'holds' : allWell ? 'holds in part' : 'does not hold' };
}

function neuronStatement(sweep: Sweep): Statement {
  const statement = { figure: '2', paper: 'About 100 of 400 neurons are important in the BIMT network' };
  const bimt = sweep.done('bimt');
  const active = over(bimt, (s) => s.activeNeurons);
  if (active === null) return { ...statement, ...NOT_YET };
  const others = ['l1', 'none'].map(
    (series) =>
      `${series} ${spreadWords(
        over(sweep.done(series), (s) => s.activeNeurons),
        ONE,
      )}`,
  );
  const measured = `bimt ${spreadWords(active, ONE)}, ${others.join(', ')}`;
  return { ...statement, measured, verdict: active.mean >= 70 && active.mean <= 140 ? 'holds' : 'does not hold' };
}

/** Much of a short mean length comes from all active neurons sitting in the middle. */
function among(name: string): string {
  const distance = activePairDistance(name);
  return distance === null ? '' : `; among the active neurons of BIMT's seed 0, which sit in the middle, ${formatNumber(distance, RATIO)}`;
}

function localStatement(sweep: Sweep): Statement {
  const statement = { figure: '1, 3', paper: 'Connections of BIMT networks are local, those of L1 networks are not' };
  const length = (series: string) => over(sweep.done(series), (s) => s.own.meanLength);
  const [bimt, l1] = [length('bimt'), length('l1')];
  if (bimt === null || l1 === null) return { ...statement, ...NOT_YET };
  const measured = `mean length of an active connection: bimt ${spreadWords(bimt, RATIO)}, l1 ${spreadWords(l1, RATIO)}, none ${spreadWords(length('none'), RATIO)} (chance 0.667${among('yang19-20x20-bimt-trained')})`;
  return { ...statement, measured, verdict: bimt.mean <= l1.mean / 2 ? 'holds' : bimt.mean < l1.mean ? 'holds in part' : 'does not hold' };
}

/** What summaries call the two measures of modules, and we. */
const MODULE_MEASURES = { isolated: 'isolated neurons', clusterSize: 'cluster size' } as const;

function moduleStatement(sweep: Sweep, measure: keyof typeof MODULE_MEASURES, paper: string): Statement {
  const statement = { figure: '2', paper: `${paper}, beyond chance; those of L1 and none are inside the null` };
  const values = (series: string) => sweep.done(series).map(({ record }) => record.summary.own[`${measure}P`]);
  const [bimt, l1, none] = ['bimt', 'l1', 'none'].map(values);
  if (bimt.length === 0 || l1.length === 0) return { ...statement, ...NOT_YET };
  const below = (all: readonly (number | null)[]) => all.filter((one) => one !== null && one < SIGNIFICANT).length;
  const list = (all: readonly (number | null)[]) =>
    all.map((one) => (one === null ? 'unknown' : formatNumber(one, { significant: 2 }))).join(', ');
  const shares = ['bimt', 'l1', 'none'].map(
    (series) =>
      `${series} ${spreadWords(
        over(sweep.done(series), (s) => s.own[`${measure}Share`]),
        'percent',
      )}`,
  );
  const measured = `p of ${MODULE_MEASURES[measure]} by seed: bimt ${list(bimt)}; l1 ${list(l1)}; none ${list(none)}. Numbers of clusters k at which p < ${SIGNIFICANT}: ${shares.join(', ')}`;
  const inside = below(l1) === 0 && below(none) === 0;
  const all = below(bimt) === bimt.length;
  return { ...statement, measured, verdict: all && inside ? 'holds' : below(bimt) > 0 ? 'holds in part' : 'does not hold' };
}

/** The analyses of the trained networks that ship; null where one is not there. */
function shippedAnalysis(name: string): Analysis | null {
  const file = join(MODELS, `${name}.analysis.json`);
  return existsSync(file) ? parseAnalysis(JSON.parse(readFileSync(file, 'utf8')), file) : null;
}

/** Mean distance of two active neurons of a network where they sit: the length of connections that know no distance; null as above. */
function activePairDistance(name: string): number | null {
  const analysis = shippedAnalysis(name);
  if (analysis === null) return null;
  const { distance } = gridWireCost(parseGrid(analysis.network.grid));
  const sites = analysis.activity.active.map((neuron) => analysis.layouts[0].site[neuron]);
  const sum = sites.reduce((total, a) => total + sites.reduce((own, b) => own + distance(a, b), 0), 0);
  return sum / (sites.length * (sites.length - 1));
}

/** Where the paper sees strong connections again, in grid sides. */
const BUMP = { from: 0.5, to: 0.7 } as const;
/** From one distance to the next; a smaller one is noise. */
const RISE = 1.2;

function bumpStatement(): Statement {
  const statement = {
    figure: '3',
    paper: 'Mean |w| of BIMT networks falls with distance, with a second bump near 0.6; that of L1 networks does not fall',
  };
  const [bimt, l1] = ['bimt', 'l1'].map((condition) => shippedAnalysis(`yang19-20x20-${condition}-trained`));
  if (bimt === null || l1 === null) return { ...statement, ...NOT_YET };
  const bins = (analysis: Analysis) => analysis.layouts[0].weightByDistance.bins;
  const mean = (analysis: Analysis, from: number, to: number) => {
    const inside = bins(analysis).filter(({ distance }) => distance > from && distance <= to);
    return inside.reduce((sum, bin) => sum + bin.meanWeight * bin.pairs, 0) / inside.reduce((sum, bin) => sum + bin.pairs, 0);
  };
  const fall = (analysis: Analysis) => mean(analysis, 0, 0.25) / mean(analysis, 0.75, 1);
  const hasBump = bins(bimt).some(
    (bin, i, all) =>
      bin.distance >= BUMP.from && bin.distance <= BUMP.to && bin.meanWeight > RISE * (all[i - 1]?.meanWeight ?? bin.meanWeight),
  );
  const say = (analysis: Analysis) =>
    fall(analysis) > 1000 ? 'over 1,000 times' : `${formatNumber(fall(analysis), { significant: 2 })} times`;
  const measured = `up to 0.25 it is, over 0.75 to 1: bimt ${say(bimt)}, l1 ${say(l1)}; ${hasBump ? 'it rises again' : 'no rise'} between ${BUMP.from} and ${BUMP.to} (seed 0)`;
  const falls = fall(bimt) > 10 && fall(l1) < 2;
  return { ...statement, measured, verdict: falls && hasBump ? 'holds' : falls || hasBump ? 'holds in part' : 'does not hold' };
}

function middleStatement(): Statement {
  const statement = { figure: '1, 2', paper: 'BIMT prunes the periphery of the grid and keeps the middle' };
  const bimt = shippedAnalysis('yang19-20x20-bimt-trained');
  if (bimt === null) return { ...statement, ...NOT_YET };
  const { rows, columns } = parseGrid(bimt.network.grid);
  const fromMiddle = (site: number) =>
    (Math.abs(Math.floor(site / columns) - (rows - 1) / 2) + Math.abs((site % columns) - (columns - 1) / 2)) / Math.max(rows, columns);
  const mean = (sites: readonly number[]) => sites.reduce((sum, site) => sum + fromMiddle(site), 0) / sites.length;
  const all = Array.from({ length: rows * columns }, (_, site) => site);
  const active = bimt.activity.active.map((neuron) => bimt.layouts[0].site[neuron]);
  const measured = `mean distance from the middle: active neurons ${formatNumber(mean(active), RATIO)}, all sites ${formatNumber(mean(all), RATIO)} (seed 0)`;
  return { ...statement, measured, verdict: mean(active) < 0.75 * mean(all) ? 'holds' : 'does not hold' };
}

function frontStatement(sweep: Sweep, figure: string, measure: SweepMeasure['id'], paper: string): Statement {
  const volume = (series: string) => sweep.summaries.find(({ name }) => name === series)?.hypervolume[measure] ?? null;
  const [bimt, l1, magnitude] = ['bimt', 'l1', 'none, pruned by magnitude'].map(volume);
  if (bimt === null || l1 === null) return { figure, paper, ...NOT_YET };
  const measured = `hypervolume: bimt ${spreadWords(bimt, RATIO)}, l1 ${spreadWords(l1, RATIO)}, dense training pruned by magnitude ${spreadWords(magnitude, RATIO)}`;
  const gain = bimt.mean - l1.mean;
  if (bimt.spread === null || l1.spread === null)
    return { figure, paper, measured: `${measured}; one seed, so that chance cannot be told`, verdict: 'not measured yet' };
  const noise = Math.max(bimt.spread, l1.spread);
  return { figure, paper, measured, verdict: gain > noise ? 'holds' : gain > -noise ? 'holds in part' : 'does not hold' };
}

/** Not in the paper: how much of BIMT's shorter wires a search without training finds. */
function layoutStatement(sweep: Sweep): Statement {
  const statement = {
    figure: 'none',
    paper: 'The short wires come from training (what a layout search finds in L1 networks is not shown)',
  };
  const own = (series: string) => over(sweep.done(series), (s) => s.own.wiringLength)?.mean ?? null;
  const searched = (series: string) => over(sweep.done(series), (s) => s.searched?.wiringLength ?? null)?.mean ?? null;
  const [bimt, l1, found] = [own('bimt'), own('l1'), searched('l1')];
  if (bimt === null || l1 === null || found === null) return { ...statement, ...NOT_YET };
  const share = (l1 - found) / (l1 - bimt);
  const measured = `wiring length: l1 ${formatNumber(l1, LENGTH)}, after a layout search ${formatNumber(found, LENGTH)}, bimt ${formatNumber(bimt, LENGTH)}: the search closes ${formatNumber(share, 'percent')} of the gap`;
  return { ...statement, measured, verdict: share < 0.25 ? 'holds' : share < 1 ? 'holds in part' : 'does not hold' };
}

function lineStatement(sweep: Sweep): Statement {
  const statement = { figure: '4', paper: 'In one dimension BIMT is similar to L1 in accuracy and size, and visibly diagonal' };
  const [bimt, l1] = ['bimt, 1D', 'l1, 1D'].map((series) => sweep.done(series));
  const length = over(bimt, (s) => s.own.meanLength);
  if (length === null) return { ...statement, ...NOT_YET };
  const say = (name: string, points: readonly DonePoint[]) =>
    `${name} accuracy ${spreadWords(
      over(points, (s) => s.accuracy),
      RATIO,
    )}, ${spreadWords(
      over(points, (s) => s.activeNeurons),
      ONE,
    )} active neurons, mean length ${spreadWords(
      over(points, (s) => s.own.meanLength),
      RATIO,
    )}`;
  const measured = [say('bimt', bimt), ...(l1.length > 0 ? [say('l1', l1)] : ['l1 not measured yet'])];
  if (l1.length === 0) return { ...statement, measured: measured.join('; '), verdict: 'not measured yet' };
  const [own, other] = [bimt, l1].map((points) => over(points, (s) => s.accuracy)?.mean ?? 0);
  const isSimilar = Math.abs(own - other) < 0.01;
  // In one dimension the mean distance of two random neurons is a third of the line.
  const chance = activePairDistance('yang19-400-bimt-trained');
  const isDiagonal = chance !== null && length.mean < 0.75 * chance;
  return {
    ...statement,
    measured: `${measured.join('; ')} (chance: 0.334${among('yang19-400-bimt-trained')})`,
    verdict: isSimilar && isDiagonal ? 'holds' : isSimilar || isDiagonal ? 'holds in part' : 'does not hold',
  };
}

function modCogStatement(sweep: Sweep): Statement {
  const statement = { figure: '6', paper: 'BIMT in one dimension does most of the 84 Mod-Cog tasks well' };
  const [bimt] = sweep.done('bimt');
  if (bimt === undefined) return { ...statement, ...NOT_YET };
  const { tasks, summary } = bimt.record;
  const well = tasks.filter(({ accuracy, ceiling }) => accuracy >= 0.9 * ceiling).length;
  const [l1] = sweep.done('l1');
  const other = l1 === undefined ? '' : `; l1: ${formatNumber(l1.record.summary.accuracy, RATIO)}, mean length ${lengthOf(l1)}`;
  const measured = `mean accuracy ${formatNumber(summary.accuracy, RATIO)}, mean length ${lengthOf(bimt)}; ${well} of ${tasks.length} tasks reach 90 % of their ceiling; ${summary.activeNeurons} active neurons${other}`;
  return { ...statement, measured, verdict: well > tasks.length / 2 ? 'holds' : 'does not hold' };
}

function lengthOf({ record }: DonePoint): string {
  const { meanLength } = record.summary.own;
  return meanLength === null ? 'unknown' : formatNumber(meanLength, RATIO);
}
