// A run folder of the shipped model with what a page has to show: two targets it fits, one it does not. Few trials: figures are not judged here.
import { resolveRunConfig } from '../../src/pipeline/config.ts';
import { runPipeline } from '../../src/pipeline/run.ts';
import { openRunFolder } from '../../src/pipeline/run-folder.ts';
import { TOO_SMALL } from '../cli/support.ts';

export const PAGE_TARGETS = ['loihi1', 'rram-mesh', TOO_SMALL] as const;

/** Makes the folder. */
export async function makePageRun(path: string): Promise<void> {
  const config = resolveRunConfig({
    model: 'models/yang19-20x20-bimt.safetensors',
    targets: PAGE_TARGETS,
    scores: { trialsPerTask: 2 },
    quantize: { calibrationTrials: 2 },
    map: { activityTrials: 2, effort: 0.05 },
    verify: { trials: 20, floatTrials: 20 },
  });
  await runPipeline(config, openRunFolder(path));
}
