// How is a standard normal drawn fast? The ziggurat of Marsaglia & Tsang (2000) in the form of Doornik (2005): 128 layers of equal
// area, most draws decided by one comparison. Input noise is most of the work of building a training batch.

/** What it draws from: 32 random bits as a signed integer, and a uniform in [0, 1). */
interface Source {
  bits(): number;
  uniform(): number;
}

const LAYERS = 128;
// Start of the tail, and area of each layer (Doornik 2005).
const TAIL = 3.442619855899;
const AREA = 9.91256303526217e-3;

/** Right edge of each layer, bottom first; layer 0 holds the tail. */
const edges = layerEdges();
/** Share of a layer's width that lies under the curve whatever the height. */
const cores = Float64Array.from({ length: LAYERS }, (_, layer) => edges[layer + 1] / edges[layer]);

/** A standard normal. */
export function drawNormal(source: Source): number {
  for (;;) {
    // High bits: the low ones of xoroshiro128+ are its weakest.
    const layer = source.bits() >>> 25;
    const position = source.bits() / 2 ** 31;
    if (Math.abs(position) < cores[layer]) return position * edges[layer];
    if (layer === 0) return position < 0 ? -drawTail(source) : drawTail(source);
    const x = position * edges[layer];
    const low = Math.exp(-0.5 * (edges[layer] ** 2 - x * x));
    const high = Math.exp(-0.5 * (edges[layer + 1] ** 2 - x * x));
    if (high + source.uniform() * (low - high) < 1) return x;
  }
}

/** A normal given that it is above TAIL (Marsaglia 1964); 1 − u keeps the logarithms finite. */
function drawTail(source: Source): number {
  for (;;) {
    const x = -Math.log(1 - source.uniform()) / TAIL;
    const y = -Math.log(1 - source.uniform());
    if (2 * y > x * x) return TAIL + x;
  }
}

function layerEdges(): Float64Array {
  const density = (x: number) => Math.exp(-0.5 * x * x);
  const made = new Float64Array(LAYERS + 1);
  made[0] = AREA / density(TAIL);
  made[1] = TAIL;
  for (let layer = 2; layer < LAYERS; layer++) made[layer] = Math.sqrt(-2 * Math.log(AREA / made[layer - 1] + density(made[layer - 1])));
  return made;
}
