import { featureTable } from '../core/features/feature-table.js';
import { gate } from '../core/registry/promotion-gate.js';
import type { GateDecision } from '../core/registry/promotion-gate.js';
import type { ScoringModel } from '../core/scoring/score.js';
import { metricIntervals } from '../core/statistics/classification-metrics.js';
import { seededRandom } from '../core/statistics/random.js';
import { MINUTE, type Instant } from '../core/telemetry/time.js';
import { fitCalibration } from '../core/training/calibration-choice.js';
import { calibrated } from '../core/training/calibration.js';
import type { HeldOutOdds } from '../core/training/calibration.js';
import { finiteLogOdds } from '../core/training/held-out-rows.js';
import { sigmoid } from '../core/training/linear-margin.js';
import { AUTO } from '../core/training/auto-classifier.js';
import { fitMembers, trainAuto } from '../core/training/auto-learner.js';
import type { Trained } from '../core/training/auto-learner.js';
import { priorLearner } from '../core/training/prior.js';
import { LADDER } from './champion-scorer.js';
import type { LoggedFeatures } from '../storage/prediction.store.js';
import type { LabelledEpisode, LabelledEpisodes, TaughtRow } from './labelled-episodes.js';
import { knownAt, taughtRows, trainingSetOf, wholeRows } from './labelled-episodes.js';

/** Share of the rows, the latest ones, that judge a recipe. */
const HELD_OUT = 0.6;

/** Stretches that they are judged in: each is answered by what was known when it began. */
const STRETCHES = 5;

export const SEED = 0;

/** The champion as the gate sees it. */
export interface Defender {
  readonly model: ScoringModel;
  /** How it came about: `auto`, or `prior`. */
  readonly recipe: string;
  /** Up to when it learnt; null for the prior. */
  readonly fittedUntil: Instant | null;
}

/** A challenger to be judged, and who is told how much of it is done (0..1). */
export interface Challenge {
  readonly defender: Defender;
  readonly version: string;
  readonly report: (share: number) => Promise<void>;
}

/** What came of judging. */
export type Judged =
  | { readonly kind: 'insufficient-data' | 'no-signal'; readonly reason: string }
  | {
      readonly kind: 'judged';
      /** What was chosen, fitted on all rows. */
      readonly trained: Trained;
      readonly decision: GateDecision;
      readonly judgedAfter: Instant;
      readonly intervals: ReturnType<typeof metricIntervals>;
    };

/** Episodes with what the recipe said of them, taught with what was known before each. */
interface HeldOutAnswers {
  readonly rows: readonly TaughtRow[];
  readonly probabilities: Float64Array;
  /** The latest time up to which any of the answering models was taught. */
  readonly cuts: readonly Instant[];
}

/** When the stretches begin: in the later rows, and never before the champion's own cut-off. */
function originsOf(rows: readonly LabelledEpisode[], defender: Defender): Instant[] {
  const first = Math.floor(rows.length * (1 - HELD_OUT));
  const size = Math.max(1, Math.ceil((rows.length - first) / STRETCHES));
  const origins: Instant[] = [];
  for (let at = first; at < rows.length; at += size) {
    const origin = rows[at]?.logged.asOf ?? Number.POSITIVE_INFINITY;
    origins.push(Math.max(origin, defender.fittedUntil ?? origin));
  }
  return [...new Set(origins)];
}

/** What was said of an episode, before calibration and after. */
interface Said {
  readonly logOdds: number;
  readonly probability: number;
}

type Answers = ReadonlyMap<LoggedFeatures, Said>;

/** Answers of stretches gone by whose labels are known, as calibration learns from them. */
function knownAnswers(known: readonly TaughtRow[], answers: Answers): HeldOutOdds {
  const rows = known.filter(({ logged }) => answers.has(logged));
  return {
    logOdds: Float64Array.from(rows, ({ logged }) => answers.get(logged)?.logOdds ?? Number.NaN),
    labels: Uint8Array.from(rows, ({ label }) => label),
    weights: Float64Array.from(rows, ({ weight }) => weight),
  };
}

/**
 * Rolling origins: the members of the choice answer for each stretch as they would have done at its
 * beginning, calibrated by what had come of their answers to earlier ones.
 */
