// Do interpreter, ONNX in two runtimes, and simulated chip compute the same integers for one target?
import type { IntegerRun } from '../compression/integer-network.ts';
import { quantizeInputs } from '../compression/quantize.ts';
import { decodeQuantized } from '../compression/quantized-file.ts';
import { runInteger } from '../compression/run-integer.ts';
import { foundIn, MismatchError, withRemedy } from '../core/errors.ts';
import { canonicalJson, sha256 } from '../core/hash.ts';
import { TOOL } from '../core/version.ts';
import { type OnnxRunner, openIntegerModel } from '../exchange/run-onnx.ts';
import { parseMapping } from '../mapping/mapping-file.ts';
import { RUNTIMES } from '../onnx/runtime.ts';
import { loadChip, runChip } from '../simulation/chip.ts';
import { type Execution, stressInputs, type TrialBatch, type Verification, verifyExecutions } from '../simulation/verify.ts';
import { executability } from '../targets/formats.ts';
import type { Target } from '../targets/load.ts';
import { evaluationTrials } from '../tasks/accuracy.ts';
import { findSuite } from '../tasks/suites.ts';
import type { VerifyConfig } from './config.ts';

/** Trials at the extremes of the input range, so that states saturate. */
const STRESS_ROWS = 32;

/** As the file says, and after every rewriting that the runtime does on its own. */
const LEVELS = ['disabled', 'all'] as const;
const SESSIONS = RUNTIMES.flatMap((runtime) => LEVELS.map((level) => ({ runtime, level })));

/** The files of one target folder that verification reads. */
export const MAPPED_FILES = ['quantized.safetensors', 'model.int.onnx', 'mapping.json', 'images.safetensors'] as const;
export type MappedFiles = Readonly<Record<(typeof MAPPED_FILES)[number], Uint8Array>>;

/**
 * Runs all executions on task trials and on trials at the extremes, and compares every integer.
 *
 * @param folder - how to call the target's folder in errors
 * @returns the certificate; its `mismatches` are empty if all agree
 * @throws UsageError if a file is damaged; MismatchError if the mapping belongs to another network or target
 */
export async function verifyStage(files: MappedFiles, target: Target, config: VerifyConfig, folder: string): Promise<Verification> {
  const { network, header } = decodeQuantized(files['quantized.safetensors'], `${folder}/quantized.safetensors`);
  const mapping = parseMapping(new TextDecoder().decode(files['mapping.json']), `${folder}/mapping.json`);
  requireSame('network', mapping.network.hash, sha256(files['quantized.safetensors']), folder);
  requireSame('target', mapping.target.hash, target.hash, folder);
  const chip = await inWords(folder, async () => loadChip(mapping, files['images.safetensors']));
  const models: OnnxRunner<Int32Array, IntegerRun>[] = [];
  await inWords(`${folder}/model.int.onnx`, async () => {
    for (const { runtime, level } of SESSIONS) models.push(await openIntegerModel(files['model.int.onnx'], runtime, level));
  });
  const executions: Execution[] = [
    { name: 'integer network', version: TOOL, run: async (...trials) => runInteger(network, ...trials) },
    ...models.map(({ version, run }, i): Execution => ({ name: sessionName(SESSIONS[i]), version, optimization: SESSIONS[i].level, run })),
    { name: 'simulated chip', version: TOOL, run: async (...trials) => runChip(chip, ...trials) },
  ];
  const batches = verificationTrials(header.config.suite, network.scales.input, config);
  try {
    const { executable, reason } = executability(target, Math.ceil(Math.log2(network.stateMax + 1)));
    return await verifyExecutions(executions, batches, {
      stateMax: network.stateMax,
      executable: { value: executable, reason },
      hashes: {
        trials: sha256(canonicalJson(batches.map(({ steps, rows, inputs }) => [steps, rows, sha256(new Uint8Array(inputs.buffer))]))),
        target: target.hash,
        ...Object.fromEntries(MAPPED_FILES.map((name) => [name, sha256(files[name])])),
      },
    });
  } finally {
    for (const model of models) await model.release();
  }
}

function sessionName({ runtime, level }: (typeof SESSIONS)[number]): string {
  return `model.int.onnx in onnxruntime-${runtime}${level === 'disabled' ? ' (unoptimised)' : ''}`;
}

/** At least `trials` task trials, equally many of each task, in integers; then trials at the extremes. */
function verificationTrials(suiteName: string, inputScale: number, { trials, seed }: VerifyConfig): TrialBatch[] {
  const suite = findSuite(suiteName);
  const perTask = Math.ceil(trials / suite.tasks.length);
  const ordinary = suite.tasks.flatMap((_, task) =>
    evaluationTrials(suite, task, perTask, seed, 'verification').map(({ steps, rows, inputs }) => ({
      steps,
      rows,
      inputs: quantizeInputs(inputs, inputScale).integers,
    })),
  );
  return [...ordinary, stressInputs(seed, suite.maxSteps, STRESS_ROWS, suite.inputs)];
}

/** Says where a file lies of which only its name, or nothing, is known to the one who refuses it. */
async function inWords<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw withRemedy('the file is damaged or of another version: map again', foundIn(where, error));
  }
}

function requireSame(kind: string, expected: string, found: string, folder: string): void {
  if (expected !== found) {
    throw new MismatchError(
      `${folder}/mapping.json was made for another ${kind} (${expected.slice(0, 12)}…, found ${found.slice(0, 12)}…); map again`,
    );
  }
}
