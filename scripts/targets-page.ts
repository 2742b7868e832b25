// Writes docs/targets.md from the files in targets/.
// usage: tsx scripts/targets-page.ts
import { join } from 'node:path';
import { writeFileAtomic } from '../src/core/files.ts';
import { PACKAGE_ROOT } from '../src/core/version.ts';
import { targetReference } from '../src/report/target-reference.ts';

writeFileAtomic(join(PACKAGE_ROOT, 'docs', 'targets.md'), targetReference());
