// How often the drift report names the service whose alerts came to mean something else, and how
// often one in a quiet week: simulated worlds, true outcomes, so measuring errs nowhere.
//   npm run build && node test/bench/meaning.js [--seeds 2,3,4]; about a minute a world
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { CONCEPT_HISTORY } from '../../dist/core/monitoring/model-concept.js';
import { driftedServices, serviceConcept } from '../../dist/core/monitoring/service-concept.js';
import { DRIFTED_SERVICE } from '../../dist/core/simulation/drift-of-meaning.js';
import { seededRandom } from '../../dist/core/statistics/random.js';

const cli = fileURLToPath(new URL('../../bin/throughline.js', import.meta.url));
const { values } = parseArgs({ options: { seeds: { type: 'string', default: '2,3,4' } } });
const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 5);
const DRIFT = 60;
const QUIET = [22, 25, 29, 32, 36, 39, 43, 46, 50, 53];
const SIZES = ['--days', '75', '--scale', '2', '--trouble', '4', '--drift-day', String(DRIFT)];

const lines = (file) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

/** What became of every alert at every stage, as it truly was. */
function trueAnswers(seed) {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-meaning-'));
  try {
    execFileSync(process.execPath, [cli, 'simulate', ...SIZES, '--seed', seed, '--out', folder], {
      stdio: 'ignore',
    });
    const alerts = new Map(lines(join(folder, 'anomalies.ndjson')).map((one) => [one.id, one]));
    return lines(join(folder, 'truth.ndjson')).flatMap((truth) => {
      const { labels, name: rule } = alerts.get(truth.anomalyId) ?? {};
      if (labels?.service === undefined) return [];
      const { journey, stage, failure } = truth;
      // The alerts of one fault end together.
      const group = failure ? truth.endedAt : truth.anomalyId;
      const features = { service: labels.service, rule };
      const asOf = Date.parse(truth.startedAt);
      return [{ asOf, journey, stage, features, label: failure ? 1 : 0, share: 1, group }];
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function conceptOf(answers, from, until) {
  const within = (low, high) => answers.filter(({ asOf }) => asOf >= low && asOf < high);
  const begin = START + from * DAY;
  const earlier = within(begin - CONCEPT_HISTORY, begin);
  const current = within(begin, START + until * DAY);
  return serviceConcept({ earlier, current }, seededRandom(0));
}

let [quiet, quietNamed] = [0, 0];
const found = { 'in a week': 0, nearest: 0, 'in two weeks': 0 };
const seeds = values.seeds.split(',');
for (const seed of seeds) {
  const answers = trueAnswers(seed);
  for (const day of QUIET) {
    quiet += 1;
    if (driftedServices(conceptOf(answers, day, day + 7)).length > 0) quietNamed += 1;
  }
  const week = conceptOf(answers, DRIFT, DRIFT + 7);
  const own = week.find(
    (row) => row.service === DRIFTED_SERVICE && row.stage === 'checkout/browse',
  );
  const [nearest] = week.filter(({ service, pValue }) => service !== null && pValue !== null);
  const named = driftedServices(week);
  const later = driftedServices(conceptOf(answers, DRIFT, DRIFT + 15));
  if (named.includes(DRIFTED_SERVICE)) found['in a week'] += 1;
  else if (nearest?.service === DRIFTED_SERVICE) found.nearest += 1;
  if (later.includes(DRIFTED_SERVICE)) found['in two weeks'] += 1;
  console.log(
    `seed ${seed}: named ${named.join(', ') || 'none'} (two weeks: ${later.join(', ') || 'none'}); nearest ${nearest?.service}; ` +
      `${own?.earlierFailures}/${own?.earlier} failures before, ${own?.observed}/${own?.answers} in the week, ` +
      `p ${own?.pValue?.toPrecision(2)}, adjusted ${own?.pAdjusted?.toPrecision(2)}`,
  );
}
console.log(
  `named in a week ${found['in a week']} of ${seeds.length}, the nearest in ${found.nearest} more, named in two weeks ${found['in two weeks']}; ` +
    `${quietNamed} of ${quiet} quiet reports name a service`,
);
