// Which colours? Those of the style sheet, read anew when the reader's preference changes and on paper.

/** Colours that canvases need; the style sheet defines them for light, dark and paper. */
export interface Theme {
  readonly dark: boolean;
  readonly background: string;
  readonly ink: string;
  readonly soft: string;
  readonly line: string;
  readonly accent: string;
  readonly positive: string;
  readonly negative: string;
}

/** The colours as they are now. */
export function theme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    dark: colour('is-dark') === '1',
    background: colour('card'),
    ink: colour('ink'),
    soft: colour('soft'),
    line: colour('line'),
    accent: colour('accent'),
    positive: colour('positive'),
    negative: colour('negative'),
  };
}

/** Calls back when the colours have changed, and in time before the page is printed. */
export function onThemeChange(listener: () => void): void {
  for (const query of ['(prefers-color-scheme: dark)', 'print']) matchMedia(query).addEventListener('change', listener);
  for (const [event, isPaper] of [
    ['beforeprint', true],
    ['afterprint', false],
  ] as const)
    addEventListener(event, () => {
      document.documentElement.classList.toggle('paper', isPaper);
      listener();
    });
}

/** Whether the page is being printed: what is drawn later comes too late. */
export function isPaper(): boolean {
  return document.documentElement.classList.contains('paper') || matchMedia('print').matches;
}
