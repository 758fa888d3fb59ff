// Drift: npm run bench -- drift, or one part after a build:
//   node test/bench/drift.js speed | stored | alarms | memory
// Exits with 1 where a bar is missed. `speed` runs SciPy called column by column in the same run (PYTHON names the interpreter).
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';

import { domainLearner } from '../../dist/core/monitoring/domain-learner.js';
import { compareSamples } from '../../dist/core/monitoring/drift-comparison.js';
import { numericFigures } from '../../dist/core/monitoring/drift-figures.js';
import { driftReference } from '../../dist/core/monitoring/drift-reference.js';
import { numericSample } from '../../dist/core/monitoring/drift-sample.js';
import { modelDrift } from '../../dist/core/monitoring/model-drift.js';
import { featureTable } from '../../dist/core/features/feature-table.js';
import { seededRandom } from '../../dist/core/statistics/random.js';
import { modelDriftPage } from '../../dist/reports/model-drift-page.js';

const [ROWS, COLUMNS] = [100_000, 40];

const [FASTER, NEAR, STORED_SECONDS, FALSE_ALARMS, FOUND] = [12, 1e-9, 1, 0.08, 0.95];
const bars = [];
const bar = (name, held) => bars.push([name, held]);

const PEER = `
import json, sys, time
import numpy as np, scipy
from scipy.spatial.distance import jensenshannon
from scipy.stats import ks_2samp, wasserstein_distance
reference, current = [np.fromfile(path).reshape(${COLUMNS}, ${ROWS}) for path in sys.argv[1:3]]
def figures(a, b):
    ks = ks_2samp(a, b)
    bins = np.histogram_bin_edges(np.concatenate([a, b]), bins='sturges')
    p, q = [np.histogram(x, bins)[0] / len(x) for x in (a, b)]
    js = jensenshannon(p, q)
    fill = lambda s: np.where(s == 0, min(s[s > 0]) / 1e6 if min(s[s > 0]) <= 1e-4 else 1e-4, s)
    p, q = fill(p), fill(q)
    return [ks.statistic, ks.pvalue, wasserstein_distance(a, b), float(np.sum((p - q) * np.log(p / q))), float(js)]
runs = []
for _ in range(3):
    wall, cpu = time.perf_counter(), time.process_time()
    found = [figures(a, b) for a, b in zip(reference, current)]
    runs.append([time.perf_counter() - wall, time.process_time() - cpu])
best = min(runs)
print(json.dumps(dict(version=scipy.__version__, wall=best[0], cpu=best[1], found=found)))
`;

/** Normal numbers by the polar method, two at a time. */
function normals(random) {
  let spare = null;
  return () => {
    if (spare !== null) {
      const value = spare;
      spare = null;
      return value;
    }
    for (;;) {
      const [u, v] = [2 * random() - 1, 2 * random() - 1];
      const s = u * u + v * v;
      if (s >= 1 || s === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(s)) / s);
      spare = v * factor;
      return u * factor;
    }
  };
}

/** Numbers as tables have them: even, skewed, far-tailed, whole. */
const SHAPES = [
  (normal) => normal(),
  (normal) => Math.exp(normal()),
  (normal) => normal() / Math.max(0.05, Math.abs(normal())),
  (normal) => Math.round(20 + 5 * normal()),
];

function drawn(rows, column, shift, normal) {
  const shape = SHAPES[column % SHAPES.length];
  const values = new Float64Array(rows);
  for (let i = 0; i < rows; i += 1) values[i] = shape(normal) + shift;
  return values;
}

function speed() {
  const normal = normals(seededRandom(1));
  const side = (shift) =>
    Array.from({ length: COLUMNS }, (_, column) =>
      drawn(ROWS, column, column % 3 === 0 ? shift : 0, normal),
    );
  const [reference, current] = [side(0), side(0.05)];
  const ours = () =>
    reference.map((column, i) => numericFigures(numericSample(column), numericSample(current[i])));
  let [wall, cpu, found] = [Infinity, Infinity, []];
  for (let run = 0; run < 5; run += 1) {
    const [began, used] = [performance.now(), process.cpuUsage()];
    found = ours();
    const { user, system } = process.cpuUsage(used);
    wall = Math.min(wall, (performance.now() - began) / 1000);
    cpu = Math.min(cpu, (user + system) / 1e6);
  }
  console.log(
    `KS, PSI, Jensen-Shannon, Wasserstein of ${ROWS} against ${ROWS} rows, ${COLUMNS} columns, ${cpus().length} cores`,
  );
  console.log(`  ours, one thread, best of 5: ${wall.toFixed(2)} s wall, ${cpu.toFixed(2)} s CPU`);
  compareWithSciPy({ reference, current }, { wall, cpu, found });
}

