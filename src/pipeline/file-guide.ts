// Which files does a run leave, and what does each hold?
import { join } from 'node:path';

/** A file of a run, or the same file of several targets. */
export interface GuideEntry {
  readonly path: string;
  readonly holds: string;
}

const RUN_FILES: readonly (readonly [file: string, holds: string])[] = [
  ['report.html', 'the report to look at and explore, in any browser; it loads nothing'],
  ['connection-map.svg', 'picture: the network on its grid'],
  ['weight-distance.svg', 'picture: weight against distance'],
  ['report.txt', 'everything in words and tables'],
  ['report.json', 'the same as data; metrics.json is flat, for flows'],
  ['tasks.csv', 'accuracy of each task after each stage'],
  ['placements.csv', 'all targets side by side'],
  ['trained.safetensors', 'the trained network; training.csv holds its learning curve'],
  ['pruned.safetensors', 'the pruned network'],
  ['aware.safetensors', 'the network trained on for a chip; aware.csv holds its rounds, aware.json the same'],
  ['pruned.curve.svg', 'picture: accuracy against density; pruned.curve.csv and .json hold the numbers'],
  ['neurons.json', 'what each neuron does: task variance and functional cluster'],
  ['model.md', 'what the ONNX files are and how to run them'],
  ['model.step.onnx', 'one time step, float'],
  ['model.seq.onnx', 'the whole sequence, float'],
  ['model.qdq.onnx', 'the whole sequence, integer weights'],
  ['verify.json', 'how close the float ONNX files come to the network'],
];

const TARGET_FILES: readonly (readonly [file: string, holds: string])[] = [
  ['placement.svg', 'picture: the network on the chip'],
  ['link-traffic.svg', 'picture: messages on the links'],
  ['model.int.onnx', 'the integer network of the target; model.md says how to run it'],
  ['quantized.safetensors', 'the same as tensors'],
  ['mapping.json', 'cores, axons and routes'],
  ['images.safetensors', 'what is stored in the cells'],
  ['verify.json', 'the certificate: all executions agree'],
  ['cores.csv', 'cores in use; links.csv holds the links'],
];

/**
 * The files that a run folder holds, with what they hold. Files of several targets are one entry, written as a shell would
 * expand it.
 *
 * @param has - whether the run folder holds a file
 */
export function fileGuide(folder: string, targets: readonly string[], has: (file: string) => boolean): GuideEntry[] {
  const ofRun = RUN_FILES.filter(([file]) => has(file)).map(([file, holds]) => ({ path: join(folder, file), holds }));
  const ofTargets = TARGET_FILES.flatMap(([file, holds]) => {
    const holding = targets.filter((target) => has(`${target}/${file}`));
    if (holding.length === 0) return [];
    const names = holding.length === 1 ? holding[0] : `{${holding.join(',')}}`;
    return [{ path: join(folder, names, file), holds }];
  });
  return [...ofRun, ...ofTargets];
}
