import { normal } from '../statistics/random.js';
import { blockCosts, blockOf } from './cost-blocks.js';
import { currentLevel } from './cost-history.js';
import type { LevelChoice } from './level-choice.js';
import { kernelWidth, smoothedShares } from './loss-smoothing.js';
import type { ThresholdEvidence } from './threshold-evidence.js';
import { catchLevels, scaled } from './threshold-grid.js';

/** A threshold's level, scaled, with the pages it sends in each block. */
export interface DrawnLevel {
  readonly z: number;
  readonly pages: Float64Array;
}

interface DrawnFailure {
  readonly value: number;
  readonly pieces: readonly {
    readonly low: number;
    readonly high: number;
    readonly share: number;
  }[];
}

/** What a threshold costs more than the current one in weeks like those seen. */
export interface DrawnWeeks {
  readonly count: number;
  /** A level of the grid. */
  readonly gridLevel: (g: number) => DrawnLevel;
  /** Any level. */
  readonly levelAt: (level: number) => DrawnLevel;
  /** The difference in a week like block `block`: its failures as they might have been. */
  readonly draw: (level: DrawnLevel, block: number, random: () => number) => number;
  /** The expected difference over the whole history. */
  readonly expected: (level: number) => number;
}

function shareAt({ pieces }: DrawnFailure, z: number): number {
  for (const { low, high, share } of pieces) if (low <= z && z < high) return share;
  return 1;
}

function failuresByBlock({ history }: LevelChoice): DrawnFailure[][] {
  const { evidence, blocks } = history;
  const byBlock = Array.from({ length: blocks.count }, (): DrawnFailure[] => []);
  for (const { failure, pieces } of evidence.losses) {
    byBlock[blockOf(blocks, failure.startedAt)]?.push({
      value: failure.valueLost,
      pieces: pieces.map(({ low, high, share }) => ({
        low: low <= evidence.lowest ? -Infinity : scaled(low, evidence),
        high: scaled(high, evidence),
        share,
      })),
    });
  }
  return byBlock;
}

function smoothedLoss(evidence: ThresholdEvidence, z: number, width: number): number {
  return evidence.losses.reduce((sum, loss) => {
    // Where nothing pages all is lost; the kernel knows no infinity.
    const share = Number.isFinite(z)
      ? (smoothedShares(loss, evidence, { scaled: Float64Array.of(z), width })[0] ?? 1)
      : 1;
    return sum + loss.failure.valueLost * share;
  }, 0);
}

const total = (list: Float64Array): number => list.reduce((sum, one) => sum + one, 0);

/**
 * Draws weeks like those seen. That no failure was seen between two thresholds does not say that none
 * will come: each is moved by the kernel that smooths the cost curve too, the same for both thresholds.
 */
export function drawnWeeks(choice: LevelChoice): DrawnWeeks {
  const { history, goals } = choice;
  const { evidence, blocks, grid, costs } = history;
  const width = kernelWidth(catchLevels(evidence));
  const failures = failuresByBlock(choice);
  const levelAt = (level: number): DrawnLevel => {
    const { pages } = blockCosts(evidence, Float64Array.of(level), blocks);
    return { z: scaled(level, evidence), pages: Float64Array.from(pages, ([count]) => count ?? 0) };
  };
  const now = levelAt(currentLevel(goals));
  return {
    count: blocks.count,
    levelAt,
    gridLevel: (g) => ({
      z: scaled(grid[g] ?? 0, evidence),
      pages: Float64Array.from(costs.pages, (row) => row[g] ?? 0),
    }),
    draw: ({ z, pages }, block, random) => {
      let sum = goals.costPage * ((pages[block] ?? 0) - (now.pages[block] ?? 0));
      for (const failure of failures[block] ?? []) {
        const moved = width * normal(random);
        sum += failure.value * (shareAt(failure, z - moved) - shareAt(failure, now.z - moved));
      }
      return sum;
    },
    expected: (level) => {
      const { z, pages } = levelAt(level);
      const lost = smoothedLoss(evidence, z, width) - smoothedLoss(evidence, now.z, width);
      return goals.costPage * (total(pages) - total(now.pages)) + lost;
    },
  };
}
