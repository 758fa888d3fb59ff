import { conversionWorth } from '../core/journeys/conversion-worth.js';
import type { AnsweredFailure, JudgedAnswer } from '../core/monitoring/performance-answer.js';
import { currentOutcomes } from '../core/outcomes/supersede.js';
import type { Instant } from '../core/telemetry/time.js';
import type { FeaturesRead, FirstAnswer } from '../storage/first-answer.store.js';
import { firstAnswers } from '../storage/first-answer.store.js';
import type { StoredJourney } from '../storage/journey.store.js';
import { journeyVersions } from '../storage/journey.store.js';
import type { OutcomeOfEpisode } from '../storage/outcome.store.js';
import { outcomesByEpisode } from '../storage/outcome.store.js';
import type { Sql } from '../storage/sql.js';
import { answerGroups } from './answer-groups.js';
import { attributedFailures } from './attributed-failures.js';
import { episodeAudit, episodeState, failureOnEpisode } from './episode-label.js';

const placeOf = (one: { episodeId: string; journey: string; stage: string }): string =>
  JSON.stringify([one.episodeId, one.journey, one.stage]);

function failureOf(
  answer: FirstAnswer,
  outcomes: readonly OutcomeOfEpisode[],
  worthAt: WorthAt,
): AnsweredFailure {
  const told = currentOutcomes(outcomes).filter(({ failure }) => failure === true);
  const {
    failureId = answer.incidentId ?? answer.episodeId,
    startedAt,
    endedAt,
  } = failureOnEpisode(outcomes) ?? {};
  const lost = told.flatMap((one) => one.conversionsLost ?? []).at(-1) ?? 0;
  return {
    failureId,
    startedAt: startedAt ?? null,
    endedAt: endedAt ?? null,
    conversionsLost: lost,
    valueLost: lost * worthAt(startedAt ?? answer.asOf),
  };
}

/** What a conversion of one journey was worth at a moment. */
type WorthAt = (at: Instant) => number;

/** What an answer is judged by. */
interface Ground {
  readonly outcomes: readonly OutcomeOfEpisode[];
  readonly group: string;
  /** How likely a failure is of the episode's own doing. */
  readonly share: number;
  readonly worthAt: WorthAt;
}

function judged(answer: FirstAnswer, { outcomes, group, share, worthAt }: Ground): JudgedAnswer {
  const { episodeId, journey, stage, segment, source, asOf, dueAt, features } = answer;
  const state = episodeState(outcomes);
  const label = state.state === 'labelled' ? state.label.label : null;
  return {
    episodeId,
    journey,
    stage,
    segment,
    source,
    modelVersion: answer.modelVersion,
    asOf,
    probability: answer.probability,
    priority: answer.priority,
    features,
    dueAt,
    state: state.state,
    label,
    share,
    labelKnownAt: label === null ? null : Math.max(...outcomes.map(({ knownAt }) => knownAt)),
    group,
    failure: label === 1 && share >= 0.5 ? failureOf(answer, outcomes, worthAt) : null,
    audit: answer.isChosen ? { label: episodeAudit(outcomes) } : null,
  };
}

/** Of each journey what a conversion was worth, 1 where nobody says. */
function worths(versions: readonly StoredJourney[]): (journey: string) => WorthAt {
  const byKey = new Map<string, StoredJourney[]>();
  for (const version of versions) {
    const { key } = version.journey;
    byKey.set(key, [...(byKey.get(key) ?? []), version]);
  }
  return (key) => (at) => conversionWorth(byKey.get(key) ?? [], at)?.value ?? 1;
}

/** The first answers made before a moment, with what was known at another of how they went. */
export async function judgedAnswers(
  sql: Sql,
  before: Instant,
  knownBy: Instant,
  features: FeaturesRead = 'all',
): Promise<JudgedAnswer[]> {
  const outcomes = new Map<string, OutcomeOfEpisode[]>();
  for (const outcome of await outcomesByEpisode(sql, knownBy)) {
    const place = placeOf(outcome);
    const known = outcomes.get(place);
    if (known === undefined) outcomes.set(place, [outcome]);
    else known.push(outcome);
  }
  const worthOf = worths(await journeyVersions(sql));
  const answers = await firstAnswers(sql, before, knownBy, features);
  const told = answers.map((answer) => outcomes.get(placeOf(answer)) ?? []);
  const answered = answers.map(({ journey, stage, asOf, features: known }, i) => {
    return { journey, stage, asOf, features: known, outcomes: told[i] ?? [] };
  });
  const shares = await attributedFailures(sql, answered, knownBy);
  const groups = answerGroups(answers.map((answer, i) => ({ ...answer, outcomes: told[i] ?? [] })));
  return answers.map((answer, i) => {
    const group = groups[i] ?? answer.episodeId;
    const worthAt = worthOf(answer.journey);
    return judged(answer, { outcomes: told[i] ?? [], group, share: shares[i] ?? 1, worthAt });
  });
}
