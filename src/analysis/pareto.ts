// Which networks are the best trade-offs between error and size, and how good is a set of them as one number?

/** A network as a trade-off: less of both is better. */
export interface TradeOff {
  /** What it needs: neurons, wire, anything that should be small. */
  readonly x: number;
  /** 0 to 1. */
  readonly error: number;
}

/**
 * The points that no other point dominates. A point is dominated if another is no worse in both and better in one; equal
 * points do not dominate each other.
 *
 * @returns indices, by ascending x
 */
export function paretoFront(points: readonly TradeOff[]): number[] {
  const order = [...points.keys()].sort((a, b) => points[a].x - points[b].x || points[a].error - points[b].error || a - b);
  const front: number[] = [];
  for (const i of order) {
    const last = points[front[front.length - 1]];
    const isEqual = last !== undefined && last.x === points[i].x && last.error === points[i].error;
    if (last === undefined || points[i].error < last.error || isEqual) front.push(i);
  }
  return front;
}

/**
 * The area of all trade-offs that are worse than some point and better than the reference in both; larger is better.
 * Points beyond the reference add nothing.
 *
 * @param logX - measure x in powers of ten
 * @returns error times x, or error times powers of ten
 * @throws RangeError if a number is not finite, or not above 0 where x is measured in powers of ten
 * @see Zitzler & Thiele (1998), the size of the space covered
 */
export function hypervolume(points: readonly TradeOff[], reference: TradeOff, logX: boolean): number {
  for (const { x, error } of [...points, reference]) {
    if (!Number.isFinite(x) || !Number.isFinite(error) || (logX && x <= 0)) {
      throw new RangeError(`no hypervolume of a trade-off at x = ${x}, error = ${error}`);
    }
  }
  const scale = logX ? Math.log10 : (x: number) => x;
  const better = points.filter(({ x, error }) => x < reference.x && error < reference.error);
  const front = paretoFront(better).map((i) => better[i]);
  return front.reduce((area, { x, error }, i) => {
    const next = front[i + 1]?.x ?? reference.x;
    return area + (scale(next) - scale(x)) * (reference.error - error);
  }, 0);
}
