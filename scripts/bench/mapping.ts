// Is the mapper as good as the best partitioners? The same problems for all, one judge, legal answers only.
// Usage: npx tsx scripts/bench/mapping.ts [--only 4096-64-full,400*] [--seeds 5] [--effort 1] [--peers scotch,metis,kahip] [--json]
// Without --only: generated problems of up to 4,096 neurons and the shipped networks. '*' takes all of them, a million neurons too.
import { parseArgs } from 'node:util';
import { scoreGraph } from '../../src/mapping/graph-score.ts';
import { placeGraph } from '../../src/mapping/solve/place-graph.ts';
import { equalSquares, randomCost } from './mapping/evaluate.ts';
import { INSTANCES, type Instance, makeInstance } from './mapping/instances.ts';
import { bestOf, isInstalled, PEERS, type PeerBest } from './mapping/peers.ts';
import { trainedInstances } from './mapping/trained.ts';

/** Where a peer is faster than this, so need not we be. */
const GRACE_SECONDS = 2;
const SMALL = 4096;
/** Of the annealing that places parts on cores. */
const PROPOSALS = 2e7;

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    seeds: { type: 'string', default: '5' },
    effort: { type: 'string', default: '1' },
    peers: { type: 'string', default: PEERS.map(({ name }) => name).join(',') },
    json: { type: 'boolean', default: false },
  },
});

const isAsked = (name: string, neurons: number) =>
  options.only === undefined
    ? neurons <= SMALL
    : options.only.split(',').some((asked) => (asked.endsWith('*') ? name.startsWith(asked.slice(0, -1)) : name === asked));
const problems = [
  ...INSTANCES.map((spec) => ({ name: spec.name, neurons: spec.neurons, make: () => makeInstance(spec) })),
  ...trainedInstances().map((trained) => ({ ...trained, neurons: 0 })),
].filter(({ name, neurons }) => isAsked(name, neurons));
const peers = PEERS.filter(({ name }) => options.peers.split(',').includes(name)).map((peer) => ({ peer, installed: isInstalled(peer) }));

const say = (text: string) => (options.json ? process.stderr : process.stdout).write(`${text}\n`);
for (const { peer, installed } of peers) if (!installed) say(`${peer.name}: not installed (${peer.program} is not on the PATH)`);
say(`peers: best of ${options.seeds} seeds and of several settings; ours: one seed, effort ${options.effort}`);
say('s: seconds of the solver as it tells them (ours: elapsed), CPU: of its process; ratio: our cost by its cost');

const results = problems.map(({ make }) => compare(make()));
if (options.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
const worse = results.filter(({ isWorse }) => isWorse);
const slower = results.filter(({ isSlower }) => isSlower);
say(
  `${results.length} problems: worse than the best peer on ${worse.length}, slower than it and than ${GRACE_SECONDS} s on ${slower.length}`,
);

function compare({ name, mesh, graph, site }: Instance) {
  const random = randomCost(graph, mesh);
  const squares = scoreGraph(graph, mesh, equalSquares(site, mesh));
  say(`\n${name}: ${graph.vertices} vertices, ${graph.indices.length / 2} edges, ${mesh.width}x${mesh.height} cores of ${mesh.capacity}`);
  const usage = process.cpuUsage();
  const start = performance.now();
  const core = placeGraph(graph, mesh, { seed: 1, effort: Number(options.effort) });
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(usage);
  const ours = scoreGraph(graph, mesh, core);
  if (core.length !== graph.vertices || core.some((c) => !(c >= 0 && c < mesh.width * mesh.height)) || ours.excess > 0)
    throw new Error(`${name}: our placement is not legal`);
  const cpuSeconds = (user + system) / 1e6;
  line('ours', ours.cost, seconds, cpuSeconds, null, '');
  const answers: Record<string, PeerBest> = {};
  for (const { peer, installed } of peers) {
    if (!installed) continue;
    const best = bestOf(peer, graph, mesh, { seeds: Number(options.seeds), proposals: PROPOSALS });
    answers[peer.name] = best;
    const repaired = best.repairs === null ? '' : `, repaired with ${best.repairs} moves`;
    line(peer.name, best.cost, best.seconds, best.cpuSeconds, ours.cost / best.cost, `${best.how}${repaired}`);
  }
  const overfull = squares.excess === 0 ? '' : `cores overfull by ${squares.excess}`;
  line('equal squares', squares.cost, null, null, ours.cost / squares.cost, overfull);
  line('random', random, null, null, ours.cost / random, 'expected');
  const best = Object.values(answers).reduce<PeerBest | null>((a, b) => (a === null || b.cost < a.cost ? b : a), null);
  const isWorse = best !== null && ours.cost > best.cost;
  const isSlower = best !== null && cpuSeconds > Math.max(best.cpuSeconds, GRACE_SECONDS);
  if (isWorse) say('  WORSE than the best peer');
  if (isSlower) say('  SLOWER than the best peer');
  return { name, mesh, ours: { ...ours, seconds, cpuSeconds }, peers: answers, equalSquares: squares, random, isWorse, isSlower };
}

function line(who: string, cost: number, seconds: number | null, cpu: number | null, ratio: number | null, note: string): void {
  const time = (value: number | null, unit: string) => (value === null ? '' : `${value.toFixed(2)} ${unit}`).padStart(12);
  const against = ratio === null ? '' : ratio.toFixed(4);
  say(
    `  ${who.padEnd(14)}${cost.toFixed(0).padStart(12)}${time(seconds, 's')}${time(cpu, 'CPU')}${against.padStart(9)}  ${note}`.trimEnd(),
  );
}
