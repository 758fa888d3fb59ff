// What a batch costs: new events are stored and counted, in a database that holds few and in one
// that holds many, by turns.
import { performance } from 'node:perf_hooks';

import { projectEvents } from '../../../dist/loop/project-events.js';
import { takeEvents } from '../../../dist/loop/take-events.js';
import { STAGES, today } from './events.js';

const HOUR = 3_600_000;
const ROUNDS = 7;

/** Visits of the last stored day, by actors whom the database knows. */
function newEvents(size, round, { actors }) {
  let state = size + round * 7919;
  const random = () => (state = (state * 1_664_525 + 1_013_904_223) >>> 0) / 2 ** 32;
  const start = today - 20 * HOUR;
  return Array.from({ length: size }, (_, i) => {
    const visit = Math.floor(i / 4);
    const at = start + ((visit * 7_368_787) % (16 * HOUR)) + (i % 4) * 60_000;
    return {
      ...{ id: `new-${size}-${round}-${i}`, source: 'bench', event: STAGES[i % 4] },
      actor: `user-${String((visit * 104_729 + round) % actors).padStart(9, '0')}`,
      ...{ segment: random() < 0.5 ? 'web' : 'mobile', occurredAt: at, receivedAt: today },
    };
  });
}

async function costOf(world, size, round) {
  const events = newEvents(size, round, world);
  const start = performance.now();
  const fates = await takeEvents(world.source, events, Date.now());
  const stored = performance.now();
  await projectEvents(world.source, Date.now());
  if (fates.some((fate) => fate !== 'fresh')) throw new Error('the batch was there before');
  return { stored: stored - start, all: performance.now() - start };
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** @returns by world, the median time that a batch takes to be stored, and to be counted as well; ms. */
export async function batchCosts(worlds, size) {
  const costs = worlds.map(() => []);
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [index, world] of worlds.entries()) {
      const cost = await costOf(world, size, round);
      if (round > 0) costs[index].push(cost);
    }
  }
  return costs.map((all) => ({
    stored: median(all.map(({ stored }) => stored)),
    all: median(all.map((cost) => cost.all)),
  }));
}
