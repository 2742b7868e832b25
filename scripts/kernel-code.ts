// Writes src/compression/kernel-code.ts, the WebAssembly of src/compression/simd/kernel.ts.
// usage: tsx scripts/kernel-code.ts
import { join } from 'node:path';
import { writeFileAtomic } from '../src/core/files.ts';
import { PACKAGE_ROOT } from '../src/core/version.ts';
import { kernelCode } from './compile-kernel.ts';

writeFileAtomic(join(PACKAGE_ROOT, 'src', 'compression', 'kernel-code.ts'), await kernelCode());
