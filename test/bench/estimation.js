// Performance estimated without labels (CBPE, PAPE) against what was realised, chunk by chunk, beside
// the constant guess that nothing has changed since the reference.
//   npm run bench:estimation -- REFERENCE ANALYSIS TARGETS --label COL --score COL [--drop A,B] [--chunk 5000]
// Each is a CSV or Parquet file; TARGETS has the analysis's labels, row by row.
import { parseArgs } from 'node:util';

import { readTable } from '../../dist/commands/read-table.js';
import { inferColumns } from '../../dist/core/features/schema-inference.js';
import { selectRows } from '../../dist/core/features/table-rows.js';
import { estimateCbpe, estimatePape } from '../../dist/core/monitoring/performance-estimate.js';
import { classificationMetrics } from '../../dist/core/statistics/classification-metrics.js';
import { seededRandom } from '../../dist/core/statistics/random.js';
import { gradientBoostingLearner } from '../../dist/core/training/gradient-boosting.js';
import { machine } from './running/service.js';

const { values: flags, positionals: files } = parseArgs({
  allowPositionals: true,
  options: {
    label: { type: 'string', default: 'employed' },
    score: { type: 'string', default: 'predicted_probability' },
    drop: { type: 'string', default: 'id,year,prediction' },
    chunk: { type: 'string', default: '5000' },
    figure: { type: 'string', default: 'rocAuc' },
  },
});
if (files.length !== 3) {
  process.stderr.write('usage: npm run bench:estimation -- REFERENCE ANALYSIS TARGETS [flags]\n');
  process.exit(2);
}
const [reference, analysis, targets] = await Promise.all(files.map(readTable));
const left = new Set([flags.label, flags.score, ...flags.drop.split(',')]);
const names = [...reference.columns.keys()].filter((name) => !left.has(name));

function featuresOf(table) {
  const columns = names.flatMap((name) => inferColumns(name, table.columns.get(name)));
  const numeric = columns.filter((column) => column.numeric);
  const rest = columns.filter((column) => column.categorical);
  return {
    schema: { features: columns.map(({ feature }) => feature) },
    rows: table.rows,
    numeric: new Map(numeric.map((column) => [column.feature.name, column.numeric])),
    categorical: new Map(rest.map((column) => [column.feature.name, column.categorical])),
  };
}

const numbers = (table, name) => Float64Array.from(table.columns.get(name), Number);
const old = {
  table: featuresOf(reference),
  probabilities: numbers(reference, flags.score),
  labels: Uint8Array.from(numbers(reference, flags.label)),
};
const table = featuresOf(analysis);
const scores = numbers(analysis, flags.score);
const truth = Uint8Array.from(numbers(targets, flags.label));
const figure = flags.figure;
const constant = classificationMetrics(old)[figure];
process.stdout.write(
  `${machine()}\n${reference.rows} reference rows, ${analysis.rows} to estimate, ${figure} of the reference ${constant.toFixed(4)}\n` +
    'chunk  rows  realised  constant      CBPE      PAPE\n',
);
const size = Number(flags.chunk);
const errors = { constant: 0, CBPE: 0, PAPE: 0 };
let chunks = 0;
for (let from = 0; from + size / 2 < analysis.rows; from += size) {
  const rows = Uint32Array.from(
    { length: Math.min(size, analysis.rows - from) },
    (_, i) => from + i,
  );
  const probabilities = scores.slice(from, from + rows.length);
  const labels = truth.slice(from, from + rows.length);
  const realised = classificationMetrics({ labels, probabilities })[figure];
  const chunk = { probabilities, table: selectRows(table, rows) };
  const learner = { learner: gradientBoostingLearner, random: seededRandom(0) };
  const said = {
    constant,
    CBPE: estimateCbpe(old, probabilities).metrics[figure],
    PAPE: (await estimatePape(old, chunk, learner)).metrics[figure],
  };
  chunks += 1;
  for (const [name, value] of Object.entries(said)) errors[name] += Math.abs(value - realised);
  const cells = [realised, ...Object.values(said)].map((value) => value.toFixed(4).padStart(10));
  process.stdout.write(
    `${String(chunks).padStart(5)} ${String(rows.length).padStart(5)}${cells.join('')}\n`,
  );
}
const mean = Object.entries(errors).map(([name, sum]) => `${name} ${(sum / chunks).toFixed(5)}`);
process.stdout.write(`mean absolute error of ${figure}: ${mean.join(', ')}\n`);
if (!(errors.CBPE < errors.constant && errors.PAPE < errors.constant)) process.exitCode = 1;
