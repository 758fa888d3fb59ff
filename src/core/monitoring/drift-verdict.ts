import { adjustedPValues } from '../statistics/benjamini-hochberg.js';
import type { ColumnType, DriftEvidence } from './drift-evidence.js';
import type { DriftFigures } from './drift-figures.js';
import type { DriftTest, TestSubject } from './drift-test.js';

/** What is said of a column. */
export type DriftVerdict = 'drifted' | 'stable' | 'not-enough-data' | 'not-comparable';

/** When a column counts as drifted. */
export interface DriftRule {
  /** False discovery rate over all columns that are judged together. */
  readonly q: number;
  /** Standard deviations, location-equivalent: smaller changes are no drift, however sure. */
  readonly floor: number;
}

export const DRIFT_RULE: DriftRule = { q: 0.05, floor: 0.05 };

/** A column judged. */
export interface ColumnDrift extends DriftFigures {
  readonly type: ColumnType;
  readonly verdict: DriftVerdict;
  /** Of the column: over its looks by Bonferroni. */
  readonly pValue: number | null;
  /** Benjamini-Hochberg over all columns judged together. */
  readonly pAdjusted: number | null;
  /** In standard deviations, location-equivalent; of the look with the smallest p. */
  readonly effect: number | null;
  /** The smallest effect that would have been found with 80 % chance. */
  readonly minimumDetectableEffect: number | null;
  /** The look that the verdict rests on. */
  readonly subject: TestSubject | null;
  /** Why there is no verdict. */
  readonly reason: string | null;
  /** Rows of a block, where p is from permuting blocks. */
  readonly blockRows: number | null;
}

/** The look with the smallest p, the larger effect among equals. */
function leadingTest(tests: readonly DriftTest[]): DriftTest | undefined {
  return [...tests].sort((a, b) => a.p - b.p || b.effect - a.effect)[0];
}

function columnP({ tests }: DriftEvidence): number | null {
  const smallest = leadingTest(tests)?.p;
  return smallest === undefined ? null : Math.min(1, smallest * tests.length);
}

function isJudged({ tests, tooLittle, incomparable }: DriftEvidence): boolean {
  return tests.length > 0 && tooLittle === null && incomparable === null;
}

function verdictOf(
  evidence: DriftEvidence,
  { pAdjusted, effect }: { readonly pAdjusted: number | null; readonly effect: number | null },
  rule: DriftRule,
): DriftVerdict {
  if (evidence.incomparable !== null) return 'not-comparable';
  if (pAdjusted === null || effect === null) return 'not-enough-data';
  return pAdjusted < rule.q && effect >= rule.floor ? 'drifted' : 'stable';
}

/** At the level at which a look is sure to count, whatever the other columns say. */
function detectableEffect(
  { tests }: DriftEvidence,
  columns: number,
  { q, floor }: DriftRule,
): number | null {
  // The first look is the column itself: its values or its categories.
  const found = tests[0]?.detectable(q / Math.max(1, columns) / tests.length) ?? null;
  return found === null ? null : Math.max(floor, found);
}

/**
 * Judges columns together: drifted where the adjusted p is below q and the effect at least the floor.
 * Columns with too little to say take no part in the adjustment.
 */
export function judgedColumns(
  evidence: readonly DriftEvidence[],
  rule: DriftRule = DRIFT_RULE,
): ColumnDrift[] {
  const judged = evidence.filter(isJudged);
  const adjusted = adjustedPValues(judged.map((one) => columnP(one) ?? 1));
  const adjustedOf = new Map(judged.map((one, i) => [one, adjusted[i] ?? 1]));
  return evidence.map((one) => {
    const test = leadingTest(one.tests);
    const pAdjusted = adjustedOf.get(one) ?? null;
    const effect = test?.effect ?? null;
    return {
      type: one.type,
      verdict: verdictOf(one, { pAdjusted, effect }, rule),
      pValue: columnP(one),
      pAdjusted,
      effect,
      minimumDetectableEffect: detectableEffect(one, judged.length, rule),
      subject: test?.subject ?? null,
      ...one.figures,
      reason: one.incomparable ?? one.tooLittle,
      blockRows: one.blocks?.blockRows ?? null,
    };
  });
}
