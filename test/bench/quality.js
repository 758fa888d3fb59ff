// Judges `evaluate` on a folder of prepared tables (manifest.json, and README.md with reference
// figures, beside them), the mean over some seeds, next to the bars and to XGBoost in the same run.
//   npm run bench:quality -- FOLDER [--only TABLE,…] [--seeds 0,1,2] [--learner auto] [--budget 60] [--barred]
// A row is printed as soon as its table is done, so that a run may be cut into several by --only;
// --barred leaves out the tables that have no bar.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    seeds: { type: 'string', default: '0,1,2' },
    learner: { type: 'string', default: 'auto' },
    budget: { type: 'string', default: '60' },
    barred: { type: 'boolean', default: false },
  },
});
const [folder] = positionals;
if (folder === undefined) {
  console.error(
    'usage: npm run bench:quality -- FOLDER [--only TABLE,…] [--seeds 0,1,2] [--learner auto] [--budget 60] [--barred]',
  );
  process.exit(2);
}
const PROGRAM = process.env.THROUGHLINE_BIN ?? here('../../bin/throughline.js');
const PYTHON = process.env.PYTHON ?? '/usr/bin/python3';
const BARS = JSON.parse(readFileSync(here('quality-bars.json'), 'utf8'));
const MOST_ECE = 0.02;
const ECE_ROWS = 3000;
const MOST_SECONDS = 60;
const MOST_TIMES_PEER = 10;
const TREES_TIMES_PEER = 4;
const REFERENCE = { logistic: 'LogReg', neural: 'MLP 64-32' }[flags.learner] ?? 'LightGBM';

/** The reference model's figures by task, read from the folder's README. */
function references() {
  const path = join(folder, 'README.md');
  if (!existsSync(path)) return new Map();
  const found = new Map();
  let task = '';
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const cells = line.split('|').map((cell) => cell.trim().replaceAll('**', ''));
    if (cells.length < 12) continue;
    task = cells[1] === '' ? task : cells[1];
    const [rocAuc, prAuc, logLoss, brier, ece] = cells.slice(6, 11).map(Number);
    if (cells[5] === REFERENCE) found.set(task, { rocAuc, prAuc, logLoss, brier, ece });
  }
  return found;
}

function evaluateTable(table, seed) {
  const args = ['--data', join(folder, table.file), '--label', table.label];
  args.push('--split', table.split, '--seed', seed, '--learner', flags.learner);
  args.push('--budget', flags.budget, '--json');
  if (table.order !== null) args.push('--time', table.order);
  if (table.categorical.length > 0) args.push('--categorical', table.categorical.join(','));
  const options = { encoding: 'utf8', maxBuffer: 2 ** 26 };
  return JSON.parse(execFileSync(process.execPath, [PROGRAM, 'evaluate', ...args], options));
}

