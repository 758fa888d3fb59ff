// Gradient boosting against Debian's python3-xgboost (tree_method=hist, same rounds, two threads) in
// the same run: fit, ROC-AUC, a million predictions; and what one probability and its reasons cost.
//   npm run build && node test/bench/boosting.js [FOLDER]
// Without a folder of prepared tables (manifest.json beside them) a generated one is used. PYTHON
// names the peer's interpreter (/usr/bin/python3, Debian's); a peer that is absent is said to be.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';

import { evaluationSets } from '../../dist/commands/evaluation-sets.js';
import { readTable } from '../../dist/commands/read-table.js';
import { selectRows } from '../../dist/core/features/table-rows.js';
import { rankingMetrics } from '../../dist/core/statistics/ranking-metrics.js';
import { rankLabels } from '../../dist/core/statistics/scored-labels.js';
import { seededRandom } from '../../dist/core/statistics/random.js';
import { gradientBoostingLearner } from '../../dist/core/training/gradient-boosting.js';

const TABLES = ['adult', 'bank_marketing_random_no_duration', 'credit_default'];
const MILLION = 1_000_000;
const PEER = `
import json, sys, time
import numpy as np, pandas as pd, xgboost as xgb
from sklearn.metrics import roc_auc_score
task = json.loads(sys.argv[1])
data = pd.read_csv(task['path'])
for column in data.columns:
    if column in task['categorical'] or data[column].dtype == object:
        data[column] = data[column].astype(str).where(data[column].notna()).astype('category')
train = data['split'].astype(str) == 'train'
rows, labels = data.drop(columns=['y', 'split']), data['y']
recipe = dict(objective='binary:logistic', tree_method='hist', eta=.05, max_leaves=31,
              grow_policy='lossguide', max_depth=0, nthread=2)
begun, cpu = time.time(), time.process_time()
model = xgb.train(recipe, xgb.DMatrix(rows[train], labels[train], enable_categorical=True), task['rounds'])
fit, fit_cpu = time.time() - begun, time.process_time() - cpu
test = xgb.DMatrix(rows[~train], enable_categorical=True)
auc = roc_auc_score(labels[~train], model.predict(test))
tiled = rows[~train].iloc[np.arange(task['tiled']) % (~train).sum()]
many = xgb.DMatrix(tiled, enable_categorical=True)
begun = time.time()
model.predict(many)
print(json.dumps(dict(version=xgb.__version__, fit=fit, fitCpu=fit_cpu, auc=auc, predict=time.time() - begun)))
`;

/** A table whose label hangs on products of numbers and on categories, in part missing. */
function writeGenerated(path) {
  const random = seededRandom(5);
  const lines = ['a,b,c,d,e,f,g,h,kind,place,y,split'];
  const places = Array.from({ length: 40 }, () => 2 * random() - 1);
  for (let row = 0; row < 40_000; row += 1) {
    const numbers = Array.from({ length: 8 }, () => 2 * random() - 1);
    const [kind, place] = [Math.floor(random() * 5), Math.floor(random() * 40)];
    const [a, b, c, d] = numbers;
    const margin = 2 * a * b + Math.sin(3 * c) + (kind === 2 ? d : -d) + places[place] - 1;
    const label = random() < 1 / (1 + Math.exp(-2 * margin)) ? 1 : 0;
    const cells = numbers.map((value) => (random() < 0.05 ? '' : value.toFixed(4)));
    lines.push([...cells, `k${kind}`, `p${place}`, label, row % 10 < 7 ? 'train' : 'test'].join());
  }
  writeFileSync(path, lines.join('\n'));
}

function seconds(work) {
  const [begun, cpu] = [performance.now(), process.cpuUsage()];
  const result = work();
  const { user, system } = process.cpuUsage(cpu);
  return { result, wall: (performance.now() - begun) / 1000, cpu: (user + system) / 1e6 };
}

function microsecondsEach(work, times) {
  for (let i = 0; i < times / 4; i += 1) work(i);
  return (seconds(() => Array.from({ length: times }, (_, i) => work(i))).cpu * 1e6) / times;
}

function askPeer(task) {
  try {
    const args = ['-c', PEER, JSON.stringify(task)];
    const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };
    return JSON.parse(execFileSync(process.env.PYTHON ?? '/usr/bin/python3', args, options));
  } catch {
    return null;
  }
}

function tiled(table, rows) {
  return selectRows(
    table,
    Uint32Array.from({ length: rows }, (_, row) => row % table.rows),
  );
}

async function judge(name, { path, categorical }) {
  const roles = { label: 'y', split: 'split', categorical, drop: [], testFraction: 0.3, seed: 0 };
  const { training, test } = evaluationSets(await readTable(path), roles);
  const fit = seconds(() => gradientBoostingLearner.fit(training, seededRandom(0)));
  const { classifier } = fit.result;
  const rounds = classifier.save().parameters.shape.trees;
  const { labels, weights } = test;
  const probabilities = classifier.predict(test.table);
  const auc = rankingMetrics(rankLabels({ labels, probabilities, weights })).rocAuc;
  const single = Array.from({ length: 500 }, (_, i) => selectRows(test.table, Uint32Array.of(i)));
  const probability = microsecondsEach((i) => classifier.predict(single[i % 500]), 20_000);
  const reasons = microsecondsEach((i) => classifier.contributions(single[i % 500]), 500) / 1000;
  // Last: a million rows keep the garbage collector busy for a while.
  const many = tiled(test.table, MILLION);
  const predict = seconds(() => classifier.predict(many));
  console.log(
    `${name}: ${rounds} trees, fit ${fit.wall.toFixed(2)} s (CPU ${fit.cpu.toFixed(2)} s), ` +
      `ROC-AUC ${auc.toFixed(4)}, a million rows ${predict.wall.toFixed(2)} s, ` +
      `one probability ${probability.toFixed(1)} µs, its reasons ${reasons.toFixed(2)} ms`,
  );
  const peer = askPeer({ path, categorical, rounds, tiled: MILLION });
  if (peer === null) {
    console.log('  no peer: python3-xgboost, pandas and scikit-learn are not there');
    return;
  }
  console.log(
    `  against xgboost ${peer.version}: fit ${(fit.wall / peer.fit).toFixed(2)} x of ` +
      `${peer.fit.toFixed(2)} s (CPU ${(fit.cpu / peer.fitCpu).toFixed(2)} x), ROC-AUC ` +
      `${(auc - peer.auc).toFixed(4)}, predict ${(predict.wall / peer.predict).toFixed(2)} x of ` +
      `${peer.predict.toFixed(2)} s`,
  );
}

const [folder] = process.argv.slice(2);
console.log(`${cpus().length} cores, load ${loadavg()[0].toFixed(1)}`);
if (folder === undefined) {
  const temporary = mkdtempSync(join(tmpdir(), 'throughline-boosting-'));
  try {
    const path = join(temporary, 'generated.csv');
    writeGenerated(path);
    await judge('generated', { path, categorical: ['kind', 'place'] });
  } finally {
    rmSync(temporary, { recursive: true });
  }
} else {
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  for (const name of TABLES) {
    const { file, categorical } = manifest[name];
    await judge(name, { path: join(folder, file), categorical });
  }
}
