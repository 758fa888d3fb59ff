import type { FeatureRow, FeatureSchema } from '../features/feature-schema.js';
import { featureTable } from '../features/feature-table.js';
import { lossPredictor } from '../training/loss-quantiles.js';
import type { LossQuantiles } from '../training/loss-quantiles.js';
import { MAX_RELATIVE_LOSS } from './loss-if-failure.js';
import type { RelativeLoss } from './loss-if-failure.js';

/** Says what a failure with a row's features would lose. */
export type LossHead = (row: FeatureRow) => RelativeLoss;

/** The learnt head for rows of a schema, within what any loss may come to. */
export function lossHead(model: LossQuantiles, schema: FeatureSchema): LossHead {
  const within = (loss: number): number => Math.min(MAX_RELATIVE_LOSS, loss);
  const predict = lossPredictor(model);
  return (row) => {
    const [answer] = predict(featureTable(schema, [row]));
    const { mean, interval } = answer ?? { mean: Number.NaN, interval: [0, 0] };
    return {
      mean: within(mean),
      interval: [within(interval[0]), within(interval[1])],
      failures: model.failures,
    };
  };
}
