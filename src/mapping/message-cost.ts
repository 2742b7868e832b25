// What do the messages of a source cost? By pairs of cores, or by the links they cross.
import type { Reach } from './reach.ts';

/** Ways of a message between cores, numbered as the search numbers them; `from` −1 is the port. */
export interface Routes {
  /** Links from one core to another. */
  links(from: number, to: number): readonly number[];
  /** Number of all links. */
  readonly count: number;
}

/** Adds up a cost over sources; one source at a time is taken out and put back while units move. */
export interface MessageCost {
  readonly total: number;
  /** @param sign - +1 puts a source's messages in, −1 takes them out */
  charge(source: number, from: number, reach: Reach, sign: 1 | -1): void;
}

/** Σ activity · price(from, to) over the other cores that a source reaches: each gets a message of its own. */
export class PairCost implements MessageCost {
  total = 0;

  /** @param price - of a message between two cores, −1 for the port */
  constructor(
    private readonly activity: (source: number) => number,
    private readonly price: (from: number, to: number) => number,
  ) {}

  charge(source: number, from: number, reach: Reach, sign: 1 | -1): void {
    let sum = 0;
    for (let i = reach.count(source) - 1; i >= 0; i--) {
      const to = reach.core(source, i);
      if (to !== from) sum += this.price(from, to);
    }
    this.total += sign * this.activity(source) * sum;
  }
}

/**
 * Σ over links of price(load), and what it costs to send at all. A message that is copied on its way loads each link of its tree
 * once; else each destination has a message of its own.
 */
export class LinkCost implements MessageCost {
  total = 0;
  readonly load: Float64Array;
  private readonly seen: Int32Array;
  private round = 0;

  constructor(
    private readonly activity: (source: number) => number,
    private readonly routes: Routes,
    private readonly isTree: boolean,
    private readonly price: (load: number, link: number) => number,
    private readonly perMessage = 0,
  ) {
    this.load = new Float64Array(routes.count);
    this.seen = new Int32Array(routes.count);
  }

  charge(source: number, from: number, reach: Reach, sign: 1 | -1): void {
    const change = sign * this.activity(source);
    if (change === 0) return;
    this.round++;
    let messages = 0;
    for (let i = reach.count(source) - 1; i >= 0; i--) {
      const to = reach.core(source, i);
      if (to === from) continue;
      messages++;
      for (const link of this.routes.links(from, to)) {
        if (this.isTree && this.seen[link] === this.round) continue;
        this.seen[link] = this.round;
        this.total -= this.price(this.load[link], link);
        this.load[link] += change;
        this.total += this.price(this.load[link], link);
      }
    }
    this.total += change * this.perMessage * (this.isTree ? Math.min(1, messages) : messages);
  }
}
