import type { Duration, Instant } from '../telemetry/time.js';
import { bucketStart } from '../telemetry/time.js';
import type { Satisfaction } from './journey-event.js';
import { secondsBin } from './seconds-histogram.js';
import type { StageCell } from './stage-cell.js';
import { CELL_WIDTH, NO_COUNTS, addCounts, isEmpty, thousandths } from './stage-cell.js';

/** One entry into a stage and what became of it. */
export interface StageEntry {
  readonly stageIndex: number;
  readonly segment: string | null;
  readonly at: Instant;
  /** How long it took to convert; null where it did not. */
  readonly took: Duration | null;
  /** The scores given while this was the last stage reached. */
  readonly scores: readonly Satisfaction[];
}

type Sum = { -readonly [name in keyof StageCell]: StageCell[name] } & {
  secondsHistogram: Record<string, number>;
};

/** Sums of stage entries by segment, stage and cell, added to in place: events come by the million. */
export class StageSums {
  private readonly sums = new Map<string, Sum>();

  /** Counts an entry, or takes it back (sign -1). */
  count(entry: StageEntry, sign: 1 | -1): void {
    const { stageIndex, segment, at, took, scores } = entry;
    const sum = this.at(stageIndex, segment, bucketStart(at, CELL_WIDTH));
    sum.entered += sign;
    if (took !== null) {
      sum.converted += sign;
      sum.millisToConvert += sign * took;
      const bin = String(secondsBin(took));
      sum.secondsHistogram[bin] = (sum.secondsHistogram[bin] ?? 0) + sign;
    }
    for (const score of scores) hear(sum, score, sign);
  }

  /** Adds what another cell of the same place holds. */
  add(cell: StageCell): void {
    const { stageIndex, segment, bucketStart: start } = cell;
    const sum = this.at(stageIndex, segment, start);
    const { secondsHistogram } = sum;
    for (const [bin, count] of Object.entries(cell.secondsHistogram)) {
      secondsHistogram[bin] = (secondsHistogram[bin] ?? 0) + count;
    }
    Object.assign(
      sum,
      addCounts({ ...sum, secondsHistogram: {} }, { ...cell, secondsHistogram: {} }),
    );
    sum.secondsHistogram = secondsHistogram;
  }

  /** The cells in which something is left. */
  cells(): StageCell[] {
    const cells: StageCell[] = [];
    for (const sum of this.sums.values()) {
      for (const bin in sum.secondsHistogram) {
        if (sum.secondsHistogram[bin] === 0) Reflect.deleteProperty(sum.secondsHistogram, bin);
      }
      if (!isEmpty(sum)) cells.push(sum);
    }
    return cells;
  }

  private at(stageIndex: number, segment: string | null, start: Instant): Sum {
    const key = `${stageIndex} ${start} ${segment === null ? '' : `=${segment}`}`;
    let sum = this.sums.get(key);
    if (sum === undefined) {
      sum = {
        stageIndex,
        segment,
        bucketStart: start,
        ...NO_COUNTS,
        secondsHistogram: {},
      };
      this.sums.set(key, sum);
    }
    return sum;
  }
}

function hear(sum: Sum, { scale, score }: Satisfaction, sign: 1 | -1): void {
  if (scale === 'csat') {
    sum.csatCount += sign;
    sum.csatSum = thousandths(sum.csatSum + sign * score);
    return;
  }
  sum.npsCount += sign;
  sum.npsSum = thousandths(sum.npsSum + sign * score);
  sum.npsNet += sign * (score >= 9 ? 1 : score <= 6 ? -1 : 0);
}