function compareWithSciPy({ reference, current }, { wall, cpu, found }) {
  const folder = mkdtempSync(join(tmpdir(), 'drift-bench-'));
  const paths = [reference, current].map((columns, i) => {
    const path = join(folder, `${i}.f64`);
    const all = new Float64Array(COLUMNS * ROWS);
    columns.forEach((column, c) => all.set(column, c * ROWS));
    writeFileSync(path, all);
    return path;
  });
  try {
    const python = process.env.PYTHON ?? '/usr/bin/python3';
    const peer = JSON.parse(
      execFileSync(python, ['-c', PEER, ...paths], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    );
    console.log(
      `  SciPy ${peer.version}, column by column, best of 3: ${peer.wall.toFixed(2)} s wall, ${peer.cpu.toFixed(2)} s CPU`,
    );
    console.log(
      `  ours is ${(peer.wall / wall).toFixed(1)} times as fast by the wall, ${(peer.cpu / cpu).toFixed(1)} times by CPU`,
    );
    let furthest = 0;
    found.forEach(({ ks, wasserstein, psi, jensenShannon }, i) => {
      [ks.statistic, ks.p, wasserstein, psi, jensenShannon].forEach((value, k) => {
        furthest = Math.max(furthest, Math.abs(value - peer.found[i][k]));
      });
    });
    console.log(`  the furthest that any figure is from SciPy's: ${furthest.toExponential(1)}`);
    bar(`${FASTER} times as fast as SciPy by the wall`, peer.wall / wall >= FASTER);
    bar(`figures within ${NEAR} of SciPy's`, furthest <= NEAR);
  } catch {
    bar('SciPy is here to compare with', false);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A service's report of as many answers as there are rows, against training rows that are kept as sketches. */
async function stored() {
  const random = seededRandom(3);
  const schema = {
    features: Array.from({ length: COLUMNS }, (_, i) =>
      i < 30
        ? { name: `f${i}`, kind: 'numeric' }
        : { name: ['segment', 'service'][i - 30] ?? `f${i}`, kind: 'categorical' },
    ),
  };
  const row = () =>
    Object.fromEntries(
      schema.features.map(({ name, kind }, i) => [
        name,
        kind === 'numeric' ? random() + random() : `c${Math.floor(random() ** 2 * (i - 26))}`,
      ]),
    );
  const rows = Array.from({ length: ROWS }, row);
  const reference = driftReference(featureTable(schema, rows), new Uint8Array(ROWS), {
    predict: (table) => Float64Array.from({ length: table.rows }, () => random()),
    contributions: (table) => Float64Array.from({ length: COLUMNS * table.rows }, () => random()),
  });
  const from = Date.UTC(2026, 0, 5);
  const answers = rows.map((features, i) => {
    const probability = 0.3 * random();
    const label = random() < probability ? 1 : 0;
    // As the service makes them: all of one shape.
    return {
      episodeId: `e${i}`,
      journey: 'shop',
      stage: `s${i % 3}`,
      segment: features.segment,
      source: 'bench',
      modelVersion: 'm',
      asOf: from + i * 6000,
      probability,
      priority: probability,
      features,
      dueAt: from,
      state: 'labelled',
      label,
      share: 1,
      labelKnownAt: from,
      group: `g${i >> 1}`,
      failure: null,
      audit: null,
    };
  });
  const question = {
    ...{ model: 'm', schema, from, until: from + ROWS * 6000, referenceKind: 'training', answers },
    ...{ asOf: from + ROWS * 6000, fittedUntil: null },
    // What is kept comes back from JSON.
    reference: JSON.parse(JSON.stringify(reference)),
    learner: domainLearner,
  };
  let [best, cpu, page] = [Infinity, Infinity, ''];
  for (let run = 0; run < 3; run += 1) {
    const [began, used] = [performance.now(), process.cpuUsage()];
    page = modelDriftPage(await modelDrift({ ...question, random: seededRandom(1) }));
    best = Math.min(best, (performance.now() - began) / 1000);
    const { user, system } = process.cpuUsage(used);
    cpu = Math.min(cpu, (user + system) / 1e6);
  }
  console.log(
    `a report with its page from stored sketches, ${ROWS} answers, ${COLUMNS} features, best of 3: ${best.toFixed(2)} s wall, ${cpu.toFixed(2)} s CPU, ${Math.round(page.length / 1000)} kB`,
  );
  bar(`a report from stored sketches within ${STORED_SECONDS} s`, best <= STORED_SECONDS);
  bar('its page within 500 kB', page.length <= 500_000);
}

/** 20 features as tables have them: numbers of all shapes, some with holes, and categories. */
function features(rows, random, shift) {
  const normal = normals(random);
  return Array.from({ length: 20 }, (_, column) => {
    if (column >= 15) {
      const names = 2 + 3 * (column - 15);
      return {
        kind: 'categorical',
        values: Array.from({ length: rows }, () => `c${Math.floor(random() ** 2 * names)}`),
      };
    }
    const values = drawn(rows, column, column === 0 ? shift : 0, normal);
    if (column >= 12) for (let i = 0; i < rows; i += 1) if (random() < 0.05) values[i] = Number.NaN;
    return { kind: 'numeric', values };
  });
}

function alarms(runs = 200) {
  console.log(
    `reports of 20 features, ${runs} runs each: any drift where there is none, and .1 sd found`,
  );
  for (const rows of [100, 300, 1000, 5000, 20_000]) {
    let [falseAlarms, found] = [0, 0];
    for (let run = 0; run < runs; run += 1) {
      const random = seededRandom(1000 * rows + run);
      const reference = features(rows, random, 0);
      const compare = (current) =>
        compareSamples(
          reference.map((column, i) => ({ name: `f${i}`, reference: column, current: current[i] })),
          { rows: { reference: rows, current: rows }, random },
        ).drifted;
      const same = features(rows, random, 0);
      falseAlarms += compare(same).length > 0 ? 1 : 0;
      const moved = same.map((column, i) =>
        i === 0 ? { kind: 'numeric', values: column.values.map((value) => value + 0.1) } : column,
      );
      found += compare(moved).includes('f0') ? 1 : 0;
    }
    const percent = (count) => `${((100 * count) / runs).toFixed(1)} %`;
    bar(
      `at ${rows} rows false alarms in at most 8 % of reports`,
      falseAlarms <= FALSE_ALARMS * runs,
    );
    if (rows === 20_000) bar('.1 sd found in 20,000 rows', found >= FOUND * runs);
    console.log(
      `  ${rows} rows: false alarms in ${percent(falseAlarms)} of reports, shift found in ${percent(found)}`,
    );
  }
}

/** Rows that remember the one before: p by rows against p by blocks of time. */
function memory(runs = 200) {
  const [rows, now, columns] = [6000, 3000, 5];
  console.log(
    `${columns} columns of ${rows} and ${now} rows in time, ${runs} runs each: any drift where there is none; 1 sd found`,
  );
  const times = {
    reference: Float64Array.from({ length: rows }, (_, i) => i),
    current: Float64Array.from({ length: now }, (_, i) => rows + i),
  };
  for (const recall of [0, 0.5, 0.9, 0.97]) {
    const tally = { byRows: 0, byBlocks: 0, undecided: 0, found: 0 };
    for (let run = 0; run < runs; run += 1) {
      const random = seededRandom(run + 1);
      const normal = normals(random);
      const walk = (length) => {
        let level = normal();
        return new Float64Array(length).map(() => {
          level = recall * level + Math.sqrt(1 - recall ** 2) * normal();
          return level;
        });
      };
      const reference = Array.from({ length: columns }, () => walk(rows));
      const current = Array.from({ length: columns }, () => walk(now));
      const compare = (shift, more) =>
        compareSamples(
          reference.map((values, i) => ({
            name: `f${i}`,
            reference: { kind: 'numeric', values },
            current: {
              kind: 'numeric',
              values: i === 0 ? current[i].map((one) => one + shift) : current[i],
            },
          })),
          { rows: { reference: rows, current: now }, random, ...more },
        );
      tally.byRows += compare(0, {}).drifted.length > 0 ? 1 : 0;
      const report = compare(0, { times });
      tally.byBlocks += report.drifted.length > 0 ? 1 : 0;
      tally.undecided += Object.values(report.columns).filter(
        ({ verdict }) => verdict === 'not-enough-data',
      ).length;
      tally.found += compare(1, { times }).drifted.includes('f0') ? 1 : 0;
    }
    const percent = (count) => `${((100 * count) / runs).toFixed(1)} %`;
    bar(
      `rows in time, correlation ${recall}: false alarms in at most 8 % of reports`,
      tally.byBlocks <= FALSE_ALARMS * runs,
    );
    console.log(
      `  correlation ${recall}: by rows ${percent(tally.byRows)}, by blocks ${percent(tally.byBlocks)} (${percent(tally.undecided / columns)} of columns not enough data); shift found in ${percent(tally.found)}`,
    );
  }
}

const [section] = process.argv.slice(2);
if (section === undefined || section === 'speed') speed();
if (section === undefined || section === 'stored') await stored();
if (section === undefined || section === 'alarms') alarms();
if (section === undefined || section === 'memory') memory();
for (const [name, held] of bars) console.log(`${held ? 'holds' : 'MISSED'}: ${name}`);
if (bars.some(([, held]) => !held)) process.exitCode = 1;
