// What is src/compression/simd/kernel.ts as WebAssembly? Compiled by AssemblyScript; equal sources give equal bytes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';
import { PACKAGE_ROOT } from '../src/core/version.ts';

/** The module that holds the compiled kernel, as text. */
export async function kernelCode(): Promise<string> {
  const source = readFileSync(join(PACKAGE_ROOT, 'src', 'compression', 'simd', 'kernel.ts'), 'utf8');
  const { binary, error, stderr } = await asc.compileString(source, {
    optimizeLevel: 3,
    runtime: 'stub',
    noAssert: true,
    enable: ['simd'],
  });
  if (error !== null || binary === null) throw new Error(`the kernel does not compile: ${stderr}`);
  return (
    '// How do the loops of simd/kernel.ts run? Their WebAssembly, made by `npx tsx scripts/kernel-code.ts`; do not edit.\n\n' +
    `/** Base64 of a module that exports \`memory\`, \`product\` and \`requantize\`. */\nexport const KERNEL_CODE =\n  '${Buffer.from(binary).toString('base64')}';\n`
  );
}
