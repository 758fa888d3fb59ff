// Threshold suggestions: npm run bench -- thresholds, or one part after a build:
//   node test/bench/thresholds.js sweep | worlds | more-worlds [SETS] | nab [FOLDER]
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { gunzipSync } from 'node:zlib';

import { quantileOfSorted } from '../../dist/core/statistics/interval.js';
import { seededRandom } from '../../dist/core/statistics/random.js';
import { firingLevels } from '../../dist/core/thresholds/firing-levels.js';
import { frontierOf, middleOfStep } from '../../dist/core/thresholds/frontier.js';
import { pagesOf } from '../../dist/core/thresholds/pages.js';
import { judgedWorld, mean, misses, RULE, sum } from './thresholds/judged-worlds.js';

const MINUTE = 60_000;
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

function worlds() {
  const judged = Array.from({ length: 20 }, (_, seed) => judgedWorld(seed));
  const verdicts = {};
  for (const { verdict } of judged) verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
  const next = misses(judged.map((one) => ({ ...one, differences: one.differences.slice(0, 1) })));
  console.log(
    '20 worlds, 26 weeks seen, judged on 78 later weeks against the best threshold there',
  );
  console.log(
    `  regret of the suggestion ${percent(mean(judged.map((one) => one.regret)))}, of the lowest historical point ${percent(mean(judged.map((one) => one.lowestRegret)))}`,
  );
  console.log(
    `  verdicts ${JSON.stringify(verdicts)}; moved and cost more in the next 26 weeks: ${next.dearer}`,
  );
  console.log(
    `  cost more than the current one by more than the 99 % interval's upper end: ${next.above} of ${next.all}`,
  );
}

/** The same over sets of 20 worlds that nothing was tuned on. */
function moreWorlds(sets = 20) {
  console.log(`${sets} more sets of 20 worlds, each judged on four times 26 later weeks`);
  const all = [];
  const regrets = [];
  let setsAbove = 0;
  for (let set = 0; set < sets; set += 1) {
    const judged = Array.from({ length: 20 }, (_, i) => judgedWorld(20_000 + 20 * set + i));
    regrets.push(mean(judged.map((one) => one.regret)));
    const next = judged.map((one) => ({ ...one, differences: one.differences.slice(0, 1) }));
    if (misses(next).above > 0) setsAbove += 1;
    all.push(...judged);
  }
  const counted = misses(all);
  const moved = all.filter((one) => one.isMoved);
  const saved = (judged) => -sum(judged.map((one) => mean(one.differences)));
  const width = mean(all.map(({ interval: [low, high] }) => high - low));
  const reach = mean(
    all.map(({ interval: [, high], suggested, current }) => high - (suggested.cost - current.cost)),
  );
  console.log(
    `  regret ${percent(mean(regrets))} on average, by set ${regrets.map(percent).join(', ')}`,
  );
  console.log(
    `  above the 99 % interval ${percent(counted.above / counted.all)} (${counted.above} of ${counted.all}; where it moves ${counted.aboveMoved} of ${4 * moved.length}), below ${percent(counted.below / counted.all)}; sets with one above in the next 26 weeks: ${setsAbove}`,
  );
  console.log(
    `  mean width ${width.toFixed(0)}, upper end ${reach.toFixed(0)} above what history says, where the current one costs ${mean(all.map(({ current }) => current.cost)).toFixed(0)}`,
  );
  console.log(
    `  moves in ${percent(moved.length / all.length)} of worlds and keeps ${percent(saved(moved) / saved(all))} of what moving always would save; dearer after a move in ${counted.dearer} of ${4 * moved.length} stretches`,
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

const [section, given] = process.argv.slice(2);
if (section === undefined || section === 'sweep') sweep();
if (section === undefined || section === 'worlds') worlds();
if (section === 'more-worlds') moreWorlds(Number(given ?? 20));
if (section === undefined || section === 'nab') nab(given ?? '../shared/datasets/nab');
