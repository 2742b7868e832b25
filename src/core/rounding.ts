// How is a real number rounded to an integer? Everywhere the same way.

/** Floats of this size are whole numbers; adding it to anything below 2⁵¹ in size stays below 2⁵³, where they still are all of them. */
const WHOLE = 1.5 * 2 ** 52;

/**
 * Nearest integer, halves to the even one: the rounding of ONNX QuantizeLinear, NumPy and PyTorch, symmetric in sign,
 * so integers can be reproduced outside. (Math.round sends −0.5 to −0 and 0.5 to 1.)
 */
export function roundHalfEven(x: number): number {
  // The sum is rounded by the processor in just this way, and the difference is exact; no branch has to be guessed.
  if (Math.abs(x) < 2 ** 51) return x + WHOLE - WHOLE;
  const below = Math.floor(x);
  const above = x - below;
  if (above !== 0.5) return above < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}
