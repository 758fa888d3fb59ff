// What a replayed world's answers and outcomes are worth, against its truth. Pure: rows in, figures out.
import { currentOutcomes } from '../../../dist/core/outcomes/supersede.js';
import {
  classificationMetrics,
  logLossDifference,
  metricIntervals,
} from '../../../dist/core/statistics/classification-metrics.js';
import { seededRandom } from '../../../dist/core/statistics/random.js';
import { severityLevel } from '../../../dist/core/features/anomaly-features.js';

const placeOf = ({ anomalyId, journey, stage }) => JSON.stringify([anomalyId, journey, stage]);

/** The first answer to each anomaly and stage beside the truth about it, oldest first. */
export function judgedRows(truth, answers, anomalies) {
  const truths = new Map(truth.filter((one) => one.anomalyId).map((one) => [placeOf(one), one]));
  const seen = new Set();
  return answers.flatMap(({ receivedAt, predictions }) =>
    predictions.flatMap((prediction) => {
      const place = placeOf(prediction);
      const true_ = truths.get(place);
      if (true_ === undefined || seen.has(place)) return [];
      seen.add(place);
      const { severity, labels } = anomalies.get(prediction.anomalyId);
      return [{ at: Date.parse(receivedAt), prediction, truth: true_, severity, labels }];
    }),
  );
}

/** Answers that come one soon after the other may tell of one trouble: they are drawn together. */
const APART = 15 * 60_000;

function clustersOf(rows) {
  let [cluster, last] = [0, -Infinity];
  return rows.map(({ at }) => {
    if (at - last > APART) cluster += 1;
    last = at;
    return String(cluster);
  });
}

/** Log loss of one model less that of another on the same rows, oldest first, with its 90 % interval. */
export function logLossBetween(rows, others) {
  return logLossDifference(
    scored(rows, ({ prediction }) => prediction.probability),
    Float64Array.from(others, ({ prediction }) => prediction.probability),
    { random: seededRandom(0), groups: clustersOf(rows) },
  );
}

/** The same answers against what was measured, where that decides: what a model can learn from. */
export function againstMeasured(rows, outcomes) {
  const { byPlace } = measured(outcomes);
  const failed = ({ prediction }) => byPlace.get(placeOf(prediction))?.failure;
  const decided = rows.filter((row) => typeof failed(row) === 'boolean');
  const labels = Uint8Array.from(decided, (row) => (failed(row) ? 1 : 0));
  const probabilities = Float64Array.from(decided, ({ prediction }) => prediction.probability);
  const positives = decided.filter(failed);
  return {
    rows: decided.length,
    failures: positives.length,
    others: positives.filter(({ truth }) => !truth.failure).length,
    ...classificationMetrics({ labels, probabilities }),
  };
}

const labelsOf = (rows) => Uint8Array.from(rows, ({ truth }) => (truth.failure ? 1 : 0));

function scored(rows, probabilityOf) {
  return { labels: labelsOf(rows), probabilities: Float64Array.from(rows, probabilityOf) };
}

/** What is lost, failure by failure, of those that rows tell of; one failure counts once. */
function lostIn(rows) {
  const failures = new Map();
  for (const { truth } of rows) {
    if (!truth.failure) continue;
    const { journey, stage, startedAt, endedAt, conversionsLost } = truth;
    failures.set(JSON.stringify([journey, stage, startedAt, endedAt]), conversionsLost);
  }
  return [...failures.values()].reduce((sum, lost) => sum + lost, 0);
}

function topTenth(rows, worthOf) {
  const top = rows
    .toSorted((a, b) => worthOf(b) - worthOf(a))
    .slice(0, Math.ceil(rows.length / 10));
  return lostIn(top) / lostIn(rows);
}

function coverage(rows) {
  const failures = rows.filter(({ truth }) => truth.failure);
  const held = failures.filter(({ truth, prediction }) => {
    const [low, high] = prediction.expectedLoss.interval;
    return truth.conversionsLost >= low && truth.conversionsLost <= high;
  });
  return held.length / failures.length;
}

