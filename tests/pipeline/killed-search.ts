// A search that stands still in the middle of its third density until it is killed. Argument: its folder.
import { searchTiny, tinySearch, tinyTrained } from './tiny-search.ts';

const [folder] = process.argv.slice(2);
const densities = new Set<string>();
await searchTiny(await tinyTrained(), tinySearch(), folder, {
  onProgress({ stage }) {
    densities.add(stage);
    if (densities.size < 3) return;
    process.stdout.write('standing still\n');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
});
