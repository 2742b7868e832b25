// How are elements made? From text and attributes only: nothing that comes from input is ever read as markup.

import { isPaper } from './theme.ts';

export type Child = Node | string | null;

/** Attributes; `null` and `false` leave one out, `true` is an empty one. */
export type Attributes = Readonly<Record<string, string | number | boolean | null>>;

/** An HTML element with attributes and children; strings become text. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly (Child | readonly Child[])[]
): HTMLElementTagNameMap[Tag] {
  return filled(document.createElement(tag), attributes, children.flat());
}

/** An SVG element. */
export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly (Child | readonly Child[])[]
): SVGElementTagNameMap[Tag] {
  return filled(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children.flat());
}

function filled<Made extends Element>(made: Made, attributes: Attributes, children: readonly Child[]): Made {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === false) continue;
    made.setAttribute(name, value === true ? '' : String(value));
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** A section with its heading. */
export function section(id: string, title: string, lead: string | null, ...children: readonly Child[]): HTMLElement {
  return h(
    'section',
    { id, 'aria-labelledby': `${id}-title` },
    h('h2', { id: `${id}-title` }, title),
    lead === null ? null : h('p', { class: 'lead' }, lead),
    ...children,
  );
}

/** A framed part of a section. */
export function card(title: Child, ...children: readonly (Child | readonly Child[])[]): HTMLElement {
  return h('div', { class: 'card' }, h('h3', {}, title), ...children);
}

/** Draws now, and again whenever the width of the host changes; on paper what is drawn is scaled. */
export function drawnToWidth(host: HTMLElement, draw: (width: number) => void): void {
  let width = 0;
  new ResizeObserver(() => {
    const now = Math.floor(host.clientWidth);
    if (now === width || now === 0 || isPaper()) return;
    width = now;
    draw(now);
  }).observe(host);
}
