// How fast is a training step? Each engine per second and against the machine's own matrix product, and against PyTorch where it is installed.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeFileAtomic } from '../../src/core/files.ts';
import { randomStream } from '../../src/core/random.ts';
import { attribute, graphBuilder, type Value } from '../../src/onnx/graph.ts';
import { encodeModel } from '../../src/onnx/proto.ts';
import { openSession } from '../../src/onnx/runtime.ts';
import type { Batch } from '../../src/tasks/suite.ts';
import type { Engine, EngineSpec, FakeQuantizer } from '../../src/training/engine.ts';
import { openEngine } from '../../src/training/engines/open.ts';
import { ortEngine } from '../../src/training/engines/ort.ts';
import { parameterLayout } from '../../src/training/parameters.ts';
import { integerGrid, largestUnits, learnedQuantizer, ruledQuantizer } from '../../src/training/uniform-quantizer.ts';

const HELP = `npx tsx scripts/bench/train.ts [options]
  --steps 32,100                            time steps of a trial
  --batches 20,64,256                       trials of a batch
  --neurons 400
  --engines ort,ort-web,tfjs,reference      ort-web is the graph of ort in onnxruntime-web; also ort-quantized and ort-learned:
                                            quantization-aware, 4-bit weights, steps from the largest weight or learned, 8-bit states
  --peers plain,hoisted,rnn                 PyTorch variants, or none
  --slices 7                                slices of each candidate, in turn
  --seconds 0.5                             length of a slice
  --python /usr/bin/python3                 one that has torch
  --json FILE

53 inputs, 17 outputs, ReLU. One thread each. Times are CPU seconds of the process, so that other work on the machine weighs
less; ratios are medians over paired slices. A candidate slower than ten slices is measured once. The engines clip, mask and penalise;
the peer penalises only.

The speed of PyTorch is that of its BLAS, which is named below the table. Debian's python3-torch takes what libblas.so.3 points to: the
reference BLAS is ten times slower than OpenBLAS (package libopenblas0), and an OpenBLAS older than the processor needs to be told what
to use, for example OPENBLAS_CORETYPE=SKYLAKEX where the processor has AVX-512.`;

const { values: options } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    steps: { type: 'string', default: '32,100' },
    batches: { type: 'string', default: '20,64,256' },
    neurons: { type: 'string', default: '400' },
    engines: { type: 'string', default: 'ort,ort-web,tfjs,reference' },
    peers: { type: 'string', default: 'plain,hoisted,rnn' },
    slices: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '0.5' },
    python: { type: 'string', default: '/usr/bin/python3' },
    json: { type: 'string' },
  },
});

const SPEC: EngineSpec = {
  inputs: 53,
  neurons: Number(options.neurons),
  outputs: 17,
  activation: 'relu',
  adam: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  clipNorm: 1,
  proximal: false,
  quantization: null,
};

/** Something that does steps and says how many CPU seconds they took. */
interface Candidate {
  readonly name: string;
  run(count: number): Promise<number>;
  close(): Promise<void>;
}

/** Rates of one candidate at one size. */
interface Row {
  readonly steps: number;
  readonly rows: number;
  readonly name: string;
  /** Of the product: runs of 50. */
  readonly stepsPerSecond: number;
  readonly gflopPerSecond: number;
  /** Rate of arithmetic over that of bare 64 × 400 × 400 products in the same slices; null for the product itself. */
  readonly ofProduct: number | null;
  /** Speed of the first engine over this candidate's; null for the product. */
  readonly firstOverThis: number | null;
}

/** Floating-point operations of one step: forward, and two products of the same size backward. */
function operations({ inputs, neurons, outputs }: EngineSpec, steps: number, rows: number): number {
  return 6 * steps * rows * (neurons * neurons + inputs * neurons + neurons * outputs);
}

