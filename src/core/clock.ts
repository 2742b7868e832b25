// The only clock: for time left on a screen and for timings.json, never for a result.

/** Seconds since an arbitrary moment. */
export function nowSeconds(): number {
  return performance.now() / 1000;
}
