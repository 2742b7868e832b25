// How is more said where there is no room? A small box beside what is pointed at or focused.
import { h } from './dom.ts';

const tips = new WeakMap<Element, string>();

/** What keys reach by themselves. */
const REACHED = 'button, a, input, select';

/** Gives an element a tip; keys reach it too. */
export function withTip<Made extends HTMLElement>(element: Made, text: string): Made {
  tips.set(element, text);
  element.classList.add('tipped');
  const reached = element.matches(REACHED) ? element : element.querySelector<HTMLElement>(REACHED);
  if (reached === null) element.tabIndex = 0;
  (reached ?? element).setAttribute('aria-description', text);
  return element;
}

/** The one box; it follows pointer and focus. */
export function tipBox(): HTMLElement {
  const box = h('div', { class: 'tip', role: 'tooltip', hidden: true });
  const show = (event: Event) => {
    const at = event.target instanceof Element ? event.target.closest('.tipped') : null;
    const text = at === null ? undefined : tips.get(at);
    box.hidden = text === undefined;
    if (at === null || text === undefined) return;
    box.textContent = text;
    const { left, top, bottom } = at.getBoundingClientRect();
    const { width, height } = box.getBoundingClientRect();
    const fitsBelow = bottom + height + 12 < document.documentElement.clientHeight;
    box.style.left = `${Math.max(8, Math.min(left, document.documentElement.clientWidth - width - 8))}px`;
    box.style.top = `${fitsBelow ? bottom + 6 : top - height - 6}px`;
  };
  for (const kind of ['pointerover', 'focusin']) document.addEventListener(kind, show);
  for (const kind of ['focusout', 'scroll']) document.addEventListener(kind, () => (box.hidden = true), { passive: true, capture: true });
  document.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') box.hidden = true;
  });
  return box;
}
