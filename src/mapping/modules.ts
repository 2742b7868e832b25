// Do functional modules stay apart? A core that holds units of two modules counts as one that breaks a limit.
import type { Limits } from './solve/assignment.ts';

/** Other limits, if there are any, and one more: no core holds units of two modules. Units of no module (−1) go anywhere. */
export class ModuleLimits implements Limits {
  /** Units of each module on each core, shape [cores, modules]. */
  private readonly held: Int32Array;
  /** Modules on each core, shape [cores]. */
  private readonly modulesOn: Int32Array;
  private readonly modules: number;
  private readonly core: Int32Array;
  private mixed = 0;

  constructor(
    private readonly others: Limits | null,
    private readonly module: Int32Array,
    core: Int32Array,
    cores: number,
  ) {
    this.core = Int32Array.from(core);
    this.modules = 1 + module.reduce((a, b) => Math.max(a, b), 0);
    this.held = new Int32Array(cores * this.modules);
    this.modulesOn = new Int32Array(cores);
    for (let unit = 0; unit < core.length; unit++) this.count(unit, core[unit], 1);
  }

  get illegal(): number {
    return (this.others?.illegal ?? 0) + this.mixed;
  }

  move(unit: number, to: number): void {
    this.others?.move(unit, to);
    this.count(unit, this.core[unit], -1);
    this.count(unit, to, 1);
    this.core[unit] = to;
  }

  private count(unit: number, core: number, change: 1 | -1): void {
    if (this.module[unit] < 0) return;
    const at = core * this.modules + this.module[unit];
    const before = this.modulesOn[core];
    if (change > 0 ? this.held[at]++ === 0 : --this.held[at] === 0) this.modulesOn[core] += change;
    this.mixed += Number(this.modulesOn[core] > 1) - Number(before > 1);
  }
}
