// What are the tensors called that go into the models and come out?

/** Names of the tensors that go in and out. Batches are padded by a silent step: `steps` below is one more than the batch has. */
export const FEED = {
  /** Flat, shape [parameters]; so are the next four. */
  parameters: 'parameters',
  firstMoment: 'first_moment',
  secondMoment: 'second_moment',
  penalty: 'penalty',
  mask: 'trainable',
  /** Flat too: what the network computes with while `parameters` move; only in models with quantized states. */
  values: 'values',
  /** Scalars; see AdamRates. */
  adamStep: 'adam_step',
  adamEpsilon: 'adam_epsilon',
  learningRate: 'learning_rate',
  /** Shape [steps·rows, inputs + 1]; the last channel is 1, the last step 0. */
  inputs: 'inputs',
  /** int64 [2]. */
  stepsAndRows: 'steps_and_rows',
  /** int32, shape [steps·rows]: the class wanted of the state before each step, first step 0. */
  targets: 'targets',
  /** Shape [steps·rows, 1], sums to 1, first step 0. */
  lossWeights: 'loss_weights',
} as const;

/** Names of the results, by which the nodes that make them are named too. */
export const RESULT = {
  parameters: 'new_parameters',
  firstMoment: 'new_first_moment',
  secondMoment: 'new_second_moment',
  loss: 'prediction_loss',
  penalty: 'penalty_sum',
  gradientNorm: 'gradient_norm',
  gradient: 'gradient',
  /** Flat: gradient of the prediction loss in `values`, not masked. */
  valueGradient: 'value_gradient',
  /** Shape [steps·rows, outputs], the first step that of the zero state. */
  outputs: 'outputs',
} as const;
