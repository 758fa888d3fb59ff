import { solveCholesky } from '../statistics/cholesky.js';
import { softplus } from './calibration.js';
import type { Calibration, HeldOutOdds } from './calibration.js';
import { sigmoid } from './linear-margin.js';

/** What a parameter is believed to be before any row is seen: normal about `mean`. */
interface Belief {
  readonly mean: number;
  readonly precision: number;
}

// Slopes are believed to be one (no change) with a standard deviation of a half, the shift to be
// none with one of one: with a few positives little is changed, with many the rows decide.
const SLOPE: Belief = { mean: 1, precision: 4 };
const SHIFT: Belief = { mean: 0, precision: 1 };

const MOST_STEPS = 50;
const TOLERANCE = 1e-9;

/** Temperature scaling (Guo et al. 2017) with its slope shrunk towards one. */
export function fitTemperature(rows: HeldOutOdds): Calibration {
  const [slope = 1] = fitSlopes([rows.logOdds], [SLOPE], rows);
  return { kind: 'temperature', slope: Math.max(0, slope) };
}

/**
 * Beta calibration (Kull, Silva Filho & Flach 2017) shrunk towards the identity. A slope that comes
 * out negative is set to nought and the rest fitted again, as their reference does; where both do,
 * the level is all that is left.
 */
export function fitBeta(rows: HeldOutOdds): Calibration {
  const rising = rows.logOdds.map((z) => -softplus(-z));
  const falling = rows.logOdds.map((z) => softplus(z));
  const ones = new Float64Array(rows.logOdds.length).fill(1);
  const [a = 1, b = 1, c = 0] = fitSlopes([rising, falling, ones], [SLOPE, SLOPE, SHIFT], rows);
  if (a < 0) {
    const [slope, shift] = fitOneSlope(falling, rows);
    return { kind: 'beta', a: 0, b: slope, c: shift };
  }
  if (b < 0) {
    const [slope, shift] = fitOneSlope(rising, rows);
    return { kind: 'beta', a: slope, b: 0, c: shift };
  }
  return { kind: 'beta', a, b, c };
}

function fitOneSlope(column: Float64Array, rows: HeldOutOdds): [slope: number, shift: number] {
  const ones = new Float64Array(column.length).fill(1);
  const [slope = 1, shift = 0] = fitSlopes([column, ones], [SLOPE, SHIFT], rows);
  if (slope >= 0) return [slope, shift];
  const [level = 0] = fitSlopes([ones], [SHIFT], rows);
  return [0, level];
}

/** Logistic regression on a few columns, each coefficient pulled to its belief; Newton's method. */
function fitSlopes(
  columns: readonly Float64Array[],
  beliefs: readonly Belief[],
  rows: HeldOutOdds,
): Float64Array {
  const slopes = Float64Array.from(beliefs, ({ mean }) => mean);
  let objective = lossOf(columns, slopes, { beliefs, rows });
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const change = newtonStep(columns, slopes, { beliefs, rows });
    const stepped = (share: number): Float64Array =>
      slopes.map((slope, i) => slope - share * (change[i] ?? 0));
    let share = 1;
    while (share > 1e-6 && lossOf(columns, stepped(share), { beliefs, rows }) > objective) {
      share /= 2;
    }
    const next = stepped(share);
    const reached = lossOf(columns, next, { beliefs, rows });
    const gain = objective - reached;
    if (!(gain > 0)) break;
    slopes.set(next);
    objective = reached;
    if (gain < TOLERANCE * (1 + Math.abs(objective))) break;
  }
  return slopes;
}

interface Setting {
  readonly beliefs: readonly Belief[];
  readonly rows: HeldOutOdds;
}

function lossOf(
  columns: readonly Float64Array[],
  slopes: Float64Array,
  { beliefs, rows: { labels, weights } }: Setting,
): number {
  let loss = 0;
  for (let row = 0; row < labels.length; row += 1) {
    const margin = marginAt(columns, slopes, row);
    loss += (weights[row] ?? 0) * softplus(labels[row] === 1 ? -margin : margin);
  }
  beliefs.forEach(({ mean, precision }, i) => {
    loss += (precision / 2) * ((slopes[i] ?? 0) - mean) ** 2;
  });
  return loss;
}

function newtonStep(
  columns: readonly Float64Array[],
  slopes: Float64Array,
  { beliefs, rows: { labels, weights } }: Setting,
): Float64Array {
  const misses = new Float64Array(labels.length);
  const bends = new Float64Array(labels.length);
  for (let row = 0; row < labels.length; row += 1) {
    const weight = weights[row] ?? 0;
    const chance = sigmoid(marginAt(columns, slopes, row));
    misses[row] = weight * (chance - (labels[row] ?? 0));
    bends[row] = weight * chance * (1 - chance);
  }
  const gradient = Float64Array.from(beliefs, ({ mean, precision }, i) => {
    const belief = precision * ((slopes[i] ?? 0) - mean);
    return belief + weightedDot(misses, columns[i], null);
  });
  const curvature = beliefs.flatMap(({ precision }, i) =>
    beliefs.map((_, j) => (i === j ? precision : 0) + weightedDot(bends, columns[i], columns[j])),
  );
  return solveCholesky(Float64Array.from(curvature), gradient);
}

function weightedDot(
  weights: Float64Array,
  first: Float64Array | undefined,
  second: Float64Array | null | undefined,
): number {
  let sum = 0;
  for (let row = 0; row < weights.length; row += 1) {
    sum += (weights[row] ?? 0) * (first?.[row] ?? 0) * (second?.[row] ?? 1);
  }
  return sum;
}

function marginAt(columns: readonly Float64Array[], slopes: Float64Array, row: number): number {
  return columns.reduce((sum, column, i) => sum + (slopes[i] ?? 0) * (column[row] ?? 0), 0);
}
