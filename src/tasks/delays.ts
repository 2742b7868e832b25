// Which tasks must remember? Those that leave time between a stimulus and what depends on it.
import type { TaskSuite } from './suite.ts';

/** Of each task, whether any of its trials has a period named `delay` that is not empty. */
export function tasksWithDelay(suite: TaskSuite): boolean[] {
  return suite.tasks.map((_, task) =>
    suite.grid(task).some(({ periods }) => periods.some(({ name, start, end }) => name === 'delay' && end > start)),
  );
}
