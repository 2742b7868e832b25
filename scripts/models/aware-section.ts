// What did the study of wires on chips find? Its part of models/README.md.
import { existsSync, readFileSync } from 'node:fs';
import { meanSpread } from '../../src/pipeline/sweep-statistics.ts';
import { formatNumber, type NumberFormat } from '../../src/report/format.ts';
import { type AwarePoint, type AwareStudy, STUDY_FILE, settings } from './aware-settings.ts';
import { spreadWords } from './statements.ts';

type Row = readonly string[];
type Table = (head: Row, rows: readonly Row[]) => string;
type Measure = readonly [title: string, format: NumberFormat, value: (point: AwarePoint) => number | null];

const MEASURES: readonly Measure[] = [
  ['accuracy', { decimals: 3 }, ({ accuracy }) => accuracy],
  ['neurons', { decimals: 0 }, ({ neurons }) => neurons],
  ['weights', { decimals: 0 }, ({ weights }) => weights],
  ['cores', { decimals: 1 }, ({ cores }) => cores],
  ['Σ|w|·hops', { decimals: 0 }, ({ wiringCost }) => wiringCost],
  ['messages·hops', { decimals: 0 }, ({ messageHops }) => messageHops],
  ['wiring energy (pJ)', { decimals: 0 }, ({ wiringEnergyPj }) => wiringEnergyPj],
];

/** The table and what it says; a line if the study was not made. */
export function awareSection(table: Table): string {
  if (!existsSync(STUDY_FILE)) return 'Not run yet.';
  const study = JSON.parse(readFileSync(STUDY_FILE, 'utf8')) as AwareStudy;
  const targets = Object.keys(settings.targets).filter((label) => study.points.some(({ target }) => target === label));
  const rows = targets.flatMap((label) =>
    study.methods.flatMap(({ name, title }) => {
      const points = pointsOf(study, label, name);
      if (points.length === 0) return [];
      const values = MEASURES.map(([, format, value]) =>
        spreadWords(meanSpread(points.map(value).filter((known) => known !== null)), format),
      );
      return [[`${label}, ${settings.targets[label]} a core`, title, `${points.length}`, ...values]];
    }),
  );
  const said = targets.map((label) => sentence(study, label)).join(' ');
  return `${table(['chip', 'network', 'seeds', ...MEASURES.map(([title]) => title)], rows)}\n\n${said}`;
}

function pointsOf({ points }: AwareStudy, label: string, method: string): AwarePoint[] {
  return points.filter(({ target, method: own }) => target === label && own === method);
}

/** What the sentence compares, where it is known. */
const COMPARED: readonly (readonly [what: string, value: Measure[2]])[] = [
  ['the energy', ({ wiringEnergyPj }) => wiringEnergyPj],
  ['messages·hops', ({ messageHops }) => messageHops],
  ['Σ|w|·hops', ({ wiringCost }) => wiringCost],
];

/** The aware network against the others, seed by seed: only seeds that both have are compared. */
function sentence(study: AwareStudy, label: string): string {
  const aware = pointsOf(study, label, 'aware');
  const against = study.methods
    .filter(({ name }) => name !== 'aware')
    .flatMap(({ name, title }) => {
      const others = pointsOf(study, label, name);
      const shares = COMPARED.flatMap(([what, value]) => {
        const ratios = aware.flatMap((own) => {
          const other = others.find(({ seed }) => seed === own.seed);
          const [a, b] = [value(own), other === undefined ? null : value(other)];
          return a === null || b === null || b === 0 ? [] : [a / b];
        });
        const mean = meanSpread(ratios)?.mean ?? null;
        return mean === null ? [] : [`${formatNumber(mean, 'percent')} of ${what}`];
      });
      return shares.length === 0 ? [] : [`${shares.join(', ')} of "${title}"`];
    });
  return against.length === 0 ? '' : `On ${label}, wires of the network that was trained for it take ${against.join('; ')}.`;
}
