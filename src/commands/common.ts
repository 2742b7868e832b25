// What do commands share that do the work? Hooks, interruption, and the files they are given.
import { InterruptedError, UsageError } from '../core/errors.ts';
import { checkWritable, fileExists, readInputFile } from '../core/files.ts';
import type { Stage } from '../network/artifact.ts';
import { type NetworkArtifact, readNetwork } from '../pipeline/network-file.ts';
import type { StageHooks } from '../pipeline/train-stage.ts';
import { type CommonOptions, note, printWarnings } from './output.ts';
import { progressPrinter } from './progress.ts';

/** How to go on where every finished stage is kept. */
export const AGAIN = 'the same command goes on from there';

/**
 * Runs long work that Ctrl-C stops in an orderly way; a second Ctrl-C stops at once.
 *
 * @param goOn - what to do after an interruption, for the message
 */
export async function onInterrupt<T>(work: (signal: AbortSignal) => Promise<T>, goOn: string): Promise<T> {
  const controller = new AbortController();
  const interrupt = () => controller.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    return await work(controller.signal);
  } catch (error) {
    throw error instanceof InterruptedError ? new InterruptedError(`${error.message}; ${goOn}`) : error;
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

/** What long stages tell, printed to stderr. */
export function stageHooks(options: CommonOptions): { readonly hooks: StageHooks; readonly stop: () => void } {
  const { onProgress, interrupt, stop } = progressPrinter(options);
  const hooks: StageHooks = {
    onProgress,
    onNote(text) {
      interrupt();
      note(options, text);
    },
    onWarning(warning) {
      interrupt();
      printWarnings(options, [warning]);
    },
  };
  return { hooks, stop };
}

/** The network a command is given as a file. */
export function networkArgument(path: string, stages?: readonly Stage[]): NetworkArtifact {
  return readNetwork(readInputFile(path), path, stages);
}

/**
 * Asked before the work, so that none is lost.
 *
 * @throws UsageError if a result file exists and --force is not given, or cannot be written
 */
export function claimOutputs(paths: readonly string[], { force = false }: { readonly force?: boolean }, other = 'another --out'): void {
  for (const path of paths) {
    if (fileExists(path) && !force) throw new UsageError(`${path} exists; choose ${other}, or overwrite it with --force`);
    checkWritable(path);
  }
}
