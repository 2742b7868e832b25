// How are the scores of stages put into words?
import type { Scores } from '../network/artifact.ts';

/** One line a stage, in the order of the stages. */
export function describeScores(scores: Readonly<Record<string, Scores>>): string {
  return Object.entries(scores)
    .map(
      ([stage, { meanAccuracy, trialsPerTask }]) =>
        `  ${stage.padEnd(12)} mean accuracy ${meanAccuracy.toFixed(3)} (${trialsPerTask} trials of each task)`,
    )
    .join('\n');
}
