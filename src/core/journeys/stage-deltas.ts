import type { Duration } from '../telemetry/time.js';
import type { Attempt } from './attempt.js';
import type { Journey } from './journey.js';
import type { StageCell } from './stage-cell.js';
import { stageWindow } from './stage-cell.js';
import { StageSums } from './stage-sums.js';

/**
 * How long the attempt took from the stage to the next one; null where it did not convert in the
 * stage's window. In an unordered journey a stage that comes after its next one took no time.
 */
function timeToConvert(journey: Journey, attempt: Attempt, stageIndex: number): Duration | null {
  const entered = attempt.stageTimes[stageIndex] ?? null;
  const next = attempt.stageTimes[stageIndex + 1] ?? null;
  if (entered === null || next === null) return null;
  const took = Math.max(0, next - entered);
  return took <= stageWindow(journey, stageIndex) ? took : null;
}

/** Which stages of an attempt to count. */
type StageFilter = (stageIndex: number) => boolean;

const EVERY_STAGE: StageFilter = () => true;

function countAttempt(
  sums: StageSums,
  journey: Journey,
  attempt: Attempt,
  { wanted, sign }: { readonly wanted: StageFilter; readonly sign: 1 | -1 },
): void {
  const { segment, satisfaction } = attempt;
  for (const [stageIndex, at] of attempt.stageTimes.entries()) {
    if (at === null || !wanted(stageIndex)) continue;
    const took = timeToConvert(journey, attempt, stageIndex);
    const scores =
      satisfaction.length === 0
        ? satisfaction
        : satisfaction.filter((given) => given.stageIndex === stageIndex);
    sums.count({ stageIndex, segment, at, took, scores }, sign);
  }
}

function sameSatisfaction(one: Attempt, other: Attempt): boolean {
  return (
    one.satisfaction.length === other.satisfaction.length &&
    one.satisfaction.every(({ scale, score, stageIndex }, index) => {
      const given = other.satisfaction[index];
      return scale === given?.scale && score === given.score && stageIndex === given.stageIndex;
    })
  );
}

/** The stages in which an attempt differs from what it was: a later event mostly changes two. */
function changedStages(was: Attempt | undefined, is: Attempt | undefined): StageFilter {
  if (was === undefined || is === undefined) return EVERY_STAGE;
  const begunAlike = was.startedAt === is.startedAt && was.segment === is.segment;
  if (!begunAlike || !sameSatisfaction(was, is)) return EVERY_STAGE;
  const moved = is.stageTimes.map((time, index) => time !== was.stageTimes[index]);
  return (stageIndex) => moved[stageIndex] === true || moved[stageIndex + 1] === true;
}

/**
 * Adds what the cells gain and lose when one actor's attempts become others: after minus before,
 * only what differs (all of it the other way round for sign -1). Merging two actors is the attempts
 * of both before, those of the joint path after.
 */
export function addDeltas(
  sums: StageSums,
  journey: Journey,
  { before, after }: { readonly before: readonly Attempt[]; readonly after: readonly Attempt[] },
  sign: 1 | -1,
): void {
  for (let index = 0; index < Math.max(before.length, after.length); index += 1) {
    const [was, is] = [before[index], after[index]];
    const wanted = changedStages(was, is);
    if (is !== undefined) countAttempt(sums, journey, is, { wanted, sign });
    if (was !== undefined) {
      countAttempt(sums, journey, was, { wanted, sign: sign === 1 ? -1 : 1 });
    }
  }
}

/** What the cells gain and lose when one actor's attempts become others. */
export function stageDeltas(
  journey: Journey,
  before: readonly Attempt[],
  after: readonly Attempt[],
): StageCell[] {
  const sums = new StageSums();
  addDeltas(sums, journey, { before, after }, 1);
  return sums.cells();
}
