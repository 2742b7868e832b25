import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { kernelCode } from '../../scripts/compile-kernel.ts';
import { PACKAGE_ROOT } from '../../src/core/version.ts';

it('is what the source of the kernel compiles to', async () => {
  const isFresh = readFileSync(join(PACKAGE_ROOT, 'src', 'compression', 'kernel-code.ts'), 'utf8') === (await kernelCode());
  expect(isFresh, 'src/compression/kernel-code.ts is stale; run: npx tsx scripts/kernel-code.ts').toBe(true);
}, 60_000);
