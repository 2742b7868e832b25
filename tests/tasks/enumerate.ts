// Which trials can a task draw, and how likely is each? Every path through its draws, with exact probabilities.
import type { Random } from '../../src/core/random.ts';
import type { TaskSuite, TrialInfo } from '../../src/tasks/suite.ts';

export interface Outcome {
  readonly info: TrialInfo;
  readonly probability: number;
}

/**
 * All outcomes of `describe`. Integers branch over all values; a uniform number branches over 1/4 and 3/4, which is exact
 * where only the sign around 1/2 matters.
 */
export function* enumerateTrials(suite: TaskSuite, task: number): Generator<Outcome> {
  // The path taken: at each draw, the branch chosen and how many there are. Counting up visits every path once.
  const path: { branch: number; branches: number }[] = [];
  for (;;) {
    let depth = 0;
    const draw = (branches: number) => {
      if (depth === path.length) path.push({ branch: 0, branches });
      const taken = path[depth++];
      if (taken.branches !== branches) throw new Error('draws changed between paths');
      return taken.branch;
    };
    const random: Random = {
      int: draw,
      uniform: () => 0.25 + 0.5 * draw(2),
      pick: (items) => items[draw(items.length)],
      normal: () => {
        throw new Error('a description draws no normals');
      },
      permutation: () => {
        throw new Error('a description draws no permutations');
      },
    };
    const info = suite.describe(task, random);
    yield { info, probability: path.reduce((product, { branches }) => product / branches, 1) };
    while (path.length > 0 && path[path.length - 1].branch + 1 === path[path.length - 1].branches) path.pop();
    if (path.length === 0) return;
    path[path.length - 1].branch++;
  }
}
