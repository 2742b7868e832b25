// How does the page tell what its numbers mean? A name that says more when it is pointed at, and a mark on what stands under it.
import { PAGE_TERMS, type TermKey } from '../page-terms.ts';
import { h } from './dom.ts';
import { withTip } from './tip.ts';

/** The name of a term, or what it is called here; its meaning is a pointer away. */
export function named(key: TermKey, name: string = PAGE_TERMS[key].title): HTMLElement {
  return withTip(h('span', { class: 'term' }, name), PAGE_TERMS[key].meaning);
}

/** Marks an element: the numbers in it are those of the term. */
export function about<Made extends Element>(key: TermKey, element: Made): Made {
  element.setAttribute('data-term', key);
  return element;
}
