// Writes schemas/*.schema.json, the forms of our files as JSON Schema.
// usage: tsx scripts/schemas.ts
import { join } from 'node:path';
import { writeFileAtomic } from '../src/core/files.ts';
import { PACKAGE_ROOT } from '../src/core/version.ts';
import { jsonSchema, PUBLISHED } from '../src/pipeline/schemas.ts';

for (const [name, published] of Object.entries(PUBLISHED)) {
  writeFileAtomic(join(PACKAGE_ROOT, 'schemas', `${name}.schema.json`), `${JSON.stringify(jsonSchema(published), null, 2)}\n`);
}
