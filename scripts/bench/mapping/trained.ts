// The shipped networks as mapping problems: what training really leaves.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { PACKAGE_ROOT } from '../../../src/core/version.ts';
import { type Csr, forEachEntry } from '../../../src/network/csr.ts';
import { readNetwork } from '../../../src/pipeline/network-file.ts';
import { undirectedGraph } from './graph.ts';
import type { Instance } from './instances.ts';

/** Weights are whole shares of the largest; smaller ones than half a share are no edges. */
const LARGEST = 1000;
const CAPACITIES = [25, 64];

/** Each network of models/ on the smallest square mesh that holds it, with its sites as positions. */
export function trainedInstances(): readonly { readonly name: string; make(): Instance }[] {
  const folder = join(PACKAGE_ROOT, 'models');
  const files = readdirSync(folder).filter((file) => file.endsWith('.safetensors'));
  return files.flatMap((file) =>
    CAPACITIES.map((capacity) => {
      const name = `${basename(file, '.safetensors')}-${capacity}`;
      return { name, make: () => trainedInstance(name, join(folder, file), capacity) };
    }),
  );
}

function trainedInstance(name: string, path: string, capacity: number): Instance {
  const { network } = readNetwork(readFileSync(path), path);
  const { neurons, outputs, recurrent, readout, grid } = network;
  const vertices = neurons + outputs;
  const from: number[] = [];
  const to: number[] = [];
  const size: number[] = [];
  const add = (matrix: Csr, first: number) =>
    forEachEntry(matrix, (row, column, value) => {
      from.push(column);
      to.push(first + row);
      size.push(Math.abs(value));
    });
  add(recurrent, 0);
  add(readout, neurons);
  const largest = size.reduce((a, b) => Math.max(a, b), 0);
  const isEdge = size.map((w) => Math.round((LARGEST * w) / largest) > 0);
  const kept = <T>(values: readonly T[]) => values.filter((_, e) => isEdge[e]);
  const site = new Float64Array(2 * vertices);
  for (let v = 0; v < vertices; v++) {
    // Readout units have no site; they start in the middle, from where the search takes them.
    const s = v < neurons ? network.site[v] : Math.floor(grid.rows / 2) * grid.columns + Math.floor(grid.columns / 2);
    site[2 * v] = s % grid.columns;
    site[2 * v + 1] = Math.floor(s / grid.columns);
  }
  const graph = undirectedGraph(
    vertices,
    Int32Array.from(kept(from)),
    Int32Array.from(kept(to)),
    Float64Array.from(kept(size), (w) => Math.round((LARGEST * w) / largest)),
    site,
  );
  const side = Math.ceil(Math.sqrt(vertices / capacity));
  return { name, mesh: { width: side, height: side, capacity }, graph, site };
}
