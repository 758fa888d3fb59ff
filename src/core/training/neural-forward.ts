import { DomainError } from '../errors/domain-error.js';
import { sigmoid } from './linear-margin.js';
import { NeuralInputLayer } from './neural-input-layer.js';
import { RowTerms, sumRows } from './row-sum.js';
import { neuralWeights } from './neural-shape.js';
import type { NeuralShape } from './neural-shape.js';

/** Gauss-Legendre on each half of [0, 1], 8 points (Abramowitz & Stegun, table 25.4). */
const PATH = [
  [0.1834346424956498, 0.362683783378362],
  [0.525532409916329, 0.3137066458778873],
  [0.7966664774136267, 0.2223810344533745],
  [0.9602898564975363, 0.1012285362903763],
].flatMap(([x = 0, w = 0]) =>
  [1 - x, 1 + x, 3 - x, 3 + x].map((at) => ({ at: at / 4, weight: w / 4 })),
);

/** Change of the log-odds per row and feature, and per row how far the raw path integral was off. */
export interface NeuralContributions {
  readonly values: Float64Array;
  readonly completenessErrors: Float64Array;
}

/** Runs the exported weights of the neural ensemble on encoded rows, without a tensor library. */
export class NeuralForward {
  private readonly input: NeuralInputLayer;
  private readonly members: number;
  private readonly width: number;
  /** Hidden weights (width x width), then each member's biases. */
  private readonly hidden: Float32Array;
  /** Hidden weights with rows and columns turned, for the way back. */
  private readonly turned: Float32Array;
  private readonly heads: Float32Array;
  private readonly headBias: Float64Array;
  /** What the hidden layer and the heads gave last; reused from row to row. */
  private readonly hiddenUnits: Float64Array;
  private readonly memberUnits: readonly Float64Array[];
  private readonly logits: Float64Array;
  private readonly terms: RowTerms;
  private readonly back: Float64Array;

  constructor(shape: NeuralShape, weights: Float64Array) {
    const blocks = neuralWeights(shape, weights);
    this.input = new NeuralInputLayer(shape, weights);
    this.members = shape.members;
    this.width = shape.width;
    this.hidden = Float32Array.from([...blocks.hidden, ...blocks.hiddenBias]);
    this.turned = this.hidden.slice(0, blocks.hidden.length).map((_, at) => {
      const [row, column] = [Math.floor(at / shape.width), at % shape.width];
      return blocks.hidden[column * shape.width + row] ?? 0;
    });
    this.heads = Float32Array.from(blocks.heads);
    this.headBias = blocks.headBias;
    const units = new Float64Array(shape.members * shape.width);
    this.hiddenUnits = units;
    this.logits = new Float64Array(shape.members);
    this.memberUnits = Array.from(this.logits, (_, m) =>
      units.subarray(m * shape.width, (m + 1) * shape.width),
    );
    this.terms = new RowTerms(shape.width + 1);
    this.back = new Float64Array(shape.width);
  }

  /** Numbers that encode a row. */
  get slotsPerRow(): number {
    return this.input.slotsPerRow;
  }

  /** Log-odds at the base point, from which contributions are measured. */
  baseLogOdds(): number {
    return this.finish(this.input.baseUnits);
  }

  /** Probability of the positive class (mean over the members), row by row. */
  probabilities(codes: Float32Array): Float64Array {
    return this.logOdds(codes).map(sigmoid);
  }

  /** Log-odds of the mean probability, row by row. */
  logOdds(codes: Float32Array): Float64Array {
    const answers = new Float64Array(this.rowsOf(codes));
    const units = new Float64Array(this.hiddenUnits.length);
    for (let row = 0; row < answers.length; row += 1) {
      this.input.apply(codes, row * this.input.slotsPerRow, units);
      answers[row] = this.finish(units);
    }
    return answers;
  }

  /**
   * Integrated gradients of the log-odds from the base to each row (rows x features). What the
   * quadrature leaves over is shared out by size, so that a row's sum is exact.
   *
   * @see Sundararajan, Taly & Yan, "Axiomatic Attribution for Deep Networks" (ICML 2017).
   */
  contributions(codes: Float32Array): NeuralContributions {
    const completenessErrors = new Float64Array(this.rowsOf(codes));
    const { features, slotsPerRow } = this.input;
    const values = new Float64Array(completenessErrors.length * features);
    const base = this.baseLogOdds();
    const units = new Float64Array(this.hiddenUnits.length);
    for (let row = 0; row < completenessErrors.length; row += 1) {
      this.input.apply(codes, row * slotsPerRow, units);
      const target = this.finish(units) - base;
      const parts = values.subarray(row * features, (row + 1) * features);
      this.input.project(codes, row * slotsPerRow, this.pathGradient(units), parts);
      completenessErrors[row] = shareOut(parts, target);
    }
    return { values, completenessErrors };
  }

