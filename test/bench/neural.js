// The neural learner: seconds of a fit on a generated table of 30,000 rows and 15 features, µs of
// one probability and ms of one row's reasons from the exported weights (batch and row by row).
// Peer in the same run: scikit-learn's MLPClassifier (64-32, defaults), where python3 has it.
//   npm run build && node test/bench/neural.js
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';

import { selectRows } from '../../dist/core/features/table-rows.js';
import { classificationMetrics } from '../../dist/core/statistics/classification-metrics.js';
import { seededRandom } from '../../dist/core/statistics/random.js';
import { neuralLearner } from '../../dist/tensorflow/neural-learner.js';

const ROWS = 30_000;
const TEST = 5_000;
const LEVELS = [2, 5, 12, 40, 3];
const NUMBERS = 10;

/** Ten numbers and five categories; the label hangs on a sum, two products and one category. */
function generated(rows, random) {
  const numeric = new Map();
  for (let i = 0; i < NUMBERS; i += 1) {
    numeric.set(
      `x${i}`,
      Float64Array.from({ length: rows }, () => Math.log(1 / (1 - random())) - 1),
    );
  }
  const categorical = new Map(
    LEVELS.map((levels, i) => [
      `c${i}`,
      Array.from({ length: rows }, () => `v${Math.floor(levels * random() * random())}`),
    ]),
  );
  const x = (i, row) => numeric.get(`x${i}`)[row];
  const labels = Uint8Array.from({ length: rows }, (_, row) => {
    const service = categorical.get('c3')[row] === 'v0' ? 1 : -0.5;
    const margin = x(0, row) + x(1, row) * x(2, row) + service * x(3, row) - 1.5;
    return random() < 1 / (1 + Math.exp(-margin)) ? 1 : 0;
  });
  const features = [
    ...[...numeric.keys()].map((name) => ({ name, kind: 'numeric' })),
    ...[...categorical.keys()].map((name) => ({ name, kind: 'categorical' })),
  ];
  const table = { schema: { features }, rows, numeric, categorical };
  return { table, labels, weights: new Float64Array(rows).fill(1) };
}

const PEER = `
import sys, time, pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
train, test = (pd.read_csv(f"{sys.argv[1]}/{side}.csv") for side in ("train", "test"))
numbers = [c for c in train if c.startswith("x")]
categories = [c for c in train if c.startswith("c")]
model = make_pipeline(
    make_column_transformer((StandardScaler(), numbers), (OneHotEncoder(handle_unknown="ignore"), categories)),
    MLPClassifier((64, 32), early_stopping=True, random_state=0),
)
start = time.perf_counter()
model.fit(train[numbers + categories], train["y"])
seconds = time.perf_counter() - start
said = model.predict_proba(test[numbers + categories])[:, 1]
print(seconds, roc_auc_score(test["y"], said), log_loss(test["y"], said))
`;

function csv({ table, labels }) {
  const columns = [...table.numeric, ...table.categorical];
  const lines = Array.from(labels, (label, row) =>
    [...columns.map(([, column]) => column[row]), label].join(),
  );
  return [[...columns.map(([name]) => name), 'y'].join(), ...lines, ''].join('\n');
}

/** What scikit-learn needs and reaches, or why it is not here. */
function peer(training, test) {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-bench-'));
  try {
    writeFileSync(join(folder, 'train.csv'), csv(training));
    writeFileSync(join(folder, 'test.csv'), csv(test));
    const python = process.env.PYTHON ?? '/usr/bin/python3';
    const answer = execFileSync(python, ['-c', PEER, folder], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [seconds, rocAuc, logLoss] = answer.trim().split(' ').map(Number);
    return { seconds, rocAuc, logLoss };
  } catch (error) {
    return {
      absent: String(error.stderr ?? error.message)
        .trim()
        .split('\n')
        .at(-1),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** The median of some runs, in milliseconds. */
function milliseconds(runs, work) {
  const took = Array.from({ length: runs }, () => {
    const from = performance.now();
    work();
    return performance.now() - from;
  });
  return median(took);
}

const [training, test] = [generated(ROWS, seededRandom(1)), generated(TEST, seededRandom(2))];
const used = process.cpuUsage();
const from = performance.now();
const fitted = await neuralLearner().fit(training, seededRandom(0));
const seconds = (performance.now() - from) / 1000;
const { user, system } = process.cpuUsage(used);
const { classifier } = fitted;
const probabilities = classifier.predict(test.table);
const { rocAuc, logLoss } = classificationMetrics({ ...test, probabilities });
const { members, width, training: facts } = classifier.save().parameters;

const alone = Array.from({ length: 500 }, (_, row) => selectRows(test.table, Uint32Array.of(row)));
const some = selectRows(
  test.table,
  Uint32Array.from({ length: 200 }, (_, row) => row),
);
const micros = {
  batch: (1000 * milliseconds(9, () => classifier.predict(test.table))) / TEST,
  alone: (1000 * milliseconds(9, () => alone.forEach((row) => classifier.predict(row)))) / 500,
  reasons: (1000 * milliseconds(9, () => classifier.contributions(some))) / 200,
};
const [load] = loadavg();
const log = (line) => process.stdout.write(`${line}\n`);
log(`${cpus().length} cores (${cpus()[0]?.model ?? ''}), load ${load.toFixed(1)}`);
log(
  `neural fit ${ROWS} x ${NUMBERS + LEVELS.length}: ${seconds.toFixed(1)} s ` +
    `(${((user + system) / 1e6).toFixed(1)} s of CPU, ${facts.steps} steps, ` +
    `${members} members of ${width}), ROC-AUC ${rocAuc.toFixed(4)}, log loss ${logLoss.toFixed(4)}`,
);
const other = peer(training, test);
log(
  other.absent === undefined
    ? `scikit-learn MLP 64-32: ${other.seconds.toFixed(1)} s (ours takes ` +
        `${(seconds / other.seconds).toFixed(1)}x), ROC-AUC ${other.rocAuc.toFixed(4)}, ` +
        `log loss ${other.logLoss.toFixed(4)}`
    : `scikit-learn is not here: ${other.absent}`,
);
log(
  `one probability: ${micros.batch.toFixed(1)} µs in a batch, ${micros.alone.toFixed(1)} µs alone; ` +
    `one row's reasons: ${(micros.reasons / 1000).toFixed(2)} ms, complete to ` +
    `${facts.completenessError.toFixed(4)} of log-odds before they are made exact`,
);
