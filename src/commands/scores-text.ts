// How are the scores of stages put into words?
import type { Scores } from '../network/artifact.ts';

const STAGES = ['trained', 'pruned', 'fine-tuned', 'aware', 'integer'];

/** One line a stage, in the order of the stages. */
export function describeScores(scores: Readonly<Record<string, Scores>>): string {
  return Object.entries(scores)
    .sort(([a], [b]) => STAGES.indexOf(a) - STAGES.indexOf(b))
    .map(([stage, score]) => `  ${stage.padEnd(12)} ${describeScore(score)}`)
    .join('\n');
}

/** Mean accuracy, and what it stands on. */
export function describeScore({ meanAccuracy, trialsPerTask }: Scores): string {
  return `mean accuracy ${meanAccuracy.toFixed(3)} (${trialsPerTask} trial${trialsPerTask === 1 ? '' : 's'} of each task)`;
}
