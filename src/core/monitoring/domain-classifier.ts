import type { FeatureTable } from '../features/feature-schema.js';
import { selectRows } from '../features/table-rows.js';
import { rankingMetrics } from '../statistics/ranking-metrics.js';
import { rankLabels } from '../statistics/scored-labels.js';
import { normalCdf, normalQuantile } from '../statistics/special-functions.js';
import type { Learner } from '../training/classifier.js';
import type { SeriesOrder } from './coded-series.js';
import type { DomainFold } from './domain-chance.js';
import { domainChance } from './domain-chance.js';

/** How well rows of then and of now can be told apart by all their columns together. */
export interface DomainDrift {
  /** .5: not at all. Of rows that the classifier had not seen. */
  readonly rocAuc: number;
  /** One-sided, that it is above .5 by more than chance; null where too few independent rows are left. */
  readonly p: number | null;
  /** The shift of one normal, in standard deviations, that would be told apart as well. */
  readonly effect: number;
}

/**
 * Tells rows of two samples apart with a learner on two halves in turn, each judged on the other
 * (Lopez-Paz & Oquab 2017): what no column shows by itself. Halves are contiguous, so that rows that
 * hang together stay on one side. Null where a learner has too little.
 */
export async function domainFolds(
  table: FeatureTable,
  { reference, current }: SeriesOrder,
  { learner, random }: { readonly learner: Learner; readonly random: () => number },
): Promise<DomainFold[] | null> {
  const [before, now] = [reference.length >> 1, current.length >> 1];
  const early = { reference: reference.subarray(0, before), current: current.subarray(0, now) };
  const late = { reference: reference.subarray(before), current: current.subarray(now) };
  const folds: DomainFold[] = [];
  for (const [known, unseen] of [
    [early, late],
    [late, early],
  ] as const) {
    const seen = Uint32Array.of(...known.reference, ...known.current);
    const set = {
      table: selectRows(table, seen),
      labels: new Uint8Array(seen.length).fill(1, known.reference.length),
      weights: new Float64Array(seen.length).fill(1),
    };
    const fitted = await learner.fit(set, random);
    if (fitted.kind !== 'fitted') return null;
    const told = (side: Uint32Array): Float64Array =>
      fitted.classifier.predict(selectRows(table, side));
    folds.push({ reference: told(unseen.reference), current: told(unseen.current) });
  }
  return folds;
}

function areaOf({ reference, current }: DomainFold): number {
  const labels = new Uint8Array(reference.length + current.length).fill(1, reference.length);
  const probabilities = Float64Array.of(...reference, ...current);
  return rankingMetrics(rankLabels({ labels, probabilities })).rocAuc;
}

/** Chances of the halves that have one, as one: the halves may say the same, so two are no surer. */
function chanceOf(chances: readonly number[]): number {
  const deviates = chances.map((p) => normalQuantile(Math.min(1 - 1e-9, p)));
  return normalCdf(deviates.reduce((sum, one) => sum + one, 0) / deviates.length);
}

/** How far apart rows are that a classifier had not seen. */
export function domainDrift(folds: readonly DomainFold[], random: () => number): DomainDrift {
  const rocAuc = folds.reduce((sum, fold) => sum + areaOf(fold), 0) / folds.length;
  const chances = folds.flatMap((fold) => domainChance(fold, random) ?? []);
  const p = chances.length === 0 ? null : chanceOf(chances);
  const effect = Math.max(0, Math.SQRT2 * normalQuantile(Math.min(rocAuc, 1 - 1e-9)));
  return { rocAuc, p, effect };
}
