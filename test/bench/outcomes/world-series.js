// What each stage of a simulated world counted in five-minute buckets, over all and by segment, by
// the same core code that projects events in the service.
import { insertIntoPath, pathEventOf } from '../../../dist/core/journeys/actor-path.js';
import { attemptsOf } from '../../../dist/core/journeys/attempts.js';
import { CELL_WIDTH } from '../../../dist/core/journeys/stage-cell.js';
import { addDeltas } from '../../../dist/core/journeys/stage-deltas.js';
import { StageSums } from '../../../dist/core/journeys/stage-sums.js';
import { eventsOf } from '../../../dist/core/simulation/simulated-world.js';
import { endOf } from '../../../dist/core/simulation/world-options.js';

function pathsByActor(world) {
  const paths = world.journeys.map(() => new Map());
  const known = new Set();
  for (const event of eventsOf(world)) {
    if (known.has(event.id)) continue;
    known.add(event.id);
    world.journeys.forEach((journey, index) => {
      const step = pathEventOf(journey, event);
      if (step === null) return;
      const path = paths[index].get(event.actor);
      if (path === undefined) paths[index].set(event.actor, [step]);
      else path.push(step);
    });
  }
  return paths;
}

const emptySeries = ({ start, ...options }) => {
  const length = (endOf({ start, ...options }) - start) / CELL_WIDTH;
  const counts = () => new Float64Array(length);
  return { start, width: CELL_WIDTH, entered: counts(), converted: counts() };
};

/** A map from `journey/stage/segment` to its series; the segment is empty for all of them. */
export function seriesOf(world) {
  const series = new Map();
  const add = (key, cell) => {
    if (!series.has(key)) series.set(key, emptySeries(world.options));
    const { start, width, entered, converted } = series.get(key);
    const index = (cell.bucketStart - start) / width;
    entered[index] += cell.entered;
    converted[index] += cell.converted;
  };
  pathsByActor(world).forEach((paths, index) => {
    const journey = world.journeys[index];
    const sums = new StageSums();
    for (const path of paths.values()) {
      const after = attemptsOf(journey, insertIntoPath([], path));
      addDeltas(sums, journey, { before: [], after }, 1);
    }
    for (const cell of sums.cells()) {
      const stage = `${journey.key}/${journey.stages[cell.stageIndex].key}`;
      add(`${stage}/`, cell);
      if (cell.segment !== null) add(`${stage}/${cell.segment}`, cell);
    }
  });
  return series;
}
