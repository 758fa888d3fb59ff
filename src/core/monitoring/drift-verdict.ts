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
  /** Of that look, times the looks at the column (Bonferroni). */
  readonly pValue: number | null;
  /** Benjamini-Hochberg over all columns judged together. */
  readonly pAdjusted: number | null;
  /** In standard deviations, location-equivalent; of the look that the verdict rests on. */
  readonly effect: number | null;
  /** The smallest effect that this look would have found with 80 % chance. */
  readonly minimumDetectableEffect: number | null;
  /** The look that the verdict rests on: the surest of those whose effect is above the floor. */
  readonly subject: TestSubject | null;
  /** Why there is no verdict. */
  readonly reason: string | null;
  /** Rows of a block, where p is from permuting blocks. */
  readonly blockRows: number | null;
}

/**
 * The look that a column rests on: the surest of those that are large enough to count, so that a
 * sure change too small to mind does not hide one that is both; the surest of all where none is.
 */
function leadingTest(tests: readonly DriftTest[], floor: number): DriftTest | undefined {
  const large = tests.filter(({ effect }) => effect >= floor);
  const able = large.length > 0 ? large : [...tests];
  return able.sort((a, b) => a.p - b.p || b.effect - a.effect)[0];
}

/** Never below what Bonferroni makes of the surest look, whichever look it is of. */
function columnP({ p }: DriftTest, { tests }: DriftEvidence): number {
  return Math.min(1, p * tests.length);
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

/** A column and the look that it rests on. */
interface Look {
  readonly one: DriftEvidence;
  readonly test: DriftTest | undefined;
  readonly pValue: number | null;
}

/** At the level at which a look is sure to count, whatever the other columns say. */
function detectableEffect(
  { one, test }: Look,
  columns: number,
  { q, floor }: DriftRule,
): number | null {
  const found = test?.detectable(q / Math.max(1, columns) / one.tests.length) ?? null;
  return found === null ? null : Math.max(floor, found);
}

/**
 * Judges columns together: drifted where the adjusted p of a look is below q and the effect of the
 * same look at least the floor.
 * Columns with too little to say take no part in the adjustment.
 */
export function judgedColumns(
  evidence: readonly DriftEvidence[],
  rule: DriftRule = DRIFT_RULE,
): ColumnDrift[] {
  const looks = evidence.map((one): Look => {
    const test = leadingTest(one.tests, rule.floor);
    return { one, test, pValue: test === undefined ? null : columnP(test, one) };
  });
  const judged = looks.filter(({ one }) => isJudged(one));
  const adjusted = adjustedPValues(judged.map(({ pValue }) => pValue ?? 1));
  const adjustedOf = new Map(judged.map((look, i) => [look, adjusted[i] ?? 1]));
  return looks.map((look) => {
    const { one, test, pValue } = look;
    const pAdjusted = adjustedOf.get(look) ?? null;
    const effect = test?.effect ?? null;
    return {
      type: one.type,
      verdict: verdictOf(one, { pAdjusted, effect }, rule),
      pValue,
      pAdjusted,
      effect,
      minimumDetectableEffect: detectableEffect(look, judged.length, rule),
      subject: test?.subject ?? null,
      ...one.figures,
      reason: one.incomparable ?? one.tooLittle,
      blockRows: one.blocks?.blockRows ?? null,
    };
  });
}

/** Only where adjusted p is below this share of q are fewer draws than planned taken for enough. */
const CLEARLY = 0.5;

/** Whether a column's verdict hangs on how finely its p is told. */
function hangsOnP({ pAdjusted, effect }: ColumnDrift, { q, floor }: DriftRule): boolean {
  return pAdjusted !== null && pAdjusted >= CLEARLY * q && effect !== null && effect >= floor;
}

/**
 * Judges columns whose p is drawn: more is drawn for those whose verdict hangs on it, until none does
 * (Sandve, Ferkingstad & Nygard 2011). Where many drifted none of them needs a small p, so the draws
 * of all columns together grow with their number, not with its square.
 */
export function drawnVerdicts(
  evidence: readonly DriftEvidence[],
  rule: DriftRule = DRIFT_RULE,
): ColumnDrift[] {
  const judged = judgedColumns(evidence, rule);
  const finer = evidence.map((one, i) => {
    const drift = judged[i];
    return drift !== undefined && hangsOnP(drift, rule) ? (one.finer?.() ?? one) : one;
  });
  return finer.every((one, i) => one === evidence[i]) ? judged : drawnVerdicts(finer, rule);
}
