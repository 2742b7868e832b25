// bimt-export verify: run folder → verify.json of every target, the certificate, and of the float ONNX files
import { Command } from 'commander';
import { type Certificates, verifyPipeline } from '../pipeline/run.ts';
import { openRunFolder } from '../pipeline/run-folder.ts';
import { assertAgreement } from '../simulation/verify.ts';
import { assertClose, type FloatComparison, type FloatVerification } from '../simulation/verify-floats.ts';
import { type CommonOptions, printResult, withCommonOptions } from './output.ts';
import { settingOption } from './setting-option.ts';

interface VerifyOptions extends CommonOptions {
  readonly trials?: number;
  readonly floatTrials?: number;
  readonly seed?: number;
}

/** The command. */
export function verifyCommand(): Command {
  return withCommonOptions(new Command('verify'))
    .argument('<dir>', 'a run folder')
    .addOption(settingOption('--trials <n>', 'verify.trials', { otherwise: "the run's" }))
    .addOption(settingOption('--float-trials <n>', 'verify.floatTrials', { otherwise: "the run's" }))
    .addOption(settingOption('--seed <n>', 'verify.seed', { otherwise: "the run's" }))
    .addHelpText('after', '\nExample:\n  $ bimt-export verify runs/start --trials 5000')
    .action(verifyAction);
}

async function verifyAction(path: string, options: VerifyOptions): Promise<void> {
  const { trials, floatTrials, seed } = options;
  const { targets, forms } = await verifyPipeline(openRunFolder(path), {
    ...(trials !== undefined && { trials }),
    ...(floatTrials !== undefined && { floatTrials }),
    ...(seed !== undefined && { seed }),
  });
  const lines = [...targets.map(targetLines), ...(forms?.comparisons ?? []).map(formLine), ...(forms?.skipped ?? []).map(skippedLine)];
  const ofTargets = Object.fromEntries(targets.map(({ target, verification }) => [target.label, verification]));
  printResult(options, { targets: ofTargets, forms }, lines.join('\n'));
  for (const { verification } of targets) assertAgreement(verification);
  if (forms !== null) assertClose(forms);
}

function targetLines({ target, verification }: Certificates['targets'][number]): string {
  const { trials, integersCompared, saturatedStates, executions, mismatches, executable } = verification;
  const verdict = mismatches.length === 0 ? 'all equal' : 'NOT EQUAL';
  const line = `${target.label}: ${executions.length} executions, ${trials} trials, ${integersCompared} integers (${saturatedStates} saturated states), ${verdict}`;
  return executable.value ? line : `${line}\n  not executable as it stands: ${executable.reason}`;
}

function formLine({ between: [, name], largest, beyond }: FloatComparison): string {
  const verdict = beyond === 0 ? 'within tolerance' : `${beyond} values TOO FAR APART`;
  const error = largest === null ? 'no value differs' : `largest error ${largest.error?.toExponential(1) ?? 'not a finite number'}`;
  return `${name}: ${error}, ${verdict}`;
}

function skippedLine({ name, reason }: FloatVerification['skipped'][number]): string {
  return `${name}: not run, ${reason}`;
}
