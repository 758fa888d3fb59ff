import { gammaVariate } from '../statistics/gamma-variate.js';
import { normalQuantile } from '../statistics/special-functions.js';
import { KIND_PRIOR, entriesDropGrid, rateDropGrid, type DropGrid } from './drop-posterior.js';
import type { FailurePiece } from './failure-pieces.js';
import type { FailureScan } from './failure-window.js';

export interface LossDraw {
  readonly loss: number;
  readonly relativeDrop: number;
}

function drawIndex(weights: readonly number[], random: () => number): number {
  let left = random() * weights.reduce((sum, weight) => sum + weight, 0);
  for (let i = 0; i < weights.length; i += 1) {
    left -= weights[i] ?? 0;
    if (left < 0) return i;
  }
  return weights.length - 1;
}

interface DropSampler {
  readonly logTotal: number;
  draw(random: () => number): number;
}

function dropSampler(grid: DropGrid): DropSampler {
  const top = Math.max(...grid.logWeights);
  const weights = Array.from(grid.logWeights, (weight) => Math.exp(weight - top));
  return {
    logTotal: top + Math.log(weights.reduce((sum, weight) => sum + weight, 0)),
    draw(random): number {
      const cell = drawIndex(weights, random);
      const [from, to] = [grid.edges[cell] ?? 0, grid.edges[cell + 1] ?? 1];
      return from + random() * (to - from);
    },
  };
}

/** The gamma variate (scale 1) that lies `z` standard deviations out (Wilson & Hilferty 1931). */
function gammaAt(shape: number, z: number): number {
  return shape * Math.max(0, 1 - 1 / (9 * shape) + z / (3 * Math.sqrt(shape))) ** 3;
}

/** A figure known from a gamma prior (mean, relative variance) and a count out of an exposure. */
function meanAt(
  prior: { readonly mean: number; readonly excess: number },
  count: number,
  exposure: number,
  z: number,
): number {
  const shape = 1 / Math.max(prior.excess, 1e-6);
  return gammaAt(shape + count, z) / (shape / prior.mean + exposure);
}

/**
 * How far from usual demand and readiness were, in standard deviations: what strays does so for
 * hours, and alike in all pieces of a failure, or it would even out between them.
 */
interface Mood {
  readonly demand: number;
  readonly readiness: number;
}

/** What one piece of a failure cost, of how much. */
interface PieceDraw {
  readonly loss: number;
  readonly usual: number;
}

type PieceSampler = (mood: Mood, random: () => number) => PieceDraw;

/** Weighs the drops anew: few of the pieces of a scan are ever drawn, and all of their grids are much to keep. */
function pieceSampler({ window }: FailurePiece): PieceSampler {
  const rate = dropSampler(rateDropGrid(window));
  const entries = dropSampler(entriesDropGrid(window));
  const logs = [
    Math.log(KIND_PRIOR.rate) + rate.logTotal,
    Math.log(KIND_PRIOR.entries) + entries.logTotal,
    Math.log(KIND_PRIOR.both) + rate.logTotal + entries.logTotal,
  ];
  const top = Math.max(...logs);
  const kinds = logs.map((log) => Math.exp(log - top));
  return (mood, random) => {
    const kind = drawIndex(kinds, random);
    const rateDrop = kind === 1 ? 0 : rate.draw(random);
    const entriesDrop = kind === 0 ? 0 : entries.draw(random);
    const { entered, converted, expectedEntries, entriesExcess, entriesReach, rateExcess } = window;
    // That as many came in with the journey as did is chance too: it is known, but not a usual demand.
    const demandExcess = entriesExcess + entriesReach / Math.max(expectedEntries, 1);
    // Where no one stayed away, as many would have come as came: a surge is not undone.
    const wouldCome =
      kind === 0
        ? gammaVariate(entered + 0.5, random)
        : meanAt(
            { mean: expectedEntries, excess: demandExcess },
            entered,
            1 - entriesDrop,
            mood.demand,
          );
    const usual = { mean: window.rate, excess: rateExcess };
    const usualRate = Math.min(
      1,
      meanAt(usual, converted, entered * (1 - rateDrop), mood.readiness),
    );
    const wouldConvert = wouldCome * usualRate;
    const relativeDrop = 1 - (1 - rateDrop) * (1 - entriesDrop);
    return { loss: wouldConvert * relativeDrop, usual: wouldConvert };
  };
}

/** Index of the first of the ascending values that is above `at`; their number where none is. */
function firstAbove(ascending: Float64Array, at: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) > at) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The weights of what may come next, added up, so that one is found in few steps. */
function runningSums(logs: readonly number[]): Float64Array {
  const top = Math.max(...logs);
  let sum = 0;
  return Float64Array.from(logs, (log) => (sum += Math.exp(log - top)));
}

/** Draws whole failures, piece after piece; what each step chooses from is worked out once. */
class FailureSampler {
  private readonly samplers = new Map<FailurePiece, PieceSampler>();
  private readonly sums = new Map<number, Float64Array>();
  private readonly first: Float64Array;

  constructor(
    private readonly scan: FailureScan,
    private readonly random: () => number,
  ) {
    let sum = 0;
    this.first = Float64Array.from(scan.candidates, ({ weight }) => (sum += weight));
  }

  draw(): LossDraw {
    const { scan, random } = this;
    const [demand, readiness] = [normalQuantile(1 - random()), normalQuantile(1 - random())];
    const at = random() * ((this.first.at(-1) ?? 0) + scan.none);
    let piece: FailurePiece | undefined = scan.candidates[firstAbove(this.first, at)];
    let [loss, usual] = [0, 0];
    while (piece !== undefined) {
      const drawn = this.samplerOf(piece)({ demand, readiness }, random);
      loss += drawn.loss;
      usual += drawn.usual;
      piece = this.after(piece);
    }
    return { loss, relativeDrop: usual > 0 ? loss / usual : 0 };
  }

  private after(piece: FailurePiece): FailurePiece | undefined {
    const { course } = this.scan;
    if (this.random() >= course.goesOn(piece)) return undefined;
    const next = course.piecesFrom(piece.end);
    const known = this.sums.get(piece.end);
    const sums = known ?? runningSums(next.map((one) => course.logOf(one)));
    this.sums.set(piece.end, sums);
    return next[firstAbove(sums, this.random() * (sums.at(-1) ?? 0))];
  }

  private samplerOf(piece: FailurePiece): PieceSampler {
    const sampler = this.samplers.get(piece) ?? pieceSampler(piece);
    this.samplers.set(piece, sampler);
    return sampler;
  }
}

/** Draws from the posterior of the loss: over runs, kinds and sizes of drop, and what is usual. */
export function drawLosses(scan: FailureScan, draws: number, random: () => number): LossDraw[] {
  const sampler = new FailureSampler(scan, random);
  return Array.from({ length: draws }, () => sampler.draw());
}
