// From training to a simulated chip, by the library alone. Run it with: npx tsx examples/library.ts
import * as bimt from '../src/index.ts';

// Train on all tasks, with a price on long wires.
const suite = bimt.findSuite('yang19');
const config = bimt.resolveTrainConfig({ grid: '6x6', init: 'diag', lambda: 1e-4, batchRows: 4, updates: 40 });
const { engine } = await bimt.openEngine('auto', bimt.engineSpec(config, bimt.trainingSizes(suite, config)));
const trained = bimt.trainedNetwork(await bimt.train(suite, config, { engine }));
await engine.dispose();

// Prune, and quantize into integers that the chip can store.
const trials = suite.tasks.flatMap((_, task) => bimt.evaluationTrials(suite, task, 2, config.seed, 'calibration'));
const { network } = bimt.prune(trained, 0.02, trials);
const target = bimt.loadTarget('rram-mesh:rows=64');
const ranges = bimt.calibrate(network, trials);
const { network: integers } = bimt.quantize(network, ranges, { weights: bimt.weightFormat(target, 8), groups: 'channel' });

// Place on cores, and store in their cells.
const chip = bimt.chipOf(target, { maxNeuronsPerCore: 16 });
const problem = bimt.chipProblem(bimt.realWeights(integers, network.grid), null, chip, integers);
const placement = bimt.place(problem, chip, { seed: config.seed });
const { mapping, images } = bimt.buildMapping(integers, 'never saved', chip, problem, placement);
const { coresUsed, total } = bimt.mappingMetrics(problem, chip, placement);
console.log(`${network.neurons} neurons on ${coresUsed} cores of ${target.label}, wiring cost ${total.wiringCost.toFixed(1)}`);

// What the stored cells compute is what the integer network computes.
const [{ steps, rows, inputs }] = trials;
const { integers: inputIntegers } = bimt.quantizeInputs(inputs, integers.scales.input);
const simulated = bimt.runChip(bimt.loadChip(mapping, images), inputIntegers, steps, rows);
const { states } = bimt.runInteger(integers, inputIntegers, steps, rows);
console.log(`${states.length} states, ${states.every((state, i) => state === simulated.states[i]) ? 'all equal' : 'NOT EQUAL'}`);
