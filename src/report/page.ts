// How does report.html hold together? One file: data, style and script, and a policy that lets nothing else in.
import { sha256 } from '../core/hash.ts';
import { pageAssets } from './page-assets.ts';
import type { PageData } from './page-data.ts';
import type { Report } from './report.ts';
import { escapeXml } from './svg.ts';

/** `report.html`. Names from input are data of the page, never markup: its script writes them as text. */
export function reportPage(report: Report, data: PageData): string {
  const { script, style } = pageAssets();
  const policy = [
    "default-src 'none'",
    `script-src ${hashSource(script)}`,
    `style-src ${hashSource(style)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeXml(`${report.run.suiteTitle} on ${report.targets.map(({ label }) => label).join(', ')} – bimt-export`)}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<noscript>This page draws with JavaScript, which is switched off here. report.txt, beside it, holds the same in words and tables.</noscript>
<script type="application/json" id="report">${scriptJson(report)}</script>
<script type="application/json" id="drawing">${scriptJson(data)}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** JSON that cannot end the element it stands in. */
function scriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

/** What a policy calls an inline script or style by. */
function hashSource(content: string): string {
  return `'sha256-${Buffer.from(sha256(content), 'hex').toString('base64')}'`;
}