/** XGBoost's figures and wall time on the same table; null where Python has no XGBoost. */
function peerOn(table) {
  const args = [here('xgboost-peer.py'), join(folder, table.file), table.label, table.split];
  args.push(table.categorical.join(','), table.order ?? '');
  try {
    return JSON.parse(
      execFileSync(PYTHON, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    );
  } catch {
    return null;
  }
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** A figure next to its bar, where there is one: `0.9298 (≥ 0.926)`. */
const beside = (value, bar, sign) =>
  `${value.toFixed(4)}${bar === undefined ? '' : ` (${sign} ${bar})`}`;

/** What is missed on a table, in words. */
function missesOf(name, table, ours) {
  const bar = BARS[name] ?? {};
  const misses = [];
  if (bar.rocAuc !== undefined && ours.rocAuc < bar.rocAuc) misses.push(`ROC-AUC < ${bar.rocAuc}`);
  if (bar.logLoss !== undefined && ours.logLoss > bar.logLoss) {
    misses.push(`log loss > ${bar.logLoss}`);
  }
  if (bar.verdict !== undefined && ours.verdicts.some((verdict) => verdict !== bar.verdict)) {
    misses.push(`verdict is not ${bar.verdict}`);
  }
  const random = table.order === null && ours.test >= ECE_ROWS;
  if (random && ours.ece > MOST_ECE) misses.push(`ECE > ${MOST_ECE}`);
  const limit = Math.max(MOST_SECONDS, MOST_TIMES_PEER * (ours.peer?.fitSeconds ?? 0));
  if (ours.fitSeconds > limit) misses.push(`fit > ${limit.toFixed(0)} s`);
  if (bar.verdict === undefined && ours.trees !== null && ours.peer !== null) {
    const times = ours.trees.fitSeconds / ours.peer.fitSeconds;
    if (times > TREES_TIMES_PEER) misses.push(`trees take ${times.toFixed(1)} x XGBoost`);
    const gap = ours.trees.rocAuc - ours.peer.rocAuc;
    if (gap < -0.002) misses.push(`trees' ROC-AUC ${gap.toFixed(4)} from XGBoost's`);
  }
  return misses;
}

function figuresOf(table) {
  const answers = flags.seeds.split(',').map((seed) => evaluateTable(table, seed));
  const of = (name, key) => mean(answers.map(({ learners }) => learners[name][key]));
  const key = flags.learner;
  const ours = Object.fromEntries(
    ['rocAuc', 'prAuc', 'logLoss', 'brier', 'ece', 'fitSeconds'].map((name) => [
      name,
      of(key, name),
    ]),
  );
  const haveTrees = answers.every(({ learners }) => learners.trees !== undefined);
  return {
    ...ours,
    test: answers[0].test,
    verdicts: answers.map(({ verdict }) => verdict),
    chosen: [...new Set(answers.map(descriptionOf))].join('; '),
    trees: haveTrees
      ? { rocAuc: of('trees', 'rocAuc'), fitSeconds: of('trees', 'fitSeconds') }
      : null,
    peer: peerOn(table),
  };
}

function descriptionOf({ members, learners, leftOut }) {
  const parts = Object.entries(members).map(
    ([name, weight]) => `${name}${weight < 1 ? ` ${weight.toFixed(2)}` : ''}`,
  );
  const { calibration } = learners.auto;
  const out = Object.keys(leftOut);
  return [
    parts.join(' + '),
    calibration === 'identity' ? '' : `, ${calibration}`,
    out.length > 0 ? `, without ${out.join(', ')}` : '',
  ].join('');
}

const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
const known = references();
const wanted = flags.only?.split(',');
console.log(
  `${flags.learner}, seeds ${flags.seeds}, budget ${flags.budget} s; reference ${REFERENCE} as the folder's README has it\n`,
);
console.log(
  '| table | ROC-AUC | reference | log loss | reference | ECE | fit s | trees s / XGBoost s | trees / XGBoost ROC-AUC | chosen | verdict | bars | wall s |',
);
console.log(`|${'---|'.repeat(13)}`);
const begun = performance.now();
let missed = 0;
let judged = 0;
let peerless = false;
for (const [name, table] of Object.entries(manifest)) {
  if (wanted !== undefined && !wanted.includes(name)) continue;
  if (flags.barred && BARS[name] === undefined) continue;
  const tableBegun = performance.now();
  const ours = figuresOf(table);
  const reference = known.get(table.task);
  const bar = BARS[name];
  const misses = missesOf(name, table, ours);
  judged += 1;
  missed += misses.length;
  peerless ||= ours.peer === null;
  const four = (value) => (value === undefined ? '' : value.toFixed(4));
  const cells = [
    name,
    beside(ours.rocAuc, bar?.rocAuc, '≥'),
    four(reference?.rocAuc),
    beside(ours.logLoss, bar?.logLoss, '≤'),
    four(reference?.logLoss),
    four(ours.ece),
    ours.fitSeconds.toFixed(1),
    `${ours.trees?.fitSeconds.toFixed(2) ?? '-'} / ${ours.peer?.fitSeconds.toFixed(2) ?? 'absent'}`,
    `${four(ours.trees?.rocAuc)} / ${four(ours.peer?.rocAuc)}`,
    ours.chosen,
    [...new Set(ours.verdicts)].join(', '),
    misses.length === 0 ? 'met' : `MISSED: ${misses.join('; ')}`,
    ((performance.now() - tableBegun) / 1000).toFixed(0),
  ];
  console.log(`| ${cells.join(' | ')} |`);
}
if (peerless) console.log(`\nXGBoost is absent: ${PYTHON} cannot import it (python3-xgboost).`);
const seconds = ((performance.now() - begun) / 1000).toFixed(0);
console.log(
  `\n${judged} tables in ${seconds} s: ${missed === 0 ? 'every bar is met' : `${missed} bars are missed`}`,
);
process.exitCode = missed === 0 ? 0 : 1;
