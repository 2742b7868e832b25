// How are the stages of a run called, and in which order do they come? Known without the code that runs them.

/** Stages as they are told, in their order. */
export const STAGE_NAMES = {
  train: 'train',
  prune: 'prune',
  take: 'take the pruned model',
  aware: (label: string) => `train for ${label}`,
  onnx: 'onnx',
  map: (label: string) => `map onto ${label}`,
  verify: (label: string) => `verify ${label}`,
  verifyForms: 'verify onnx',
  functions: 'functions of neurons',
  report: 'report',
} as const;

/** Stages that a run can be made anew from, in their order; reports are made anew in any case. */
export const RESTARTS = ['train', 'prune', 'aware', 'onnx', 'map', 'verify'] as const;
export type Restart = (typeof RESTARTS)[number];

/** Where a stage stands among them, by its name as it is told. */
function restartOf(stage: string): Restart | null {
  if (stage === STAGE_NAMES.take) return 'prune';
  // Beside the mapping, `map` measures what neurons do.
  if (stage === STAGE_NAMES.functions) return 'map';
  if (stage.startsWith(STAGE_NAMES.aware(''))) return 'aware';
  return RESTARTS.find((restart) => stage === restart || stage.startsWith(`${restart} `)) ?? null;
}

/** Whether a stage comes before the one that a run is made anew from. */
export function isBefore(stage: string, restart: Restart): boolean {
  const own = restartOf(stage);
  return own !== null && RESTARTS.indexOf(own) < RESTARTS.indexOf(restart);
}
