// What happens in one trial? A picture: input by channel and step, and the class that is due.
import { CUE_CHANNEL, DIRECTIONS, RING_CHANNELS, RULE_CHANNEL, STEP_MS } from '../tasks/ring.ts';
import { responseAt, type TaskSuite, type Trial } from '../tasks/suite.ts';
import {
  type Box,
  colourBar,
  element,
  FONT,
  group,
  INK,
  legend,
  line,
  type Markup,
  RAMPS,
  svgDocument,
  type Tick,
  textWidth,
  titled,
  words,
  xAxis,
  yAxis,
} from './svg.ts';
import { degrees, type Heading, trialHeading } from './trial-text.ts';

/** Beside the plots: legend, margins, and the axis names at the left. */
const WIDTH_WITHOUT_LABELS = 808;
const MARGIN = 24;
/** Room for labels of ticks; longer names of tasks get more. */
const LABEL_WIDTH = 72;
/** Between the longest label and the name of its axis. */
const LABEL_GAP = 14;
const PLOT_WIDTH = 640;
const TOP = 86;
const GAP = 12;
const HEIGHTS = { cue: 14, ring: 160, rule: 80, target: 170 } as const;
const TARGET_COLOUR = '#1a1a1a';

/** Rows of a heat map: consecutive input channels, the first at the bottom. */
interface Panel {
  readonly title: string;
  readonly from: number;
  readonly box: Box;
  /** What each row is called in tooltips. */
  readonly rows: readonly string[];
  readonly ticks: readonly Tick[];
}

/** The trial as an SVG file. */
export function trialPlot(suite: TaskSuite, trial: Trial): string {
  const { panels, target, labelWidth } = layOut(suite, trial);
  const { left } = target;
  const bottom = target.top + target.height;
  const stepWidth = PLOT_WIDTH / trial.steps;
  const range = rangeOf(trial.inputs);
  const ramp = (value: number) => RAMPS.blue((value - range.low) / (range.high - range.low));
  const stepTicks = Array.from({ length: trial.steps }, (_, step) => ({
    at: left + (step + 0.5) * stepWidth,
    label: step % 5 === 0 ? `${step}` : '',
  }));
  const barBox = { left: left + PLOT_WIDTH + 28, top: TOP + 24, width: 16, height: 120 };
  const [low, middle, high] = [range.low, (range.low + range.high) / 2, range.high].map((value) => value.toFixed(1));
  const width = WIDTH_WITHOUT_LABELS + labelWidth;
  const { heading, more } = headingWithin(trialHeading(suite, trial), width);
  return svgDocument({ width, height: bottom + 50 }, heading, [
    ...more,
    ...panels.map((panel) => drawPanel(panel, suite, trial, stepWidth, ramp, labelWidth)),
    drawTargets(target, trial, stepWidth, labelWidth),
    xAxis(target, stepTicks, `time step (${STEP_MS} ms each)`),
    drawPeriods(trial, left, stepWidth, bottom),
    colourBar(barBox, RAMPS.blue, 'input', { low, middle, high }),
    legend(barBox.left, barBox.top + barBox.height + 28, [
      { label: 'class due', swatch: (x, y) => element('rect', { x, y: y + 2, width: 26, height: 8, fill: TARGET_COLOUR }) },
      { label: 'period begins', swatch: (x, y) => boundary(x + 13, y - 2, y + 14) },
    ]).markup,
  ]);
}

// Bold letters are wider than `textWidth` reckons.
const BOLD = 1.1;
const HEADING_LEFT = 16;
const THIRD_LINE = 61;

/** A title that is too wide gives its second half, what the task asks, a line of its own. */
function headingWithin({ title, subtitle }: Heading, width: number): { heading: Heading; more: Markup[] } {
  const colon = title.indexOf(': ');
  if (BOLD * textWidth(title, FONT.title) <= width - 2 * HEADING_LEFT) return { heading: { title, subtitle }, more: [] };
  return {
    heading: { title: title.slice(0, colon), subtitle: title.slice(colon + 2) },
    more: [words(HEADING_LEFT, THIRD_LINE, subtitle, { size: FONT.label, fill: INK.soft })],
  };
}

function layOut(suite: TaskSuite, { info }: Trial): { panels: Panel[]; target: Box; labelWidth: number } {
  const labelWidth = Math.max(LABEL_WIDTH, textWidth(info.task) + LABEL_GAP);
  let top = TOP;
  const place = (height: number): Box => {
    const box = { left: MARGIN + labelWidth, top, width: PLOT_WIDTH, height };
    top += height + GAP;
    return box;
  };
  const cue = place(HEIGHTS.cue);
  const rings = ([1, 2] as const).map((ring): Panel => {
    const box = place(HEIGHTS.ring);
    return {
      title: `ring ${ring} unit`,
      from: RING_CHANNELS[ring],
      box,
      rows: Array.from({ length: DIRECTIONS }, (_, unit) => `ring ${ring}, unit at ${degrees(unit)}`),
      ticks: directionTicks(box, DIRECTIONS, 0),
    };
  });
  const rule = place(HEIGHTS.rule);
  const target = place(HEIGHTS.target);
  const tasks = suite.tasks.length;
  const panels: Panel[] = [
    { title: '', from: CUE_CHANNEL, box: cue, rows: ['fixation cue'], ticks: [{ at: rowCentre(cue, 1, 0), label: 'cue' }] },
    ...rings,
    {
      title: 'rule',
      from: RULE_CHANNEL,
      box: rule,
      rows: suite.tasks.map((task) => `rule ${task}`),
      ticks: [{ at: rowCentre(rule, tasks, suite.tasks.indexOf(info.task)), label: info.task }],
    },
  ];
  return { panels, target, labelWidth };
}

