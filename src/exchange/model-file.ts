// What do the ONNX forms have in common? One file format, the same metadata, dense constants.
import { UsageError } from '../core/errors.ts';
import { canonicalJson } from '../core/hash.ts';
import { VERSION } from '../core/version.ts';
import type { ArtifactHeader } from '../network/artifact.ts';
import type { Csr } from '../network/csr.ts';
import { type Grid, siteCoordinates } from '../network/geometry.ts';
import { encodeModel, type GraphMessage } from '../onnx/proto.ts';

/** Version of a file's container and of its operators. */
export interface FileFormat {
  readonly irVersion: number;
  readonly opset: number;
}

/** Accepted by every reader that was tried, and by the official checker of ONNX 1.12. */
export const PORTABLE_FORMAT: FileFormat = { irVersion: 8, opset: 17 };
/** The first that knows int4 and blocks of scales. */
export const BLOCKED_FORMAT: FileFormat = { irVersion: 10, opset: 21 };

/** Where the neurons of a model sit. */
export interface Sites {
  readonly grid: Grid;
  readonly site: Int32Array;
}

/**
 * Bytes of a model. Metadata keys are `bimt.` and values JSON, so that readers need nothing but a JSON parser.
 *
 * @param form - name of the form, for example `step`
 * @param description - one paragraph for people who open the file in a viewer
 * @param extra - metadata of this form, for example scales; the file's versions, where the portable ones do not do
 */
export function encodeForm(
  form: string,
  description: string,
  graph: GraphMessage,
  { grid, site }: Sites,
  { config, provenance }: ArtifactHeader,
  extra: { readonly metadata?: Readonly<Record<string, unknown>>; readonly file?: FileFormat } = {},
): Uint8Array {
  const entries: Record<string, unknown> = {
    form,
    suite: config.suite,
    provenance,
    grid,
    site: Array.from(site),
    position: Array.from(site, (s) => {
      const { row, column } = siteCoordinates(grid, s);
      return [row, column];
    }),
    ...extra.metadata,
  };
  return encodeModel({
    ...(extra.file ?? PORTABLE_FORMAT),
    producerVersion: VERSION,
    docString: description,
    graph: { ...graph, docString: description },
    metadata: Object.fromEntries(Object.entries(entries).map(([key, value]) => [`bimt.${key}`, canonicalJson(value)])),
  });
}

/** Where a protobuf message ends, and with it an ONNX file whose data are inside. */
const MAX_FILE_BYTES = 2 ** 31 - 1;

/**
 * Dense values of a sparse matrix, row-major: shape [rows, columns], or [columns, rows] if `transposed`.
 *
 * @throws UsageError if no file could hold them
 */
export function denseValues<T extends Float32Array | Int32Array | Int8Array>(
  matrix: Csr<Float32Array | Int32Array>,
  transposed: boolean,
  Type: { new (length: number): T; readonly BYTES_PER_ELEMENT: number },
): T {
  const { rows, columns, indptr, indices, values } = matrix;
  const bytes = rows * columns * Type.BYTES_PER_ELEMENT;
  if (bytes > MAX_FILE_BYTES) {
    throw new UsageError(
      `a dense matrix of ${rows} × ${columns} weights takes ${bytes} bytes, an ONNX file ends at ${MAX_FILE_BYTES}; ` +
        'prune until the largest fan-in is below a fifth of the sources: then weights are written as lists',
    );
  }
  const dense = new Type(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let at = indptr[row]; at < indptr[row + 1]; at++) {
      dense[transposed ? indices[at] * rows + row : row * columns + indices[at]] = values[at];
    }
  }
  return dense;
}