  private rowsOf(codes: Float32Array): number {
    const rows = codes.length / this.input.slotsPerRow;
    if (Number.isInteger(rows)) return rows;
    throw new DomainError('rows-misshapen', `${this.input.slotsPerRow} numbers a row expected`);
  }

  /** Everything after the first layer: fills `hiddenUnits` and `logits`, answers the log-odds. */
  private finish(units: Float64Array): number {
    for (const [m, answer] of this.memberUnits.entries()) {
      this.mix(units, m, answer);
      let logit = this.headBias[m] ?? 0;
      for (let i = 0; i < answer.length; i += 1) {
        logit += Math.max(0, answer[i] ?? 0) * (this.heads[m * this.width + i] ?? 0);
      }
      this.logits[m] = logit;
    }
    const [yes, no] = shares(this.logits);
    return Math.log(yes / no);
  }

  /** The hidden layer of one member; inputs that are off are passed over. */
  private mix(units: Float64Array, member: number, answer: Float64Array): void {
    const { width, terms } = this;
    terms.clear();
    terms.note((width + member) * width, 1);
    for (let i = 0; i < width; i += 1) {
      terms.note(i * width, Math.max(0, units[member * width + i] ?? 0));
    }
    sumRows(this.hidden, terms, answer);
  }

  /** Gradient of the log-odds by the first layer's units, averaged along the path from the base. */
  private pathGradient(target: Float64Array): Float64Array {
    const gradient = new Float64Array(target.length);
    const point = new Float64Array(target.length);
    for (const { at, weight } of PATH) {
      for (let i = 0; i < point.length; i += 1) {
        const from = this.input.baseUnits[i] ?? 0;
        point[i] = from + at * ((target[i] ?? 0) - from);
      }
      this.finish(point);
      this.addGradient(point, weight, gradient);
    }
    return gradient;
  }

  /** Back-propagates from what `finish` has just left behind. */
  private addGradient(units: Float64Array, weight: number, gradient: Float64Array): void {
    const { width, back } = this;
    const slopes = this.memberSlopes();
    for (const [m, answer] of this.memberUnits.entries()) {
      this.unmix(m, answer);
      const share = weight * (slopes[m] ?? 0);
      for (let i = 0; i < width; i += 1) {
        const at = m * width + i;
        if ((units[at] ?? 0) > 0) gradient[at] = (gradient[at] ?? 0) + share * (back[i] ?? 0);
      }
    }
  }

  /** Derivative of one member's logit by its hidden layer's inputs, into `back`. */
  private unmix(member: number, answer: Float64Array): void {
    const { width, terms } = this;
    terms.clear();
    for (let j = 0; j < width; j += 1) {
      if ((answer[j] ?? 0) > 0) terms.note(j * width, this.heads[member * width + j] ?? 0);
    }
    sumRows(this.turned, terms, this.back);
  }

  /** Derivative of the log-odds of the mean probability by each member's logit. */
  private memberSlopes(): Float64Array {
    const [yes, no] = shares(this.logits);
    const scale = this.members / yes / no;
    return this.logits.map((logit) => scale * sigmoid(logit) * sigmoid(-logit));
  }
}

/** Sums of the members' probabilities for and against; neither loses digits near 0 or 1. */
function shares(logits: Float64Array): readonly [yes: number, no: number] {
  let [yes, no] = [0, 0];
  for (const logit of logits) {
    yes += sigmoid(logit);
    no += sigmoid(-logit);
  }
  return [yes, no];
}

/** Makes the parts add up to the target; answers how far they were off. */
function shareOut(parts: Float64Array, target: number): number {
  const size = parts.reduce((sum, part) => sum + Math.abs(part), 0);
  const missing = target - parts.reduce((sum, part) => sum + part, 0);
  if (size > 0) parts.forEach((part, i) => (parts[i] = part + (missing * Math.abs(part)) / size));
  return missing;
}
