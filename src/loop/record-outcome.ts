import type { EntityManager } from 'typeorm';

import type { Outcome } from '../core/outcomes/outcome.js';
import type { TrainingLabel } from '../core/outcomes/training-label.js';
import type { Instant } from '../core/telemetry/time.js';
import { anomaliesById } from '../storage/anomaly.store.js';
import type { StoredEpisode } from '../storage/episode.store.js';
import { episodesById } from '../storage/episode.store.js';
import { appendLabelChanges } from '../storage/label.store.js';
import type { StoredOutcome } from '../storage/outcome-row.js';
import { appendOutcome, lockOutcomes, outcomesOfEpisode } from '../storage/outcome.store.js';
import { episodeLabel } from './episode-label.js';
import type { Refusal, Teller } from './outcome-refusal.js';
import { refusalOf } from './outcome-refusal.js';

async function episodeOf(sql: EntityManager, anomalyId: string): Promise<StoredEpisode | null> {
  const anomaly = (await anomaliesById(sql, [anomalyId])).get(anomalyId);
  if (anomaly === undefined) return null;
  return (await episodesById(sql, [anomaly.episodeId])).get(anomaly.episodeId) ?? null;
}

interface Counts {
  readonly failures: number;
  readonly decided: number;
}

const counts = (label: TrainingLabel | null): Counts => ({
  failures: label?.label ?? 0,
  decided: label === null ? 0 : 1,
});

/** What goes with an outcome. */
interface Told extends Teller {
  /** The loss as a share of the conversions expected in the horizon; null where not measured. */
  readonly relativeLoss: number | null;
}

/** The service's own word: nobody else measures. */
const OWN: Told = { mayMeasure: true, relativeLoss: null };

/** Appends an outcome, inside the caller's transaction, and what it changes of its episode's label. */
export async function recordOutcome(
  sql: EntityManager,
  outcome: Outcome,
  knownAt: Instant,
  told: Partial<Told> = {},
): Promise<'stored' | 'duplicate' | Refusal> {
  const { relativeLoss, ...teller } = { ...OWN, ...told };
  const { anomalyId, journey, stage } = outcome;
  await lockOutcomes(sql);
  const episode = anomalyId === undefined ? null : await episodeOf(sql, anomalyId);
  const refusal = await refusalOf(sql, outcome, { ...teller, episodeId: episode?.id ?? null });
  if (refusal !== null) return refusal;
  const before =
    episode === null ? [] : await outcomesOfEpisode(sql, { episodeId: episode.id, journey, stage });
  const fate = await appendOutcome(sql, outcome, { knownAt, relativeLoss });
  if (fate === 'duplicate') return fate;
  if (fate === 'conflict') {
    return {
      pointer: '/id',
      code: 'conflict',
      detail: 'the same id came with other content before',
    };
  }
  if (episode !== null) await noteLabel(sql, episode, before, { ...outcome, knownAt });
  return fate;
}

type KnownOutcome = Outcome & Pick<StoredOutcome, 'knownAt'>;

interface Step extends Counts {
  readonly knownAt: Instant;
}

/** What of the label became known when. */
function stepsOf(outcomes: readonly KnownOutcome[]): Step[] {
  const moments = [...new Set(outcomes.map(({ knownAt }) => knownAt))].sort((a, b) => a - b);
  let was: Counts = { failures: 0, decided: 0 };
  return moments.map((moment) => {
    const is = counts(episodeLabel(outcomes.filter(({ knownAt }) => knownAt <= moment)));
    const step = { failures: is.failures - was.failures, decided: is.decided - was.decided };
    was = is;
    return { ...step, knownAt: moment };
  });
}

/**
 * Notes how the outcome changed what is known of the episode's label: also from the moments on at
 * which other outcomes, recorded earlier, became known later.
 */
async function noteLabel(
  sql: EntityManager,
  { id, service, name: rule }: StoredEpisode,
  before: readonly KnownOutcome[],
  outcome: KnownOutcome,
): Promise<void> {
  const { journey, stage } = outcome;
  const place = { anomalyId: id, journey, stage, service, rule };
  const told = new Map(stepsOf(before).map((step) => [step.knownAt, step]));
  const changes = stepsOf([...before, outcome]).map(({ knownAt, failures, decided }) => ({
    ...place,
    knownAt,
    failures: failures - (told.get(knownAt)?.failures ?? 0),
    decided: decided - (told.get(knownAt)?.decided ?? 0),
  }));
  await appendLabelChanges(sql, changes);
}
