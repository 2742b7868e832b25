// Do the float ONNX files compute what the network computes, in both runtimes?
import { dequantizedNetwork, quantizeWeightsOnly } from '../compression/dequantize.ts';
import { foundIn } from '../core/errors.ts';
import { canonicalJson, sha256 } from '../core/hash.ts';
import { TOOL } from '../core/version.ts';
import { type OnnxRunner, openSequenceModel, openStepModel } from '../exchange/run-onnx.ts';
import type { Network } from '../network/network.ts';
import { type Run, runNetwork } from '../network/run.ts';
import { decodeModel } from '../onnx/proto.ts';
import { RUNTIMES, type RuntimeName } from '../onnx/runtime.ts';
import { type FloatBatch, type FloatPair, type FloatVerification, verifyFloats } from '../simulation/verify-floats.ts';
import { evaluationTrials } from '../tasks/accuracy.ts';
import { findSuite } from '../tasks/suites.ts';
import type { OnnxConfig, VerifyConfig } from './config.ts';
import type { NetworkArtifact } from './network-file.ts';

/** The float forms, as a run folder holds them. */
export const FORM_FILES = ['model.step.onnx', 'model.seq.onnx', 'model.qdq.onnx'] as const;
type FormFile = (typeof FORM_FILES)[number];
export type FormFiles = Readonly<Record<FormFile, Uint8Array>>;

/** The level that changes no arithmetic: above it, runtimes may quantize the activations of dequantized products. */
const LEVEL = 'basic';
/** onnxruntime-node 1.16.3 ends there; int4 and blocks of scales came with 21. */
const NEWEST_NATIVE_OPSET = 19;

/**
 * Runs step, sequence and weight-only form on task trials in both runtimes, against the float interpreter; the weight-only
 * form against the network that holds the dequantized weights.
 *
 * @param folder - how to call the run's folder in errors
 * @throws UsageError if a file is damaged or of another form
 */
export async function verifyFormsStage(
  files: FormFiles,
  { network, header, bytes }: NetworkArtifact,
  { qdq }: OnnxConfig,
  config: VerifyConfig,
  folder: string,
): Promise<FloatVerification> {
  const asIs: FloatPair['reference'] = referenceOf('float network', network);
  const dequantized = referenceOf('dequantized network', dequantizedNetwork(network, quantizeWeightsOnly(network, qdq)));
  const opened: OnnxRunner<Float32Array, Run>[] = [];
  const pairs: FloatPair[] = [];
  const skipped: { name: string; reason: string }[] = [];
  try {
    for (const file of FORM_FILES) {
      for (const runtime of RUNTIMES) {
        const name = `${file} in onnxruntime-${runtime}`;
        const reason = whyUnreadable(files[file], runtime, `${folder}/${file}`);
        if (reason !== null) {
          skipped.push({ name, reason });
          continue;
        }
        const model = await openForm(file, files[file], runtime, network, `${folder}/${file}`);
        opened.push(model);
        const execution = { name, version: model.version, optimization: LEVEL, run: model.run };
        pairs.push({ reference: file === 'model.qdq.onnx' ? dequantized : asIs, execution });
      }
    }
    const batches = verificationTrials(header.config.suite, config);
    return await verifyFloats(pairs, batches, { skipped, hashes: hashesOf(files, bytes, batches) });
  } finally {
    for (const model of opened) await model.release();
  }
}

function referenceOf(name: string, network: Network): FloatPair['reference'] {
  return { name: `${name} (${TOOL})`, run: (inputs, steps, rows) => runNetwork(network, inputs, steps, rows) };
}

async function openForm(file: FormFile, bytes: Uint8Array, runtime: RuntimeName, { neurons }: Network, where: string) {
  try {
    return file === 'model.step.onnx'
      ? await openStepModel(bytes, runtime, neurons, LEVEL)
      : await openSequenceModel(bytes, runtime, LEVEL);
  } catch (error) {
    throw foundIn(where, error);
  }
}

/** Why a runtime cannot read a file that is otherwise in order; null if it can. */
function whyUnreadable(bytes: Uint8Array, runtime: RuntimeName, where: string): string | null {
  if (runtime !== 'node') return null;
  const opset = Math.max(...decodeModel(bytes, where).opsetImport.map(({ version }) => Number(version)));
  return opset > NEWEST_NATIVE_OPSET ? `it is written in opset ${opset}, this runtime ends at ${NEWEST_NATIVE_OPSET}` : null;
}

/** At least `floatTrials` task trials, equally many of each task. */
function verificationTrials(suiteName: string, { floatTrials, seed }: VerifyConfig): FloatBatch[] {
  const suite = findSuite(suiteName);
  const perTask = Math.ceil(floatTrials / suite.tasks.length);
  return suite.tasks.flatMap((_, task) =>
    evaluationTrials(suite, task, perTask, seed, 'verification').map(({ steps, rows, inputs }) => ({ steps, rows, inputs })),
  );
}

function hashesOf(files: FormFiles, network: Uint8Array, batches: readonly FloatBatch[]): Record<string, string> {
  const trials = batches.map(({ steps, rows, inputs }) => [
    steps,
    rows,
    sha256(new Uint8Array(inputs.buffer, inputs.byteOffset, inputs.byteLength)),
  ]);
  return {
    trials: sha256(canonicalJson(trials)),
    network: sha256(network),
    ...Object.fromEntries(FORM_FILES.map((file) => [file, sha256(files[file])])),
  };
}
