import type { LabelHistory, LabelTally, RecentChange } from '../core/features/feature-context.js';
import type { RelativeLoss } from '../core/scoring/loss-if-failure.js';
import { pooledRelativeLoss } from '../core/scoring/loss-if-failure.js';
import type { Instant } from '../core/telemetry/time.js';
import type { KnownLabels, OpenEpisode } from '../storage/feature-context.store.js';
import { knownLabels, openEpisodes, recentChanges } from '../storage/feature-context.store.js';
import type { PastLoss } from '../storage/loss-history.store.js';
import { pastLosses } from '../storage/loss-history.store.js';
import type { Sql } from '../storage/sql.js';

/** All that was known at one moment and does not depend on the anomaly that is scored. */
export interface Knowledge {
  readonly asOf: Instant;
  readonly changes: readonly RecentChange[];
  readonly open: readonly OpenEpisode[];
  readonly labels: readonly KnownLabels[];
  readonly losses: readonly PastLoss[];
}

/** Reads what was known at a moment. */
export async function knowledgeAt(sql: Sql, asOf: Instant): Promise<Knowledge> {
  return {
    asOf,
    changes: await recentChanges(sql, asOf),
    open: await openEpisodes(sql, asOf),
    labels: await knownLabels(sql, asOf),
    losses: await pastLosses(sql, asOf),
  };
}

/** One stage as one episode's service and rule touch it. */
export interface Touch {
  readonly episodeId: string;
  readonly journey: string;
  readonly stage: string;
  readonly service: string | null;
  readonly rule: string;
}

function tally(labels: readonly KnownLabels[], keep: (one: KnownLabels) => boolean): LabelTally {
  let [failures, decided] = [0, 0];
  for (const one of labels) {
    if (!keep(one)) continue;
    failures += one.failures;
    decided += one.decided;
  }
  return { failures, decided };
}

/**
 * The label history of a stage, from coarse to fine.
 *
 * @param own what is known of the episode's own labels: they are not its history.
 */
export function labelHistory(
  knowledge: Knowledge,
  touch: Touch,
  own: readonly KnownLabels[],
): LabelHistory {
  const leftOut = own.map((one) => ({
    ...one,
    failures: -one.failures,
    decided: -one.decided,
  }));
  const labels = [...knowledge.labels, ...leftOut];
  const onStage = labels.filter(
    (one) => one.journey === touch.journey && one.stage === touch.stage,
  );
  const sameService = (one: KnownLabels): boolean =>
    touch.service !== null && one.service === touch.service;
  const sameRule = (one: KnownLabels): boolean => one.rule === touch.rule;
  return {
    overall: tally(labels, () => true),
    stage: tally(onStage, () => true),
    service: tally(onStage, sameService),
    rule: tally(onStage, sameRule),
    serviceRule: tally(onStage, (one) => sameService(one) && sameRule(one)),
  };
}

/** What another failure of this kind costs, pooled from service and rule on the stage to the journey. */
export function relativeLoss({ losses }: Knowledge, touch: Touch): RelativeLoss {
  const inJourney = losses.filter(
    (one) => one.journey === touch.journey && one.episodeId !== touch.episodeId,
  );
  const onStage = inJourney.filter((one) => one.stage === touch.stage);
  const alike = onStage.filter((one) => one.service === touch.service && one.rule === touch.rule);
  const valuesOf = (some: readonly PastLoss[]): number[] =>
    some.flatMap((one) => (one.relativeLoss === null ? [] : [one.relativeLoss]));
  return pooledRelativeLoss([alike, onStage, inJourney].map(valuesOf));
}
