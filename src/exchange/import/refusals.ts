// Why can an operator not be read? The reasons for those that recurrent models have.

const GATES =
  "only vanilla RNNs h' = φ(W h + W_in u + b) map onto crossbars: gates multiply two signals, and a crossbar multiplies signals with stored weights only";
const LOOP = 'how often it runs is decided while the model runs; export the RNN operator, a Scan, or one step';
const BRANCH = 'what it computes is decided while the model runs; export with fixed ranks, for example with squeeze of a named axis';
const ACTIVATION = 'it is none of the activations Relu, Tanh and Softplus';
const NORMALISATION = 'it divides by what it computes from the signals themselves';
const ATTENTION = 'it multiplies signals with each other';
const REDUCTION = 'it mixes time steps or neurons; only all steps or the last one can be read';
const ROUNDING = 'it computes with integers; import the float model, and quantize it with bimt-export';

const REASONS: Readonly<Record<string, string>> = {
  LSTM: GATES,
  GRU: GATES,
  Loop: LOOP,
  If: BRANCH,
  BatchNormalization: 'it belongs into the weights before it; fuse it before the export',
  ...over(
    ['LeakyRelu', 'Elu', 'Selu', 'Celu', 'PRelu', 'ThresholdedRelu', 'HardSigmoid', 'HardSwish', 'Gelu', 'Mish', 'Softsign', 'Swish'],
    ACTIVATION,
  ),
  ...over(['LayerNormalization', 'InstanceNormalization', 'RMSNormalization', 'GroupNormalization'], NORMALISATION),
  ...over(['Attention', 'Einsum', 'Pow', 'Sqrt', 'Exp', 'Abs'], ATTENTION),
  ...over(['ReduceMean', 'ReduceSum', 'ReduceMax', 'ReduceMin', 'MaxPool', 'AveragePool', 'GlobalAveragePool', 'CumSum'], REDUCTION),
  ...over(
    ['MatMulInteger', 'QLinearMatMul', 'DynamicQuantizeLinear', 'ConvInteger', 'QLinearConv', 'BitShift', 'Round', 'Floor', 'Ceil'],
    ROUNDING,
  ),
};

/** The reason why an operator is refused. */
export function refusalOf(op: string): string {
  return Object.hasOwn(REASONS, op)
    ? REASONS[op]
    : "it is none of the operators of which h' = φ(W h + W_in u + b), o = W_out h' + b_o is made";
}

function over(ops: readonly string[], reason: string): Record<string, string> {
  return Object.fromEntries(ops.map((op) => [op, reason]));
}
