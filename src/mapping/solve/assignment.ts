// Which vertices are on which core? Lists that follow while vertices move.
import type { SolverProblem } from './problem.ts';
import { WireCosts } from './wire-costs.ts';

/** Limits beyond sizes, kept up to date with every move; `Occupancy` of a chip is one. */
export interface Limits {
  /** Cores that break a limit. */
  readonly illegal: number;
  move(vertex: number, to: number): void;
}

/** Vertices on cores, with the load of each core. */
export class Assignment {
  /** Shape [vertices]. */
  readonly size: Int32Array;
  /** Most size on each core, shape [cores]. */
  readonly capacity: Float64Array;
  /** Sizes of the vertices on each core, shape [cores]. */
  readonly load: Float64Array;
  /** Number of vertices on each core, shape [cores]. */
  readonly count: Int32Array;
  /** Move in which a core last changed, shape [cores]. */
  readonly changed: Int32Array;
  private readonly lists: Int32Array[];
  private readonly slot: Int32Array;
  private moves = 0;
  private costs: WireCosts | null = null;

  /** @param core - core of each vertex, shape [vertices]; changed in place */
  constructor(
    private readonly problem: Pick<SolverProblem, 'graph' | 'grid' | 'hops' | 'port'>,
    readonly core: Int32Array,
    readonly limits: Limits | null = null,
  ) {
    const { size } = problem.graph;
    this.size = size;
    this.capacity = problem.grid.capacity;
    const cores = this.capacity.length;
    this.load = new Float64Array(cores);
    this.count = new Int32Array(cores);
    this.changed = new Int32Array(cores);
    this.slot = new Int32Array(core.length);
    for (const at of core) this.count[at]++;
    this.lists = Array.from(this.count, (count) => new Int32Array(count + 2));
    this.count.fill(0);
    for (let v = 0; v < core.length; v++) {
      this.load[core[v]] += size[v];
      this.enlist(v);
    }
  }

  /** Number of moves so far. */
  get time(): number {
    return this.moves;
  }

  /** What wires cost elsewhere, kept up to date once somebody asked: who moves for other reasons does not pay for it. */
  get wires(): WireCosts {
    this.costs ??= new WireCosts(this.problem, this.core);
    return this.costs;
  }

  /** Vertex number `i` of those on a core. */
  member(core: number, i: number): number {
    return this.lists[core][i];
  }

  /** Puts a vertex on a core, whatever it costs. */
  move(v: number, to: number): void {
    this.limits?.move(v, to);
    this.follow(v, to);
  }

  /** Brings the lists up to date with a move that the limits know of already. */
  follow(v: number, to: number): void {
    const from = this.core[v];
    const list = this.lists[from];
    const last = list[--this.count[from]];
    list[this.slot[v]] = last;
    this.slot[last] = this.slot[v];
    this.load[from] -= this.size[v];
    this.load[to] += this.size[v];
    this.changed[from] = this.changed[to] = ++this.moves;
    this.core[v] = to;
    this.costs?.follow(v, from, to);
    this.enlist(v);
  }

  private enlist(v: number): void {
    const to = this.core[v];
    const at = this.count[to]++;
    if (at === this.lists[to].length) {
      const longer = new Int32Array(2 * at);
      longer.set(this.lists[to]);
      this.lists[to] = longer;
    }
    this.lists[to][at] = v;
    this.slot[v] = at;
  }
}
