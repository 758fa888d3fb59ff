import type { AlertRule } from './alert-rule.js';
import type { Evaluations } from './evaluations.js';
import type { CatchRule, PricedFailure } from './failure-loss.js';
import { firingLevels } from './firing-levels.js';
import type { RuleEpisode } from './rule-episodes.js';
import { ruleEpisodes } from './rule-episodes.js';

/** An episode that the rule would have had, with the failures that it would have caught. */
export interface BacktestEpisode extends RuleEpisode {
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

/** Replays a rule at one threshold and says which failure each episode would have caught. */
export function backtest(
  seen: Evaluations,
  rule: AlertRule & { readonly threshold: number },
  failures: readonly PricedFailure[],
  catching: Pick<CatchRule, 'lead' | 'detect'>,
): Backtest {
  const episodes = ruleEpisodes(firingLevels(seen, rule), rule, rule.threshold);
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
