import type { FeatureTable } from '../features/feature-schema.js';
import type { AdditiveEffects } from './additive-effects.js';

/**
 * What each feature contributes when it says nothing: its mean over the training rows, plus a share
 * (by its variance) of what the mean row's log-odds differ from the base rate's, since the mean of
 * log-odds is not the log-odds of the mean. Intercept + references = base log-odds, exactly.
 */
export function referenceContributions(
  { effects, intercept }: { readonly effects: AdditiveEffects; readonly intercept: number },
  { table, rowWeights }: { readonly table: FeatureTable; readonly rowWeights: Float64Array },
  baseLogOdds: number,
): number[] {
  const { rows } = table;
  const width = effects.features.length;
  const own = Array.from({ length: width }, () => new Float64Array(rows));
  effects.of(table, (feature, values, share) => {
    const sums = own[feature];
    if (sums === undefined) return;
    for (let row = 0; row < rows; row += 1)
      sums[row] = (sums[row] ?? 0) + share * (values[row] ?? 0);
  });
  const total = rowWeights.reduce((sum, weight) => sum + weight, 0);
  const mean = (values: Float64Array): number =>
    values.reduce((sum, value, row) => sum + (rowWeights[row] ?? 0) * value, 0) / total;
  const means = own.map(mean);
  const spread = own.map((values, f) =>
    Math.max(0, mean(values.map((v) => v * v)) - (means[f] ?? 0) ** 2),
  );
  const wholeSpread = spread.reduce((sum, variance) => sum + variance, 0);
  const rest = baseLogOdds - means.reduce((sum, value) => sum + value, intercept);
  return means.map((value, feature) => {
    const share = wholeSpread > 0 ? (spread[feature] ?? 0) / wholeSpread : 1 / width;
    return value + rest * share;
  });
}
