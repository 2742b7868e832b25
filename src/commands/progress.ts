// How far is a long stage? A bar on a terminal; elsewhere one plain line when it ends, and a sign of life every minute until then.
import { SingleBar } from 'cli-progress';
import { nowSeconds } from '../core/clock.ts';
import type { OnProgress, Progress } from '../core/progress.ts';
import { type CommonOptions, note } from './output.ts';

/** Prints progress to stderr. A stage ends when it is done, when the next one begins, or when all is over. */
export interface ProgressPrinter {
  readonly onProgress: OnProgress;
  /** Makes room for other words. */
  interrupt(): void;
  stop(): void;
}

/** A stage that is being shown. */
interface Shown {
  update(progress: Progress): void;
  interrupt(): void;
  end(): void;
}

/** The printer that suits where stderr goes. */
export function progressPrinter(options: CommonOptions): ProgressPrinter {
  if (options.quiet) return { onProgress: () => {}, interrupt: () => {}, stop: () => {} };
  const open = process.stderr.isTTY ? openBar : (progress: Progress) => openLines(progress, options);
  let shown: (Shown & { readonly stage: string }) | null = null;
  const stop = () => {
    shown?.end();
    shown = null;
  };
  const onProgress = (progress: Progress) => {
    if (shown !== null && shown.stage !== progress.stage) stop();
    shown ??= { ...open(progress), stage: progress.stage };
    shown.update(progress);
    if (progress.done >= progress.total) stop();
  };
  return { onProgress, interrupt: () => shown?.interrupt(), stop };
}

function openBar(first: Progress): Shown {
  const bar = new SingleBar({
    // The values last: a narrow terminal cuts the end.
    format: '{stage} [{bar}] {value}/{total} | {eta_formatted} left {values}',
    barsize: 20,
    hideCursor: true,
    stream: process.stderr,
    emptyOnZero: true,
    etaBuffer: 200,
  });
  const payload = (progress: Progress) => ({ stage: progress.stage, values: valuesText(progress, ' | ') });
  bar.start(first.total, first.done, payload(first));
  return {
    update: (progress) => bar.update(progress.done, payload(progress)),
    // The bar draws itself anew below.
    interrupt: () => process.stderr.write('\r\x1b[K'),
    end: () => bar.stop(),
  };
}

/** Seconds between signs of life. */
const SIGN_OF_LIFE = 60;

function openLines(first: Progress, options: CommonOptions): Shown {
  const start = nowSeconds();
  let latest = first;
  let told = start;
  const tell = (time: number, rest: string) => {
    note(options, `${latest.stage}: ${latest.done}/${latest.total}${valuesText(latest, ', ')} (${duration(time - start)}${rest})`);
    told = time;
  };
  return {
    update(progress) {
      latest = progress;
      const time = nowSeconds();
      if (time - told < SIGN_OF_LIFE || progress.done >= progress.total) return;
      const done = progress.done - first.done;
      tell(time, done === 0 ? '' : `, about ${duration(((time - start) / done) * (progress.total - progress.done))} left`);
    },
    interrupt: () => {},
    end: () => tell(nowSeconds(), ''),
  };
}

/** Seconds as people say them: `7 s`, `3 min`, `2 h 5 min`. */
export function duration(seconds: number): string {
  if (seconds < 99.5) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function valuesText({ values }: Progress, separator: string): string {
  const shown = Object.entries(values).map(([name, value]) => `${name} ${typeof value === 'number' ? numberText(value) : value}`);
  return shown.length === 0 ? '' : `${separator}${shown.join(', ')}`;
}

function numberText(value: number): string {
  return Number.isInteger(value) ? `${value}` : value.toPrecision(3);
}
