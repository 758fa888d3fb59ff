// Times one probability from the logistic learner on the features of anomalies, and 1 M rows in
// batches beside scikit-learn's LogisticRegression (one-hot of the same columns) in the same run.
//   npm run build && node test/bench/scorers.js
import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';

import { ANOMALY_FEATURES } from '../../dist/core/features/anomaly-feature-list.js';
import { featureTable } from '../../dist/core/features/feature-table.js';
import { seededRandom } from '../../dist/core/statistics/random.js';
import { logisticRegressionLearner } from '../../dist/core/training/logistic-regression.js';

const BAR_MICROSECONDS = 5;
const ROWS = 2000;
const BATCH = 10_000;
const BATCHES = 100;

const random = seededRandom(1);

/** A row of anomaly features whose failures depend on a number, on services and rules, and on both. */
function row() {
  const [service, rule] = [Math.floor(12 * random()), Math.floor(10 * random())];
  const values = Object.fromEntries(
    ANOMALY_FEATURES.features.map(({ name, kind }) => [
      name,
      kind === 'numeric'
        ? random() < 0.05
          ? null
          : 4 * random() - 2
        : `${name} ${Math.floor(6 * random())}`,
    ]),
  );
  return { ...values, service: `service ${service}`, rule: `rule ${rule}` };
}

function labelOf(values) {
  const both = values.service.length + values.rule.length + Number(values.rule.slice(5)) * 0.2;
  const crossed = (Number(values.service.slice(8)) * 7 + Number(values.rule.slice(5)) * 5) % 4;
  const margin = (values.threshold_log_ratio ?? 0) + crossed - both / 8;
  return random() < 1 / (1 + Math.exp(-margin)) ? 1 : 0;
}

const rows = Array.from({ length: ROWS }, row);
const table = featureTable(ANOMALY_FEATURES, rows);
const labels = Uint8Array.from(rows, labelOf);
const weights = new Float64Array(ROWS).fill(1);
const result = logisticRegressionLearner.fit({ table, labels, weights }, seededRandom(2));
const { classifier } = result;
const { pairs } = classifier.save().parameters.terms;

function fastest(runs, work) {
  const times = Array.from({ length: runs }, () => {
    const started = performance.now();
    work();
    return performance.now() - started;
  });
  return Math.min(...times);
}

const ones = rows.slice(0, 64).map((one) => featureTable(ANOMALY_FEATURES, [one]));
let sum = 0;
const perRow = fastest(400, () => {
  for (const one of ones) sum += classifier.predict(one)[0];
});
const microseconds = (1000 * perRow) / ones.length;
const met = microseconds <= BAR_MICROSECONDS;
console.log(
  `logistic, ${ANOMALY_FEATURES.features.length} features and ${pairs.length} pairs: one probability in ${microseconds.toFixed(2)} µs (bar ${BAR_MICROSECONDS} µs: ${met ? 'met' : 'missed'})`,
);

const batch = featureTable(
  ANOMALY_FEATURES,
  Array.from({ length: BATCH }, (_, i) => rows[i % ROWS]),
);
const perBatch = fastest(5, () => {
  sum += classifier.predict(batch)[0];
});
const seconds = (perBatch * BATCHES) / 1000;
console.log(`logistic: ${(BATCH * BATCHES) / 1e6} M rows in ${seconds.toFixed(2)} s`);

const reasons = fastest(50, () => {
  for (const one of ones) sum += classifier.contributions(one)[0];
});
console.log(
  `logistic: exact reasons of a row in ${((1000 * reasons) / ones.length).toFixed(2)} µs`,
);

const peer = spawnSync(process.env.PYTHON ?? '/usr/bin/python3', [
  '-c',
  `
import time, numpy as np
from sklearn.linear_model import LogisticRegression
numeric, categorical = ${ANOMALY_FEATURES.features.filter(({ kind }) => kind === 'numeric').length}, ${ANOMALY_FEATURES.features.filter(({ kind }) => kind === 'categorical').length}
rng = np.random.default_rng(1)
def table(n):
    codes = rng.integers(0, 6, (n, categorical))
    return np.hstack([rng.normal(size=(n, numeric)), np.eye(6)[codes].reshape(n, -1)])
x = table(2000)
model = LogisticRegression(max_iter=300).fit(x, rng.integers(0, 2, 2000))
one = x[:1]
started = time.perf_counter()
for _ in range(300): model.predict_proba(one)
single = (time.perf_counter() - started) / 300
batch = table(${BATCH})
best = min((lambda t: (model.predict_proba(batch), time.perf_counter() - t)[1])(time.perf_counter()) for _ in range(5))
print(single * 1e6, best * ${BATCHES})
`,
]);
if (peer.status === 0) {
  const [single, whole] = peer.stdout.toString().split(' ').map(Number);
  console.log(
    `scikit-learn, already one-hot: one in ${single.toFixed(1)} µs (${(single / microseconds).toFixed(1)} times ours), 1 M rows in ${whole.toFixed(2)} s (ours ${(seconds / whole).toFixed(1)} times that)`,
  );
} else {
  console.log('scikit-learn is absent: no peer in this run');
}
process.exitCode = met && Number.isFinite(sum) ? 0 : 1;
