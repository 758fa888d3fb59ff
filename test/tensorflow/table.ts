import type { FeatureTable } from '../../src/core/features/feature-schema.js';
import type { TrainingSet } from '../../src/core/training/classifier.js';

export type Column = Float64Array | readonly (string | null)[];

/** A table from named columns; a column's type says its kind. */
export function aTable(columns: Readonly<Record<string, Column>>): FeatureTable {
  const numeric = new Map<string, Float64Array>();
  const categorical = new Map<string, readonly (string | null)[]>();
  const features = Object.entries(columns).map(([name, column]) => {
    if (column instanceof Float64Array) {
      numeric.set(name, column);
      return { name, kind: 'numeric' } as const;
    }
    categorical.set(name, column);
    return { name, kind: 'categorical' } as const;
  });
  const rows = Object.values(columns)[0]?.length ?? 0;
  return { schema: { features }, rows, numeric, categorical };
}

/** Two numbers whose signs disagree on positives, 5 % of the labels turned; plus chatter. */
export function anInteraction(rows: number, random: () => number): TrainingSet {
  const a = Float64Array.from({ length: rows }, () => 2 * random() - 1);
  const b = Float64Array.from({ length: rows }, () => 2 * random() - 1);
  const service = Array.from({ length: rows }, () =>
    random() < 0.1 ? null : (['cart', 'payment', 'search'][Math.floor(3 * random())] ?? null),
  );
  const labels = Uint8Array.from(a, (x, row) => {
    const label = x * (b[row] ?? 0) < 0 ? 1 : 0;
    return random() < 0.05 ? 1 - label : label;
  });
  const gaps = a.map((x) => (random() < 0.05 ? Number.NaN : x));
  return {
    table: aTable({ a: gaps, b, service }),
    labels,
    weights: new Float64Array(rows).fill(1),
  };
}

/** Area under the ROC curve by comparing every pair, ties half. */
export function pairwiseAuc(scores: Float64Array, labels: Uint8Array): number {
  let [won, pairs] = [0, 0];
  scores.forEach((yes, i) => {
    if (labels[i] !== 1) return;
    scores.forEach((no, j) => {
      if (labels[j] === 1) return;
      pairs += 1;
      won += yes > no ? 1 : yes === no ? 0.5 : 0;
    });
  });
  return won / pairs;
}
