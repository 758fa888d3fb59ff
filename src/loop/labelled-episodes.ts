import { ANOMALY_FEATURES } from '../core/features/anomaly-feature-list.js';
import { featureTable } from '../core/features/feature-table.js';
import type { FeatureSchema } from '../core/features/feature-schema.js';
import type { Suspect } from '../core/outcomes/attribution-shares.js';
import { attributionShares } from '../core/outcomes/attribution-shares.js';
import type { Instant } from '../core/telemetry/time.js';
import type { TrainingSet } from '../core/training/classifier.js';
import type { LossRows } from '../core/training/loss-quantiles.js';
import type { OutcomeOfEpisode } from '../storage/outcome.store.js';
import { outcomesByEpisode } from '../storage/outcome.store.js';
import type { LoggedFeatures } from '../storage/prediction.store.js';
import { firstPredictions } from '../storage/prediction.store.js';
import type { Sql } from '../storage/sql.js';
import { answerGroups } from './answer-groups.js';
import { coincidenceOf, suspectOf } from './attributed-failures.js';
import { episodeLabel } from './episode-label.js';

/** One row to learn from: what was known when an episode was first scored, and what it did. */
export interface LabelledEpisode {
  readonly logged: LoggedFeatures;
  readonly label: 0 | 1;
  /** When the last outcome came that the label rests on. */
  readonly labelKnownAt: Instant;
  /** Rows of one incident, failure or episode stay together. */
  readonly group: string;
  readonly suspect: Suspect;
  /** How likely the failure is of its own doing; 1 where nothing failed. */
  readonly share: number;
  /** What it lost of the conversions expected in the horizon; null where that was not measured. */
  readonly relativeLoss: number | null;
}

/** All rows that can be learnt from, and how many could not be. */
export interface LabelledEpisodes {
  readonly rows: readonly LabelledEpisode[];
  /** Chance that a failure which nothing told of lies on an episode's window. */
  readonly coincidence: number;
  /** First predictions whose outcome is not known yet, undecided or censored: they are left out. */
  readonly unlabelled: number;
}

/** A row that counts less than this teaches nothing. */
const LEAST_WEIGHT = 0.02;

const placeOf = (one: { episodeId: string; journey: string; stage: string }): string =>
  JSON.stringify([one.episodeId, one.journey, one.stage]);

type Unattributed = Omit<LabelledEpisode, 'share'>;

function labelled(
  logged: LoggedFeatures,
  outcomes: readonly OutcomeOfEpisode[],
): Omit<Unattributed, 'group'> | null {
  const label = episodeLabel(outcomes);
  const suspect = suspectOf({ ...logged, outcomes });
  if (label === null || suspect === null) return null;
  return {
    logged,
    label: label.label,
    suspect,
    labelKnownAt: Math.max(...outcomes.map(({ knownAt }) => knownAt)),
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
  const told = (one: LoggedFeatures): OutcomeOfEpisode[] => outcomes.get(placeOf(one)) ?? [];
  const ungrouped = logged.flatMap((one) => labelled(one, told(one)) ?? []);
  const groups = answerGroups(
    ungrouped.map((one) => ({ ...one.logged, outcomes: told(one.logged) })),
  );
  const decided = ungrouped.map((one, i) => ({ ...one, group: groups[i] ?? '' }));
  const coincidence = await coincidenceOf(
    sql,
    decided.map((one) => one.logged),
    asOf,
  );
  return {
    rows: attributed(decided, coincidence),
    coincidence,
    unlabelled: logged.length - decided.length,
  };
}

/** Whose doing each failure is, by what these episodes show together. */
function attributed(
  episodes: readonly Unattributed[],
  coincidence: number,
): readonly LabelledEpisode[] {
  const shares = attributionShares(
    episodes.map(({ suspect }) => suspect),
    coincidence,
  );
  return episodes.map((episode, i) => ({ ...episode, share: shares[i] ?? 1 }));
}

/** What could have been learnt from at an earlier moment: later outcomes tell nothing of whose doing a failure is. */
export function knownAt(
  { rows, coincidence }: LabelledEpisodes,
  moment: Instant,
): readonly LabelledEpisode[] {
  const known = rows.filter((row) => row.logged.asOf <= moment && row.labelKnownAt <= moment);
  return attributed(known, coincidence);
}

/** An episode as it teaches. */
export interface TaughtRow extends LabelledEpisode {
  readonly weight: number;
}

/**
 * Episodes as they teach: a failure that may be another's doing is one with the chance that it is the
 * episode's own, and none with the rest.
 */
export function taughtRows(episodes: readonly LabelledEpisode[]): TaughtRow[] {
  return episodes.flatMap((episode): TaughtRow[] =>
    (
      [
        { ...episode, weight: episode.share },
        { ...episode, label: 0, weight: 1 - episode.share },
      ] as const
    ).filter(({ weight }) => weight >= LEAST_WEIGHT),
  );
}

/** Each episode once, as what it likelier is. */
export function wholeRows(episodes: readonly LabelledEpisode[]): TaughtRow[] {
  return episodes.map((episode) => ({
    ...episode,
    label: episode.share >= 0.5 ? episode.label : 0,
    weight: 1,
  }));
}

/** Rows as a training set. */
export function trainingSetOf(
  rows: readonly TaughtRow[],
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

/** Failures whose loss was measured, likely of the episode's doing: they tell how much is lost. */
export function lossRowsOf(episodes: readonly LabelledEpisode[]): LossRows {
  const failures = episodes.filter(
    ({ label, share, relativeLoss }) => label === 1 && share >= 0.5 && relativeLoss !== null,
  );
  return {
    table: featureTable(
      ANOMALY_FEATURES,
      failures.map(({ logged }) => logged.features),
    ),
    losses: Float64Array.from(failures, ({ relativeLoss }) => relativeLoss ?? 0),
    groups: failures.map(({ group }) => group),
  };
}
