// model.md: what are these ONNX files, who can read them, and how are they run? For people who get the folder and nothing else.
import type { QuantizedArtifact } from '../compression/quantized-file.ts';
import { sha256 } from '../core/hash.ts';
import type { ArtifactHeader } from '../network/artifact.ts';
import { formatGrid } from '../network/geometry.ts';
import type { Network, NetworkSizes } from '../network/network.ts';
import type { FormOptions, ModelFile } from './onnx-forms.ts';

export const CARD_FILE = 'model.md';

/** What a card speaks of. */
export interface CardSubject {
  /** The files beside it. */
  readonly models: readonly ModelFile[];
  /** How the float forms were written. */
  readonly options?: FormOptions;
  /** The network of the float forms, and the artifact it was read from; null where there are none. */
  readonly float: { readonly network: Network; readonly header: ArtifactHeader; readonly bytes: Uint8Array } | null;
  /** The integer network of model.int.onnx, and its artifact's bytes where there is one. */
  readonly integer: (QuantizedArtifact & { readonly bytes: Uint8Array }) | null;
}

/** Stages that are measured, in their order. */
const STAGES: readonly string[] = ['trained', 'pruned', 'fine-tuned', 'aware', 'integer'];

/** Interface and readers of each form. */
const FORMS: Readonly<Record<string, (sizes: NetworkSizes, options: FormOptions) => { ports: string; readers: string }>> = {
  'model.step.onnx': ({ inputs, neurons, outputs }) => ({
    ports: `u float [batch, ${inputs}], h float [batch, ${neurons}] → h_next float [batch, ${neurons}], o float [batch, ${outputs}]`,
    readers: 'compilers that know no recurrence: MatMul, Add and the activation; you keep the state',
  }),
  'model.seq.onnx': ({ inputs, neurons, outputs }, { sequence = 'rnn' }) => ({
    ports: `u float [time, batch, ${inputs}] → h float [time, batch, ${neurons}], o float [time, batch, ${outputs}]`,
    readers: sequence === 'rnn' ? 'runtimes with the RNN operator' : 'runtimes with the Scan operator',
  }),
  'model.qdq.onnx': ({ inputs, neurons, outputs }, { qdq }) => ({
    ports: `u float [time, batch, ${inputs}] → h float [time, batch, ${neurons}], o float [time, batch, ${outputs}]`,
    readers:
      qdq === undefined || (qdq.bits === 8 && qdq.granularity === 'tensor')
        ? 'the same, with int8 weights behind DequantizeLinear, one scale a matrix'
        : `runtimes that know int${qdq.bits} weights with a scale per ${qdq.granularity === 'block' ? `block of ${qdq.blockSize}` : qdq.granularity}`,
  }),
  'model.int.onnx': ({ inputs, neurons, outputs }) => ({
    ports: `u int8 [time, batch, ${inputs}] → h int32 [time, batch, ${neurons}], o int32 [time, batch, ${outputs}]`,
    readers: 'runtimes with Scan and int32 MatMul; the same integers everywhere, the reference for hardware',
  }),
};

/** The card, as Markdown. Equal arguments give equal text. */
export function modelCard(subject: CardSubject): string {
  const { models, float, integer } = subject;
  const header = (integer ?? float)?.header;
  const sizes = integer?.network ?? float?.network;
  if (header === undefined || sizes === undefined) throw new Error('a card needs a network');
  const sections = [
    `# Recurrent network: ${sizes.inputs} inputs, ${sizes.neurons} neurons, ${sizes.outputs} outputs`,
    whatItIs(subject, header.config.suite),
    `## Files\n\nDimensions \`time\` and \`batch\` are free; every sequence starts from zero state.\n\n${fileTable(subject, sizes)}`,
    `## Running it\n\n${runningIt(models, sizes, integer)}`,
    `## Accuracy\n\n${accuracyTable(header)}`,
    `## Provenance\n\n${provenance(subject)}`,
  ];
  return `${sections.join('\n\n')}\n`;
}

