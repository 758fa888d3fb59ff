// Judges `evaluate` on a folder of prepared tables (manifest.json beside them) and prints our
// figures beside the reference's, read from the folder's README.md.
//   npm run build && node test/bench/quality.js FOLDER [LEARNER] [TABLE…]
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const REFERENCES = {
  logistic: 'LogReg',
  neural: 'MLP 64-32',
  boosting: 'LightGBM',
};
const [folder, learner = 'logistic', ...wanted] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: node test/bench/quality.js FOLDER [LEARNER] [TABLE…]');
  process.exit(2);
}
const program =
  process.env.THROUGHLINE_BIN ??
  fileURLToPath(new URL('../../bin/throughline.js', import.meta.url));

function references(readme) {
  const found = new Map();
  let task = '';
  for (const line of readme.split('\n')) {
    const cells = line.split('|').map((cell) => cell.trim().replaceAll('**', ''));
    if (cells.length < 12) continue;
    task = cells[1] === '' ? task : cells[1];
    const [rocAuc, prAuc, logLoss, brier, ece] = cells.slice(6, 11).map(Number);
    found.set(`${task}/${cells[5]}`, { rocAuc, prAuc, logLoss, brier, ece });
  }
  return found;
}

function evaluateTable(table) {
  const flags = [
    '--data',
    join(folder, table.file),
    '--label',
    table.label,
    '--split',
    table.split,
  ];
  if (table.order !== null) flags.push('--time', table.order);
  if (table.categorical.length > 0) flags.push('--categorical', table.categorical.join(','));
  const args = [program, 'evaluate', ...flags, '--learner', learner, '--json'];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
const known = references(readFileSync(join(folder, 'README.md'), 'utf8'));
const columns = ['rocAuc', 'prAuc', 'logLoss', 'brier', 'ece'];
const titles = columns.flatMap((name) => [`${name} ref`, 'ours']);
console.log(`| table | ${titles.join(' | ')} | ROC-AUC diff | fit s | verdict |`);
console.log(`|${'---|'.repeat(titles.length + 4)}`);
let behind = 0;
for (const [name, table] of Object.entries(manifest)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const reference = known.get(`${table.task}/${REFERENCES[learner]}`) ?? {};
  const answer = evaluateTable(table);
  const ours = answer.learners[learner];
  const figures = columns.flatMap((key) => [reference[key] ?? '', ours[key].toFixed(4)]);
  const difference = ours.rocAuc - reference.rocAuc;
  if (difference < -0.01) behind += 1;
  const end = [difference.toFixed(4), ours.fitSeconds.toFixed(1), answer.verdict];
  console.log(`| ${[name, ...figures, ...end].join(' | ')} |`);
}
console.log(`\n${behind} tables more than 0.01 ROC-AUC behind ${REFERENCES[learner]}`);
process.exitCode = behind === 0 ? 0 : 1;
