// bimt-export prune: trained.safetensors → pruned.safetensors
import { Command, Option } from 'commander';
import { writeFileAtomic } from '../core/files.ts';
import { readNetwork } from '../pipeline/network-file.ts';
import { pruneStage } from '../pipeline/prune-stage.ts';
import {
  type CommonOptions,
  claimOutputs,
  integerOption,
  networkArgument,
  numberOption,
  onInterrupt,
  printResult,
  stageHooks,
  withCommonOptions,
} from './common.ts';
import { describeScores } from './scores-text.ts';
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
  readonly fineTune?: number;
  readonly seed?: number;
  readonly trials?: number;
  readonly force?: boolean;
}

const LIMITS = 'Limits:';

const PRUNE_EXAMPLES = `
Weights stay by rank, the highest first: |w| / (1 + A·D), with A from --locality and D the grid distance of the two neurons. Weights of
inputs and of the readout have D = 0. Recurrent and input synapses of a neuron are its fan-in, and readout units are neurons
like others; recurrent and readout synapses from a neuron are its fan-out, inputs have none.
With --target, neurons share cores as \`map\` would cut the network, and each core keeps its synapses of highest rank.

Examples:
  $ bimt-export prune runs/a/trained.safetensors --out runs/a/pruned.safetensors
  $ bimt-export prune runs/a/trained.safetensors --out runs/a/local.safetensors --density 0.02 --locality 1 --max-fan-in 64
  $ bimt-export prune runs/a/trained.safetensors --out runs/a/cores.safetensors --target loihi1 --max-neurons-per-core 25 --core-synapses 500
  $ bimt-export prune runs/a/trained.safetensors --out runs/a/sparse.safetensors --density 0.05 --rounds 10 --fine-tune 2000`;

/** The command. */
export function pruneCommand(): Command {
  return withCommonOptions(new Command('prune'))
    .description('Remove small weights and dead neurons, then train on with what is left.')
    .argument('<file>', 'a trained network')
    .requiredOption('--out <file>', 'the pruned network')
    .option('--threshold <x>', 'weights ranked at most this high go (default: 0.01)', numberOption(0))
    .option(
      '--density <share>',
      'keep the weights ranked highest, this share of all possible ones, instead of a threshold (default: none)',
      numberOption(0),
    )
    .option('--locality <A>', 'how much distance lowers the rank of a weight (default: 0)', numberOption(0))
    .option('--rounds <n>', 'let weights go in steps, with a share of the fine-tuning after each (default: 1)', integerOption(1))
    .option('--fine-tune <updates>', 'updates with the pruned entries held at zero; 0 for none (default: 500)', integerOption(0))
    .addOption(limit('--max-fan-in <n>', 'most synapses onto a neuron (default: none, or that of --target)'))
    .addOption(limit('--max-fan-out <n>', 'most synapses from a neuron (default: none, or that of --target)'))
    .addOption(new Option('--target <name>', 'target whose cores have to hold the network (default: none)').helpGroup(LIMITS))
    .addOption(limit('--max-neurons-per-core <n>', "cap below the target's own limit (default: none)"))
    .addOption(limit('--core-synapses <n>', "most synapses on a core (default: the target's limits)"))
    .option('--seed <n>', 'seed of the fine-tuning trials (default: 0)', integerOption(0))
    .option('--trials <n>', 'test trials per task for the scores (default: 500)', integerOption(1, 100_000))
    .option('--config <file>', 'JSON file with the settings of a run; its prune and scores sections count, options win over it')
    .option('--force', 'overwrite --out')
    .addHelpText('after', PRUNE_EXAMPLES)
    .action(pruneAction);
}

function limit(flags: string, description: string): Option {
  return new Option(flags, description).argParser(integerOption(1)).helpGroup(LIMITS);
}

async function pruneAction(file: string, options: PruneOptions): Promise<void> {
  const { threshold, density, locality, maxFanIn, maxFanOut, rounds, fineTune, seed, trials } = options;
  const { target, maxNeuronsPerCore, coreSynapses: synapses } = options;
  const config = readSettings(options.config, {
    prune: {
      ...rule(threshold, density),
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
  claimOutputs([options.out], options);
  const { hooks, stop } = stageHooks(options);
  const bytes = await onInterrupt(
    (signal) => pruneStage(trained, config.prune, config.scores, { ...hooks, signal }),
    'nothing was written',
  ).finally(stop);
  writeFileAtomic(options.out, bytes);
  const { header, history, network } = readNetwork(bytes, options.out);
  printResult(
    options,
    { file: options.out, pruning: history.pruning, scores: header.scores },
    `${options.out}: ${network.neurons} of ${trained.network.neurons} neurons\n${describeScores(header.scores)}`,
  );
}

/** One of threshold and density on the command line takes the place of the other in the config file. */
function rule(threshold: number | undefined, density: number | undefined) {
  return {
    threshold: density === undefined ? threshold : (threshold ?? null),
    density: threshold === undefined ? density : (density ?? null),
  };
}
