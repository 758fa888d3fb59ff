// Makes the demo model of `models/` again: a small neural ensemble on raw alerts of a simulated
// world, taught by TensorFlow.js. The same bytes every time on the same backend (WebAssembly).
//   npm run build && node scripts/demo-model.js [FOLDER]
import { severityLevel } from '../dist/core/features/anomaly-features.js';
import { ANOMALY_FEATURE_LIST } from '../dist/core/features/anomaly-feature-list.js';
import { featureTable } from '../dist/core/features/feature-table.js';
import { serviceOf } from '../dist/core/features/service-of.js';
import { thresholdLogRatio } from '../dist/core/features/threshold-ratio.js';
import { trainingSetHash } from '../dist/core/registry/training-set-hash.js';
import { familiarityOf } from '../dist/core/scoring/abstention.js';
import { planWorld } from '../dist/core/simulation/simulated-world.js';
import { endOf } from '../dist/core/simulation/world-options.js';
import {
  classificationMetrics,
  metricIntervals,
} from '../dist/core/statistics/classification-metrics.js';
import { seededRandom } from '../dist/core/statistics/random.js';
import { timeSplit } from '../dist/core/training/splits.js';
import { trainingSetRows } from '../dist/core/training/training-set-rows.js';
import { CODE_VERSION } from '../dist/loop/code-version.js';
import { ModelFiles } from '../dist/storage/model-files.js';
import { neuralLearner } from '../dist/tensorflow/neural-learner.js';
import { NEURAL_RECIPE } from '../dist/tensorflow/neural-recipe.js';

const SEED = 0;
const WORLD = { days: 150, seed: 90, start: Date.UTC(2026, 0, 5), scale: 1 };
const RECIPE = { ...NEURAL_RECIPE, members: 4, width: 16, bins: 8 };
const NAMES = [
  'severity',
  'severity_level',
  'threshold_log_ratio',
  'score',
  'rule',
  'service',
  'journey_stage',
  'hour_sin',
  'hour_cos',
];

/** What the service makes of an alert alone, before it looks at traffic, changes and history. */
function rowOf(anomaly, { journey, stage }) {
  const hour = (2 * Math.PI * (anomaly.startedAt % 86_400_000)) / 86_400_000;
  return {
    severity: anomaly.severity,
    severity_level: severityLevel(anomaly.severity),
    threshold_log_ratio: thresholdLogRatio(anomaly),
    score: anomaly.score ?? null,
    rule: anomaly.name,
    service: serviceOf(anomaly.labels),
    journey_stage: `${journey}/${stage}`,
    hour_sin: Math.sin(hour),
    hour_cos: Math.cos(hour),
  };
}

function simulatedSet(schema) {
  const world = planWorld(WORLD);
  const byId = new Map(world.anomalies.map((planned) => [planned.anomaly.id, planned]));
  const lines = world.truth
    .filter(({ anomalyId }) => byId.has(anomalyId))
    .map((line) => ({ ...byId.get(line.anomalyId), line }))
    .sort((a, b) => a.anomaly.startedAt - b.anomaly.startedAt);
  return {
    table: featureTable(
      schema,
      lines.map(({ anomaly, line }) => rowOf(anomaly, line)),
    ),
    labels: Uint8Array.from(lines, ({ line }) => (line.failure ? 1 : 0)),
    weights: new Float64Array(lines.length).fill(1),
    times: Float64Array.from(lines, ({ anomaly }) => anomaly.startedAt),
    groups: lines.map(({ anomaly, faultId }) => faultId ?? anomaly.id),
  };
}

async function fitted(set) {
  const result = await neuralLearner(RECIPE).fit(set, seededRandom(SEED));
  if (result.kind === 'fitted') return result.classifier;
  throw new Error(result.reason);
}

const failuresOf = ({ labels }) => labels.reduce((sum, label) => sum + label, 0);

const [folder = 'models'] = process.argv.slice(2);
const features = NAMES.map((name) => ANOMALY_FEATURE_LIST.find((one) => one.name === name));
const schema = { features: features.map(({ name, kind }) => ({ name, kind })) };
const set = simulatedSet(schema);
const { train, test } = timeSplit(set, 0.3);
const [earlier, later] = [trainingSetRows(set, train), trainingSetRows(set, test)];
const judged = { ...later, probabilities: (await fitted(earlier)).predict(later.table) };
const classifier = await fitted(set);
const end = endOf(WORLD);
const card = {
  version: `${new Date(end).toISOString().slice(0, 10)}.1`,
  createdAt: end,
  learner: classifier.learner,
  evidence: 'model',
  codeVersion: CODE_VERSION,
  seed: SEED,
  schema,
  features,
  data: {
    hash: trainingSetHash(set),
    rows: set.labels.length,
    failures: failuresOf(set),
    asOf: end,
  },
  judgedAfter: Math.max(...earlier.times),
  fittedUntil: end,
  metrics: {
    naive: {
      figures: classificationMetrics(judged),
      intervals: metricIntervals(judged, { random: seededRandom(SEED) }),
      episodes: later.labels.length,
      failures: failuresOf(later),
    },
  },
  baseRate: failuresOf(set) / set.labels.length,
  calibration: 'temperature',
  limits: [
    'a demonstration: taught with the truth of a simulated world, which no service knows',
    'sees the alert alone: no traffic, no changes, no history',
  ],
};
await new ModelFiles(folder).save({
  card,
  artefact: classifier.save(),
  familiarity: familiarityOf(set.table),
});
const { rocAuc, logLoss } = card.metrics.naive.figures;
process.stdout.write(
  `${folder}/journey-failure/${card.version}: ${set.labels.length} rows, ${failuresOf(set)} failures; ` +
    `later rows: ROC-AUC ${rocAuc.toFixed(3)}, log loss ${logLoss.toFixed(3)}\n`,
);
