import type { Interval } from '../statistics/interval.js';
import type { Duration, Instant } from '../telemetry/time.js';
import { HOUR } from '../telemetry/time.js';

/** A stage whose alerts may mean something else since then. */
export interface StaleStage {
  /** `journey/stage`. */
  readonly stage: string;
  readonly because: string;
  /** Labels on it that rest on episodes since then. */
  readonly newLabels: number;
}

/** How the champion did on answers since it learnt, against what its own probabilities led to expect. */
export interface RecentLoss {
  /** Nats. */
  readonly realised: number;
  /** 90 %. */
  readonly expected: Interval;
  readonly failures: number;
}

/** All that speaks for or against a training run now. */
export interface RetrainingSituation {
  readonly now: Instant;
  /** Up to when the latest run looked; null where there was none. */
  readonly lastRunAt: Instant | null;
  readonly isUnderWay: boolean;
  /** Labels that were known then. */
  readonly learntFrom: number;
  /** Labels that have become known since. */
  readonly newLabels: number;
  readonly newFailures: number;
  readonly stale: readonly StaleStage[];
  /** Services and features that a drift report found to have drifted since. */
  readonly drifted: readonly string[];
  /** Null where too little is known. */
  readonly recent: RecentLoss | null;
}

/** Two runs that nobody asked for are at least so far apart. */
export const SHORTEST_PAUSE: Duration = 6 * HOUR;

/** A tenth more labels than were learnt from, at least fifty, five of them failures. */
const ENOUGH = { share: 0.1, labels: 50, failures: 5 } as const;

/** A stale stage with so many new labels can be learnt anew. */
const ENOUGH_ON_STALE = 20;

/** With fewer failures a loss says nothing. */
const ENOUGH_TO_JUDGE = 10;

function driftOf(recent: RecentLoss | null): string[] {
  if (recent === null || recent.failures < ENOUGH_TO_JUDGE) return [];
  const [, high] = recent.expected;
  if (recent.realised <= high) return [];
  return [
    `answers have drifted: log loss ${recent.realised.toFixed(3)} where at most ${high.toFixed(3)} was expected`,
  ];
}

/** Why a training run should start now, in plain words; nothing where none should. */
export function reasonsToTrain(situation: RetrainingSituation): string[] {
  const { now, lastRunAt, isUnderWay, newLabels, newFailures, drifted, recent } = situation;
  const isTooSoon = lastRunAt !== null && now - lastRunAt < SHORTEST_PAUSE;
  if (isUnderWay || isTooSoon) return [];
  const needed = Math.max(ENOUGH.labels, ENOUGH.share * situation.learntFrom);
  const isEnough = newLabels >= needed && newFailures >= ENOUGH.failures;
  const stale = situation.stale.filter((one) => one.newLabels >= ENOUGH_ON_STALE);
  return [
    ...(isEnough ? [`${newLabels} new labels, ${newFailures} of them failures`] : []),
    ...stale.map(
      ({ stage, because, newLabels: own }) => `${stage} is stale (${because}), ${own} labels since`,
    ),
    ...(drifted.length > 0 ? [`the drift report names ${drifted.join(', ')}`] : []),
    ...driftOf(recent),
  ];
}
