import type { StatedCell } from '../../core/journeys/stage-hours.js';
import { stageMetrics } from '../../core/journeys/stage-metrics.js';
import type { Instant } from '../../core/telemetry/time.js';
import { DAY, HOUR, bucketStart } from '../../core/telemetry/time.js';
import type { StageBands } from '../../loop/metric-bands.js';
import type { MetricCells, MetricRange } from '../../loop/metric-cells.js';
import { hoursOf } from '../../loop/metric-cells.js';
import type { StoredJourney } from '../../storage/journey.store.js';
import type { Stretch } from '../../storage/day-sum.store.js';
import { formatInstant, writeTimes } from '../../wire/instant.js';
import { bucketText } from './bucket-text.js';
import type { DayTexts, TextPlace, WrittenStretch } from './day-texts.js';

/** What is told of a journey's metrics. */
export interface MetricsFound extends MetricCells<WrittenStretch> {
  readonly stored: StoredJourney;
  readonly range: MetricRange;
  /** By stage. */
  readonly bands: readonly (StageBands | null)[];
}

/** Of the buckets and their stage, and of the stages and the answer. */
const END = Buffer.from(']}');

/** Of what texts of days are made, beside the days. */
export function textPlace(
  { journey, version }: StoredJourney,
  segment: string | null,
  bands: MetricsFound['bands'],
): TextPlace {
  return { journey: journey.key, version, segment, bands };
}

/** A journey's metrics as JSON, in pieces, of which some are written already. */
export function metricsText(texts: DayTexts, found: MetricsFound): Buffer[] {
  const stretches = writtenStretches(texts, found);
  const pieces: Buffer[] = [Buffer.from(opened(headOf(found, stretches), 'stages'))];
  found.stored.journey.stages.forEach(({ key }, index) => {
    const history = found.bands[index]?.history;
    const about = { stage: key, baseline: history === undefined ? null : writeTimes(history) };
    pieces.push(Buffer.from(`${index > 0 ? ',' : ''}${opened(about, 'buckets')}`));
    const buckets = stretches.flatMap((stretch) => stretch.texts.slice(index, index + 1));
    // No comma before the first.
    pieces.push(...buckets.map((text, place) => (place === 0 ? text.subarray(1) : text)), END);
  });
  return [...pieces, END];
}

const opened = (about: object, list: string): string =>
  `${JSON.stringify(about).slice(0, -1)},"${list}":[`;

function headOf({ stored, range }: MetricsFound, stretches: readonly WrittenStretch[]): object {
  const computedAt = stretches.reduce((last, stretch) => Math.max(last, stretch.computedAt), 0);
  return {
    ...{ journey: stored.journey.key, version: stored.version },
    ...{ from: formatInstant(range.from), to: formatInstant(range.to) },
    revision: stretches.reduce((highest, { revision }) => Math.max(highest, revision), 0),
    computedAt: computedAt === 0 ? null : formatInstant(computedAt),
  };
}

/** The buckets of the range, day by day where they are hours. */
function writtenStretches(texts: DayTexts, found: MetricsFound): WrittenStretch[] {
  const { stored, range, cells, days, bands } = found;
  if (range.bucket !== HOUR) return range.from < range.to ? [written(found, range, cells)] : [];
  const place = textPlace(stored, range.segment, bands);
  const apart = byDay(cells);
  const stretches: WrittenStretch[] = [];
  for (let from = range.from; from < range.to; from = bucketStart(from, DAY) + DAY) {
    const to = Math.min(range.to, bucketStart(from, DAY) + DAY);
    const day = days.get(from);
    if (day?.known !== undefined) {
      stretches.push(day.known);
      continue;
    }
    const hours = day && hoursOf(stored.journey, range.segment, day.hours);
    const text = written(found, { from, to }, hours ?? apart.get(bucketStart(from, DAY)) ?? []);
    if (day !== undefined) texts.keep(place, from, { stamp: day.stamp, written: text });
    stretches.push(text);
  }
  return stretches;
}

function byDay(cells: readonly StatedCell[]): Map<Instant, StatedCell[]> {
  const days = new Map<Instant, StatedCell[]>();
  for (const cell of cells) {
    const day = bucketStart(cell.bucketStart, DAY);
    const known = days.get(day);
    if (known === undefined) days.set(day, [cell]);
    else known.push(cell);
  }
  return days;
}

function written(
  { stored, range, bands }: MetricsFound,
  { from, to }: Stretch,
  cells: readonly StatedCell[],
): WrittenStretch {
  const { journey } = stored;
  const { bucket, now } = range;
  // A comma before the first bucket as well.
  const texts = journey.stages.map(() => ['']);
  let start = '';
  for (const metric of stageMetrics(journey, cells, { from, to, bucket, now })) {
    const { stageIndex, bucketStart: at } = metric;
    if (stageIndex === 0) start = formatInstant(at);
    texts[stageIndex]?.push(bucketText(metric, start, bands[stageIndex]?.band(at) ?? null));
  }
  return {
    texts: texts.map((buckets) => Buffer.from(buckets.join(), 'latin1')),
    revision: cells.reduce((highest, { revision }) => Math.max(highest, revision), 0),
    computedAt: cells.reduce((last, cell) => Math.max(last, cell.computedAt), 0),
  };
}
