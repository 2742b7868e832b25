// Writes docs/settings.md from the schema of config files.
// usage: tsx scripts/settings-page.ts
import { join } from 'node:path';
import { writeFileAtomic } from '../src/core/files.ts';
import { PACKAGE_ROOT } from '../src/core/version.ts';
import { settingsPage } from '../src/pipeline/settings-reference.ts';

writeFileAtomic(join(PACKAGE_ROOT, 'docs', 'settings.md'), settingsPage());
