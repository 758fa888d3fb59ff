import type { Duration, Instant } from '../telemetry/time.js';
import { MINUTE, bucketStart } from '../telemetry/time.js';
import type { Attempt } from './attempt.js';
import type { Journey } from './journey.js';
import type { SecondsHistogram } from './seconds-histogram.js';
import { addHistogram, secondsBin } from './seconds-histogram.js';

/** The width of a cell: the finest bucket that stage metrics are kept in. */
export const CELL_WIDTH: Duration = 5 * MINUTE;

/** What happened to the entries of one stage, segment and cell of stage entry; sums may be added. */
export interface StageCounts {
  readonly entered: number;
  /** Entries that reached the next stage within the stage's window. */
  readonly converted: number;
  /** Sum over the converted, in milliseconds. */
  readonly millisToConvert: number;
  readonly secondsHistogram: SecondsHistogram;
  readonly csatCount: number;
  readonly csatSum: number;
  readonly npsCount: number;
  readonly npsSum: number;
  /** Promoters (9 and 10) less detractors (6 and below). */
  readonly npsNet: number;
}

/** The counts of one cell; `bucketStart` is a multiple of `CELL_WIDTH`. */
export interface StageCell extends StageCounts {
  readonly stageIndex: number;
  readonly segment: string | null;
  readonly bucketStart: Instant;
}

/** What to add to a cell; counts may be negative. */
export type StageDelta = StageCell;

export const NO_COUNTS: StageCounts = {
  entered: 0,
  converted: 0,
  millisToConvert: 0,
  secondsHistogram: {},
  csatCount: 0,
  csatSum: 0,
  npsCount: 0,
  npsSum: 0,
  npsNet: 0,
};

// Sums of fractional scores are kept to thousandths, so that the order of adding leaves no trace.
const thousandths = (sum: number): number => Math.round(sum * 1000) / 1000 + 0;

/** One set of counts plus another times a sign. */
export function addCounts(one: StageCounts, other: StageCounts, sign: 1 | -1 = 1): StageCounts {
  return {
    entered: one.entered + sign * other.entered,
    converted: one.converted + sign * other.converted,
    millisToConvert: one.millisToConvert + sign * other.millisToConvert,
    secondsHistogram: addHistogram(one.secondsHistogram, other.secondsHistogram, sign),
    csatCount: one.csatCount + sign * other.csatCount,
    csatSum: thousandths(one.csatSum + sign * other.csatSum),
    npsCount: one.npsCount + sign * other.npsCount,
    npsSum: thousandths(one.npsSum + sign * other.npsSum),
    npsNet: one.npsNet + sign * other.npsNet,
  };
}

/** Whether nothing is counted: as a sum of changes, whether they come to nothing. */
export function isEmpty(counts: StageCounts): boolean {
  if (counts.entered !== 0 || counts.converted !== 0 || counts.millisToConvert !== 0) return false;
  if (counts.csatCount !== 0 || counts.npsCount !== 0 || counts.npsNet !== 0) return false;
  if (counts.csatSum !== 0 || counts.npsSum !== 0) return false;
  return Object.keys(counts.secondsHistogram).length === 0;
}

/** How long after its entry a stage may convert: its own window, else the journey's; last: 0. */
export function stageWindow(journey: Journey, stageIndex: number): Duration {
  if (stageIndex >= journey.stages.length - 1) return 0;
  return journey.stages[stageIndex]?.window ?? journey.window;
}

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

function countsOf(journey: Journey, attempt: Attempt, stageIndex: number): StageCounts {
  const took = timeToConvert(journey, attempt, stageIndex);
  const conversion = {
    entered: 1,
    converted: took === null ? 0 : 1,
    millisToConvert: took ?? 0,
    secondsHistogram: took === null ? {} : { [secondsBin(took)]: 1 },
  };
  if (attempt.satisfaction.length === 0) return { ...NO_COUNTS, ...conversion };
  const scores = attempt.satisfaction.filter((given) => given.stageIndex === stageIndex);
  const csat = scores.filter(({ scale }) => scale === 'csat').map(({ score }) => score);
  const nps = scores.filter(({ scale }) => scale === 'nps').map(({ score }) => score);
  const sum = (values: readonly number[]): number =>
    thousandths(values.reduce((total, x) => total + x, 0));
  return {
    ...conversion,
    csatCount: csat.length,
    csatSum: sum(csat),
    npsCount: nps.length,
    npsSum: sum(nps),
    npsNet: sum(nps.map((score) => (score >= 9 ? 1 : score <= 6 ? -1 : 0))),
  };
}

const keyOf = ({ stageIndex, segment, bucketStart: start }: StageCell): string =>
  `${stageIndex} ${start} ${segment === null ? '' : `=${segment}`}`;

function put(cells: Map<string, StageCell>, cell: StageCell, sign: 1 | -1): void {
  const key = keyOf(cell);
  const known = cells.get(key);
  if (known === undefined && sign === 1) {
    if (!isEmpty(cell)) cells.set(key, cell);
    return;
  }
  const { stageIndex, segment, bucketStart: start } = cell;
  const sum = addCounts(known ?? NO_COUNTS, cell, sign);
  if (isEmpty(sum)) cells.delete(key);
  else cells.set(key, { stageIndex, segment, bucketStart: start, ...sum });
}

/** Which stages of an attempt to count. */
type StageFilter = (stageIndex: number) => boolean;

const EVERY_STAGE: StageFilter = () => true;

interface Counted {
  readonly attempt: Attempt;
  readonly wanted: StageFilter;
  readonly sign: 1 | -1;
}

function putAttempt(
  cells: Map<string, StageCell>,
  journey: Journey,
  { attempt, wanted, sign }: Counted,
): void {
  attempt.stageTimes.forEach((time, stageIndex) => {
    if (time === null || !wanted(stageIndex)) return;
    const start = bucketStart(time, CELL_WIDTH);
    const { segment } = attempt;
    const counts = countsOf(journey, attempt, stageIndex);
    put(cells, { stageIndex, segment, bucketStart: start, ...counts }, sign);
  });
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
 * What the cells gain and lose when one actor's attempts become others: after minus before, only
 * what differs. Merging two actors is the attempts of both before, those of the joint path after.
 */
export function stageDeltas(
  journey: Journey,
  before: readonly Attempt[],
  after: readonly Attempt[],
): StageDelta[] {
  const cells = new Map<string, StageCell>();
  for (let index = 0; index < Math.max(before.length, after.length); index += 1) {
    const [was, is] = [before[index], after[index]];
    const wanted = changedStages(was, is);
    if (is !== undefined) putAttempt(cells, journey, { attempt: is, wanted, sign: 1 });
    if (was !== undefined) putAttempt(cells, journey, { attempt: was, wanted, sign: -1 });
  }
  return [...cells.values()];
}

/** The cells after the deltas, by bucket, stage and segment; cells that came to nothing are gone. */
export function applyDeltas(
  cells: readonly StageCell[],
  deltas: readonly StageDelta[],
): StageCell[] {
  const sums = new Map<string, StageCell>();
  for (const cell of [...cells, ...deltas]) put(sums, cell, 1);
  return [...sums.values()].sort(
    (one, other) =>
      one.bucketStart - other.bucketStart ||
      one.stageIndex - other.stageIndex ||
      (keyOf(one) < keyOf(other) ? -1 : 1),
  );
}
