// Which are the 20 tasks of Yang et al. (2019)? Timing and rules as in neurogym's collection of 2023, steps of 100 ms.
import { decision, delayedDecision } from './decision-family.ts';
import { match } from './match-family.ts';
import { reach } from './reach-family.ts';
import { ringSuite } from './ring-suite.ts';
import type { TaskSuite } from './suite.ts';

const GO = { fixation: 5, stimulus: 5, delay: 0, decision: 5 };
const REACT = { fixation: 5, decision: 5 };
const DELAYED = { fixation: 5, stimulus: 5, delay: 5, decision: 5 };
const DELAY = 10;
const DELAYS = { 1: DELAY, 2: DELAY };

// Ceilings below 1 are measured with a Bayes observer who knows the task and the noise; 11/12 follows from 1/6 random labels.
export const yang19: TaskSuite = ringSuite('yang19', 'the 20 cognitive tasks of Yang et al. (2019)', [
  reach({ name: 'go', summary: 'respond towards the stimulus', ceiling: 1 }, GO, 'towards'),
  reach({ name: 'rtgo', summary: 'respond towards the stimulus as soon as it appears', ceiling: 1 }, REACT, 'towards'),
  reach({ name: 'dlygo', summary: 'respond towards the stimulus after a delay', ceiling: 1 }, DELAYED, 'towards'),
  reach({ name: 'anti', summary: 'respond away from the stimulus', ceiling: 1 }, GO, 'away'),
  reach({ name: 'rtanti', summary: 'respond away from the stimulus as soon as it appears', ceiling: 1 }, REACT, 'away'),
  reach({ name: 'dlyanti', summary: 'respond away from the stimulus after a delay', ceiling: 1 }, DELAYED, 'away'),
  decision({ name: 'dm1', summary: 'respond to the stronger of two stimuli on ring 1', ceiling: 0.966 }, [1, null]),
  decision({ name: 'dm2', summary: 'respond to the stronger of two stimuli on ring 2', ceiling: 0.966 }, [null, 1]),
  decision({ name: 'ctxdm1', summary: 'respond to the stronger stimulus on ring 1, ignore ring 2', ceiling: 0.962 }, [1, 0]),
  decision({ name: 'ctxdm2', summary: 'respond to the stronger stimulus on ring 2, ignore ring 1', ceiling: 0.962 }, [0, 1]),
  decision({ name: 'multidm', summary: 'respond to the stimulus that is stronger over both rings', ceiling: 0.916 }, [1, 1]),
  delayedDecision({ name: 'dlydm1', summary: 'as dm1, the stimuli one after the other', ceiling: 1 }, [1, null], DELAY),
  delayedDecision({ name: 'dlydm2', summary: 'as dm2, the stimuli one after the other', ceiling: 1 }, [null, 1], DELAY),
  delayedDecision({ name: 'ctxdlydm1', summary: 'as ctxdm1, the stimuli one after the other', ceiling: 1 }, [1, 0], DELAY),
  delayedDecision({ name: 'ctxdlydm2', summary: 'as ctxdm2, the stimuli one after the other', ceiling: 1 }, [0, 1], DELAY),
  delayedDecision({ name: 'multidlydm', summary: 'as multidm, the stimuli one after the other', ceiling: 11 / 12 }, [1, 1], DELAY),
  match(
    { name: 'dms', summary: 'respond if the test has the direction of the sample', ceiling: 1 },
    { compare: 'direction', respondOn: 'match' },
    DELAYS,
  ),
  match(
    { name: 'dnms', summary: 'respond if the test is opposite to the sample', ceiling: 1 },
    { compare: 'direction', respondOn: 'non-match' },
    DELAYS,
  ),
  match(
    { name: 'dmc', summary: 'respond if the test has the category of the sample', ceiling: 1 },
    { compare: 'category', respondOn: 'match' },
    DELAYS,
  ),
  match(
    { name: 'dnmc', summary: 'respond if the test has the other category', ceiling: 1 },
    { compare: 'category', respondOn: 'non-match' },
    DELAYS,
  ),
]);
