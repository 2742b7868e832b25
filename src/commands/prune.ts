// bimt-export prune: trained.safetensors → pruned.safetensors
import { Command, InvalidArgumentError } from 'commander';
import { writeFileAtomic } from '../core/files.ts';
import { curveText } from '../pipeline/density-curve.ts';
import { readNetwork } from '../pipeline/network-file.ts';
import { besideNetwork, pruneFiles, pruneOrSearch, requireNetwork } from '../pipeline/prune-search.ts';
import { AGAIN, claimOutputs, networkArgument, onInterrupt, stageHooks } from './common.ts';
import { integerOption } from './option-parsers.ts';
import { type CommonOptions, note, printResult, withCommonOptions } from './output.ts';
import { describeScores } from './scores-text.ts';
import { settingOption } from './setting-option.ts';
import { readSettings } from './settings.ts';

interface PruneOptions extends CommonOptions {
  readonly out: string;
  readonly config?: string;
  readonly threshold?: number;
  readonly density?: number;
  readonly locality?: number;
  readonly maxFanIn?: number;
  readonly maxFanOut?: number;
  readonly target?: string;
  readonly maxNeuronsPerCore?: number;
  readonly coreSynapses?: number;
  readonly rounds?: number;
  readonly maxAccuracyDrop?: number;
  readonly maxTaskDrop?: number;
  readonly densities?: readonly number[];
  readonly fineTune?: number;
  readonly seed?: number;
  readonly trials?: number;
  readonly force?: boolean;
}

const LIMITS = 'Limits:';
const SEARCH = 'Search for the density:';
const CURVE_FILES = ['.curve.json', '.curve.csv', '.curve.svg'] as const;

const PRUNE_EXAMPLES = `
Weights stay by rank, the highest first: |w| / (1 + A·D), with A from --locality and D the grid distance of the two neurons. Weights of
inputs and of the readout have D = 0. Recurrent and input synapses of a neuron are its fan-in, and readout units are neurons
like others; recurrent and readout synapses from a neuron are its fan-out, inputs have none.
Any option of the search starts one, and draws accuracy against density: OUT.curve.svg, .csv and .json. Densities are compared on trials of
their own, neither training nor test trials. What was tried is kept in OUT.search, so that a search that was stopped, or one
with another bound or other densities, goes on from there; delete it when you are done.
With --target, neurons share cores as \`map\` would cut the network, and each core keeps its synapses of highest rank.

Examples:
  $ bimt-export prune runs/a/trained.safetensors --out runs/a/pruned.safetensors
  $ bimt-export prune runs/a/trained.safetensors --out runs/a/local.safetensors --density 0.02 --locality 1 --max-fan-in 64
  $ bimt-export prune runs/a/trained.safetensors --out runs/a/sparsest.safetensors --max-accuracy-drop 0.01 --rounds 5 --fine-tune 2000
  $ bimt-export prune runs/a/trained.safetensors --out runs/a/cores.safetensors --target loihi1 --max-neurons-per-core 25 --core-synapses 500
  $ bimt-export prune runs/a/trained.safetensors --out runs/a/sparse.safetensors --density 0.05 --rounds 10 --fine-tune 2000`;

