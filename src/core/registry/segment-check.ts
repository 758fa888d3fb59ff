/** A segment with fewer failures than this, by weight, is not judged on its own. */
export const MIN_SEGMENT_FAILURES = 10;

/** No segment's mean log loss may rise by more than this (nats). */
export const SEGMENT_MARGIN = 0.05;

/** Log loss of the challenger less the champion's, row by row, with each row's segment. */
export interface SegmentedDifferences {
  readonly differences: Float64Array;
  readonly labels: Uint8Array;
  readonly weights?: Float64Array | undefined;
  readonly segments?: readonly (string | null)[] | undefined;
}

/** Names the first segment that gets worse by more than the margin, as a sentence; else null. */
export function worseSegment(rows: SegmentedDifferences): string | null {
  const sums = new Map<string, { loss: number; weight: number; failures: number }>();
  rows.segments?.forEach((segment, row) => {
    if (segment === null) return;
    const sum = sums.get(segment) ?? { loss: 0, weight: 0, failures: 0 };
    const weight = rows.weights === undefined ? 1 : (rows.weights[row] ?? 0);
    sum.loss += weight * (rows.differences[row] ?? 0);
    sum.weight += weight;
    sum.failures += weight * (rows.labels[row] ?? 0);
    sums.set(segment, sum);
  });
  for (const [segment, { loss, weight, failures }] of sums) {
    if (failures < MIN_SEGMENT_FAILURES || loss / weight <= SEGMENT_MARGIN) continue;
    return `segment ${segment} gets worse: log loss ${(loss / weight).toFixed(4)} over ${Math.round(failures)} failures`;
  }
  return null;
}
