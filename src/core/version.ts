// Which tool wrote this?
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Folder that holds package.json, `targets/` and `models/`, in a checkout and when installed alike. */
export const PACKAGE_ROOT: string = fileURLToPath(new URL('../../', import.meta.url));

const { name, version } = JSON.parse(readFileSync(`${PACKAGE_ROOT}package.json`, 'utf8')) as { name: string; version: string };

/** For provenance, for example `bimt-export@0.1.0`. */
export const TOOL: string = `${name}@${version}`;
export const VERSION: string = version;
