import { DomainError } from '../errors/domain-error.js';
import type { FeatureRow, FeatureTable } from '../features/feature-schema.js';
import { featureTable } from '../features/feature-table.js';
import { featureRowAt } from '../features/table-rows.js';
import type { Classifier } from '../training/classifier.js';

/** Some rows and what a model said of them when it was trained. */
export interface ParityProbe {
  readonly rows: readonly FeatureRow[];
  readonly probabilities: readonly number[];
}

const ROWS = 16;
const TOLERANCE = 1e-5;

/** Takes rows spread over a table and the model's answers to them. */
export function parityProbe(classifier: Classifier, table: FeatureTable): ParityProbe {
  const count = Math.min(ROWS, table.rows);
  const rows = Array.from({ length: count }, (_, i) =>
    featureRowAt(table, Math.floor((i * table.rows) / count)),
  );
  const probabilities = [...classifier.predict(featureTable(table.schema, rows))];
  return { rows, probabilities };
}

/** Refuses a loaded model that does not say within 1e-5 what it said when it was trained (`no-parity`). */
export function requireParity(
  classifier: Classifier,
  { rows, probabilities }: ParityProbe,
  schema: FeatureTable['schema'],
): void {
  const answers = classifier.predict(featureTable(schema, rows));
  const off = answers.findIndex(
    (answer, i) => !(Math.abs(answer - (probabilities[i] ?? Number.NaN)) <= TOLERANCE),
  );
  if (off < 0 && answers.length === probabilities.length) return;
  throw new DomainError('no-parity', `the model does not answer probe row ${off} as it did`);
}
