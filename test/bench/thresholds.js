// Threshold suggestions: npm run bench -- thresholds, or one part after a build:
//   node test/bench/thresholds.js sweep | worlds | nab [FOLDER]
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { gunzipSync } from 'node:zlib';

import { quantileOfSorted } from '../../dist/core/statistics/interval.js';
import { seededRandom } from '../../dist/core/statistics/random.js';
import { firingLevels } from '../../dist/core/thresholds/firing-levels.js';
import { frontierOf, middleOfStep, stepAt } from '../../dist/core/thresholds/frontier.js';
import { pagesOf } from '../../dist/core/thresholds/pages.js';
import { evidenceOf } from '../../dist/core/thresholds/threshold-evidence.js';
import { suggestThreshold } from '../../dist/core/thresholds/threshold-suggestion.js';
import { drawnWorld, livedWorld } from './thresholds/worlds.js';

const MINUTE = 60_000;
const RULE = { comparison: '>', for: 0, keepFiringFor: 0, groupGap: 0 };
const mean = (list) => list.reduce((sum, one) => sum + one, 0) / list.length;
const percent = (share) => `${(100 * share).toFixed(1)} %`;

const NUMPY = `
import numpy as np, time
rng = np.random.default_rng(1); v = rng.random(1_000_000) + rng.random(1_000_000) + rng.random(1_000_000)
best = 1e9
for _ in range(5):
    start = time.process_time(); before = np.concatenate(([-np.inf], v[:-1])); up = v > before
    lows, highs = np.sort(before[up]), np.sort(v[up]); levels = np.unique(np.concatenate((lows, highs)))
    pages = np.searchsorted(lows, levels, 'right') - np.searchsorted(highs, levels, 'right')
    best = min(best, time.process_time() - start)
print(best * 1000)`;

function sweep() {
  const random = seededRandom(1);
  const at = Float64Array.from({ length: 1e6 }, (_, i) => i * MINUTE);
  const values = at.map(() => random() + random() + random());
  const rules = {
    plain: RULE,
    'for 5m, keep 5m, group 15m': {
      ...RULE,
      for: 5 * MINUTE,
      keepFiringFor: 5 * MINUTE,
      groupGap: 15 * MINUTE,
    },
  };
  const numpy = spawnSync('python3', ['-c', NUMPY], { encoding: 'utf8' });
  const peer = numpy.status === 0 ? Number(numpy.stdout) : null;
  console.log('sweep of 1,000,000 points over every threshold, best of 9');
  for (const [name, rule] of Object.entries(rules)) {
    let [wall, cpu, steps] = [Infinity, Infinity, 0];
    for (let run = 0; run < 9; run += 1) {
      const [began, used] = [performance.now(), process.cpuUsage()];
      steps = frontierOf(pagesOf(firingLevels({ at, values }, rule), rule.groupGap), []).from
        .length;
      const { user, system } = process.cpuUsage(used);
      wall = Math.min(wall, performance.now() - began);
      cpu = Math.min(cpu, (user + system) / 1000);
    }
    const against =
      peer === null || rule !== RULE
        ? ''
        : `; NumPy (sort, searchsorted) ${peer.toFixed(0)} ms CPU, ${(peer / cpu).toFixed(1)} times ours`;
    console.log(
      `  ${name}: ${wall.toFixed(0)} ms, ${cpu.toFixed(0)} ms CPU, ${steps} steps${against}`,
    );
  }
  if (peer === null) console.log('  NumPy is not here, so there is nothing to compare with');
}

/** Cost of a threshold, and the least of any, on weeks that no choice has seen. */
function judgeOf(evidence) {
  const frontier = frontierOf(evidence.pages, evidence.losses);
  const costOf = (step) => frontier.pages[step] + frontier.loss[step];
  const steps = Array.from(frontier.from.keys()).filter((i) => frontier.from[i] >= evidence.lowest);
  const cheapest = steps.reduce((best, step) => (costOf(step) < costOf(best) ? step : best));
  return {
    lowestPoint: middleOfStep(frontier, cheapest),
    best: costOf(cheapest),
    cost: (threshold) => costOf(stepAt(frontier, threshold)),
  };
}

function worlds(count = 20) {
  const catching = { lead: 30 * MINUTE, detect: 30 * MINUTE, savedShare: 1 };
  const seen = (lived) => evidenceOf(lived, RULE, lived.failures, catching);
  const [ours, lowest, verdicts] = [[], [], {}];
  let [worse, moves] = [0, 0];
  for (let seed = 0; seed < count; seed += 1) {
    const world = drawnWorld(seed);
    const past = livedWorld(world, 1000 + seed, 26);
    const evidence = seen(past);
    const sorted = past.values.slice().sort();
    const current = quantileOfSorted(sorted, 0.97 + 0.0295 * seededRandom(seed + 9)());
    const goals = { comparison: '>', costPage: 1, current, embargo: 24 * 60 * MINUTE };
    const { verdict, suggested, interval } = suggestThreshold(evidence, goals, seededRandom(seed));
    verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
    const later = judgeOf(seen(livedWorld(world, 50_000 + seed, 78)));
    ours.push(later.cost(suggested.threshold) / later.best - 1);
    lowest.push(later.cost(judgeOf(evidence).lowestPoint) / later.best - 1);
    // As long a time as the interval speaks of.
    const next = judgeOf(seen(livedWorld(world, 90_000 + seed, 26)));
    const difference = next.cost(suggested.threshold) - next.cost(current);
    if (difference > interval[1]) worse += 1;
    if (verdict !== 'keep' && difference > 0) moves += 1;
  }
  console.log(
    `${count} worlds, 26 weeks seen, judged on 78 later weeks against the best threshold there`,
  );
  console.log(
    `  regret of the suggestion ${percent(mean(ours))}, of the lowest historical point ${percent(mean(lowest))}`,
  );
  console.log(
    `  verdicts ${JSON.stringify(verdicts)}; moved and cost more in the next 26 weeks: ${moves}`,
  );
  console.log(
    `  cost more than the current one by more than the interval's upper end: ${worse} (5 % is what it says)`,
  );
}

