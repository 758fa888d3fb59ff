import type { Calibration, HeldOutOdds } from './calibration.js';
import { logOdds as oddsOf } from './linear-margin.js';

/** Held-out scores put into groups: mean score, share of positives, weight; scores ascending. */
export interface ScoreGroups {
  readonly scores: Float64Array;
  readonly shares: Float64Array;
  readonly weights: Float64Array;
}

/** The two probabilities of a Venn-Abers prediction: isotonic fits with the row as 0 and as 1. */
export interface VennAbersPair {
  readonly p0: number;
  readonly p1: number;
}

// So many that rounding a score to its group moves it by a third of a per cent of the rows at most.
const MOST_GROUPS = 300;

/**
 * Inductive Venn-Abers (Vovk, Petej & Fedorova 2015) on scores rounded to at most 300 groups: each
 * group's merged probability p1 / (1 - p0 + p1) is a knot. In between it is interpolated, so that
 * no two scores are tied that were not before.
 */
export function fitVennAbers(rows: HeldOutOdds): Calibration {
  const groups = groupScores(rows, MOST_GROUPS);
  const values = Array.from(groups.scores, (_, group) => {
    const { p0, p1 } = vennAbersPair(groups, group);
    return oddsOf(p1 / (1 - p0 + p1));
  });
  return { kind: 'venn-abers', knots: [...groups.scores], values };
}

/** Equal scores together; neighbours joined until no more than `most` groups of like weight are left. */
export function groupScores({ logOdds, labels, weights }: HeldOutOdds, most: number): ScoreGroups {
  const order = Uint32Array.from(labels, (_, row) => row).filter((row) => (weights[row] ?? 0) > 0);
  order.sort((a, b) => (logOdds[a] ?? 0) - (logOdds[b] ?? 0));
  const total = order.reduce((sum, row) => sum + (weights[row] ?? 0), 0);
  const sums: { score: number; positives: number; weight: number }[] = [];
  let [before, full, last] = [0, 0, Number.NaN];
  for (const row of order) {
    const score = logOdds[row] ?? 0;
    const weight = weights[row] ?? 0;
    let group = sums.at(-1);
    if (group === undefined || (score !== last && before >= full)) {
      group = { score: 0, positives: 0, weight: 0 };
      sums.push(group);
      full = before + total / most;
    }
    group.score += weight * score;
    group.positives += weight * (labels[row] ?? 0);
    group.weight += weight;
    before += weight;
    last = score;
  }
  return {
    scores: Float64Array.from(sums, ({ score, weight }) => score / weight),
    shares: Float64Array.from(sums, ({ positives, weight }) => positives / weight),
    weights: Float64Array.from(sums, ({ weight }) => weight),
  };
}

/** What the isotonic fit says of a group once one row more, of label 0 or of label 1, is in it. */
export function vennAbersPair(groups: ScoreGroups, group: number): VennAbersPair {
  return { p0: isotonicWith(groups, group, 0), p1: isotonicWith(groups, group, 1) };
}

interface Block {
  readonly sum: number;
  readonly weight: number;
  readonly holds: boolean;
}

/** The isotonic (pool adjacent violators) fit at one group, to which a row is added. */
function isotonicWith({ shares, weights }: ScoreGroups, group: number, label: 0 | 1): number {
  const blocks: Block[] = [];
  shares.forEach((share, i) => {
    const weight = weights[i] ?? 0;
    const holds = i === group;
    const added = { sum: share * weight + label, weight: weight + 1, holds };
    pool(blocks, holds ? added : { sum: share * weight, weight, holds });
  });
  const found = blocks.find(({ holds }) => holds);
  return found === undefined ? Number.NaN : found.sum / found.weight;
}

/** Adds a block and joins it with those below whose mean is not smaller. */
function pool(blocks: Block[], added: Block): void {
  let block = added;
  for (
    let below = blocks.at(-1);
    below !== undefined && below.sum * block.weight >= block.sum * below.weight;
    below = blocks.at(-1)
  ) {
    blocks.pop();
    block = {
      sum: below.sum + block.sum,
      weight: below.weight + block.weight,
      holds: below.holds || block.holds,
    };
  }
  blocks.push(block);
}
