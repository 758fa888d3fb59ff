import type { Prediction } from '../core/scoring/prediction.js';
import { formatInstant } from './instant.js';

/** A prediction as the wire has it. */
export function writePrediction(prediction: Prediction): object {
  return { ...prediction, featuresAsOf: formatInstant(prediction.featuresAsOf) };
}