async function rollingAnswers(
  episodes: LabelledEpisodes,
  { choice }: Trained,
  { origins, report }: Pick<Challenge, 'report'> & { readonly origins: readonly Instant[] },
): Promise<HeldOutAnswers> {
  const answers = new Map<LoggedFeatures, Said>();
  const cuts: Instant[] = [];
  for (const [place, origin] of origins.entries()) {
    const end = origins[place + 1] ?? Number.POSITIVE_INFINITY;
    const stretch = episodes.rows.filter(
      ({ logged }) => logged.asOf > origin && logged.asOf <= end,
    );
    if (stretch.length === 0) continue;
    await report(CHOOSING + ((1 - CHOOSING) * place) / origins.length);
    // A label that came after the origin was not there to learn from.
    const known = taughtRows(knownAt(episodes, origin));
    const fitted = await fitMembers(trainingSetOf(known), choice, seededRandom(SEED));
    if (fitted.kind === 'insufficient-data') continue;
    const calibration = fitCalibration(choice.calibration.kind, knownAnswers(known, answers));
    const raw = finiteLogOdds(fitted.classifier.predict(trainingSetOf(wholeRows(stretch)).table));
    stretch.forEach(({ logged }, i) => {
      const logOdds = raw[i] ?? Number.NaN;
      answers.set(logged, { logOdds, probability: sigmoid(calibrated(calibration, logOdds)) });
    });
    cuts.push(origin);
  }
  const rows = taughtRows(episodes.rows.filter(({ logged }) => answers.has(logged)));
  return {
    rows,
    probabilities: Float64Array.from(
      rows,
      ({ logged }) => answers.get(logged)?.probability ?? Number.NaN,
    ),
    cuts,
  };
}

interface Contest {
  readonly defender: Defender;
  readonly version: string;
  readonly answers: HeldOutAnswers;
}

function decide({ defender, version, answers }: Contest): GateDecision {
  const { rows, probabilities } = answers;
  const set = trainingSetOf(rows);
  const features = rows.map(({ logged }) => logged.features);
  const { model, fittedUntil } = defender;
  // Each model was taught up to its own stretch's beginning; the first is the cut-off of them all.
  const cutOffs = [fittedUntil, answers.cuts[0]].filter((cut) => cut !== null && cut !== undefined);
  return gate({
    champion: {
      version: model.version,
      probabilities: model.classifier.predict(featureTable(model.schema, features)),
    },
    challenger: { version, probabilities },
    labels: set.labels,
    weights: set.weights,
    groups: set.groups,
    segments: rows.map(({ logged }) => logged.prediction.segment),
    heldOut: { startedAt: set.times ?? new Float64Array(), cutOffs },
    sameRecipe: defender.recipe === AUTO,
    random: seededRandom(SEED),
  });
}

/** Half of the labels were known this long after their features: no fold learns from what came later. */
function medianDelay(rows: readonly TaughtRow[]): number | undefined {
  const delays = rows.map(({ logged, labelKnownAt }) => labelKnownAt - logged.asOf);
  return delays.toSorted((a, b) => a - b)[Math.floor(delays.length / 2)];
}

/** Milliseconds that choosing and fitting on all rows may take. */
const TRAINING_LIMIT = 10 * MINUTE;

/** Share of the judging that choosing takes, about. */
const CHOOSING = 0.8;

/** Fits that choosing takes: every rung's folds, and those of what was chosen, on all rows. */
const FITS = 3 * (LADDER.length + 1) + 2;

/** Why what was chosen cannot challenge anybody; null where it can. */
function objectionTo({ choice }: Trained, { recipe }: Defender): string | null {
  if (choice.verdict === 'no signal') {
    return 'no signal: nothing says more than a base rate on held-out episodes';
  }
  const { name } = priorLearner;
  const priorAlone = choice.members.every(({ learner }) => learner.name === name);
  return priorAlone && recipe === name
    ? 'nothing beats the stated prior on held-out episodes'
    : null;
}

/**
 * Chooses a recipe on rolling origins over all rows (a signal is hard enough to find in few of them)
 * and judges it against the champion: taught with what was known when a stretch began it answers for
 * that stretch, and so does the champion, which has seen none of it.
 *
 * @param episodes decided outcomes, oldest first.
 */
export async function judgeChallenger(
  episodes: LabelledEpisodes,
  { defender, version, report }: Challenge,
): Promise<Judged> {
  const rows = taughtRows(episodes.rows);
  const embargo = medianDelay(rows);
  let fits = 0;
  const trained = await trainAuto(trainingSetOf(rows), {
    learners: LADDER,
    random: seededRandom(SEED),
    embargo,
    onStep: () => report(CHOOSING * Math.min(1, fits++ / FITS)),
    limit: { now: () => performance.now(), milliseconds: TRAINING_LIMIT },
  });
  if (trained.kind === 'insufficient-data') return trained;
  const objection = objectionTo(trained, defender);
  if (objection !== null) return { kind: 'no-signal', reason: objection };
  const origins = originsOf(episodes.rows, defender);
  const answers = await rollingAnswers(episodes, trained, { origins, report });
  const [judgedAfter] = answers.cuts;
  if (judgedAfter === undefined) {
    return { kind: 'insufficient-data', reason: 'no decided episode is newer than the champion' };
  }
  const { labels, weights, groups } = trainingSetOf(answers.rows);
  const scored = { labels, weights, probabilities: answers.probabilities };
  return {
    kind: 'judged',
    trained,
    decision: decide({ defender, version, answers }),
    judgedAfter,
    intervals: metricIntervals(scored, { random: seededRandom(SEED), groups }),
  };
}
