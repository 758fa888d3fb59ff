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
import type { DayTexts, WrittenStretch } from './day-texts.js';

/** What is told of a journey's metrics. */
export interface MetricsFound extends MetricCells {
  readonly stored: StoredJourney;
  readonly range: MetricRange;
  /** By stage. */
  readonly bands: readonly (StageBands | null)[];
}

const COMMA = Buffer.from(',');
/** Of the buckets and their stage, and of the stages and the answer. */
const END = Buffer.from(']}');

/** A journey's metrics as JSON: pieces that are written already are put together. */
export function metricsText(texts: DayTexts, found: MetricsFound): Buffer {
  const stretches = writtenStretches(texts, found);
  const parts = [opened(headOf(found, stretches), 'stages')];
  found.stored.journey.stages.forEach(({ key }, index) => {
    const history = found.bands[index]?.history;
    const about = { stage: key, baseline: history === undefined ? null : writeTimes(history) };
    if (index > 0) parts.push(COMMA);
    parts.push(opened(about, 'buckets'));
    stretches.forEach((stretch, place) => {
      if (place > 0) parts.push(COMMA);
      parts.push(...stretch.texts.slice(index, index + 1));
    });
    parts.push(END);
  });
  return Buffer.concat([...parts, END]);
}

const opened = (about: object, list: string): Buffer =>
  Buffer.from(`${JSON.stringify(about).slice(0, -1)},"${list}":[`);

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
  const { journey, version } = stored;
  if (range.bucket !== HOUR) return range.from < range.to ? [written(found, range, cells)] : [];
  const place = JSON.stringify([journey.key, version, range.segment]);
  const apart = byDay(cells);
  const stretches: WrittenStretch[] = [];
  for (let from = range.from; from < range.to; from = bucketStart(from, DAY) + DAY) {
    const to = Math.min(range.to, bucketStart(from, DAY) + DAY);
    const hours = days.get(from);
    const write = (of: readonly StatedCell[]): WrittenStretch => written(found, { from, to }, of);
    stretches.push(
      hours === undefined
        ? write(apart.get(bucketStart(from, DAY)) ?? [])
        : texts.of({ place, day: from, hours, bands }, () =>
            write(hoursOf(journey, range.segment, hours)),
          ),
    );
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
  stretch: Stretch,
  cells: readonly StatedCell[],
): WrittenStretch {
  const { journey } = stored;
  const { bucket, now } = range;
  const texts = journey.stages.map((): string[] => []);
  for (const metric of stageMetrics(journey, cells, { ...stretch, bucket, now })) {
    const { stageIndex, bucketStart: start } = metric;
    texts[stageIndex]?.push(bucketText(metric, bands[stageIndex]?.band(start) ?? null));
  }
  return {
    texts: texts.map((buckets) => Buffer.from(buckets.join())),
    revision: cells.reduce((highest, { revision }) => Math.max(highest, revision), 0),
    computedAt: cells.reduce((last, cell) => Math.max(last, cell.computedAt), 0),
  };
}
