// What do wires cost on a chip at equal accuracy? Places every network that `aware-train.ts` made, and writes models/aware/aware.json.
// usage: tsx scripts/models/aware.ts   some minutes; networks that are not made yet are left out

import { weightCount } from '../../src/compression/prune-weights.ts';
import { writeFileAtomic } from '../../src/core/files.ts';
import { canonicalJson } from '../../src/core/hash.ts';
import { MapConfig, QuantizeConfig } from '../../src/pipeline/config.ts';
import { mapStage, PLACEMENT_FILE, type PlacementRecord } from '../../src/pipeline/map-stage.ts';
import type { NetworkArtifact } from '../../src/pipeline/network-file.ts';
import { measureScores, predictWith } from '../../src/pipeline/scores.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { findSuite } from '../../src/tasks/suites.ts';
import { METHODS, madeNetwork } from './aware-networks.ts';
import { type AwarePoint, type AwareStudy, STUDY_FILE, settings } from './aware-settings.ts';

/** Terms of an energy estimate that messages between cores cause. */
const WIRING_TERMS: readonly string[] = ['routing', 'links'];

async function pointOf(artifact: NetworkArtifact, label: string, accuracy: number): Promise<Omit<AwarePoint, 'method' | 'seed'> | null> {
  const maxNeuronsPerCore = settings.targets[label];
  const map = MapConfig.parse({ maxNeuronsPerCore });
  // Accuracy in integers is not what is compared here.
  const files = await mapStage(artifact, loadTarget(label), map, QuantizeConfig.parse({}), { trialsPerTask: 1, seed: settings.test.seed });
  const { placements } = JSON.parse(new TextDecoder().decode(files[PLACEMENT_FILE])) as PlacementRecord;
  const result = placements[0]?.result ?? null;
  if (result === null) return null;
  const { total, coresUsed } = result.metrics;
  const wiring = result.energy[0]?.terms.find(({ name }) => WIRING_TERMS.includes(name));
  return {
    target: label,
    maxNeuronsPerCore,
    accuracy,
    neurons: artifact.network.neurons,
    weights: weightCount(artifact.network),
    cores: coresUsed,
    wiringCost: total.wiringCost,
    messageHops: total.traffic?.hopsPerStep ?? Number.NaN,
    wiringEnergyPj: wiring?.value ?? null,
  };
}

const points: AwarePoint[] = [];
for (const method of METHODS) {
  for (const seed of settings.seeds) {
    for (const trainedFor of method.targets) {
      const artifact = madeNetwork(method, trainedFor, seed);
      if (artifact === null) continue;
      const suite = findSuite(artifact.header.config.suite);
      const { meanAccuracy } = await measureScores(suite, predictWith(artifact.network), settings.test);
      for (const label of trainedFor === null ? Object.keys(settings.targets) : [trainedFor]) {
        const point = await pointOf(artifact, label, meanAccuracy);
        console.log(`${method.name}, seed ${seed}, ${label}: ${point === null ? 'does not fit' : JSON.stringify(point)}`);
        if (point !== null) points.push({ method: method.name, seed, ...point });
      }
    }
  }
}
const study: AwareStudy = { schema: 'bimt-aware-study/1', methods: METHODS.map(({ name, title }) => ({ name, title })), points };
writeFileAtomic(STUDY_FILE, `${canonicalJson(study, 1)}\n`);
