// What happens in one trial? A picture in characters: periods, input by channel and step, and the answer that is due.
import { CUE_CHANNEL, DIRECTIONS, directionAngle, RING_CHANNELS, STEP_MS } from '../tasks/ring.ts';
import { responseAt, type TaskSuite, type Trial, type TrialInfo } from '../tasks/suite.ts';

/** Two characters a step, so that 33 steps fit a terminal of 80 columns, and moving responses are told apart. */
const CELL = 2;
const LABEL = 14;
/** Characters for inputs around 0, 0.2, 0.4, 0.6, and 0.8 or more. */
const SHADES = ['·', '░', '▒', '▓', '█'];
const SHADE_STEP = 0.2;

/** What stands above a picture. */
export interface Heading {
  readonly title: string;
  readonly subtitle: string;
}

/** Title and subtitle of a trial's pictures: `suite task: what it asks`, and what this trial is. */
export function trialHeading(suite: TaskSuite, { info, steps }: Trial): Heading {
  return {
    title: `${suite.name} ${info.task}: ${suite.summaries[suite.tasks.indexOf(info.task)]}`,
    subtitle: `a trial of the ${info.family} family, ${steps} steps of ${STEP_MS} ms, ${dueText(info)}`,
  };
}

function dueText({ response, responseSpeed = 0 }: TrialInfo): string {
  if (response === null) return 'no response due';
  const first = `direction ${response} (${degrees(response)})`;
  return responseSpeed === 0
    ? `response due in ${first}`
    : `response due from ${first} on, ${responseSpeed > 0 ? '+' : ''}${responseSpeed} slot a step`;
}

/** Direction as an angle for people, for example `22.5°`. */
export function degrees(direction: number): string {
  return `${Number(((directionAngle(direction) * 180) / Math.PI).toFixed(1))}°`;
}

/** The trial as text. */
export function trialText(suite: TaskSuite, trial: Trial): string {
  const { title, subtitle } = trialHeading(suite, trial);
  const { steps } = trial;
  const stepNumbers = Array.from({ length: Math.ceil(steps / 5) }, (_, i) => `${5 * i}`.padEnd(5 * CELL)).join('');
  return [
    title,
    subtitle,
    '',
    row('step', stepNumbers),
    row('period', periodLine(trial)),
    row('cue', shades(suite, trial, CUE_CHANNEL)),
    ...ringLines(suite, trial, 1),
    ...ringLines(suite, trial, 2),
    row('target', targetLine(trial)),
    '',
    `input   ${SHADES.map((shade, i) => `${shade} ${Number((i * SHADE_STEP).toFixed(1))}`).join('   ')} or more; the rule channel of ${trial.info.task} is 1 throughout`,
    `target  · fixate   0── … 15── respond in that direction${classZeroText(trial)}`,
    '',
  ].join('\n');
}

function row(label: string, cells: string): string {
  return `${label.padEnd(LABEL)}${cells}`.trimEnd();
}

/** Where the ring's arithmetic gives a direction the class of fixating, it has to be said. */
function classZeroText({ info, steps, targets }: Trial): string {
  const step = Array.from({ length: steps }, (_, i) => i).find((i) => targets[i] === 0 && responseAt(info, i) !== null);
  return step === undefined ? '' : `; ${responseAt(info, step)} is class 0 here, that of fixate`;
}

/** The direction where a response begins or moves to, and a line for as long as it stays. */
function targetLine({ info, steps }: Trial): string {
  return Array.from({ length: steps }, (_, step) => {
    const due = responseAt(info, step);
    if (due === null) return '·'.padEnd(CELL);
    if (due === responseAt(info, step - 1)) return '─'.repeat(CELL);
    return `${due}`.padEnd(CELL, info.responseSpeed === undefined ? '─' : ' ');
  }).join('');
}

function periodLine({ info }: Trial): string {
  return info.periods
    .map(({ name, start, end }) => {
      const room = (end - start) * CELL;
      return `|${name}`.slice(0, room).padEnd(room);
    })
    .join('');
}

/** Units of a ring from direction 15 down to 0; a ring without input takes one line. */
function ringLines(suite: TaskSuite, trial: Trial, ring: 1 | 2): string[] {
  const lines = Array.from({ length: DIRECTIONS }, (_, i) => {
    const unit = DIRECTIONS - 1 - i;
    return row(`ring ${ring} ${degrees(unit).padStart(6)}`, shades(suite, trial, RING_CHANNELS[ring] + unit));
  });
  return lines.some((line) => SHADES.slice(1).some((shade) => line.includes(shade))) ? lines : [row(`ring ${ring}`, 'nothing shown')];
}

function shades(suite: TaskSuite, { inputs, steps }: Trial, channel: number): string {
  return Array.from({ length: steps }, (_, step) => {
    const level = Math.round(inputs[step * suite.inputs + channel] / SHADE_STEP);
    return SHADES[Math.min(SHADES.length - 1, Math.max(0, level))].repeat(CELL);
  }).join('');
}
