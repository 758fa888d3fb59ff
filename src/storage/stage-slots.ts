import type { StageCounts } from '../core/journeys/stage-cell.js';
import type { SecondsHistogram } from '../core/journeys/seconds-histogram.js';
import type { Instant } from '../core/telemetry/time.js';

/** A cell of an hour, with how often it was restated, and when last. */
export interface SlotCell extends StageCounts {
  readonly revision: number;
  readonly computedAt: Instant;
}

/** How a cell lies in the database: a short array, without the scores where none was given. */
type Written = readonly [
  revision: number,
  computedAt: Instant,
  entered: number,
  converted: number,
  millisToConvert: number,
  secondsHistogram: SecondsHistogram,
  scores?: readonly [
    csatCount: number,
    csatSum: number,
    npsCount: number,
    npsSum: number,
    npsNet: number,
  ],
];

/** The cells of an hour, by the number of the cell in it. */
export type HourSlots = Readonly<Record<string, Written>>;

/** A cell as the core has it. */
export function readSlot(written: Written): SlotCell {
  const [revision, computedAt, entered, converted, millisToConvert, secondsHistogram] = written;
  const [csatCount, csatSum, npsCount, npsSum, npsNet] = written[6] ?? [0, 0, 0, 0, 0];
  return {
    revision,
    computedAt,
    entered,
    converted,
    millisToConvert,
    secondsHistogram,
    csatCount,
    csatSum,
    npsCount,
    npsSum,
    npsNet,
  };
}

/** A cell as the database has it. */
export function writeSlot(cell: SlotCell): Written {
  const { revision, computedAt, entered, converted, millisToConvert, secondsHistogram } = cell;
  const { csatCount, csatSum, npsCount, npsSum, npsNet } = cell;
  const plain = [
    revision,
    computedAt,
    entered,
    converted,
    millisToConvert,
    secondsHistogram,
  ] as const;
  const scored = csatCount !== 0 || csatSum !== 0 || npsCount !== 0 || npsSum !== 0 || npsNet !== 0;
  return scored ? [...plain, [csatCount, csatSum, npsCount, npsSum, npsNet]] : plain;
}
