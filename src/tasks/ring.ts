// What do the channels mean, and how does a direction look on a ring of units? Stimulus encoding of Yang et al. (2019) as
// implemented by neurogym (2023).

/** Ring units, and directions a stimulus or a response can have; one slot is 22.5°. */
export const DIRECTIONS = 16;
/** Channel of the fixation cue: 1 until `decision`, then 0. */
export const CUE_CHANNEL = 0;
/** First channel of ring 1 and of ring 2; unit k prefers direction k. */
export const RING_CHANNELS = { 1: 1, 2: 1 + DIRECTIONS } as const;
/** First rule channel, one per task; also the number of channels that are not rules. */
export const RULE_CHANNEL = 1 + 2 * DIRECTIONS;
/** Class 0 is "fixate", class 1 + d is "respond in direction d". */
export const CLASSES = 1 + DIRECTIONS;
/** Duration of a step, ms. */
export const STEP_MS = 100;
/** Standard deviation of input noise, σ/√(step in ms) with σ = 1. */
export const NOISE_SIGMA = 1 / Math.sqrt(STEP_MS);

/**
 * How a direction becomes a class. `corrected`: direction d is class 1 + d. `reference`: that class modulo 16, as Mod-Cog's own
 * implementation has it, so that direction 15 is class 0, the class of fixating.
 */
export type RingArithmetic = 'corrected' | 'reference';

/** Class of a response. */
export function directionClass(direction: number, ring: RingArithmetic): number {
  return ring === 'corrected' ? 1 + direction : (1 + direction) % DIRECTIONS;
}

const PEAK = 0.8;
const WIDTH = Math.PI / 8;
const TURN = 2 * Math.PI;

/** The same direction as a number from 0 up to, not including, 16. */
export function wrapDirection(direction: number): number {
  return ((direction % DIRECTIONS) + DIRECTIONS) % DIRECTIONS;
}

/** Angle of a direction, radians in [0, 2π); directions count modulo 16 and may lie between the ring's units. */
export function directionAngle(direction: number): number {
  return (TURN * wrapDirection(direction)) / DIRECTIONS;
}

/** The direction of an angle in radians, from 0 up to 16: whole where it is that of a unit. */
export function angleDirection(angle: number): number {
  return wrapDirection((angle / TURN) * DIRECTIONS);
}

/** Slots between two directions along the shorter way, 0 … 8. */
export function slotDistance(a: number, b: number): number {
  const apart = Math.abs(a - b) % DIRECTIONS;
  return Math.min(apart, DIRECTIONS - apart);
}

// Suites use few angles and need them in every batch.
const bumps = new Map<number, Float64Array>();

/** Response of the ring's units to a stimulus of strength 1 at an angle in radians, shape [directions]: a Gaussian of distance. */
export function bump(angle: number): Float64Array {
  const known = bumps.get(angle);
  if (known !== undefined) return known;
  const made = Float64Array.from({ length: DIRECTIONS }, (_, unit) => {
    const apart = Math.abs(angle - directionAngle(unit)) % TURN;
    const distance = Math.min(apart, TURN - apart);
    return PEAK * Math.exp(-0.5 * (distance / WIDTH) ** 2);
  });
  bumps.set(angle, made);
  return made;
}
