import type { StreamableFile } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { z } from 'zod';

import { Problem } from '../../core/errors/problem.js';
import { stageMetrics } from '../../core/journeys/stage-metrics.js';
import type { Instant } from '../../core/telemetry/time.js';
import { DAY, HOUR, bucketStart } from '../../core/telemetry/time.js';
import { takeEach } from '../../http/bulk-intake.js';
import type { Caller } from '../../http/caller.js';
import { Clock } from '../../http/clock.js';
import { refuseEmpty } from '../../http/report-question.js';
import { adHocFunnel } from '../../loop/ad-hoc-funnel.js';
import type { MetricRange } from '../../loop/metric-cells.js';
import { hoursOf, metricCells, recallNothing } from '../../loop/metric-cells.js';
import { metricBands } from '../../loop/metric-bands.js';
import { ChampionScorer } from '../../loop/champion-scorer.js';
import { projectEvents } from '../../loop/project-events.js';
import { storedTimeToValue } from '../../loop/stored-time-to-value.js';
import { takeStageMetric } from '../../loop/take-stage-metric.js';
import { EventCopies } from '../../storage/event-copies.js';
import type { StoredJourney } from '../../storage/journey.store.js';
import { currentJourneys } from '../../storage/journey.store.js';
import { formatInstant } from '../../wire/instant.js';
import type { BulkResult } from '../../wire/rejection.js';
import { stageMetricBody } from '../../wire/stage-metric.js';
import type { JourneyPart } from './day-texts.js';
import { DayTexts } from './day-texts.js';
import { fileAnswer, isFile, jsonAnswer } from './file-answer.js';
import type { funnelQuery, metricsQuery, timeToValueQuery } from './journey-query.js';
import { funnelTable, metricsTable } from './journey-tables.js';
import { metricsText, textPlace } from './metrics-text.js';
import { timeToValueAnswer } from './time-to-value-answer.js';
import { unknownJourney, unknownStage } from './unknown-journey.js';

/** Buckets that one answer holds at most. */
const MOST_BUCKETS = 10_000;

@Injectable()
export class StageMetricsService {
  private readonly texts = new DayTexts();

  constructor(
    private readonly source: DataSource,
    private readonly clock: Clock,
    private readonly scorer: ChampionScorer,
    private readonly copies: EventCopies,
  ) {}

  async metrics(key: string, query: z.output<typeof metricsQuery>): Promise<StreamableFile> {
    const now = this.clock.now();
    const [stored] = await Promise.all([this.known(key), projectEvents(this.source, now)]);
    const range = rangeOf(query, now);
    const { journey } = stored;
    const { segment } = range;
    const request = { ...range, journey };
    const bands = await metricBands(this.source, this.scorer.baselines, request);
    if (!isFile(query.format)) {
      const place = textPlace(stored, segment, bands);
      const found = await metricCells(this.source, journey, range, (day, stamp) =>
        this.texts.recall(place, day, stamp),
      );
      return jsonAnswer(metricsText(this.texts, { ...found, stored, range, bands }));
    }
    const found = await metricCells(this.source, journey, range, recallNothing);
    const days = [...found.days.values()];
    const cells = [
      ...found.cells,
      ...days.flatMap(({ hours }) => hoursOf(journey, segment, hours)),
    ];
    const rows = stageMetrics(journey, cells, { ...range, segment: undefined }).map((metric) => ({
      metric,
      baseline: bands[metric.stageIndex]?.band(metric.bucketStart) ?? null,
    }));
    return await fileAnswer(metricsTable(key, segment, rows), query.format, `${key}-metrics`);
  }

  /** What was asked for lately, by the hour. */
  askedParts(): JourneyPart[] {
    return this.texts.parts();
  }

  async funnel(key: string, query: z.output<typeof funnelQuery>): Promise<object | StreamableFile> {
    const { journey } = await this.known(key);
    const now = this.clock.now();
    const to = query.to ?? now;
    const from = query.from ?? to - 28 * DAY;
    refuseEmpty(from, to);
    const window = query.window ?? journey.window;
    const order = query.order ?? journey.order;
    const asked = { journey, from, to, segment: query.segment ?? null, order, window };
    const steps = await adHocFunnel(this.source, this.copies, asked);
    if (isFile(query.format)) {
      return await fileAnswer(funnelTable(key, steps), query.format, `${key}-funnel`);
    }
    return { journey: key, from: formatInstant(from), to: formatInstant(to), order, steps };
  }

  async timeToValue(key: string, query: z.output<typeof timeToValueQuery>): Promise<object> {
    const { journey } = await this.known(key);
    const now = this.clock.now();
    const to = query.to ?? now;
    const from = query.from ?? to - 28 * DAY;
    refuseEmpty(from, to);
    const last = journey.stages.length - 1;
    const stageIndex =
      query.stage === undefined ? last : journey.stages.findIndex((one) => one.key === query.stage);
    if (stageIndex === -1) throw unknownStage(key, query.stage);
    const asked = { journey, stageIndex, from, to, segment: query.segment ?? null, now };
    const observations = await storedTimeToValue(this.source, this.copies, asked);
    return {
      ...{ journey: key, from: formatInstant(from), to: formatInstant(to) },
      ...timeToValueAnswer(journey, stageIndex, observations),
    };
  }

  async take(items: readonly unknown[], caller: Caller): Promise<BulkResult> {
    const journeys = await currentJourneys(this.source.manager);
    return await takeEach({
      schema: stageMetricBody,
      items,
      caller,
      now: this.clock.now(),
      times: ({ bucketStart: start, bucket }) => ({ bucketStart: start + bucket }),
      store: (body, receivedAt) =>
        this.source.transaction((sql) => takeStageMetric(sql, { body, receivedAt, journeys })),
    });
  }

  private async known(key: string): Promise<StoredJourney> {
    const all = await currentJourneys(this.source.manager);
    const stored = all.find((one) => one.journey.key === key);
    if (stored === undefined) throw unknownJourney(key);
    return stored;
  }
}

/** @throws Problem `empty-range`, or `invalid-query` for more buckets than an answer holds. */
function rangeOf(query: z.output<typeof metricsQuery>, now: Instant): MetricRange {
  const bucket = query.bucket ?? HOUR;
  const to = query.to ?? now;
  const asked = query.from ?? to - 7 * DAY;
  refuseEmpty(asked, to);
  const from = bucketStart(asked, bucket);
  if ((to - from) / bucket > MOST_BUCKETS) {
    throw new Problem(400, 'invalid-query', `that is more than ${MOST_BUCKETS} buckets`);
  }
  return { from, to, bucket, segment: query.segment ?? null, now };
}
