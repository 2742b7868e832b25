// bimt-export map-graph: METIS graph → one core number a line
import { Command, InvalidArgumentError } from 'commander';
import { nowSeconds } from '../core/clock.ts';
import { FitError } from '../core/errors.ts';
import { readInputFile, writeFileAtomic } from '../core/files.ts';
import { readCoordinates } from '../exchange/coordinates.ts';
import { readMetisGraph } from '../exchange/metis-graph.ts';
import { scoreGraph } from '../mapping/graph-score.ts';
import type { PlacementGraph } from '../mapping/solve/graph.ts';
import { type Mesh, placeGraph } from '../mapping/solve/place-graph.ts';
import { claimOutputs, stageHooks } from './common.ts';
import { integerOption } from './option-parsers.ts';
import { type CommonOptions, note, printResult, withCommonOptions } from './output.ts';
import { settingOption } from './setting-option.ts';

interface MapGraphOptions extends CommonOptions {
  readonly capacity: number;
  readonly mesh: { readonly width: number; readonly height: number };
  readonly coords?: string;
  readonly seed: number;
  readonly effort: number;
  readonly out?: string;
  readonly force?: boolean;
}

/** Graphs of ten million edges are a few hundred megabytes of text. */
const MAX_GRAPH_BYTES = 2 ** 31 - 1;
const MAX_CORES = 1 << 20;
const MAX_CAPACITY = 1 << 30;

const EXAMPLES = `
Places the vertices of a graph on a mesh of equal cores so that Σ weight·hops is small: the mapper alone, for comparison with Scotch, KaHIP and
METIS on the files that they read. The graph is in METIS's format; every vertex takes one place. The result is one core number
a line, in vertex order; core = y·WIDTH + x. Equal seeds and efforts give equal placements.

Examples:
  $ bimt-export map-graph brain.graph --capacity 64 --mesh 8x8 --out brain.cores
  $ bimt-export map-graph brain.graph --capacity 64 --mesh 9x8 --coords brain.xy --effort 4 --out brain.cores`;

/** The command. */
export function mapGraphCommand(): Command {
  return withCommonOptions(new Command('map-graph'))
    .argument('<file>', 'a graph in the format of METIS')
    .requiredOption('--capacity <n>', 'most vertices on a core', integerOption(1, MAX_CAPACITY))
    .requiredOption('--mesh <size>', 'WIDTHxHEIGHT, cores in a row and rows', meshSize)
    .option('--coords <file>', 'x and y of each vertex, a line each (default: positions are found from the graph)')
    .addOption(settingOption('--seed <n>', 'map.seed', { filled: true }))
    .addOption(settingOption('--effort <x>', 'map.effort', { filled: true }))
    .option('--out <file>', 'write the core numbers here (default: stdout)')
    .option('--force', 'overwrite --out')
    .addHelpText('after', EXAMPLES)
    .action(mapGraphAction);
}

function mapGraphAction(file: string, options: MapGraphOptions): void {
  if (options.out !== undefined) claimOutputs([options.out], options);
  const mesh: Mesh = { ...options.mesh, capacity: options.capacity };
  const graph = readGraph(file, options);
  refuseOverflow(file, graph, mesh);
  const { hooks, stop } = stageHooks(options);
  const onProgress = (share: number, what: string) =>
    hooks.onProgress?.({ stage: 'placement', done: Math.round(100 * share), total: 100, values: { now: what } });
  const start = nowSeconds();
  const core = placeGraph(graph, mesh, { seed: options.seed, effort: options.effort, onProgress });
  stop();
  const seconds = nowSeconds() - start;
  const { cost, cutShare, maxLoad } = scoreGraph(graph, mesh, core);
  const cut = cutShare === null ? 'no edges' : `${(100 * cutShare).toFixed(2)} % of the weight between cores`;
  const summary = `Σ weight·hops ${cost}, ${cut}, fullest core ${maxLoad} of ${mesh.capacity}`;
  note(options, `${summary}; ${seconds.toFixed(2)} s`);
  const { seed, effort } = options;
  const value = { vertices: graph.vertices, edges: graph.indices.length / 2, mesh, seed, effort, cost, cutShare, maxLoad };
  if (options.out === undefined) {
    printResult(options, { ...value, core: [...core] }, options.json ? '' : core.join('\n'));
  } else {
    writeFileAtomic(options.out, `${core.join('\n')}\n`);
    printResult(options, { ...value, file: options.out }, `${options.out}: ${summary}`);
  }
}

function readGraph(file: string, options: MapGraphOptions): PlacementGraph {
  const graph = readMetisGraph(readInputFile(file, MAX_GRAPH_BYTES), file);
  const { coords } = options;
  return coords === undefined ? graph : { ...graph, position: readCoordinates(readInputFile(coords), graph.vertices, coords) };
}

/** @throws FitError with what would be enough */
function refuseOverflow(file: string, { vertices }: PlacementGraph, { width, height, capacity }: Mesh): void {
  const cores = width * height;
  const room = cores * capacity;
  if (vertices <= room) return;
  throw new FitError(`${file} does not fit: ${vertices - room} of ${vertices} vertices have no place on ${width}x${height} cores`, [
    {
      rule: 'fit/cores',
      subject: file,
      found: vertices,
      limit: room,
      unit: 'vertices',
      source: `--mesh ${width}x${height}, --capacity ${capacity}`,
      remedies: [`--capacity ${Math.ceil(vertices / cores)}`, `--mesh ${width}x${Math.ceil(vertices / capacity / width)}`],
    },
  ]);
}

function meshSize(text: string): { width: number; height: number } {
  const [, width, height] = (/^(\d{1,7})x(\d{1,7})$/.exec(text) ?? []).map(Number);
  if (!(width >= 1 && height >= 1 && width * height <= MAX_CORES))
    throw new InvalidArgumentError(`expected WIDTHxHEIGHT, as 8x8, with at most ${MAX_CORES} cores.`);
  return { width, height };
}
