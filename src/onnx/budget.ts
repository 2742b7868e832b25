// How much may reading a file cost? Bounds that grow with the file, so that no small file can ask for much memory or time.
import { UsageError } from '../core/errors.ts';

/** Bytes of memory that any file may make us hold, and how many more for each of its own: int4 weights dequantized and transposed take 18. */
const FREE_MEMORY = 1 << 25;
const MEMORY_PER_BYTE = 24;
/** Multiplications and looks at numbers that any file may ask for, a third of a second of them, and how many more for each of its bytes. */
const FREE_PRODUCTS = 1 << 26;
const PRODUCTS_PER_BYTE = 16;

/** What is left to spend on a file. */
export interface Budget {
  /** To be called before arrays are allocated, with their bytes. */
  memory(bytes: number, who: string): void;
  /** To be called before matrices are multiplied, and before numbers are looked at that other nodes may look at too. */
  products(count: number, who: string): void;
  /** Adds what bytes of other files, once they were read, allow. */
  grow(bytes: number): void;
}

/** The budget of a file of so many bytes. */
export function budgetOf(bytes: number): Budget {
  const left = { memory: FREE_MEMORY, products: FREE_PRODUCTS };
  const grow = (more: number) => {
    left.memory += MEMORY_PER_BYTE * more;
    left.products += PRODUCTS_PER_BYTE * more;
  };
  const spend = (what: keyof typeof left, count: number, who: string) => {
    // Written so that NaN is refused too.
    if (!(count <= left[what]))
      throw new UsageError(`${who} would take more ${what === 'memory' ? 'memory' : 'time'} than a file of this size can need`);
    left[what] -= count;
  };
  grow(bytes);
  return { grow, memory: (bytes, who) => spend('memory', bytes, who), products: (count, who) => spend('products', count, who) };
}
