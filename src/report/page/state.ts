// What has the reader chosen? One state; every view listens to it, so that they always agree.

/** How neurons are coloured. */
export const COLOURINGS = ['module', 'core', 'activity', 'degree'] as const;
export type Colouring = (typeof COLOURINGS)[number];

/** A thing that is pointed at or selected: a neuron, a core, all neurons of one module, or a link with traffic. */
export interface Focus {
  readonly kind: 'neuron' | 'core' | 'module' | 'link';
  readonly index: number;
}

export interface State {
  /** Index of the target. */
  readonly target: number;
  readonly colouring: Colouring;
  /** How many of the strongest synapses are drawn. */
  readonly drawn: number;
  readonly pointed: Focus | null;
  readonly selected: Focus | null;
}

/** The state and who listens to it. */
export interface Store {
  readonly state: State;
  change(changes: Partial<State>): void;
  /** Calls back with what is new, and once at the beginning. */
  listen(listener: (state: State, changed: ReadonlySet<keyof State>) => void): void;
}

/** A store that begins in a state. */
export function createStore(initial: State): Store {
  let state = initial;
  const listeners: Parameters<Store['listen']>[0][] = [];
  return {
    get state() {
      return state;
    },
    change(asked) {
      const changes = asked.target === undefined || asked.target === state.target ? asked : { ...asked, ...keptFocus(state) };
      const keys = Object.keys(changes) as (keyof State)[];
      const changed = new Set(keys.filter((key) => !isSame(changes[key], state[key])));
      if (changed.size === 0) return;
      state = { ...state, ...changes };
      for (const listener of listeners) listener(state, changed);
    },
    listen(listener) {
      listeners.push(listener);
      listener(state, new Set(Object.keys(state) as (keyof State)[]));
    },
  };
}

/** What stays in focus on another target: cores and links belong to one. */
function keptFocus({ selected }: State): Pick<State, 'pointed' | 'selected'> {
  const stays = selected?.kind === 'neuron' || selected?.kind === 'module';
  return { pointed: null, selected: stays ? selected : null };
}

/** What is in focus: what is pointed at, else what is selected. */
export function focusOf({ pointed, selected }: State): Focus | null {
  return pointed ?? selected;
}

/** Whether two values of the state, or two things, are the same. */
export function isSame(a: State[keyof State] | undefined, b: State[keyof State] | undefined): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  return a.kind === b.kind && a.index === b.index;
}
