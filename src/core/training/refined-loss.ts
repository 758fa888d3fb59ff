import type { BoostingTargets } from './boosting-loss.js';

const MOST_STEPS = 12;

/** Log-odds that the level moves in a step, at most: beyond, the curve says nothing of where it leads. */
const FARTHEST = 2;

/** Of a step that makes the loss rise a half is tried, and so on; with less of it there is no way down. */
const LEAST_SHARE = 1e-3;

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
    let sums = this.sums(scores);
    for (let step = 0; step < MOST_STEPS; step += 1) {
      const [level, slope] = this.step(sums);
      if (Math.abs(level) < CLOSE && Math.abs(slope) < CLOSE) break;
      const next = this.descend(scores, sums.loss, [level, slope]);
      if (next === null) break;
      sums = next;
    }
    return sums.loss;
  }

  /** What a score becomes with the level and the slope that were found last. */
  mended(score: number): number {
    return this.start + this.level + this.slope * (score - this.start);
  }

  /** Goes back by a step, or by less where the loss would rise; null where it does whatever the share. */
  private descend(
    scores: Float64Array,
    before: number,
    [level, slope]: readonly [number, number],
  ): LossSums | null {
    const from = { level: this.level, slope: this.slope };
    for (let share = 1; share > LEAST_SHARE; share /= 2) {
      this.level = from.level - share * level;
      this.slope = from.slope - share * slope;
      const sums = this.sums(scores);
      if (sums.loss <= before) return sums;
    }
    this.level = from.level;
    this.slope = from.slope;
    return null;
  }

  /** How far to go back: as far as the slope may, and along the level alone where it is at its end. */
  private step({ byLevel, bySlope, levelTwice, both, slopeTwice }: LossSums): [number, number] {
    const determinant = levelTwice * slopeTwice - both ** 2;
    const slope = (levelTwice * bySlope - both * byLevel) / determinant;
    const level = (slopeTwice * byLevel - both * bySlope) / determinant;
    const next = this.slope - slope;
    if (next >= 0 && next <= 1) return held(level, slope);
    const end = next < 0 ? 0 : 1;
    const share = (this.slope - end) / slope;
    // Nothing is above nought where all scores are alike: then the slope does not matter.
    if (determinant > 0 && Math.abs(this.slope - end) > CLOSE) {
      return held(share * level, this.slope - end);
    }
    // Nor where every row is as right as numbers can say.
    return held(byLevel / levelTwice || 0, 0);
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

/** A step in the same direction whose level does not go too far. */
function held(level: number, slope: number): [number, number] {
  const share = Math.min(1, FARTHEST / Math.abs(level));
  return [share * level, share * slope];
}
