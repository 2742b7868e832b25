// What do the ONNX forms have in common? One file format, the same metadata, dense constants.
import { canonicalJson } from '../core/hash.ts';
import { VERSION } from '../core/version.ts';
import type { Provenance } from '../network/artifact.ts';
import type { Csr } from '../network/csr.ts';
import type { Grid } from '../network/geometry.ts';
import { siteCoordinates } from '../network/geometry.ts';
import { encodeModel, type GraphMessage } from '../onnx/proto.ts';

/** What a model file says about its origin. */
export interface ExportContext {
  readonly suite: string;
  readonly provenance: Provenance;
  /** Where neurons run on a chip, any JSON; written as `bimt.mapping` when given. */
  readonly mapping?: unknown;
}

/** IR 8 and opset 17: accepted by every reader that was tried, and by the official checker of ONNX 1.12. */
const IR_VERSION = 8;
const OPSET = 17;

/**
 * Bytes of a model. Metadata keys are `bimt.` and JSON, so that readers need nothing but a JSON parser.
 *
 * @param form - name of the form, for example `step`
 * @param description - one paragraph for people who open the file in a viewer
 * @param extra - metadata of this form, for example scales
 */
export function encodeForm(
  form: string,
  description: string,
  graph: GraphMessage,
  place: { readonly grid: Grid; readonly site: Int32Array },
  context: ExportContext,
  extra: Readonly<Record<string, unknown>> = {},
): Uint8Array {
  const entries: Record<string, unknown> = {
    form,
    suite: context.suite,
    provenance: context.provenance,
    grid: place.grid,
    site: Array.from(place.site),
    position: Array.from(place.site, (site) => {
      const { row, column } = siteCoordinates(place.grid, site);
      return [row, column];
    }),
    ...(context.mapping === undefined ? {} : { mapping: context.mapping }),
    ...extra,
  };
  return encodeModel({
    irVersion: IR_VERSION,
    opset: OPSET,
    producerVersion: VERSION,
    docString: description,
    graph: { ...graph, docString: description },
    metadata: Object.fromEntries(Object.entries(entries).map(([key, value]) => [`bimt.${key}`, canonicalJson(value)])),
  });
}

/**
 * Dense values of a sparse matrix, transposed to shape [columns, rows] = [source, target]: activations are row vectors,
 * so a product is `x · Wᵀ`.
 */
export function denseTransposed<T extends Float32Array | Int32Array | Int8Array>(
  matrix: Csr<Float32Array | Int32Array>,
  Type: new (length: number) => T,
): T {
  const dense = new Type(matrix.rows * matrix.columns);
  for (let row = 0; row < matrix.rows; row++) {
    for (let at = matrix.indptr[row]; at < matrix.indptr[row + 1]; at++) dense[matrix.indices[at] * matrix.rows + row] = matrix.values[at];
  }
  return dense;
}