/** The command. */
export function pruneCommand(): Command {
  return withCommonOptions(new Command('prune'))
    .argument('<file>', 'a trained network')
    .requiredOption('--out <file>', 'the pruned network')
    .addOption(settingOption('--threshold <x>', 'prune.threshold'))
    .addOption(settingOption('--density <share>', 'prune.density'))
    .addOption(settingOption('--locality <A>', 'prune.locality'))
    .addOption(settingOption('--rounds <n>', 'prune.rounds'))
    .addOption(
      settingOption('--fine-tune <updates>', 'prune.fineTune.updates', {
        description: 'updates with the pruned entries held at zero; 0 for none',
        parse: integerOption(0),
      }),
    )
    .addOption(settingOption('--max-accuracy-drop <x>', 'prune.search.maxAccuracyDrop', { group: SEARCH }))
    .addOption(settingOption('--max-task-drop <x>', 'prune.search.maxTaskDrop', { group: SEARCH }))
    .addOption(
      settingOption('--densities <list>', 'prune.search.densities', { group: SEARCH, written: '0.01,0.02,0.05', parse: densityList }),
    )
    .addOption(settingOption('--max-fan-in <n>', 'prune.maxFanIn', { group: LIMITS, otherwise: 'any number, or that of --target' }))
    .addOption(settingOption('--max-fan-out <n>', 'prune.maxFanOut', { group: LIMITS, otherwise: 'any number, or that of --target' }))
    .addOption(settingOption('--target <name>', 'prune.cores', { group: LIMITS }))
    .addOption(settingOption('--max-neurons-per-core <n>', 'prune.cores.maxNeuronsPerCore', { group: LIMITS }))
    .addOption(settingOption('--core-synapses <n>', 'prune.cores.synapses', { group: LIMITS }))
    .addOption(settingOption('--seed <n>', 'prune.fineTune.seed', { description: 'seed of the fine-tuning trials' }))
    .addOption(settingOption('--trials <n>', 'scores.trialsPerTask'))
    .option('--config <file>', 'file with the settings of a run (YAML or JSON); its prune and scores sections count, options win over it')
    .option('--force', 'overwrite --out')
    .addHelpText('after', PRUNE_EXAMPLES)
    .action(pruneAction);
}

async function pruneAction(file: string, options: PruneOptions): Promise<void> {
  const { locality, maxFanIn, maxFanOut, rounds, fineTune, seed, trials } = options;
  const { target, maxNeuronsPerCore, coreSynapses: synapses } = options;
  const config = readSettings(options.config, {
    prune: {
      ...strength(options),
      locality,
      maxFanIn,
      maxFanOut,
      cores: { target, maxNeuronsPerCore, synapses },
      rounds,
      fineTune: fineTune === 0 ? null : { updates: fineTune, seed },
    },
    scores: { trialsPerTask: trials },
  });
  const trained = networkArgument(file, ['trained']);
  const { search } = config.prune;
  claimOutputs([options.out, ...(search === null ? [] : CURVE_FILES.map((end) => besideNetwork(options.out, end)))], options);
  const { hooks, stop } = stageHooks(options);
  const searchFolder = besideNetwork(options.out, '.search');
  const result = await onInterrupt(
    (signal) => pruneOrSearch(trained, config.prune, config.scores, searchFolder, { ...hooks, signal }),
    search === null ? 'nothing was written' : AGAIN,
  ).finally(stop);
  for (const [path, content] of Object.entries(pruneFiles(result, options.out))) writeFileAtomic(path, content);
  if (result.bytes === null && result.curve !== null) note(options, curveText(result.curve));
  const { header, history, network } = readNetwork(requireNetwork(result), options.out);
  const curve = result.curve === null ? '' : `${curveText(result.curve)}`;
  printResult(
    options,
    { file: options.out, pruning: history.pruning, scores: header.scores, ...(result.curve && { curve: result.curve }) },
    `${curve}${options.out}: ${network.neurons} of ${trained.network.neurons} neurons\n${describeScores(header.scores)}`,
  );
}

/** What decides how much goes: one of threshold, density and search on the command line takes the place of another in the config file. */
function strength({ threshold, density, maxAccuracyDrop, maxTaskDrop, densities }: PruneOptions) {
  const isSearched = [maxAccuracyDrop, maxTaskDrop, densities].some((option) => option !== undefined);
  if (threshold === undefined && density === undefined && !isSearched) return {};
  return {
    threshold: threshold ?? null,
    density: density ?? null,
    search: isSearched ? { maxAccuracyDrop, maxTaskDrop, densities } : null,
  };
}

function densityList(text: string): number[] {
  return text.split(',').map((part) => {
    const density = Number(part);
    if (part.trim() === '' || !(density > 0 && density <= 1))
      throw new InvalidArgumentError('expected numbers above 0 and at most 1, with commas between them.');
    return density;
  });
}
