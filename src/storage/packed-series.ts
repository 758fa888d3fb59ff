import type { LabelledHistory } from '../core/thresholds/series-groups.js';

/** Series as bytes: how many, then of each its length, its times and its values, all doubles. */
export function packSeries(series: readonly LabelledHistory[]): Buffer {
  const numbers = new Float64Array(
    series.reduce((size, { history }) => size + 1 + 2 * history.at.length, 1),
  );
  numbers[0] = series.length;
  let place = 1;
  for (const { history } of series) {
    numbers[place] = history.at.length;
    numbers.set(history.at, place + 1);
    numbers.set(history.values, place + 1 + history.at.length);
    place += 1 + 2 * history.at.length;
  }
  return Buffer.from(numbers.buffer);
}

/** The series of such bytes; the labels are kept with the request. */
export function unpackSeries(bytes: Buffer): LabelledHistory['history'][] {
  const copy = new Uint8Array(bytes);
  const numbers = new Float64Array(copy.buffer);
  const series: LabelledHistory['history'][] = [];
  let place = 1;
  while (series.length < (numbers[0] ?? 0)) {
    const length = numbers[place] ?? 0;
    const [times, values] = [place + 1, place + 1 + length];
    series.push({
      at: numbers.slice(times, values),
      values: numbers.slice(values, values + length),
    });
    place = values + length;
  }
  return series;
}
