import { selectRows } from '../features/table-rows.js';
import type { TrainingSet } from './classifier.js';

/** The rows of a training set with the given numbers, in that order. */
export function trainingSetRows(set: TrainingSet, rows: Uint32Array): TrainingSet {
  const { times, groups } = set;
  return {
    table: selectRows(set.table, rows),
    labels: Uint8Array.from(rows, (row) => set.labels[row] ?? 0),
    weights: Float64Array.from(rows, (row) => set.weights[row] ?? 0),
    times: times && Float64Array.from(rows, (row) => times[row] ?? Number.NaN),
    groups: groups && Array.from(rows, (row) => groups[row] ?? ''),
  };
}
