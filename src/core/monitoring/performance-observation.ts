import type { FeatureRow, FeatureSchema } from '../features/feature-schema.js';
import { featureTable } from '../features/feature-table.js';
import type { Instant } from '../telemetry/time.js';
import { logisticRegressionLearner } from '../training/logistic-regression.js';
import type { JudgedAnswer } from './performance-answer.js';

/** No answer stands for more than twenty: a chance of being observed below this counts as this. */
export const LEAST_OBSERVED = 0.05;

const SCHEMA: FeatureSchema = {
  features: [
    { name: 'rank', kind: 'numeric' },
    { name: 'severity_level', kind: 'numeric' },
    { name: 'expected_conversions_log', kind: 'numeric' },
    { name: 'open_episodes', kind: 'numeric' },
    { name: 'journey_stage', kind: 'categorical' },
    { name: 'service', kind: 'categorical' },
  ],
};

/** With fewer of either kind nothing can be modelled. */
const FEWEST = 10;

/** The place of each answer in the queue, 0 the top and 1 the end, by priority. */
export function queueRanks(answers: readonly JudgedAnswer[]): Float64Array {
  const order = answers.map((_, i) => i);
  order.sort((a, b) => (answers[b]?.priority ?? 0) - (answers[a]?.priority ?? 0));
  const ranks = new Float64Array(answers.length);
  order.forEach((answer, place) => {
    ranks[answer] = answers.length < 2 ? 0 : place / (answers.length - 1);
  });
  return ranks;
}

/** The answers whose outcome could be known by a moment. */
export function matureAnswers(answers: readonly JudgedAnswer[], asOf: Instant): JudgedAnswer[] {
  return answers.filter(({ dueAt }) => dueAt <= asOf);
}

/**
 * The probability that the label of each mature answer was observed uncensored, from its rank and
 * features, by logistic regression; clipped at .05. One each where (nearly) all or none were.
 */
export async function observationProbabilities(
  mature: readonly JudgedAnswer[],
  random: () => number,
): Promise<Float64Array> {
  const ranks = queueRanks(mature);
  const labels = Uint8Array.from(mature, ({ label }) => (label === null ? 0 : 1));
  const observed = labels.reduce((sum, label) => sum + label, 0);
  const certain = new Float64Array(mature.length).fill(1);
  if (Math.min(observed, labels.length - observed) < FEWEST) return certain;
  const rows = mature.map(({ features }, i): FeatureRow => ({
    ...features,
    rank: ranks[i] ?? null,
  }));
  const table = featureTable(SCHEMA, rows);
  const weights = new Float64Array(mature.length).fill(1);
  const fitted = await logisticRegressionLearner.fit({ table, labels, weights }, random);
  if (fitted.kind === 'insufficient-data') return certain;
  return fitted.classifier.predict(table).map((p) => Math.max(LEAST_OBSERVED, p));
}
