import type { Instant } from '../core/telemetry/time.js';

/** A page of a list that is newest first, and by id within a moment. */
export interface PageQuery {
  readonly limit: number;
  /** The last row of the page before. */
  readonly after?: { readonly at: Instant; readonly id: string } | undefined;
}

/** SQL for whether a row lies on this page or a later one; its place is the parameters `n` and `n + 1`. */
export const isAfter = (column: string, n: number): string =>
  `($${n}::timestamptz IS NULL OR ${column} < $${n} OR (${column} = $${n} AND id > $${n + 1}))`;

/** The parameters of `isAfter`. */
export const placeOf = ({ after }: PageQuery): unknown[] => [
  after && new Date(after.at),
  after?.id,
];
