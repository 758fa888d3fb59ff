import { gammaVariate } from '../statistics/gamma-variate.js';
import { KIND_PRIOR, type DropGrid } from './drop-posterior.js';
import type { CandidateWindow, FailureScan } from './failure-window.js';

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

/** A figure known from a gamma prior (mean, relative variance) and a count out of an exposure. */
function drawMean(
  prior: { readonly mean: number; readonly excess: number },
  count: number,
  exposure: number,
  random: () => number,
): number {
  const shape = 1 / Math.max(prior.excess, 1e-6);
  return gammaVariate(shape + count, random) / (shape / prior.mean + exposure);
}

function lossSampler({ window, posterior }: CandidateWindow): (random: () => number) => LossDraw {
  const [rate, entries] = [dropSampler(posterior.rate), dropSampler(posterior.entries)];
  const logs = [
    Math.log(KIND_PRIOR.rate) + rate.logTotal,
    Math.log(KIND_PRIOR.entries) + entries.logTotal,
    Math.log(KIND_PRIOR.both) + rate.logTotal + entries.logTotal,
  ];
  const top = Math.max(...logs);
  const kinds = logs.map((log) => Math.exp(log - top));
  return (random) => {
    const kind = drawIndex(kinds, random);
    const rateDrop = kind === 1 ? 0 : rate.draw(random);
    const entriesDrop = kind === 0 ? 0 : entries.draw(random);
    const { entered, converted, expectedEntries, entriesExcess, rateExcess } = window;
    // Where no one stayed away, as many would have come as came: a surge is not undone.
    const wouldCome =
      kind === 0
        ? gammaVariate(entered + 0.5, random)
        : drawMean(
            { mean: expectedEntries, excess: entriesExcess },
            entered,
            1 - entriesDrop,
            random,
          );
    const usual = { mean: window.rate, excess: rateExcess };
    const usualRate = Math.min(1, drawMean(usual, converted, entered * (1 - rateDrop), random));
    const relativeDrop = 1 - (1 - rateDrop) * (1 - entriesDrop);
    return { loss: wouldCome * usualRate * relativeDrop, relativeDrop };
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

/** Draws from the posterior of the loss: over windows, kinds and sizes of drop, and what is usual. */
export function drawLosses(scan: FailureScan, draws: number, random: () => number): LossDraw[] {
  const samplers = new Map<number, (random: () => number) => LossDraw>();
  const ends = new Float64Array(scan.candidates.length);
  let sum = 0;
  scan.candidates.forEach(({ weight }, i) => {
    sum += weight;
    ends[i] = sum;
  });
  const result: LossDraw[] = [];
  for (let draw = 0; draw < draws; draw += 1) {
    const at = random() * (sum + scan.none);
    const index = firstAbove(ends, at);
    const candidate = scan.candidates[index];
    if (!candidate) {
      result.push({ loss: 0, relativeDrop: 0 });
      continue;
    }
    const sampler = samplers.get(index) ?? lossSampler(candidate);
    samplers.set(index, sampler);
    result.push(sampler(random));
  }
  return result;
}
