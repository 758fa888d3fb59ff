import type { FeatureTable } from '../features/feature-schema.js';
import { selectRows } from '../features/table-rows.js';
import { rankingMetrics } from '../statistics/ranking-metrics.js';
import { rankLabels } from '../statistics/scored-labels.js';
import { normalCdf, normalQuantile } from '../statistics/special-functions.js';
import type { Learner } from '../training/classifier.js';

/** How well rows of then and of now can be told apart by all their columns together. */
export interface DomainDrift {
  /** .5: not at all. Of rows that the classifier had not seen. */
  readonly rocAuc: number;
  /** One-sided, that it is above .5 by more than chance. */
  readonly p: number;
  /** The shift of one normal, in standard deviations, that would be told apart as well. */
  readonly effect: number;
}

/** Mann and Whitney's variance of the area where there is nothing to tell. */
function chance(n: number, m: number): number {
  return Math.sqrt((n + m + 1) / (12 * n * m));
}

/**
 * Tells rows of two samples apart with a learner on two halves in turn, each judged on the other
 * (Lopez-Paz & Oquab 2017): what no column shows by itself. Halves are contiguous, so that rows that
 * hang together stay on one side. Null where a learner has too little.
 */
export async function domainDrift(
  table: FeatureTable,
  isCurrent: Uint8Array,
  { learner, random }: { readonly learner: Learner; readonly random: () => number },
): Promise<DomainDrift | null> {
  const sides = [0, 1].map((side) =>
    Array.from(isCurrent.keys()).filter((row) => isCurrent[row] === side),
  );
  const half = (wanted: 0 | 1): Uint32Array =>
    Uint32Array.from(
      sides.flatMap((rows) => {
        const middle = rows.length >> 1;
        return wanted === 0 ? rows.slice(0, middle) : rows.slice(middle);
      }),
    );
  const areas: number[] = [];
  for (const [seen, unseen] of [
    [half(0), half(1)],
    [half(1), half(0)],
  ] as const) {
    const area = await areaOf(table, isCurrent, { seen, unseen, learner, random });
    if (area === null) return null;
    areas.push(area);
  }
  const rocAuc = areas.reduce((sum, area) => sum + area, 0) / areas.length;
  const [n, m] = [sides[0]?.length ?? 0, sides[1]?.length ?? 0];
  const p = 1 - normalCdf((rocAuc - 0.5) / chance(n, m));
  const effect = Math.max(0, Math.SQRT2 * normalQuantile(Math.min(rocAuc, 1 - 1e-9)));
  return { rocAuc, p, effect };
}

async function areaOf(
  table: FeatureTable,
  labels: Uint8Array,
  fold: {
    readonly seen: Uint32Array;
    readonly unseen: Uint32Array;
    readonly learner: Learner;
    readonly random: () => number;
  },
): Promise<number | null> {
  const { seen, unseen, learner, random } = fold;
  const set = {
    table: selectRows(table, seen),
    labels: Uint8Array.from(seen, (row) => labels[row] ?? 0),
    weights: new Float64Array(seen.length).fill(1),
  };
  const fitted = await learner.fit(set, random);
  if (fitted.kind !== 'fitted') return null;
  const probabilities = fitted.classifier.predict(selectRows(table, unseen));
  const told = Uint8Array.from(unseen, (row) => labels[row] ?? 0);
  return rankingMetrics(rankLabels({ labels: told, probabilities })).rocAuc;
}
