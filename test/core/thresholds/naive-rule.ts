import type { AlertRule } from '../../../src/core/thresholds/alert-rule.js';
import type { Evaluations } from '../../../src/core/thresholds/evaluations.js';

const holds = (value: number, limit: number, comparison: string): boolean => {
  if (comparison === '>') return value > limit;
  if (comparison === '>=') return value >= limit;
  return comparison === '<' ? value < limit : value <= limit;
};

/** Look by look, as AlertingRule.Eval of Prometheus keeps one alert; recovery as Datadog has it. */
export function naiveFiring(seen: Evaluations, rule: AlertRule, threshold: number): boolean[] {
  let state: 'inactive' | 'pending' | 'firing' = 'inactive';
  let activeAt = 0;
  let absentSince: number | null = null;
  return Array.from(seen.at, (now, k) => {
    const value = seen.values[k] ?? Number.NaN;
    let present = holds(value, threshold, rule.comparison);
    if (!present && state === 'firing' && rule.recovery !== undefined) {
      present = holds(value, rule.recovery, rule.comparison);
    }
    if (!present) {
      let keeps = false;
      if (state === 'firing' && rule.keepFiringFor > 0) {
        absentSince ??= now;
        keeps = now - absentSince < rule.keepFiringFor;
      }
      if (!keeps) state = 'inactive';
    } else {
      absentSince = null;
      if (state === 'inactive') {
        state = 'pending';
        activeAt = now;
      }
      if (state === 'pending' && now - activeAt >= rule.for) state = 'firing';
    }
    return state === 'firing';
  });
}

export interface NaiveEpisode {
  startedAt: number;
  lastFiring: number;
}

/** Firing stretches; one that begins at most `gap` after the last look that fired joins it. */
export function naiveEpisodes(at: Float64Array, firing: boolean[], gap: number): NaiveEpisode[] {
  const episodes: NaiveEpisode[] = [];
  firing.forEach((fires, k) => {
    if (!fires) return;
    const now = at[k] ?? 0;
    const latest = episodes.at(-1);
    if (latest && (firing[k - 1] === true || now - latest.lastFiring <= gap)) {
      latest.lastFiring = now;
    } else episodes.push({ startedAt: now, lastFiring: now });
  });
  return episodes;
}

/** Share of a failure that is lost: 1 where it is missed. */
export function naiveShare(
  failure: { startedAt: number; endedAt: number },
  episodes: readonly NaiveEpisode[],
  seen: { readonly lead: number; readonly detect: number; readonly lookAtOnset: number },
): number {
  const { startedAt: onset, endedAt } = failure;
  const open = episodes.some(
    ({ startedAt, lastFiring }) =>
      startedAt <= onset && (lastFiring >= onset || lastFiring === seen.lookAtOnset),
  );
  if (open) return 0;
  const page = episodes.find(
    ({ startedAt }) => startedAt >= onset - seen.lead && startedAt <= onset + seen.detect,
  );
  if (!page) return 1;
  const lag = Math.max(0, page.startedAt - onset);
  return lag === 0 ? 0 : Math.min(1, endedAt > onset ? lag / (endedAt - onset) : 1);
}
