// Writes docs/commands.md from the commands.
// usage: tsx scripts/commands-page.ts
import { join } from 'node:path';
import { commandReference } from '../src/commands/command-reference.ts';
import { buildProgram } from '../src/commands/program.ts';
import { writeFileAtomic } from '../src/core/files.ts';
import { PACKAGE_ROOT } from '../src/core/version.ts';

writeFileAtomic(join(PACKAGE_ROOT, 'docs', 'commands.md'), commandReference(await buildProgram()));
