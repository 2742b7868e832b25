// Provenance and grids for models under test.
import type { ExportContext } from '../../src/exchange/model-file.ts';
import type { Grid } from '../../src/network/geometry.ts';

export const CONTEXT: ExportContext = {
  suite: 'yang19',
  provenance: { stage: 'pruned', parentHash: 'a'.repeat(64), configHash: 'b'.repeat(64), tool: 'bimt-export@test', engine: null },
};

/** A line that holds n neurons. */
export function lineGrid(neurons: number): Grid {
  return { rows: 1, columns: neurons, metric: 'l1' };
}