function whatItIs({ float, integer }: CardSubject, suite: string): string {
  const lines = [`Trained on the task suite \`${suite}\`; the largest of the outputs \`o\` is its answer at every time step.`];
  if (float !== null) {
    const { network } = float;
    lines.push(
      `\`h' = ${network.activation}(W h + W_in u + b)\`, \`o = W_out h' + b_out\`. ${network.recurrent.values.length} of ` +
        `${network.neurons ** 2} recurrent weights are not zero. Neurons lie on a grid of ${formatGrid(network.grid)} sites; ` +
        "their sites are in every file's metadata, `bimt.site` and `bimt.position`.",
    );
  }
  if (integer !== null) {
    const { network, details } = integer;
    lines.push(
      `The integer network is quantized for \`${details.target}\`: ` +
        `\`h' = min(${network.stateMax}, floor((max(W h + W_in u + b, 0) * multiplier + 2^${network.shift - 1}) / 2^${network.shift}))\`, all in integers. ` +
        'Scales are in its metadata, `bimt.scales`: real = scale * integer.',
    );
  }
  return lines.join('\n\n');
}

function fileTable({ models, options = {} }: CardSubject, sizes: NetworkSizes): string {
  return table(
    ['file', 'inputs → outputs', 'made for', 'bytes', 'SHA-256'],
    models.map(({ file, bytes }) => {
      const { ports, readers } = FORMS[file](sizes, options);
      return [`\`${file}\``, ports, readers, `${bytes.length}`, `\`${sha256(bytes)}\``];
    }),
  );
}

/** Five lines of Python and of JavaScript, for the float sequence if it is there, else for the integers. */
function runningIt(models: readonly ModelFile[], { inputs }: NetworkSizes, integer: CardSubject['integer']): string {
  const isFloat = models.some(({ file }) => file === 'model.seq.onnx');
  const [file, numpy, array, ort] = isFloat
    ? ['model.seq.onnx', 'float32', 'Float32Array', 'float32']
    : ['model.int.onnx', 'int8', 'Int8Array', 'int8'];
  const rounding = isFloat || integer === null ? '' : ` = round(inputs / ${integer.network.scales.input}), clipped to ±127`;
  return `\`\`\`python
import numpy as np, onnxruntime as ort
session = ort.InferenceSession("${file}")
u = np.zeros((100, 1, ${inputs}), np.${numpy})  # time, trials, inputs${rounding}
h, o = session.run(["h", "o"], {"u": u})
print(o.argmax(axis=-1))
\`\`\`

\`\`\`js
import * as ort from 'onnxruntime-node'; // or onnxruntime-web
const session = await ort.InferenceSession.create('${file}');
const u = new ort.Tensor('${ort}', new ${array}(100 * ${inputs}), [100, 1, ${inputs}]);
const { h, o } = await session.run({ u });
console.log(o.dims, o.data);
\`\`\``;
}

function accuracyTable({ scores }: ArtifactHeader): string {
  const stages = Object.entries(scores).sort(([a], [b]) => STAGES.indexOf(a) - STAGES.indexOf(b));
  if (stages.length === 0) return 'Not measured.';
  return table(
    ['stage', 'mean over tasks', 'trials per task'],
    stages.map(([stage, { meanAccuracy, trialsPerTask }]) => [stage, meanAccuracy.toFixed(4), `${trialsPerTask}`]),
  );
}

function provenance({ float, integer }: CardSubject): string {
  const artifacts = [float, integer].filter((artifact) => artifact !== null);
  return table(
    ['artifact', 'SHA-256', 'made from', 'settings', 'tool'],
    artifacts.map(({ header: { provenance: p }, bytes }) => [
      `${p.stage} network`,
      `\`${sha256(bytes)}\``,
      p.parentHash === null ? '-' : `\`${p.parentHash}\``,
      `\`${p.configHash}\``,
      [p.tool, ...(p.engine === null ? [] : [`${p.engine.name} ${p.engine.version}`])].join(', '),
    ]),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
