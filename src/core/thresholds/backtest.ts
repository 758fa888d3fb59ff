import type { Labels } from '../telemetry/anomaly.js';
import type { AlertRule } from './alert-rule.js';
import type { CatchRule, PricedFailure } from './failure-loss.js';
import type { RuleEpisode } from './rule-episodes.js';
import { ruleEpisodes } from './rule-episodes.js';
import type { SeriesGroup } from './series-groups.js';

/** An episode that the rule would have had, with the failures that it would have caught. */
export interface BacktestEpisode extends RuleEpisode {
  /** What its series have in common; empty where they were not grouped. */
  readonly labels: Labels;
  readonly failureIds: readonly string[];
}

/** What one rule would have done. */
export interface Backtest {
  readonly episodes: readonly BacktestEpisode[];
  readonly missed: readonly PricedFailure[];
}

/** The episode that catches a failure: one that fires at its onset, else the first page in time. */
function catcherOf(
  { startedAt: onset }: PricedFailure,
  episodes: readonly RuleEpisode[],
  { lead, detect }: Pick<CatchRule, 'lead' | 'detect'>,
): number {
  const open = episodes.findIndex(
    ({ startedAt, endedAt }) => startedAt <= onset && (endedAt ?? Infinity) > onset,
  );
  if (open >= 0) return open;
  return episodes.findIndex(
    ({ startedAt }) => startedAt >= onset - lead && startedAt <= onset + detect,
  );
}

/**
 * Replays a rule at one threshold on each group of series and says which failure each episode would
 * have caught.
 */
export function backtestGroups(
  groups: readonly SeriesGroup[],
  rule: AlertRule & { readonly threshold: number },
  failures: readonly PricedFailure[],
  catching: Pick<CatchRule, 'lead' | 'detect'>,
): Backtest {
  const episodes = groups
    .flatMap(({ labels, firing }) =>
      ruleEpisodes(firing, rule, rule.threshold).map((episode) => ({ ...episode, labels })),
    )
    .sort((one, other) => one.startedAt - other.startedAt);
  const caught = episodes.map((): string[] => []);
  const missed = failures.filter((failure) => {
    const ids = caught[catcherOf(failure, episodes, catching)];
    ids?.push(failure.id);
    return ids === undefined;
  });
  return {
    episodes: episodes.map((episode, i) => ({ ...episode, failureIds: caught[i] ?? [] })),
    missed,
  };
}
