// What can placements make small? Known without the code that counts it.

/**
 * `wire`: Σ|w|·hops; of equal ones, fewer messages. `traffic`: messages·hops per step. `energy`: what messages cost in the
 * default profile, in pJ per step. `congestion`: messages per step on the busiest link.
 */
export const OBJECTIVES = ['wire', 'traffic', 'energy', 'congestion'] as const;
export type Objective = (typeof OBJECTIVES)[number];

/** In what each is counted. */
export const OBJECTIVE_UNITS: { readonly [objective in Objective]: string } = {
  wire: 'Σ|w|·hops',
  traffic: 'messages·hops/step',
  energy: 'pJ/step',
  congestion: 'messages/step',
};