/** Centre of a row; row 0 is at the bottom. */
function rowCentre(box: Box, rows: number, row: number): number {
  return box.top + box.height * (1 - (row + 0.5) / rows);
}

/** Every fourth direction, the first `skipped` rows being something else. */
function directionTicks(box: Box, rows: number, skipped: number): Tick[] {
  return [0, 4, 8, 12].map((unit) => ({ at: rowCentre(box, rows, unit + skipped), label: degrees(unit) }));
}

function rangeOf(inputs: Float32Array): { low: number; high: number } {
  return { low: inputs.reduce((a, b) => Math.min(a, b), 0), high: inputs.reduce((a, b) => Math.max(a, b), 1) };
}

function drawPanel(
  panel: Panel,
  suite: TaskSuite,
  trial: Trial,
  stepWidth: number,
  ramp: (value: number) => string,
  labelWidth: number,
): Markup {
  const { box, rows, from } = panel;
  const height = box.height / rows.length;
  const cells = rows.flatMap((name, row) =>
    runs(trial.steps, (step) => trial.inputs[step * suite.inputs + from + row])
      // Zeros are the panel's background.
      .filter(({ value }) => value !== 0)
      .map(({ start, end, value }) =>
        titled(
          'rect',
          {
            x: box.left + start * stepWidth,
            y: box.top + box.height - (row + 1) * height,
            width: (end - start) * stepWidth,
            height,
            fill: ramp(value),
          },
          `${name}, ${stepsText(start, end)}: ${value.toFixed(3)}`,
        ),
      ),
  );
  return group({ 'shape-rendering': 'crispEdges' }, [
    element('rect', { x: box.left, y: box.top, width: box.width, height: box.height, fill: ramp(0) }),
    ...cells,
    yAxis(box, panel.ticks, panel.title, { titleOffset: labelWidth }),
  ]);
}

// Runs of a number: no direction has this one.
const NO_RESPONSE = -1;

function drawTargets(box: Box, { info, steps, targets }: Trial, stepWidth: number, labelWidth: number): Markup {
  const rows = 1 + DIRECTIONS;
  const height = box.height / rows;
  // Runs of a direction, for a direction can have the class of fixating.
  const marks = runs(steps, (step) => responseAt(info, step) ?? NO_RESPONSE).map(({ start, end, value: direction }) => {
    const due = targets[start];
    return titled(
      'rect',
      {
        x: box.left + start * stepWidth,
        y: box.top + box.height - (due + 1) * height,
        width: (end - start) * stepWidth,
        height,
        fill: TARGET_COLOUR,
      },
      `${stepsText(start, end)}: class ${due}, ${direction === NO_RESPONSE ? 'fixate' : `respond at ${degrees(direction)}`}`,
    );
  });
  const ticks = [{ at: rowCentre(box, rows, 0), label: 'fixate' }, ...directionTicks(box, rows, 1)];
  return group({}, [
    element('rect', { x: box.left, y: box.top, width: box.width, height: box.height, fill: 'none', stroke: INK.grid }),
    ...marks,
    yAxis(box, ticks, 'class due', { titleOffset: labelWidth }),
  ]);
}

/** Names above, and a dashed line where each period begins. */
function drawPeriods({ info }: Trial, left: number, stepWidth: number, bottom: number): Markup {
  const shown = info.periods.filter(({ start, end }) => end > start);
  return group(
    {},
    shown.flatMap(({ name, start, end }, i) => {
      const x = left + start * stepWidth;
      // Small where the name is wider than its period.
      const size = textWidth(name) <= (end - start) * stepWidth ? FONT.small : FONT.small - 2;
      const label = words(x + ((end - start) * stepWidth) / 2, TOP - 10, name, { anchor: 'middle', size });
      return i === 0 ? [label] : [label, boundary(x, TOP - 4, bottom)];
    }),
  );
}

function boundary(x: number, top: number, bottom: number): Markup {
  return line(x, top, x, bottom, INK.soft, { 'stroke-dasharray': '4 3' });
}

/** Stretches of equal values: one mark each, whatever their length. */
function runs(steps: number, valueAt: (step: number) => number): { start: number; end: number; value: number }[] {
  const found: { start: number; end: number; value: number }[] = [];
  for (let step = 0; step < steps; step++) {
    const value = valueAt(step);
    const last = found.at(-1);
    if (last !== undefined && last.value === value) last.end = step + 1;
    else found.push({ start: step, end: step + 1, value });
  }
  return found;
}

function stepsText(start: number, end: number): string {
  return end - start === 1 ? `step ${start}` : `steps ${start} to ${end - 1}`;
}
