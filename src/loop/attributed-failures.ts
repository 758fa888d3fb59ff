import type { Suspect } from '../core/outcomes/attribution-shares.js';
import { WITHIN_REACH, attributionShares } from '../core/outcomes/attribution-shares.js';
import type { FeatureRow } from '../core/features/feature-schema.js';
import type { Instant } from '../core/telemetry/time.js';
import { missedFailures } from '../storage/missed-search.store.js';
import type { OutcomeOfEpisode } from '../storage/outcome.store.js';
import type { Sql } from '../storage/sql.js';
import { episodeLabel, failureOnEpisode, isAttributedEpisode } from './episode-label.js';

/** An episode on a stage as it was first answered, with all that is known of how it went. */
export interface AnsweredEpisode {
  readonly journey: string;
  readonly stage: string;
  readonly asOf: Instant;
  readonly features: FeatureRow;
  readonly outcomes: readonly OutcomeOfEpisode[];
}

/** What speaks for the part of an episode; null while it is not decided whether its stage failed. */
export function suspectOf(one: AnsweredEpisode): Suspect | null {
  const { features, outcomes, asOf } = one;
  const label = episodeLabel(outcomes)?.label;
  if (label === undefined) return null;
  const failed = label === 1;
  const { rule, service } = features;
  const kind = `${String(service)}/${String(rule)}`;
  const window = failed ? failureOnEpisode(outcomes) : undefined;
  return {
    kinds: [String(rule), kind, `${kind} ${one.journey}/${one.stage}`],
    failed,
    failureId: window?.failureId ?? null,
    lag: window?.startedAt === undefined ? null : window.startedAt - asOf,
    isCertain: failed && isAttributedEpisode(outcomes),
  };
}

/** The chance that a failure which nothing told of lies on an episode's window: as often as they were found. */
export async function coincidenceOf(
  sql: Sql,
  known: readonly Pick<AnsweredEpisode, 'journey' | 'stage' | 'asOf'>[],
  knownBy: Instant,
): Promise<number> {
  const stages = new Set(known.map(({ journey, stage }) => JSON.stringify([journey, stage])));
  const times = known.map(({ asOf }) => asOf).sort((a, b) => a - b);
  const span = (times.at(-1) ?? 0) - (times[0] ?? 0);
  const reaches = (stages.size * Math.max(WITHIN_REACH, span)) / WITHIN_REACH;
  // Half a failure more than were found: none found is not none.
  return Math.min(0.5, ((await missedFailures(sql, knownBy)) + 0.5) / reaches);
}

/**
 * How likely the failure that each episode lies on is of its own doing; 1 where its stage is not known
 * to have failed.
 */
export async function attributedFailures(
  sql: Sql,
  episodes: readonly AnsweredEpisode[],
  knownBy: Instant,
): Promise<Float64Array> {
  const suspects = episodes.map(suspectOf);
  const known = episodes.filter((_, i) => suspects[i] !== null);
  const coincidence = await coincidenceOf(sql, known, knownBy);
  const shares = attributionShares(
    suspects.filter((suspect) => suspect !== null),
    coincidence,
  );
  let place = 0;
  return Float64Array.from(suspects, (suspect) => (suspect === null ? 1 : (shares[place++] ?? 1)));
}
