import type { SeriesKinds } from './coded-series.js';
import { alikeCategories, unseenDeviation, unseenP } from './unseen-categories.js';

/** What blocks of dependent rows say of categories that the reference never had. */
export interface UnseenInBlocks {
  readonly p: number;
  /** Share of rows in them beyond what one block of the reference has that no other one knows. */
  readonly share: number;
  /** Standard deviation of the share of rows in new categories where there is no drift. */
  readonly deviation: number;
}

interface Spread {
  readonly rows: Uint32Array;
  /** Blocks that it lies in. */
  readonly blocks: Uint32Array;
}

function spreadOf(kinds: Uint32Array, count: number, blockRows: number): Spread {
  const [rows, blocks] = [new Uint32Array(count), new Uint32Array(count)];
  const latest = new Int32Array(count).fill(-1);
  const last = Math.floor(kinds.length / blockRows) - 1;
  kinds.forEach((kind, row) => {
    if (kind === 0) return;
    const at = kind - 1;
    const block = Math.min(last, Math.floor(row / blockRows));
    rows[at] = (rows[at] ?? 0) + 1;
    if (latest[at] === block) return;
    latest[at] = block;
    blocks[at] = (blocks[at] ?? 0) + 1;
  });
  return { rows, blocks };
}

/** As for rows that do not depend on each other, a category's blocks in the place of its rows. */
export function unseenInBlocks(
  { reference, current, count }: SeriesKinds,
  blockRows: number,
): UnseenInBlocks {
  const [one, other] = [reference, current].map((kinds) => spreadOf(kinds, count, blockRows)) as [
    Spread,
    Spread,
  ];
  let [unseen, single] = [0, 0];
  const each = Array.from(one.rows, (before, kind) => {
    const now = other.rows[kind] ?? 0;
    const [blocksBefore, blocksNow] = [one.blocks[kind] ?? 0, other.blocks[kind] ?? 0];
    if (before === 0) unseen += now;
    if (blocksBefore === 1) single += before;
    return { rows: before + now, parts: blocksBefore + blocksNow };
  });
  const pooled = {
    alike: alikeCategories(each),
    reference: Math.floor(reference.length / blockRows),
    current: Math.floor(current.length / blockRows),
    unseen,
  };
  return {
    p: unseenP(pooled),
    share: Math.max(0, unseen / current.length - single / reference.length),
    deviation: unseenDeviation(pooled) / current.length,
  };
}
