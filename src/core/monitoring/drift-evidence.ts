import type { BlockPermutation, PermutationOptions } from './block-permutation.js';
import { blockPermutation } from './block-permutation.js';
import type { CodedSeries } from './coded-series.js';
import {
  detectableShares,
  detectableShift,
  detectableUnseen,
  locationEquivalent,
} from './drift-effect.js';
import type { DriftFigures } from './drift-figures.js';
import { NO_FIGURES, categoricalFigures, numericFigures } from './drift-figures.js';
import type { DriftSample } from './drift-sample.js';
import { rowsOf } from './drift-sample.js';
import type { DriftTest } from './drift-test.js';
import { categoricalTests, missingTest, numericTests } from './drift-test.js';

/** Fewer rows than this on a side say nothing, whatever their p. */
const FEWEST_ROWS = 30;

/** A column of both samples; null where a sample does not have it. */
export interface ComparedColumn {
  readonly name: string;
  readonly reference: DriftSample | null;
  readonly current: DriftSample | null;
  /** Its rows in order of time, where they have one. */
  readonly series?: CodedSeries | undefined;
}

/** Numbers, categories, or one on one side and the other on the other. */
export type ColumnType = 'numeric' | 'categorical' | 'changed';

/** Everything known of a column before it is judged together with the others. */
export interface DriftEvidence {
  readonly name: string;
  readonly type: ColumnType;
  readonly figures: DriftFigures;
  readonly tests: readonly DriftTest[];
  /** Why it cannot be compared at all. */
  readonly incomparable: string | null;
  /** Why there is too little to judge it by. */
  readonly tooLittle: string | null;
  /** How p was found where rows have a time. */
  readonly blocks: BlockPermutation | null;
  /** The same with p told more finely, where p is drawn and more draws could matter. */
  readonly finer?: (() => DriftEvidence) | undefined;
}

interface Both {
  readonly reference: DriftSample;
  readonly current: DriftSample;
}

const KINDS = { numeric: 'numbers', categorical: 'categories' };

function emptyEvidence(name: string, type: ColumnType, incomparable: string): DriftEvidence {
  const nothing = { tests: [], tooLittle: null, blocks: null };
  return { name, type, figures: NO_FIGURES, incomparable, ...nothing };
}

function isEmpty({ count }: DriftSample): boolean {
  return count === 0;
}

/** What is wrong with a column as such. */
function incomparableReason({ reference, current }: Both, type: ColumnType): string | null {
  if (isEmpty(reference) && isEmpty(current)) return 'it is empty on both sides';
  if (type !== 'changed') return null;
  const [before, after] = [KINDS[reference.kind], KINDS[current.kind]];
  return `its type changed: ${before} in the reference, ${after} now`;
}

function figuresAndTests(both: Both): { figures: DriftFigures; tests: DriftTest[] } {
  const { reference, current } = both;
  // What a side has none of can only have gone missing.
  if (isEmpty(reference) || isEmpty(current)) {
    return { figures: NO_FIGURES, tests: missingTest(reference, current) };
  }
  if (reference.kind === 'numeric' && current.kind === 'numeric') {
    const figures = numericFigures(reference, current);
    return { figures, tests: numericTests(reference, current, figures) };
  }
  if (reference.kind === 'categorical' && current.kind === 'categorical') {
    const figures = categoricalFigures(reference, current);
    return { figures, tests: categoricalTests(reference, current) };
  }
  return { figures: NO_FIGURES, tests: [] };
}

/** Categories that a stretch of time alone has are no news where the reference has such as well. */
function withUnseen(test: DriftTest, { unseen }: BlockPermutation): DriftTest {
  const { p, share, deviation } = unseen ?? { p: 1, share: 0, deviation: 1 };
  return {
    ...test,
    p,
    effect: Math.min(test.effect, locationEquivalent(share)),
    detectable: (alpha) => Math.max(detectableUnseen(deviation, alpha), test.detectable(alpha)),
  };
}

/** The tests with the p values and the effective size that blocks of dependent rows say. */
function withBlocks(tests: readonly DriftTest[], found: BlockPermutation): DriftTest[] {
  return tests.map((test) => {
    const { missingP, effectiveSize, p } = found;
    if (test.subject === 'missing') return { ...test, p: missingP ?? 1 };
    if (test.ofUnseen) return withUnseen(test, found);
    const ofBlocks = (alpha: number): number =>
      test.subject === 'values'
        ? detectableShift(effectiveSize, alpha)
        : detectableShares(effectiveSize, alpha, 1);
    // Never surer than independent rows would be.
    const detectable = (alpha: number): number => Math.max(ofBlocks(alpha), test.detectable(alpha));
    return { ...test, p, detectable };
  });
}

function tooFew(n: number, m: number, rows: string): string | null {
  if (Math.min(n, m) >= FEWEST_ROWS) return null;
  return `${n} and ${m} ${rows}; ${FEWEST_ROWS} a side are needed`;
}

const DEPENDENT =
  'rows depend on rows so far apart that too few independent stretches are left to compare';

/** Compares one column of two samples. */
export function driftEvidence(
  column: ComparedColumn,
  permutation?: PermutationOptions,
): DriftEvidence {
  const { name, reference, current } = column;
  if (reference === null) {
    const reason = 'the column is new: the reference does not have it';
    return emptyEvidence(name, current?.kind ?? 'changed', reason);
  }
  if (current === null) {
    return emptyEvidence(name, reference.kind, 'the column is gone: the current sample has it not');
  }
  const both = { reference, current };
  const type = typeOf(both);
  const incomparable = incomparableReason(both, type);
  if (incomparable !== null) return emptyEvidence(name, type, incomparable);
  const found = { name, type, incomparable: null, ...figuresAndTests(both) };
  const tooLittle = tooFew(rowsOf(reference), rowsOf(current), 'rows');
  if (tooLittle !== null) return { ...found, tooLittle, blocks: null };
  return withTime(found, column.series, permutation);
}

type Compared = Omit<DriftEvidence, 'tooLittle' | 'blocks' | 'finer'>;

/** What remains of the evidence once it is minded that rows depend on their neighbours. */
function withTime(
  found: Compared,
  series: CodedSeries | undefined,
  permutation: PermutationOptions | undefined,
): DriftEvidence {
  if (series === undefined || permutation === undefined) {
    return { ...found, tooLittle: null, blocks: null };
  }
  const { length: n } = series.reference;
  const tooLittle = tooFew(n, series.current.length, 'rows in order of time');
  if (tooLittle !== null) return { ...found, tooLittle, blocks: null };
  const blocks = blockPermutation(series, permutation);
  if (blocks === null) return { ...found, tooLittle: DEPENDENT, blocks };
  return ofBlocks(found, blocks);
}

function ofBlocks(found: Compared, blocks: BlockPermutation): DriftEvidence {
  const [tests, { finer }] = [withBlocks(found.tests, blocks), blocks];
  const evidence = { ...found, tests, tooLittle: null, blocks };
  return finer === null ? evidence : { ...evidence, finer: () => ofBlocks(found, finer()) };
}

function typeOf({ reference, current }: Both): ColumnType {
  // A side without a single value has no type of its own.
  if (isEmpty(reference)) return current.kind;
  if (isEmpty(current)) return reference.kind;
  return reference.kind === current.kind ? reference.kind : 'changed';
}
