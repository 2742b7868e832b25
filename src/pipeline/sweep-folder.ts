// Where do the files of a sweep lie, and which of its points are done?
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../core/errors.ts';
import { fileExists, readInputFile, writeFileAtomic } from '../core/files.ts';
import { canonicalJson } from '../core/hash.ts';
import { decodePoint, type PointRecord, type PointSettings, resolveSection, type SweepPoint, trainingKey } from './sweep-point.ts';

const POINTS = 'points';
const NETWORKS = 'networks';
/** What a training folder was made for. */
const SETTINGS = 'settings.json';

/** The folder of a sweep. */
export interface SweepFolder {
  readonly path: string;
  /** The file of a point. */
  pointFile(point: SweepPoint): string;
  /** The record of a point; null if it is not done. */
  readPoint(point: SweepPoint): PointRecord | null;
  /** The folder of a training, made where it is not there. */
  trainingFolder(settings: Pick<PointSettings, 'train' | 'scores'>): string;
  /** The folder of a training, whether or not it is there. */
  findTraining(settings: Pick<PointSettings, 'train' | 'scores'>): string;
  write(file: string, content: string): void;
}

/** Opens a sweep's folder; it need not exist. */
export function openSweepFolder(path: string): SweepFolder {
  const points = new Map<string, string>();
  for (const file of filesIn(join(path, POINTS), /\.json$/)) {
    const record = decodePoint(readText(join(path, POINTS, file)));
    if (record !== null) points.set(record.key, join(path, POINTS, file));
  }
  const trainings = new Map<string, string>();
  for (const folder of filesIn(join(path, NETWORKS), /^[0-9a-f]+$/)) {
    const key = trainingIn(join(path, NETWORKS, folder));
    if (key !== null) trainings.set(key, join(path, NETWORKS, folder));
  }
  const pointFile = (point: SweepPoint) => points.get(point.key) ?? join(path, POINTS, `${point.name}.json`);
  const findTraining = (settings: Pick<PointSettings, 'train' | 'scores'>) => {
    const key = trainingKey(settings);
    return trainings.get(key) ?? join(path, NETWORKS, key);
  };
  return {
    path,
    pointFile,
    readPoint(point) {
      const file = pointFile(point);
      const record = fileExists(file) ? decodePoint(readText(file)) : null;
      return record?.key === point.key ? record : null;
    },
    findTraining,
    trainingFolder({ train, scores }) {
      const folder = findTraining({ train, scores });
      if (!fileExists(join(folder, SETTINGS))) writeFileAtomic(join(folder, SETTINGS), `${canonicalJson({ train, scores }, 1)}\n`);
      return folder;
    },
    write: (file, content) => writeFileAtomic(join(path, file), content),
  };
}

/** Records of the points that are done, by key. */
export function readRecords(folder: SweepFolder, points: readonly SweepPoint[]): Map<string, PointRecord> {
  const records = points.map((point) => [point.key, folder.readPoint(point)] as const);
  return new Map(records.filter((entry): entry is [string, PointRecord] => entry[1] !== null));
}

/** Which training a folder holds, its settings completed by today's defaults; null if it cannot be told. */
function trainingIn(folder: string): string | null {
  const file = join(folder, SETTINGS);
  if (!fileExists(file)) return null;
  try {
    const { train, scores } = JSON.parse(readText(file));
    return trainingKey({ train: resolveSection('train', train), scores: resolveSection('scores', scores) } as PointSettings);
  } catch (error) {
    if (error instanceof UsageError || error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}

function filesIn(folder: string, pattern: RegExp): string[] {
  return fileExists(folder)
    ? readdirSync(folder)
        .filter((name) => pattern.test(name))
        .sort()
    : [];
}

function readText(path: string): string {
  return new TextDecoder().decode(readInputFile(path));
}
