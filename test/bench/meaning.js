// How often the drift report names the service whose alerts came to mean something else, and how
// often one in a quiet week: simulated worlds, true outcomes, so measuring errs nowhere.
//   npm run build && node test/bench/meaning.js [--seeds 2,3,4]
import { parseArgs } from 'node:util';

import { CONCEPT_HISTORY } from '../../dist/core/monitoring/model-concept.js';
import { driftedServices, serviceConcept } from '../../dist/core/monitoring/service-concept.js';
import { DRIFTED_SERVICE } from '../../dist/core/simulation/drift-of-meaning.js';
import { planWorld } from '../../dist/core/simulation/simulated-world.js';
import { seededRandom } from '../../dist/core/statistics/random.js';

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '2,3,4' } } });
const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 5);
const DRIFT = 60;
const QUIET = [22, 25, 29, 32, 36, 39, 43, 46, 50, 53];

/** What became of every alert at every stage, as it truly was. */
function trueAnswers(seed) {
  const size = { days: 75, scale: 2, trouble: 4, driftAt: DRIFT * DAY };
  const { anomalies, truth } = planWorld({ seed: Number(seed), start: START, ...size });
  const alerts = new Map(anomalies.map(({ anomaly }) => [anomaly.id, anomaly]));
  return truth.flatMap(({ anomalyId, journey, stage, failure, startedAt, endedAt }) => {
    const { labels, name: rule } = alerts.get(anomalyId) ?? {};
    if (labels?.service === undefined) return [];
    // The alerts of one fault end together.
    const group = failure ? `until ${endedAt}` : anomalyId;
    const features = { service: labels.service, rule };
    return [{ asOf: startedAt, journey, stage, features, label: failure ? 1 : 0, share: 1, group }];
  });
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
