// A training run that stands still between two checkpoints until it is killed. Arguments: checkpoint file, update to stop at.
import { writeFileAtomic } from '../../src/core/files.ts';
import { encodeCheckpoint } from '../../src/training/checkpoint.ts';
import { train } from '../../src/training/train.ts';
import { suite, tinyConfig, tinyEngine } from './tiny-run.ts';

const [path, stopAt] = process.argv.slice(2);
const config = tinyConfig();
await train(suite, config, {
  engine: tinyEngine(config),
  onCheckpoint: (checkpoint) => writeFileAtomic(path, encodeCheckpoint(checkpoint)),
  onProgress({ done }) {
    if (done !== Number(stopAt)) return;
    process.stdout.write('standing still\n');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
});
