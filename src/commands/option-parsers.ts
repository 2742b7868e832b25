// How does the text of an option become a value?
import { InvalidArgumentError } from 'commander';

/** Option parser: an integer in a range. */
export function integerOption(min: number, max: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < min || value > max) {
      throw new InvalidArgumentError(
        `expected a whole number ${max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`}.`,
      );
    }
    return value;
  };
}

/** Option parser: a number of at least `min`. */
export function numberOption(min: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value) || value < min)
      throw new InvalidArgumentError(`expected a number of at least ${min}.`);
    return value;
  };
}

/** Option parser for options that repeat. */
export function collect(value: string, earlier: readonly string[] = []): string[] {
  return [...earlier, value];
}
