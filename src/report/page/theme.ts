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

/** Calls back when the colours have changed. */
export function onThemeChange(listener: () => void): void {
  for (const query of ['(prefers-color-scheme: dark)', 'print']) matchMedia(query).addEventListener('change', listener);
}
