import { lowestStep } from './step-mask.js';

/**
 * Gives events to steps, one event a step: keeps as many events as can be placed at once (a maximum
 * matching by augmenting paths, Kuhn 1955), in whatever order they come.
 */
export class StepMatching {
  private readonly owners: Int32Array;
  size = 0;

  /** At most 31 steps. */
  constructor(steps: number) {
    this.owners = new Int32Array(steps);
  }

  clear(): void {
    this.owners.fill(0);
    this.size = 0;
  }

  /** Places an event that may take any of the steps in the mask; false where there is no room. */
  add(mask: number): boolean {
    const placed = this.place(mask, { tried: 0 });
    if (placed) this.size += 1;
    return placed;
  }

  private place(mask: number, search: { tried: number }): boolean {
    for (let rest = mask & ~search.tried; rest !== 0; rest = mask & ~search.tried) {
      const step = lowestStep(rest);
      search.tried |= 1 << step;
      const owner = this.owners[step] ?? 0;
      if (owner === 0 || this.place(owner, search)) {
        this.owners[step] = mask;
        return true;
      }
    }
    return false;
  }
}
