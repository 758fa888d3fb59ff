/** Draws that reach the figure after which p is known well enough (Besag & Clifford 1991). */
const ENOUGH_REACHED = 20;

/** Rows counted block by block in the cells of a column. */
export interface Blocks {
  /** Block by block, the rows in each cell; those of the reference first. */
  readonly counts: Float64Array;
  readonly cells: number;
  readonly total: Float64Array;
  readonly reference: number;
  readonly current: number;
}

/** How far a part of the rows is from the rest, by what each cell has of them. */
export type BlockStatistic = (part: Float64Array, total: Float64Array) => number;

/** What is drawn: which blocks change sides, how they are compared, and how many draws tell enough. */
export interface BlockLook {
  readonly blocks: Blocks;
  readonly statistic: BlockStatistic;
  readonly most: number;
}

/** Draws made so far; more can be added to them. */
export interface BlockDraws {
  readonly observed: number;
  /** Draws that part the sides at least as far. */
  readonly reached: number;
  readonly sum: number;
  readonly draws: number;
}

/** Writes the cell counts of the first so many blocks named into `sum`. */
function sumInto(
  sum: Float64Array,
  { counts, cells }: Blocks,
  blocks: Uint32Array,
  first: number,
): void {
  sum.fill(0);
  for (let i = 0; i < first; i += 1) {
    const start = (blocks[i] ?? 0) * cells;
    for (let cell = 0; cell < cells; cell += 1) {
      sum[cell] = (sum[cell] ?? 0) + (counts[start + cell] ?? 0);
    }
  }
}

function numbered({ reference, current }: Blocks): Uint32Array {
  return Uint32Array.from({ length: reference + current }, (_, block) => block);
}

/** Before anything is drawn; the smaller side stands for both. */
export function noDraws({ blocks, statistic }: BlockLook): BlockDraws {
  const { reference, current, total, cells } = blocks;
  const part = new Float64Array(cells);
  const labels = numbered(blocks);
  const fewer = Math.min(reference, current);
  sumInto(part, blocks, current === fewer ? labels.subarray(reference) : labels, fewer);
  return { observed: statistic(part, total), reached: 0, sum: 0, draws: 0 };
}

/** Whether more draws would tell p no better than is asked for. */
export function isDrawn({ most }: BlockLook, { reached, draws }: BlockDraws): boolean {
  return reached >= ENOUGH_REACHED || draws >= most;
}

/** Permutes the blocks until there are so many draws, or fewer where p is known well enough. */
export function drawUntil(
  look: BlockLook,
  { observed, ...before }: BlockDraws,
  { random, draws: wanted }: { readonly random: () => number; readonly draws: number },
): BlockDraws {
  const { blocks, statistic, most } = look;
  const { reference, current, total, cells } = blocks;
  const [all, fewer] = [reference + current, Math.min(reference, current)];
  const part = new Float64Array(cells);
  const labels = numbered(blocks);
  const last = Math.min(wanted, most);
  let { reached, sum, draws } = before;
  while (draws < last && reached < ENOUGH_REACHED) {
    for (let i = 0; i < fewer; i += 1) {
      const j = i + Math.floor(random() * (all - i));
      const label = labels[i] ?? 0;
      labels[i] = labels[j] ?? 0;
      labels[j] = label;
    }
    sumInto(part, blocks, labels, fewer);
    const drawn = statistic(part, total);
    if (drawn >= observed * (1 - 1e-12)) reached += 1;
    sum += drawn;
    draws += 1;
  }
  return { observed, reached, sum, draws };
}

/** The share of draws that part the sides as far; what happened counts as one where they are few. */
export function pOfDraws({ reached, draws }: BlockDraws): number {
  return reached >= ENOUGH_REACHED ? reached / draws : (reached + 1) / (draws + 1);
}
