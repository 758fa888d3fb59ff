import { inputSlots } from '../core/training/neural-shape.js';
import { NeuralForward } from '../core/training/neural-forward.js';
import { DenseInputs } from './dense-inputs.js';
import type { NeuralRows } from './neural-rows.js';

const HALVINGS = 40;
const CANDIDATES = 2000;

/**
 * Appends the base point that contributions are measured from: the mean row, moved towards the
 * nearest row on the other side of the base rate until the ensemble answers exactly that rate, so
 * that contributions add up to the difference from it.
 */
export function withBase(rows: NeuralRows, trained: Float32Array): Float64Array {
  const { shape, codes, labels, weights } = rows;
  const dense = new DenseInputs(shape.inputs);
  const mean = dense.mean(codes, weights);
  const all = new Float64Array(trained.length + dense.columns);
  all.set(trained);
  all.set(mean, trained.length);
  const [yes, no] = [1, 0].map((label) =>
    weights.reduce((sum, weight, row) => sum + (labels[row] === label ? weight : 0), 0),
  );
  const target = Math.log((yes ?? 0) / (no ?? 0));
  const forward = new NeuralForward(shape, all);
  const meanIsAbove = forward.baseLogOdds() > target;
  const isOnOtherSide = (row: Float32Array): boolean =>
    forward.logOdds(row).some((logOdds) => logOdds > target !== meanIsAbove);
  const other = nearestRow(rows, dense, mean, isOnOtherSide);
  if (other === null) return all;
  let [low, high] = [0, 1];
  for (let i = 0; i < HALVINGS; i += 1) {
    const middle = (low + high) / 2;
    const point = mean.map((value, c) => value + middle * ((other[c] ?? 0) - value));
    all.set(point, trained.length);
    const isAbove = new NeuralForward(shape, all).baseLogOdds() > target;
    if (isAbove === meanIsAbove) low = middle;
    else high = middle;
  }
  return all;
}

/** The input of the row nearest to a point among those that fit; null where none does. */
function nearestRow(
  { split, codes, shape }: NeuralRows,
  dense: DenseInputs,
  point: Float64Array,
  fits: (row: Float32Array) => boolean,
): Float32Array | null {
  const every = Math.max(1, Math.floor(split.train.length / CANDIDATES));
  const rows = split.train.filter((_, i) => i % every === 0);
  const slots = shape.inputs.reduce((sum, input) => sum + inputSlots(input), 0);
  let nearest: Float32Array | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    if (!fits(codes.subarray(row * slots, (row + 1) * slots))) continue;
    const input = dense.matrix(codes, Uint32Array.of(row));
    const distance = input.reduce((sum, value, c) => sum + (value - (point[c] ?? 0)) ** 2, 0);
    if (distance >= least) continue;
    nearest = input;
    least = distance;
  }
  return nearest;
}
