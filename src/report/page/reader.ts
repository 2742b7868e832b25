// How does a reader point, choose and go on a picture? By pointer and by keys, into the state that all views share.
import type { Focus, Store } from './state.ts';
import { arrowOf, type Surface } from './surface.ts';

/** What lies where on a picture. */
export interface Places {
  /** What is under a pointer; null for nothing. */
  under(event: MouseEvent): Focus | null;
  /** What an arrow key leads to; null where there is nothing to go to. */
  towards(direction: { readonly x: number; readonly y: number }): Focus | null;
}

/** Pointing lights, a click chooses, arrow keys go on, Escape leaves. */
export function listenToReader({ front }: Surface, store: Store, { under, towards }: Places): void {
  front.addEventListener('pointermove', (event) => {
    if (event.pointerType === 'mouse') store.change({ pointed: under(event) });
  });
  front.addEventListener('pointerleave', () => store.change({ pointed: null }));
  front.addEventListener('click', (event) => store.change({ selected: under(event) }));
  front.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') store.change({ selected: null, pointed: null });
    const direction = arrowOf(event.key);
    const next = direction && towards(direction);
    if (next === null) return;
    event.preventDefault();
    store.change({ selected: next, pointed: null });
  });
}
