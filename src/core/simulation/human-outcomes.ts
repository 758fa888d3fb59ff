import type { Outcome } from '../outcomes/outcome.js';
import { DAY, HOUR, MINUTE } from '../telemetry/time.js';
import type { Instant } from '../telemetry/time.js';
import { normal } from '../statistics/random.js';
import type { Random } from './random-stream.js';
import { logNormal, opaqueId, pick, randomStream } from './random-stream.js';
import type { StageLink, TruthLine } from './stage-truth.js';
import { byAnomaly } from './stage-truth.js';

/** An outcome and when it was recorded. */
export interface PlannedOutcome {
  readonly outcome: Outcome;
  readonly receivedAt: Instant;
}

/** Share of what people say that is wrong. */
export const WRONG = 0.1;

const AUTHORS = ['amara', 'björn', 'chen', 'dolores', 'emeka'] as const;

/** Somebody who writes outcomes down. */
export function authorOf(random: Random): string {
  return pick(random, AUTHORS);
}

/** People's estimate of a loss: right up to noise, with a 90 % interval. */
function estimate(random: Random, lost: number): Pick<Outcome, 'conversionsLost' | 'interval'> {
  const guess = Math.max(1, Math.round(logNormal(random, lost, 0.25)));
  return { conversionsLost: guess, interval: [Math.round(guess * 0.65), Math.round(guess * 1.5)] };
}

export type Said = Pick<
  Outcome,
  'journey' | 'stage' | 'failure' | 'verdict' | 'conversionsLost' | 'interval'
>;

/** What people conclude about an anomaly and a stage; `right` false turns it over. */
export function conclude(random: Random, { planned, truth }: StageLink, right: boolean): Said {
  const { journey, stage } = truth;
  const failure = truth.failure === right;
  const figures = estimate(random, truth.failure ? truth.conversionsLost : 4 + 20 * random());
  if (!failure) return { journey, stage, failure, verdict: 'unrelated' };
  const verdict = planned.root || !right ? 'caused' : 'contributed';
  return { journey, stage, failure, verdict, ...figures };
}

/** The stage that people speak about: a failing one, else the most relevant. */
export function mainLink(links: readonly StageLink[]): StageLink | undefined {
  const rank = ({ truth, relevance }: StageLink): number =>
    (truth.failure ? 1000 + truth.conversionsLost : 0) + relevance;
  return links.toSorted((a, b) => rank(b) - rank(a))[0];
}

const UNDECIDED = 0.06;

function undecided({ journey, stage }: TruthLine): Said {
  return { journey, stage, failure: null, verdict: 'unknown' };
}

/** Outcomes that one person records about one anomaly; a wrong one may be corrected days later. */
function outcomesOf(seed: number, link: StageLink): PlannedOutcome[] {
  const { anomaly, closedAt } = link.planned;
  const random = randomStream(seed, `outcome/${anomaly.id}`);
  const right = random() >= WRONG;
  const unsure = random() < UNDECIDED;
  const said = conclude(random, link, right);
  const id = `out-${opaqueId(seed, `outcome/${anomaly.id}`)}`;
  const common = { anomalyId: anomaly.id, source: 'human' as const };
  const first: PlannedOutcome = {
    outcome: {
      id,
      ...common,
      ...(unsure ? undecided(link.truth) : said),
      author: authorOf(random),
    },
    receivedAt: closedAt + HOUR + Math.round(logNormal(random, 8 * HOUR, 0.9)),
  };
  const corrected = random() < 0.35;
  const later = Math.round((1 + 4 * random()) * DAY);
  if (right || unsure || !corrected) return [first];
  const correction = {
    id: `${id}-2`,
    ...common,
    ...conclude(random, link, true),
    author: authorOf(random),
    supersedes: id,
  };
  return [first, { outcome: correction, receivedAt: first.receivedAt + later }];
}

const HANDLED = 0.5;
const UNHANDLED = 0.2;

/** Outcomes for a share of the anomalies: more where there was an incident, as people look there. */
export function humanOutcomes(
  seed: number,
  links: readonly StageLink[],
  handledIds: ReadonlySet<string>,
): PlannedOutcome[] {
  return [...byAnomaly(links.filter(({ mapped }) => mapped))].flatMap(([id, own]) => {
    const random = randomStream(seed, `looked-at/${id}`);
    const looked = random() < (handledIds.has(id) ? HANDLED : UNHANDLED);
    const link = mainLink(own);
    return looked && link !== undefined ? outcomesOf(seed, link) : [];
  });
}

const FOUND_LATER = 0.45;

/** Missed failures that somebody finds in the figures a day or more later. */
export function missedOutcomes(seed: number, missed: readonly TruthLine[]): PlannedOutcome[] {
  return missed.flatMap((truth) => {
    const { journey, stage, startedAt, endedAt, conversionsLost } = truth;
    const name = `missed/${journey}/${stage}/${startedAt}`;
    const random = randomStream(seed, name);
    const found = random() < FOUND_LATER;
    const begin = startedAt + Math.round(normal(random) * 4 * MINUTE);
    const outcome: Outcome = {
      id: `out-${opaqueId(seed, name)}`,
      journey,
      stage,
      failure: true,
      verdict: 'missed',
      ...estimate(random, conversionsLost),
      source: 'human',
      author: authorOf(random),
      startedAt: begin,
      endedAt: Math.max(endedAt, begin),
    };
    const receivedAt = endedAt + Math.round((1 + 2.5 * random()) * DAY);
    return found ? [{ outcome, receivedAt }] : [];
  });
}
