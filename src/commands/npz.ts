// bimt-export npz: any network → .npz, for NumPy
import { Command } from 'commander';
import { decodeQuantized } from '../compression/quantized-file.ts';
import { readInputFile, writeFileAtomic } from '../core/files.ts';
import { exportIntegerNpz, exportNpz } from '../exchange/npz.ts';
import { decodeArtifact } from '../network/artifact.ts';
import { readNetwork } from '../pipeline/network-file.ts';
import { claimOutputs } from './common.ts';
import { type CommonOptions, printResult, withCommonOptions } from './output.ts';

interface NpzOptions extends CommonOptions {
  readonly out: string;
  readonly force?: boolean;
}

/** The command. */
export function npzCommand(): Command {
  return withCommonOptions(new Command('npz'))
    .argument('<file>', 'a trained, pruned or quantized network')
    .requiredOption('--out <file>', 'the archive')
    .option('--force', 'overwrite --out')
    .addHelpText(
      'after',
      `
Arrays: W, W_in, W_out [target, source] and their masks, b, b_out, site, position, metadata (JSON as a string); of a quantized network
in integers, with multiplier, shift, state_max and scale_*. Matrices beyond 16 million weights: W.values, W.indices, W.indptr.

Example:
  $ bimt-export npz runs/a/pruned.safetensors --out runs/a/pruned.npz`,
    )
    .action(npzAction);
}

function npzAction(file: string, options: NpzOptions): void {
  const bytes = npzOf(readInputFile(file), file);
  claimOutputs([options.out], options);
  writeFileAtomic(options.out, bytes);
  printResult(options, { file: options.out, bytes: bytes.length }, `${options.out}: ${bytes.length} bytes`);
}

function npzOf(bytes: Uint8Array, file: string): Uint8Array {
  const { stage } = decodeArtifact(bytes, file, ['trained', 'pruned', 'quantized']).header.provenance;
  if (stage === 'quantized') return exportIntegerNpz(decodeQuantized(bytes, file));
  const { network, header } = readNetwork(bytes, file);
  return exportNpz(network, header);
}
