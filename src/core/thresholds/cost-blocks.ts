import { DAY, WEEK } from '../telemetry/time.js';
import type { Duration, Instant } from '../telemetry/time.js';
import { countBelow } from './bounds.js';
import type { FailureLoss } from './frontier.js';
import type { ThresholdEvidence } from './threshold-evidence.js';

/** Fewer whole weeks than this say nothing about weeks. */
const FEWEST_WEEKS = 4;

/** Stretches of equal length that a history is cut into; drawn and judged as wholes. */
export interface TimeBlocks {
  readonly from: Instant;
  readonly width: Duration;
  readonly count: number;
}

/** What levels cost in each block: pages and value lost, by block and then by level. */
export interface BlockCosts {
  readonly pages: readonly Float64Array[];
  readonly loss: readonly Float64Array[];
}

/** Cuts a history into weeks, or into days where it has not four of them. */
export function timeBlocks({ from, until }: ThresholdEvidence): TimeBlocks {
  const unit = until - from >= FEWEST_WEEKS * WEEK ? WEEK : DAY;
  const count = Math.max(1, Math.round((until - from) / unit));
  return { from, width: (until - from) / count, count };
}

/** The block that a moment lies in; moments outside belong to the first or the last. */
export function blockOf({ from, width, count }: TimeBlocks, at: Instant): number {
  return Math.min(count - 1, Math.max(0, Math.floor((at - from) / width)));
}

/** Whether no page of a threshold of this level catches the failure. */
export function isMissed({ pieces }: FailureLoss, level: number): boolean {
  return !pieces.some(({ low, high }) => low <= level && level < high);
}

/** The share of a failure's value that is lost with a threshold of this level. */
export function lossShare({ pieces }: FailureLoss, level: number): number {
  return pieces.find(({ low, high }) => low <= level && level < high)?.share ?? 1;
}

function pageCounts(
  { pages }: ThresholdEvidence,
  levels: Float64Array,
  blocks: TimeBlocks,
): Float64Array[] {
  const changes = Array.from({ length: blocks.count }, () => new Float64Array(levels.length + 1));
  for (let i = 0; i < pages.at.length; i += 1) {
    const first = countBelow(levels, pages.low[i] ?? 0);
    const end = countBelow(levels, pages.high[i] ?? 0);
    if (first === end) continue;
    const change = changes[blockOf(blocks, pages.at[i] ?? 0)];
    if (change === undefined) continue;
    change[first] = (change[first] ?? 0) + 1;
    change[end] = (change[end] ?? 0) - 1;
  }
  return changes.map((change) => {
    let sum = 0;
    return change.map((step) => (sum += step)).subarray(0, levels.length);
  });
}

/** Pages and loss of each level (ascending) in each block; a failure belongs to its onset's. */
export function blockCosts(
  evidence: ThresholdEvidence,
  levels: Float64Array,
  blocks: TimeBlocks,
): BlockCosts {
  const loss = Array.from({ length: blocks.count }, () => new Float64Array(levels.length));
  for (const one of evidence.losses) {
    const row = loss[blockOf(blocks, one.failure.startedAt)];
    levels.forEach((level, g) => {
      if (row) row[g] = (row[g] ?? 0) + one.failure.valueLost * lossShare(one, level);
    });
  }
  return { pages: pageCounts(evidence, levels, blocks), loss };
}
