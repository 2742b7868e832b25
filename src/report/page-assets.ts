// Where do script and style of the page come from? Bundled when the tool is built; from sources they are bundled at once.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { readInputFile } from '../core/files.ts';

/** What runs in the browser. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

export const SCRIPT_FILE = 'page/page.js';
export const STYLE_FILE = 'page/page.css';

let known: PageAssets | null = null;

/** Script and style of the page. */
export function pageAssets(): PageAssets {
  known ??= import.meta.url.endsWith('.ts') ? bundlePage() : { script: readAsset(SCRIPT_FILE), style: readAsset(STYLE_FILE) };
  return known;
}

/** Bundles the sources of the page. Only development has the bundler; what is published carries its result. */
export function bundlePage(): PageAssets {
  const { buildSync } = createRequire(import.meta.url)('esbuild') as typeof import('esbuild');
  const bundle = (source: string): string => {
    const { outputFiles } = buildSync({
      entryPoints: [fileURLToPath(new URL(source, import.meta.url))],
      bundle: true,
      write: false,
      minify: true,
      charset: 'utf8',
      format: 'iife',
      platform: 'browser',
      target: 'es2022',
    });
    return outputFiles[0].text;
  };
  return { script: bundle('page/page.ts'), style: bundle('page/page.css') };
}

function readAsset(file: string): string {
  return new TextDecoder().decode(readInputFile(fileURLToPath(new URL(file, import.meta.url))));
}
