import type { BoostingTargets } from './boosting-loss.js';

const MOST_STEPS = 12;

/** Log-odds that the level moves in a step, at most: beyond, the curve says nothing of where it leads. */
const FARTHEST = 2;

/** Nearer to the least loss it changes by its square. */
const CLOSE = 1e-3;

/** Sums over the rows: the loss, and its derivatives by level and slope. */
interface LossSums {
  loss: number;
  byLevel: number;
  bySlope: number;
  levelTwice: number;
  both: number;
  slopeTwice: number;
}

/**
 * What remains of the log loss of rows once their log-odds have the right level and are no surer
 * than they may be: how well rows are told apart. Over time the level moves by itself and what was
 * sure becomes less so; both are for calibration to mend, and no reason to stop learning. Log-odds
 * that are not sure enough are as bad as they are: more trees mend that.
 *
 * @see Berta, Holzmüller, Jordan & Bach, "Rethinking Early Stopping: Refine, Then Calibrate" (2025).
 */
export class RefinedLoss {
  /** Where the last search ended: the next one begins there. */
  private level = 0;
  private slope = 1;

  /** `rows` are those that are judged; scores move away from the log-odds `start`. */
  constructor(
    private readonly on: BoostingTargets,
    private readonly rows: Int32Array,
    private readonly start: number,
  ) {}

  /** Weighted sum over the rows; Newton's method, the slope within 0 and 1. */
  of(scores: Float64Array): number {
    for (let step = 0; step < MOST_STEPS; step += 1) {
      const sums = this.sums(scores);
      const [level, slope] = this.step(sums);
      if (Math.abs(level) < CLOSE && Math.abs(slope) < CLOSE) return sums.loss;
      this.level -= Math.max(-FARTHEST, Math.min(FARTHEST, level));
      this.slope -= slope;
    }
    return this.sums(scores).loss;
  }

  /** How far to go back; along the level alone where the slope is at its end. */
  private step({ byLevel, bySlope, levelTwice, both, slopeTwice }: LossSums): [number, number] {
    const determinant = levelTwice * slopeTwice - both ** 2;
    const slope = (levelTwice * bySlope - both * byLevel) / determinant;
    const next = this.slope - slope;
    if (next >= 0 && next <= 1) {
      return [(slopeTwice * byLevel - both * bySlope) / determinant, slope];
    }
    const end = next < 0 ? 0 : 1;
    // No number where all scores are alike: then the slope does not matter.
    if (this.slope !== end && !Number.isNaN(next)) return [0, this.slope - end];
    // Nor where every row is as right as numbers can say.
    return [byLevel / levelTwice || 0, 0];
  }

  private sums(scores: Float64Array): LossSums {
    const { on, rows, start, level, slope } = this;
    const sums = { loss: 0, byLevel: 0, bySlope: 0, levelTwice: 0, both: 0, slopeTwice: 0 };
    for (const row of rows) {
      const moved = (scores[row] ?? 0) - start;
      const odds = start + level + slope * moved;
      const target = on.targets[row] ?? 0;
      const weight = on.weights[row] ?? 0;
      // Logistic function and softplus by one exponential: this is done for every tree.
      const small = Math.exp(-Math.abs(odds));
      const chance = (odds < 0 ? small : 1) / (1 + small);
      sums.loss += weight * (Math.max(0, odds) + Math.log(1 + small) - target * odds);
      const off = weight * (chance - target);
      const bend = weight * chance * (1 - chance);
      sums.byLevel += off;
      sums.bySlope += off * moved;
      sums.levelTwice += bend;
      sums.both += bend * moved;
      sums.slopeTwice += bend * moved ** 2;
    }
    return sums;
  }
}
