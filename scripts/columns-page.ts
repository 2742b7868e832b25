// Writes docs/columns.md from the definitions of everything that reports print.
// usage: tsx scripts/columns-page.ts
import { join } from 'node:path';
import { writeFileAtomic } from '../src/core/files.ts';
import { PACKAGE_ROOT } from '../src/core/version.ts';
import { columnsPage } from '../src/pipeline/columns-page.ts';

writeFileAtomic(join(PACKAGE_ROOT, 'docs', 'columns.md'), columnsPage());
