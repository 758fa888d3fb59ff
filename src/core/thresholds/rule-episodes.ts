import type { Duration, Instant } from '../telemetry/time.js';
import type { AlertRule } from './alert-rule.js';
import { thresholdLevel } from './alert-rule.js';
import type { FiringLevels } from './firing-levels.js';

/** One stretch in which a rule fires at one threshold; its start is the page. */
export interface RuleEpisode {
  readonly startedAt: Instant;
  /** When it was first seen not firing; null while it fires at the end of the history. */
  readonly endedAt: Instant | null;
}

/** The episodes of a rule at one threshold, oldest first; firing again within the rule's gap joins. */
export function ruleEpisodes(
  { at, levels }: FiringLevels,
  rule: AlertRule,
  threshold: number,
): RuleEpisode[] {
  const level = thresholdLevel(threshold, rule.comparison);
  const episodes: { startedAt: Instant; endedAt: Instant | null }[] = [];
  let lastFiring = -Infinity;
  let open = false;
  levels.forEach((firing, k) => {
    const now = at[k] ?? 0;
    const latest = episodes.at(-1);
    if (firing > level) {
      if (latest !== undefined && joins(open, now - lastFiring, rule.groupGap))
        latest.endedAt = null;
      else episodes.push({ startedAt: now, endedAt: null });
      lastFiring = now;
      open = true;
    } else if (open) {
      if (latest !== undefined) latest.endedAt = now;
      open = false;
    }
  });
  return episodes;
}

function joins(open: boolean, sinceFiring: Duration, gap: Duration): boolean {
  return open || sinceFiring <= gap;
}
