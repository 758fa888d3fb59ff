// Measured outcomes against the truth of simulated worlds, by the core code that the service runs:
//   npm run bench -- outcomes, or after a build:
//   node test/bench/outcomes.js [--seeds 201,202,203] [--days 42] [--scale 1] [--errors]
import { parseArgs } from 'node:util';

import { planWorld } from '../../dist/core/simulation/simulated-world.js';
import { errorsOf, figuresOf, judged } from './outcomes/judged.js';
import { MeasuredWorld } from './outcomes/measured-world.js';
import { seriesOf } from './outcomes/world-series.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '201,202,203' },
    days: { type: 'string', default: '42' },
    scale: { type: 'string', default: '1' },
    errors: { type: 'boolean', default: false },
  },
});
const start = Date.UTC(2026, 2, 2);
const judgements = values.seeds.split(',').map((seed) => {
  const options = { seed: Number(seed), days: Number(values.days), scale: Number(values.scale) };
  const world = planWorld({ ...options, start });
  return judged(world, new MeasuredWorld(world, seriesOf(world)).run());
});
console.log(`${values.days} days of each of the worlds ${values.seeds}`);
for (const line of figuresOf(judgements)) console.log(`  ${line}`);
if (values.errors) console.log(errorsOf(judgements).join('\n'));
