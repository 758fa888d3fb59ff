import type { TrainingSet } from '../training/classifier.js';
import { Sha256 } from './sha256.js';

/** UTF-16 code units, little-endian, after their number: no two lists of texts share their bytes. */
function textBytes(text: string): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 + 2 * text.length));
  view.setUint32(0, text.length, true);
  for (let i = 0; i < text.length; i += 1) view.setUint16(4 + 2 * i, text.charCodeAt(i), true);
  return new Uint8Array(view.buffer);
}

/** Little-endian doubles after their number; every NaN is the same NaN, and -0 is 0. */
function numberBytes(numbers: Float64Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 + 8 * numbers.length));
  view.setFloat64(0, numbers.length, true);
  numbers.forEach((number, i) => {
    view.setFloat64(8 + 8 * i, Number.isNaN(number) ? Number.NaN : number + 0, true);
  });
  return new Uint8Array(view.buffer);
}

function addTexts(hash: Sha256, texts: readonly (string | null)[]): void {
  for (const text of texts) hash.update(textBytes(text === null ? 'n' : `t${text}`));
}

/**
 * SHA-256 over a canonical form of a training set: schema, columns in schema order, labels, weights,
 * times and groups. The same data have the same hash on any machine; any change has another.
 */
export function trainingSetHash(set: TrainingSet): string {
  const { table } = set;
  const hash = new Sha256();
  for (const { name, kind } of table.schema.features) {
    addTexts(hash, [name, kind]);
    hash.update(numberBytes(table.numeric.get(name) ?? new Float64Array(0)));
    addTexts(hash, table.categorical.get(name) ?? []);
  }
  hash.update(numberBytes(Float64Array.of(table.rows)));
  hash.update(numberBytes(Float64Array.from(set.labels)));
  hash.update(numberBytes(set.weights));
  hash.update(numberBytes(set.times ?? new Float64Array(0)));
  addTexts(hash, set.groups ?? []);
  return hash.digest();
}
