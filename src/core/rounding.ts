// How is a real number rounded to an integer? Everywhere the same way.

/**
 * Nearest integer, halves to the even one: the rounding of ONNX QuantizeLinear, NumPy and PyTorch, symmetric in sign,
 * so integers can be reproduced outside. (Math.round sends −0.5 to −0 and 0.5 to 1.)
 */
export function roundHalfEven(x: number): number {
  const below = Math.floor(x);
  const above = x - below;
  if (above !== 0.5) return above < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}
