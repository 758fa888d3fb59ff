import type { CategoricalSample, DriftSample, NumericSample } from './drift-sample.js';

/** Runs of values that a sketch keeps apart, about: the share of rows up to any value is off by half of one. */
const RUNS = 500;

/** A column of numbers in few: each value stands for a run of rows around it. */
export interface NumericSketch {
  readonly kind: 'numeric';
  /** Ascending. */
  readonly values: readonly number[];
  readonly weights: readonly number[];
  readonly count: number;
  readonly missing: number;
  /** Population standard deviation, exact. */
  readonly deviation: number;
  /** Exact. */
  readonly mean: number;
  /** The smallest and the largest value, exact; 0 where there is none. */
  readonly low: number;
  readonly high: number;
  /** At most so much is the share of rows up to a value off. */
  readonly rankError: number;
}

/** A column of categories: their counts. */
export interface CategoricalSketch {
  readonly kind: 'categorical';
  readonly counts: Readonly<Record<string, number>>;
  readonly missing: number;
}

export type ColumnSketch = NumericSketch | CategoricalSketch;

interface Run {
  readonly value: number;
  readonly weight: number;
}

/** Equal values in one, in ascending order. */
function distinct(values: ArrayLike<number>, weightOf: (i: number) => number): Run[] {
  const runs: { value: number; weight: number }[] = [];
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] ?? Number.NaN;
    const last = runs.at(-1);
    if (last?.value === value) last.weight += weightOf(i);
    else runs.push({ value, weight: weightOf(i) });
  }
  return runs;
}

/** The value at which half of the rows of a run are reached. */
function middleOf(runs: readonly Run[], weight: number): Run {
  let below = 0;
  const middle = runs.find((run) => (below += run.weight) >= weight / 2);
  return { value: middle?.value ?? Number.NaN, weight };
}

/** Joins neighbours into runs of a five-hundredth of the rows at most; frequent values stay alone. */
function joined(runs: readonly Run[], count: number): { runs: Run[]; widest: number } {
  if (runs.length <= RUNS) return { runs: [...runs], widest: 0 };
  const most = count / RUNS;
  const found: Run[] = [];
  let [widest, open, weight]: [number, Run[], number] = [0, [], 0];
  const close = (): void => {
    if (open.length === 0) return;
    if (open.length > 1) widest = Math.max(widest, weight);
    found.push(middleOf(open, weight));
    [open, weight] = [[], 0];
  };
  for (const run of runs) {
    if (weight + run.weight > most) close();
    open.push(run);
    weight += run.weight;
  }
  close();
  return { runs: found, widest };
}

function meanOf(runs: readonly Run[], count: number): number {
  return runs.reduce((sum, { value, weight }) => sum + value * weight, 0) / count;
}

/** Sketches a column of numbers that is here row by row. */
export function numericSketch(sample: NumericSample): NumericSketch {
  const { values, count, missing, deviation } = sample;
  if (count === 0) return numericSketchOfNothing(missing);
  const all = distinct(values, () => 1);
  const { runs, widest } = joined(all, count);
  return {
    kind: 'numeric',
    values: runs.map(({ value }) => value),
    weights: runs.map(({ weight }) => weight),
    count,
    missing,
    deviation,
    mean: meanOf(all, count),
    low: values[0] ?? 0,
    high: values.at(-1) ?? 0,
    rankError: widest / 2 / count,
  };
}

function numericSketchOfNothing(missing: number): NumericSketch {
  const nothing = { values: [], weights: [], count: 0, deviation: 0, mean: 0, low: 0, high: 0 };
  return { kind: 'numeric', ...nothing, missing, rankError: 0 };
}

/**
 * One sketch of the rows of several, in any order of them: their errors are averaged by rows, and
 * joining runs anew adds half a run. Mean and deviation stay exact (Chan, Golub & LeVeque 1979).
 */
export function mergedSketch(sketches: readonly NumericSketch[]): NumericSketch {
  const sum = (of: (sketch: NumericSketch) => number): number =>
    sketches.reduce((total, sketch) => total + of(sketch), 0);
  const count = sum((sketch) => sketch.count);
  const known = sketches.filter((sketch) => sketch.count > 0);
  if (known.length === 0) return numericSketchOfNothing(sum((sketch) => sketch.missing));
  const pairs = sketches
    .flatMap(({ values, weights }) =>
      values.map((value, i) => ({ value, weight: weights[i] ?? 0 })),
    )
    .sort((a, b) => a.value - b.value);
  const all = distinct(
    pairs.map(({ value }) => value),
    (i) => pairs[i]?.weight ?? 0,
  );
  const { runs, widest } = joined(all, count);
  const mean = sum((one) => one.mean * one.count) / count;
  const squares = sum((one) => one.count * (one.deviation ** 2 + (one.mean - mean) ** 2));
  const inherited = sum((one) => one.rankError * one.count) / count;
  return {
    kind: 'numeric',
    values: runs.map(({ value }) => value),
    weights: runs.map(({ weight }) => weight),
    count,
    missing: sum((sketch) => sketch.missing),
    deviation: Math.sqrt(squares / count),
    mean,
    low: Math.min(...known.map(({ low }) => low)),
    high: Math.max(...known.map(({ high }) => high)),
    rankError: inherited + widest / 2 / count,
  };
}

/** Sketches any column. */
export function sketchOf(sample: DriftSample): ColumnSketch {
  if (sample.kind === 'numeric') return numericSketch(sample);
  const { counts, missing } = sample;
  return { kind: 'categorical', counts: Object.fromEntries(counts), missing };
}

/** A sketch as a sample that can be compared; its figures are off by its stated error. */
export function sampleOfSketch(sketch: ColumnSketch): DriftSample {
  if (sketch.kind === 'numeric') {
    const { values, weights, count, missing, deviation, rankError } = sketch;
    return {
      kind: 'numeric',
      values: Float64Array.from(values),
      weights: Float64Array.from(weights),
      count,
      missing,
      deviation,
      rankError,
    };
  }
  const counts = new Map(Object.entries(sketch.counts));
  const count = [...counts.values()].reduce((sum, one) => sum + one, 0);
  const sample: CategoricalSample = { kind: 'categorical', counts, count, missing: sketch.missing };
  return sample;
}
