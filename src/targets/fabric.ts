// What is a network of routers? Links from router to router, and the way a message takes over them.

/** Links crossed along each axis; together they are the distance. */
export interface Hops {
  readonly x: number;
  readonly y: number;
}

/** Directed links between routers; a link's id is its index. All shapes [links]. */
export interface Links {
  /** Routers at its ends. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Hops that it counts for along each axis: 1 and 0, 0 and 1, or none where it is only half of a hop. */
  readonly hopsX: Uint8Array;
  readonly hopsY: Uint8Array;
  /** 1 where it leads to another chip. */
  readonly crosses: Uint8Array;
}

/** Routers, the links between them, and deterministic shortest routes. All arguments are router numbers unless said otherwise. */
export interface Fabric {
  /** Position of each router on paper, shape [routers]; not every position needs to have one. */
  readonly x: Int32Array;
  readonly y: Int32Array;
  readonly wide: number;
  readonly high: number;
  /** Links join opposite edges (torus). */
  readonly wraps: boolean;
  readonly links: Links;
  /** Whether there is a router of this number, or a gap in the numbering. */
  exists(router: number): boolean;
  /** 0 where routes may only start and end, shape [routers]. */
  readonly transit: Uint8Array;
  /** Router behind which a core sits. Tiles are counted over all chips; `core` is its number within its chip. */
  routerOf(tileX: number, tileY: number, chip: number, core: number): number;
  /** Hops that the links of the route count for, by axis. */
  hops(from: number, to: number): Hops;
  /** The same, summed; allocates nothing. */
  distance(from: number, to: number): number;
  /** Ids of the links of the route, in order. */
  route(from: number, to: number): number[];
  /** Where inputs enter unless the user says otherwise. */
  readonly port: { readonly router: number; readonly assumption: string };
}

/** Along which axis a link counts as a hop; `none` where it is only half of one. */
export type LinkAxis = 'x' | 'y' | 'none';

/** Collects links. */
export class LinkList {
  private readonly from: number[] = [];
  private readonly to: number[] = [];
  private readonly axis: LinkAxis[] = [];
  private readonly crosses: number[] = [];

  /** Id of the new link. */
  add(from: number, to: number, axis: LinkAxis, crosses: boolean): number {
    this.from.push(from);
    this.to.push(to);
    this.axis.push(axis);
    this.crosses.push(Number(crosses));
    return this.from.length - 1;
  }

  /** All that were added. */
  links(): Links {
    return {
      from: Int32Array.from(this.from),
      to: Int32Array.from(this.to),
      hopsX: Uint8Array.from(this.axis, (axis) => Number(axis === 'x')),
      hopsY: Uint8Array.from(this.axis, (axis) => Number(axis === 'y')),
      crosses: Uint8Array.from(this.crosses),
    };
  }
}
