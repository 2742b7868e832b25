// A network can be mapped onto every target that ships, with everything the mapper promises.
import { describe, expect, it } from 'vitest';
import { EXIT, FitError } from '../../src/core/errors.ts';
import { canonicalJson, sha256 } from '../../src/core/hash.ts';
import { chipOf } from '../../src/mapping/chip.ts';
import { chipProblem } from '../../src/mapping/chip-problem.ts';
import { stepWork } from '../../src/mapping/counts.ts';
import { buildMapping } from '../../src/mapping/images.ts';
import { checkFit, checkPlacement } from '../../src/mapping/legality.ts';
import { parseMapping } from '../../src/mapping/mapping-file.ts';
import { mappingMetrics } from '../../src/mapping/metrics.ts';
import { place } from '../../src/mapping/place.ts';
import { PARTS, realWeights } from '../../src/mapping/problem.ts';
import { energyProfile, estimateEnergy } from '../../src/targets/energy.ts';
import { weightFormat } from '../../src/targets/formats.ts';
import { estimateLatency, timing } from '../../src/targets/latency.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { topology } from '../../src/targets/topology.ts';
import { randomIntegerNetwork } from '../compression/random-integer-network.ts';
import { readBack } from '../mapping/read-back.ts';
import { costByDefinition, randomProblem } from '../mapping/support.ts';
import { mappableTargets } from '../targets/support.ts';

const SIZES = { inputs: 10, neurons: 64, outputs: 5 };

describe.each(mappableTargets())('mapping onto %s', (id) => {
  const target = loadTarget(id);
  const { qmax, step, rowLevels } = weightFormat(target);
  const network = randomIntegerNetwork(1, { ...SIZES, density: 0.1, qmax, step, rowLevels });
  const activity = Float64Array.from({ length: 74 }, (_, source) => (source % 10) / 10);

  // A chip of few cores takes the network only without a cap.
  const { cores: chipCores } = topology(target);
  const caps = [8, 25].filter((cap) => cap * chipCores >= 69);

  describe.each([...caps, null])('with at most %s neurons a core', (maxNeuronsPerCore) => {
    const chip = chipOf(target, { maxNeuronsPerCore });
    const problem = chipProblem(realWeights(network, { rows: 8, columns: 8, metric: 'l1' }), activity, chip, network);
    const placement = place(problem, chip, { seed: 1, effort: 0.2 });
    const { mapping, images } = buildMapping(network, 'network', chip, problem, placement);
    const metrics = mappingMetrics(problem, chip, placement);

    it('is legal, and costs no more than its start', () => {
      expect(checkFit(problem, chip).fits).toBe(true);
      expect(checkPlacement(problem, chip, placement)).toEqual([]);
      expect(placement.cost.final).toBeLessThanOrEqual(placement.cost.start);
      expect(placement.cost.final).toBeCloseTo(costByDefinition(problem, chip, placement.core), 2);
      for (const { max } of metrics.resources) expect(max).toBeLessThanOrEqual(1);
    });

    it('stores every synapse once, in a mapping that parses', () => {
      const table = readBack(parseMapping(JSON.stringify(mapping), 'mapping.json'), images);
      expect(table.size).toBe(problem.synapses.values.length);
    });

    it('is the same bytes when it is made again', () => {
      const again = buildMapping(network, 'network', chip, problem, place(problem, chip, { seed: 1, effort: 0.2 }));
      expect(canonicalJson(again.mapping)).toBe(canonicalJson(mapping));
      expect(sha256(again.images)).toBe(sha256(images));
    });

    it('is measured: parts add up, messages load links, and every count can be priced', () => {
      for (const measure of ['synapses', 'synapsesInsideCore', 'wiringCost', 'synapseHopsSum'] as const) {
        expect(metrics.total[measure]).toBeCloseTo(
          PARTS.reduce((sum, part) => sum + metrics.parts[part][measure], 0),
          3,
        );
      }
      expect(metrics.cores.reduce((sum, { neurons, readouts }) => sum + neurons + readouts, 0)).toBe(69);
      expect(metrics.coresUsed).toBeGreaterThanOrEqual(metrics.coresMinimum);
      const onLinks = metrics.links?.loads.reduce((sum, { trafficPerStep }) => sum + trafficPerStep, 0);
      const work = stepWork(problem, chip, placement);
      if (work === null) throw new Error('activity was measured');
      // Packets of the chip's own way of casting; a link that is only half of a hop carries them too.
      const { links } = chip.topology;
      const wholeHops = links.hopsX.every((x, link) => x + links.hopsY[link] === 1);
      const packets = work.energy.flitHops ?? work.energy.hopsX + work.energy.hopsY;
      if (wholeHops) expect(onLinks).toBeCloseTo(packets, 6);
      else expect(onLinks).toBeGreaterThanOrEqual(packets - 1e-6);
      expect(work.energy.synops).toBeGreaterThan(0);
      for (const { id: profile } of target.file.energyProfiles) {
        const { total, terms } = estimateEnergy(energyProfile(target, profile), work.energy);
        // Nothing, if all of it is known; else nobody knows how much.
        if (terms.every(({ value }) => !value)) expect(total.value).toBe(total.complete ? 0 : null);
        else expect(total.value).toBeGreaterThan(0);
        expect(estimateLatency(timing(target, profile), work.latency).profile).toBe(profile);
      }
    });
  });

  it('is refused when the chip is too small, with what would make it fit', () => {
    const chip = chipOf(target, { maxNeuronsPerCore: 1 });
    const neurons = chip.topology.cores;
    const large = randomProblem(1, { rows: 1, columns: neurons, outputs: 1, density: 2 / neurons });
    expect(checkFit(large, chip)).toMatchObject({ fits: false, cores: neurons + 1, coresAvailable: neurons });
    const refused = () => place(large, chip, { seed: 1 });
    expect(refused).toThrow(FitError);
    expect(refused).toThrow(expect.objectContaining({ exitCode: EXIT.fit }));
    expect(refused).toThrow('raise the cap to 2 neurons per core');
  });
});
