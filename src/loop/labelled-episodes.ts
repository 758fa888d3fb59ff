import { ANOMALY_FEATURES } from '../core/features/anomaly-feature-list.js';
import { featureTable } from '../core/features/feature-table.js';
import type { FeatureSchema } from '../core/features/feature-schema.js';
import type { Instant } from '../core/telemetry/time.js';
import type { TrainingSet } from '../core/training/classifier.js';
import type { LossRows } from '../core/training/loss-quantiles.js';
import type { OutcomeOfEpisode } from '../storage/outcome.store.js';
import { outcomesByEpisode } from '../storage/outcome.store.js';
import type { LoggedFeatures } from '../storage/prediction.store.js';
import { firstPredictions } from '../storage/prediction.store.js';
import type { Sql } from '../storage/sql.js';
import { episodeLabel } from './episode-label.js';

/** One row to learn from: what was known when an episode was first scored, and what it did. */
export interface LabelledEpisode {
  readonly logged: LoggedFeatures;
  readonly label: 0 | 1;
  /** When the last outcome came that the label rests on. */
  readonly labelKnownAt: Instant;
  /** Rows of one incident or failure stay together. */
  readonly group: string;
  /** What it counts: episodes on one failure count as many as the root of their number, together. */
  readonly weight: number;
  /** What it lost of the conversions expected in the horizon; null where that was not measured. */
  readonly relativeLoss: number | null;
}

/** All rows that can be learnt from, and how many could not be. */
export interface LabelledEpisodes {
  readonly rows: readonly LabelledEpisode[];
  /** First predictions whose outcome is not known yet, undecided or censored: they are left out. */
  readonly unlabelled: number;
}

const placeOf = (one: { episodeId: string; journey: string; stage: string }): string =>
  JSON.stringify([one.episodeId, one.journey, one.stage]);

type Unweighted = Omit<LabelledEpisode, 'weight'> & { readonly failureId: string | undefined };

/**
 * Episodes on one failure tell of one event, and not all of them are of its doing: n of them count
 * as much as √n.
 */
function weighed(rows: readonly Unweighted[]): LabelledEpisode[] {
  const counts = new Map<string, number>();
  for (const { failureId } of rows) {
    if (failureId !== undefined) counts.set(failureId, (counts.get(failureId) ?? 0) + 1);
  }
  return rows.map(({ failureId = '', ...row }) => ({
    ...row,
    weight: 1 / Math.sqrt(counts.get(failureId) ?? 1),
  }));
}

function labelled(
  logged: LoggedFeatures,
  outcomes: readonly OutcomeOfEpisode[],
): Unweighted | null {
  const label = episodeLabel(outcomes);
  if (label === null) return null;
  const failureId = outcomes.find((outcome) => outcome.failureId !== undefined)?.failureId;
  return {
    logged,
    label: label.label,
    labelKnownAt: Math.max(...outcomes.map(({ knownAt }) => knownAt)),
    group: logged.incidentId ?? failureId ?? logged.episodeId,
    failureId: label.label === 1 ? failureId : undefined,
    relativeLoss:
      outcomes.findLast((outcome) => outcome.relativeLoss !== null)?.relativeLoss ?? null,
  };
}

/** Everything that could be learnt from at a moment, by the features as they were logged then. */
export async function labelledEpisodes(sql: Sql, asOf: Instant): Promise<LabelledEpisodes> {
  const outcomes = new Map<string, OutcomeOfEpisode[]>();
  for (const outcome of await outcomesByEpisode(sql, asOf)) {
    const place = placeOf(outcome);
    outcomes.set(place, [...(outcomes.get(place) ?? []), outcome]);
  }
  const logged = await firstPredictions(sql, asOf);
  const decided = logged.flatMap((one) => labelled(one, outcomes.get(placeOf(one)) ?? []) ?? []);
  return { rows: weighed(decided), unlabelled: logged.length - decided.length };
}

/** Rows as a training set. */
export function trainingSetOf(
  rows: readonly LabelledEpisode[],
  schema: FeatureSchema = ANOMALY_FEATURES,
): TrainingSet {
  return {
    table: featureTable(
      schema,
      rows.map(({ logged }) => logged.features),
    ),
    labels: Uint8Array.from(rows, ({ label }) => label),
    weights: Float64Array.from(rows, ({ weight }) => weight),
    times: Float64Array.from(rows, ({ logged }) => logged.asOf),
    groups: rows.map(({ group }) => group),
  };
}

/** The failures among rows whose loss was measured, for the head that tells how much is lost. */
export function lossRowsOf(rows: readonly LabelledEpisode[]): LossRows {
  const failures = rows.filter(({ label, relativeLoss }) => label === 1 && relativeLoss !== null);
  return {
    table: trainingSetOf(failures).table,
    losses: Float64Array.from(failures, ({ relativeLoss }) => relativeLoss ?? 0),
    groups: failures.map(({ group }) => group),
  };
}
