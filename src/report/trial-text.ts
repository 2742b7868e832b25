// What happens in one trial? A picture in characters: periods, input by channel and step, and the answer that is due.
import { CUE_CHANNEL, DIRECTIONS, directionAngle, RING_CHANNELS, STEP_MS } from '../tasks/ring.ts';
import type { TaskSuite, Trial } from '../tasks/suite.ts';

/** Two characters a step, so that 32 steps fit a terminal of 80 columns. */
const CELL = 2;
const LABEL = 14;
/** Characters for inputs around 0, 0.2, 0.4, 0.6, and 0.8 or more. */
const SHADES = ['·', '░', '▒', '▓', '█'];
const SHADE_STEP = 0.2;

/** Title and subtitle of a trial's pictures. */
export function trialHeading(suite: TaskSuite, { info, steps }: Trial): { title: string; subtitle: string } {
  const due = info.response === null ? 'no response due' : `response due in direction ${info.response} (${degrees(info.response)})`;
  return {
    title: `${suite.name} ${info.task}: ${suite.summaries[suite.tasks.indexOf(info.task)]}`,
    subtitle: `a trial of the ${info.family} family, ${steps} steps of ${STEP_MS} ms, ${due}`,
  };
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
    'target  · fixate   0── … 15── respond in that direction',
    '',
  ].join('\n');
}

function row(label: string, cells: string): string {
  return `${label.padEnd(LABEL)}${cells}`.trimEnd();
}

/** The direction where a response begins, and a line for as long as it lasts. */
function targetLine({ targets }: Trial): string {
  return Array.from(targets, (target, step) => {
    if (target === 0) return '·'.padEnd(CELL);
    return target === targets[step - 1] ? '─'.repeat(CELL) : `${target - 1}`.padEnd(CELL, '─');
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