async function cpuSeconds(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function makeBatch(steps: number, rows: number): Batch {
  const random = randomStream(1, 'bench batch');
  return {
    steps,
    rows,
    inputs: Float32Array.from({ length: steps * rows * SPEC.inputs }, () => random.normal()),
    targets: Int32Array.from({ length: steps * rows }, () => random.int(SPEC.outputs)),
    mask: new Float32Array(steps * rows).fill(1),
  };
}

/** Eight-bit states, as wide as those of the initial network. */
const STATES = { stateUnit: 0.02, stateMax: 255 };

/** Four-bit weights, an accumulator unit for every neuron; null where a candidate does not quantize. */
function quantizerFor(name: string, parameters: Float32Array): FakeQuantizer | null {
  const grid = integerGrid(SPEC, { ...STATES, inputUnit: 0.02, stored: () => ({ qmax: 7, step: 1 }) });
  const rule = largestUnits(grid, STATES.stateUnit);
  if (name === 'ort-quantized') return ruledQuantizer(grid, rule);
  return name === 'ort-learned' ? learnedQuantizer(grid, rule(parameters), 1) : null;
}

async function openCandidate(name: string): Promise<Engine> {
  if (name === 'ort-web') return ortEngine(SPEC, 'web');
  if (name === 'ort-quantized' || name === 'ort-learned') return ortEngine({ ...SPEC, quantization: STATES }, 'node');
  return (await openEngine(name, SPEC)).engine;
}

/** An engine with the usual initialisation, U(±1/√N). */
async function engineCandidate(name: string, batch: Batch): Promise<Candidate> {
  const engine = await openCandidate(name);
  const { length } = parameterLayout(SPEC);
  const random = randomStream(1, 'bench parameters');
  const parameters = Float32Array.from({ length }, () => (2 * random.uniform() - 1) / Math.sqrt(SPEC.neurons));
  await engine.write({ parameters, firstMoment: new Float32Array(length), secondMoment: new Float32Array(length) });
  engine.setPenalty(new Float32Array(length).fill(1e-5));
  engine.setQuantizer(quantizerFor(name, parameters));
  let update = 0;
  return {
    name,
    run: (count) =>
      cpuSeconds(async () => {
        for (let i = 0; i < count; i++) {
          update += 1;
          await engine.step(batch, 1e-3, update);
        }
      }),
    close: () => engine.dispose(),
  };
}

const PRODUCTS = 50;
const PRODUCT_WORK = 2 * PRODUCTS * 64 * SPEC.neurons ** 2;

/** Bare 64 × neurons × neurons products, 50 to a run so that calls into the runtime do not count. */
async function productCandidate(): Promise<Candidate> {
  const rows = 64;
  const { neurons } = SPEC;
  const body = graphBuilder('product');
  const x = body.input('x', 'float', [rows, neurons]);
  const graph = graphBuilder('products');
  const W = graph.input('W', 'float', [neurons, neurons]);
  const xs = graph.input('xs', 'float', [PRODUCTS, rows, neurons]);
  body.output(body.node('MatMul', [x, W]), 'float', [rows, neurons]);
  const [ys] = graph.nodeMulti('Scan', [xs], ['ys'], [attribute.int('num_scan_inputs', 1), attribute.graph('body', body.build())]);
  graph.output(ys as Value, 'float', [PRODUCTS, rows, neurons]);
  const session = await openSession(
    encodeModel({ irVersion: 8, opset: 17, producerVersion: '0', graph: graph.build(), metadata: {} }),
    'node',
  );
  const random = randomStream(1, 'bench product');
  const uniform = (...dims: number[]) => ({
    data: Float32Array.from({ length: dims.reduce((a, b) => a * b) }, () => random.uniform()),
    dims,
  });
  const feeds = { W: uniform(neurons, neurons), xs: uniform(PRODUCTS, rows, neurons) };
  return {
    name: `${rows}×${neurons}×${neurons} product`,
    run: (count) =>
      cpuSeconds(async () => {
        for (let i = 0; i < count; i++) await session.run(feeds);
      }),
    close: () => session.release(),
  };
}

/** A PyTorch process, or the reason why there is none. */
async function torchCandidate(
  python: string,
  variant: string,
  { steps, rows }: Batch,
): Promise<{ candidate: Candidate; about: string } | string> {
  if (!existsSync(python)) return `${python} does not exist`;
  const script = fileURLToPath(new URL('torch-peer.py', import.meta.url));
  const sizes = [steps, rows, SPEC.inputs, SPEC.neurons, SPEC.outputs].map(String);
  const one = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', BLIS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
  const child = spawn(python, [script, variant, ...sizes], { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...one } });
  let complaint = '';
  child.stderr.on('data', (chunk) => {
    complaint += String(chunk);
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const hello = await lines.next();
  if (hello.done) return complaint.trim().split('\n').at(-1) ?? 'it ended without a word';
  const { version, blas } = JSON.parse(hello.value) as { version: string; blas: string[] };
  return {
    about: `PyTorch ${version}, ${blas.join(', ') || 'no BLAS library seen'}`,
    candidate: {
      name: `torch ${variant}`,
      async run(count) {
        child.stdin.write(`${count}\n`);
        const answer = await lines.next();
        if (answer.done) throw new Error(`the PyTorch peer died: ${complaint}`);
        return Number(answer.value);
      },
      async close() {
        child.stdin.end();
      },
    },
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** CPU seconds per step of each candidate in each slice; all candidates take turns. */
async function compare(candidates: readonly Candidate[], slices: number, seconds: number): Promise<number[][]> {
  const firsts: number[] = [];
  const counts: number[] = [];
  for (const candidate of candidates) {
    const first = await candidate.run(1);
    firsts.push(first);
    // The first step of a fast candidate allocates and compiles; only the second tells how many fit a slice.
    counts.push(first > 10 * seconds ? 0 : Math.max(1, Math.round(seconds / (await candidate.run(1)))));
  }
  const perStep: number[][] = candidates.map(() => []);
  for (let slice = 0; slice < slices; slice++) {
    for (const [i, candidate] of candidates.entries()) {
      const count = counts[i];
      perStep[i].push(count === 0 ? firsts[i] : (await candidate.run(count)) / count);
    }
  }
  return perStep;
}

function list(text: string): string[] {
  return text.split(',').filter((item) => item !== '' && item !== 'none');
}

/** All candidates at one size. Notes say which peer was measured, or why none. */
async function measure(steps: number, rows: number, notes: Set<string>): Promise<Row[]> {
  const batch = makeBatch(steps, rows);
  const candidates: Candidate[] = [];
  for (const name of list(options.engines)) candidates.push(await engineCandidate(name, batch));
  const product = await productCandidate();
  candidates.push(product);
  for (const variant of list(options.peers)) {
    const peer = await torchCandidate(options.python, variant, batch);
    if (typeof peer === 'string') notes.add(`no PyTorch peer: ${peer}`);
    else {
      candidates.push(peer.candidate);
      notes.add(peer.about);
    }
  }
  const perStep = await compare(candidates, Number(options.slices), Number(options.seconds));
  for (const candidate of candidates) await candidate.close();

  const productTimes = perStep[candidates.indexOf(product)];
  return candidates.map((candidate, i) => {
    const work = candidate === product ? PRODUCT_WORK : operations(SPEC, steps, rows);
    const times = perStep[i];
    const relative = candidate !== product;
    return {
      steps,
      rows,
      name: candidate.name,
      stepsPerSecond: 1 / median(times),
      gflopPerSecond: work / median(times) / 1e9,
      ofProduct: relative ? median(times.map((t, k) => ((work / t) * productTimes[k]) / PRODUCT_WORK)) : null,
      firstOverThis: relative ? median(times.map((t, k) => t / perStep[0][k])) : null,
    };
  });
}

function line(row: Row, first: string): string {
  const stepRate = row.ofProduct === null ? ' '.repeat(17) : `${row.stepsPerSecond.toFixed(2).padStart(9)} steps/s`;
  const size = `T ${String(row.steps).padStart(3)}  B ${String(row.rows).padStart(3)}`;
  const start = `${size}  ${row.name.padEnd(18)}${stepRate} ${row.gflopPerSecond.toFixed(1).padStart(7)} GFLOP/s`;
  if (row.ofProduct === null || row.firstOverThis === null) return start;
  return `${start}  ${(100 * row.ofProduct).toFixed(0).padStart(3)} % of the product; ${first} is ${row.firstOverThis.toFixed(2)} times as fast`;
}

async function main(): Promise<void> {
  if (options.help) {
    console.log(HELP);
    return;
  }
  const table: Row[] = [];
  const notes = new Set<string>();
  for (const steps of list(options.steps).map(Number)) {
    for (const rows of list(options.batches).map(Number)) {
      const measured = await measure(steps, rows, notes);
      for (const row of measured) console.log(line(row, measured[0].name));
      table.push(...measured);
    }
  }
  for (const note of notes) console.log(note);
  if (options.json !== undefined) writeFileAtomic(options.json, `${JSON.stringify({ spec: SPEC, table, notes: [...notes] }, null, 2)}\n`);
}

await main();