/** The figures of one stretch of time, the model's beside severity's and the oracle's. */
export function figuresOf(rows) {
  const model = scored(rows, ({ prediction }) => prediction.probability);
  // The oracle is asked for a probability: it never says 0 or 1.
  const oracle = scored(rows, ({ truth }) => Math.min(0.999, Math.max(0.001, truth.probability)));
  const severity = scored(rows, ({ severity: word }) => severityLevel(word) / 3);
  const severityAuc = classificationMetrics(severity).rocAuc;
  const oracleFigures = classificationMetrics(oracle);
  const figures = classificationMetrics(model);
  return {
    rows: rows.length,
    failures: labelsOf(rows).reduce((sum, label) => sum + label, 0),
    model: figures,
    intervals: metricIntervals(model, { random: seededRandom(0), resamples: 400 }),
    oracle: oracleFigures,
    severityAuc,
    way: (figures.rocAuc - severityAuc) / (oracleFigures.rocAuc - severityAuc),
    lossCoverage: coverage(rows),
    topTenthByValue: topTenth(rows, ({ prediction }) => prediction.expectedLoss.value),
    topTenthByPriority: topTenth(rows, ({ prediction }) => prediction.priority.value),
    topTenthBySeverity: topTenth(rows, ({ severity: word }) => severityLevel(word)),
    abstained: rows.filter(({ prediction }) => prediction.abstained).length / rows.length,
  };
}

const overlaps = (one, other) =>
  one.journey === other.journey &&
  one.stage === other.stage &&
  Date.parse(one.startedAt) < Date.parse(other.endedAt) &&
  Date.parse(one.endedAt) > Date.parse(other.startedAt);

/**
 * The newest measured outcome of each anomaly and stage, and the failures that nobody told of as they
 * stand: restated ones once, withdrawn ones not at all.
 */
function measured(outcomes) {
  const byPlace = new Map();
  const missed = [];
  for (const outcome of currentOutcomes(outcomes)) {
    if (outcome.source !== 'measured') continue;
    if (outcome.anomalyId !== undefined) byPlace.set(placeOf(outcome), outcome);
    else if (outcome.failure) missed.push(outcome);
  }
  return { byPlace, missed };
}

const share = (some, all) => (all.length === 0 ? Number.NaN : some.length / all.length);

const DAY = 86_400_000;

/** A stage is searched once a week of it is known, and until its failures are over and told. */
const [FIRST_SEARCHED, LAST_SEARCHED] = [8 * DAY, 2 * DAY];

/**
 * How right measured outcomes are where they decide, and how many of the failures are found that no
 * episode on their stage told of, in the days that were searched.
 */
export function outcomeFigures(truth, outcomes, { start, end }) {
  const { byPlace, missed } = measured(outcomes);
  const failures = truth.filter(({ failure }) => failure);
  const alerted = truth.filter((one) => one.anomalyId && byPlace.has(placeOf(one)));
  const decided = alerted.filter((one) => typeof byPlace.get(placeOf(one)).failure === 'boolean');
  const said = decided.filter((one) => byPlace.get(placeOf(one)).failure);
  const right = said.filter((one) =>
    failures.some((other) => overlaps(byPlace.get(placeOf(one)), other)),
  );
  const real = decided.filter(({ failure }) => failure);
  const found = real.filter((one) => byPlace.get(placeOf(one)).failure);
  const told = [
    ...failures.filter((one) => one.anomalyId && byPlace.has(placeOf(one))),
    ...[...byPlace.values()].filter(({ failure }) => failure),
  ];
  const untold = failures.filter((one) => {
    const at = Date.parse(one.startedAt);
    const isSearched = at >= start + FIRST_SEARCHED && at < end - LAST_SEARCHED;
    return isSearched && !told.some((other) => overlaps(one, other));
  });
  const windows = [
    ...new Map(untold.map((one) => [placeOf({ ...one, anomalyId: one.startedAt }), one])).values(),
  ];
  const isFound = (one) => missed.some((other) => overlaps(one, other));
  const isReal = (one) => failures.some((other) => overlaps(one, other));
  return {
    measured: alerted.length,
    decided: decided.length,
    precision: share(right, said),
    recall: share(found, real),
    untold: windows.length,
    untoldFound: windows.filter(isFound).length,
    missedReported: missed.length,
    missedReal: missed.filter(isReal).length,
  };
}
