import type { Duration, Instant } from '../telemetry/time.js';
import { countBelow } from './bounds.js';
import type { FiringLevels } from './firing-levels.js';

/**
 * The level below which an episode is firing at a moment: it fired at the last look, or it fires on
 * both sides of the moment as one page (at most `gap` apart).
 */
export function levelAtOnset(firing: FiringLevels, onset: Instant, gap: Duration): number {
  const after = countBelow(firing.at, onset, true);
  if (after === 0) return -Infinity;
  return Math.max(firing.levels[after - 1] ?? -Infinity, levelAcross(firing, after, gap));
}

/** The level below which it fires both before and from look `after` on, at most `gap` apart. */
function levelAcross({ at, levels }: FiringLevels, after: number, gap: Duration): number {
  const timeOf = (k: number): number => at[k] ?? 0;
  const levelOf = (k: number): number => levels[k] ?? -Infinity;
  let end = countBelow(at, timeOf(after - 1) + gap, true);
  // The highest level of looks after..k, for each k that anything before can join.
  const behind = levels.slice(after, end);
  for (let k = 1; k < behind.length; k += 1) {
    behind[k] = Math.max(behind[k] ?? 0, behind[k - 1] ?? 0);
  }
  let [across, before] = [-Infinity, -Infinity];
  for (let i = after - 1; i >= 0; i -= 1) {
    while (end > after && timeOf(end - 1) > timeOf(i) + gap) end -= 1;
    if (end <= after) break;
    before = Math.max(before, levelOf(i));
    across = Math.max(across, Math.min(before, behind[end - 1 - after] ?? -Infinity));
  }
  return across;
}