/** Score of the plain rule: distance from the trailing median in trailing standard deviations. */
function scoresOf(values, back = 288) {
  return values.map((value, i) => {
    if (i < back) return Number.NaN;
    const window = values.slice(i - back, i);
    const average = mean(Array.from(window));
    const deviation = Math.sqrt(mean(Array.from(window, (one) => (one - average) ** 2)));
    const distance = Math.abs(value - quantileOfSorted(window.sort(), 0.5));
    if (deviation > 0) return distance / deviation;
    return distance > 0 ? Infinity : 0;
  });
}

function nabSeries(folder) {
  const windows = JSON.parse(readFileSync(join(folder, 'combined_windows.json'), 'utf8'));
  const series = new Map();
  const text = gunzipSync(readFileSync(join(folder, 'nab_series.csv.gz'))).toString();
  for (const line of text.trim().split('\n').slice(1)) {
    const [name, time, value] = line.split(',');
    if (!series.has(name)) series.set(name, { times: [], values: [] });
    series.get(name).times.push(Date.parse(`${time.replace(' ', 'T')}Z`));
    series.get(name).values.push(Number(value));
  }
  return [...series].map(([name, { times, values }]) => {
    const spans = windows[`${name}.csv`].map((span) =>
      span.map((time) => Date.parse(`${time.slice(0, 19).replace(' ', 'T')}Z`)),
    );
    const indexes = spans.map(([from, to]) =>
      times.flatMap((time, i) => (time >= from && time <= to ? [i] : [])),
    );
    return {
      scores: scoresOf(Float64Array.from(values)),
      windows: indexes.map((list) => [list[0], list.at(-1)]),
      cut: Math.floor(times.length * 0.7),
    };
  });
}

// Points are counted, so an index is the time; flags at most 12 points apart are one alarm.
const pagesIn = (scores) => {
  const at = Float64Array.from(scores.keys());
  return pagesOf(firingLevels({ at, values: scores }, RULE), 12);
};

/** Alarms that hold no point of a window, and windows found, in the points from `from` on. */
function judged({ scores, windows }, k, from) {
  const flags = Array.from(scores.keys()).filter((i) => i >= from && scores[i] > k);
  const alarms = [];
  for (const i of flags) {
    if (alarms.length > 0 && i - alarms.at(-1)[1] <= 12) alarms.at(-1)[1] = i;
    else alarms.push([i, i]);
  }
  const isIn = (i) => windows.some(([first, last]) => i >= first && i <= last);
  const isFalse = ([first, last]) => !flags.some((i) => i >= first && i <= last && isIn(i));
  const open = windows.filter(([, last]) => last >= from);
  const isFound = ([first, last]) => flags.some((i) => i >= first && i <= last);
  return {
    windows: open.length,
    found: open.filter(isFound).length,
    alarms: alarms.filter(isFalse).length,
  };
}

/** The most sensitive k that kept to a budget of pages in the past, outside the windows known then. */
function chosenK({ scores, windows, cut }, perThousand) {
  const quiet = scores.slice(0, cut);
  for (const [first, last] of windows)
    quiet.fill(Number.NaN, Math.min(first, cut), Math.min(last + 1, cut));
  const frontier = frontierOf(pagesIn(quiet), []);
  const most = (perThousand * cut) / 1000;
  let step = frontier.from.length - 1;
  while (step > 1 && frontier.pages[step - 1] <= most) step -= 1;
  return middleOfStep(frontier, step);
}

function nab(folder) {
  if (!existsSync(join(folder, 'nab_series.csv.gz'))) {
    console.log(`NAB is not in ${folder} (nab_series.csv.gz, combined_windows.json): left out`);
    return;
  }
  const all = nabSeries(folder);
  const points = all.reduce((sum, { scores, cut }) => sum + scores.length - cut, 0);
  const row = (name, kOf) => {
    const sums = { windows: 0, found: 0, alarms: 0 };
    for (const series of all) {
      const one = judged(series, kOf(series), series.cut);
      for (const key of Object.keys(sums)) sums[key] += one[key];
    }
    const rate = ((1000 * sums.alarms) / points).toFixed(2);
    console.log(
      `  ${name}: ${sums.found} of ${sums.windows} windows, ${rate} false alarms per 1,000 points`,
    );
  };
  console.log(`NAB, ${all.length} series, last 30 % of each (${points} points)`);
  row('k = 3', () => 3);
  row('k = 6', () => 6);
  for (const budget of [1, 1.5, 2, 2.5, 3]) {
    row(`k per series, ${budget} pages per 1,000 points of the first 70 %`, (one) =>
      chosenK(one, budget),
    );
  }
}

const [section, folder = '../shared/datasets/nab'] = process.argv.slice(2);
if (section === undefined || section === 'sweep') sweep();
if (section === undefined || section === 'worlds') worlds();
if (section === undefined || section === 'nab') nab(folder);
