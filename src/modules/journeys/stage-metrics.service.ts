import type { StreamableFile } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { z } from 'zod';

import { Problem } from '../../core/errors/problem.js';
import type { StatedCell } from '../../core/journeys/stage-hours.js';
import type { StageMetric } from '../../core/journeys/stage-metrics.js';
import { stageMetrics } from '../../core/journeys/stage-metrics.js';
import type { BaselineBand } from '../../core/outcomes/baseline-band.js';
import { DAY, HOUR, bucketStart } from '../../core/telemetry/time.js';
import { takeEach } from '../../http/bulk-intake.js';
import type { Caller } from '../../http/caller.js';
import { Clock } from '../../http/clock.js';
import { adHocFunnel } from '../../loop/ad-hoc-funnel.js';
import { metricCells } from '../../loop/metric-cells.js';
import type { StageBands } from '../../loop/metric-bands.js';
import { metricBands } from '../../loop/metric-bands.js';
import { ChampionScorer } from '../../loop/champion-scorer.js';
import { projectEvents } from '../../loop/project-events.js';
import { storedTimeToValue } from '../../loop/stored-time-to-value.js';
import { takeStageMetric } from '../../loop/take-stage-metric.js';
import { EventCopies } from '../../storage/event-copies.js';
import type { StoredJourney } from '../../storage/journey.store.js';
import { currentJourneys } from '../../storage/journey.store.js';
import { formatInstant, writeTimes } from '../../wire/instant.js';
import type { BulkResult } from '../../wire/rejection.js';
import { stageMetricBody } from '../../wire/stage-metric.js';
import { BucketTexts } from './bucket-texts.js';
import { fileAnswer, isFile, jsonAnswer } from './file-answer.js';
import type { funnelQuery, metricsQuery, timeToValueQuery } from './journey-query.js';
import { funnelTable, metricsTable } from './journey-tables.js';
import { timeToValueAnswer } from './time-to-value-answer.js';
import { unknownJourney, unknownStage } from './unknown-journey.js';

/** Buckets that one answer holds at most. */
const MOST_BUCKETS = 10_000;

@Injectable()
export class StageMetricsService {
  private readonly texts = new BucketTexts();

  constructor(
    private readonly source: DataSource,
    private readonly clock: Clock,
    private readonly scorer: ChampionScorer,
    private readonly copies: EventCopies,
  ) {}

  async metrics(key: string, query: z.output<typeof metricsQuery>): Promise<StreamableFile> {
    const stored = await this.known(key);
    const now = this.clock.now();
    await projectEvents(this.source, now);
    const bucket = query.bucket ?? HOUR;
    const to = query.to ?? now;
    const from = bucketStart(query.from ?? to - 7 * DAY, bucket);
    if ((to - from) / bucket > MOST_BUCKETS) {
      throw new Problem(400, 'invalid-query', `that is more than ${MOST_BUCKETS} buckets`);
    }
    const segment = query.segment ?? null;
    const { journey } = stored;
    const asked = { from, to, bucket, now };
    const cells = await metricCells(this.source, journey, { ...asked, segment });
    const metrics = stageMetrics(journey, cells, asked);
    const wanted = { journey, segment, bucket, now };
    const bands = await metricBands(this.source.manager, this.scorer.baselines, wanted);
    const bandOf = ({ stageIndex, bucketStart: start }: StageMetric): BaselineBand | null =>
      bands[stageIndex]?.band(start) ?? null;
    if (isFile(query.format)) {
      const rows = metrics.map((metric) => ({ metric, baseline: bandOf(metric) }));
      return await fileAnswer(metricsTable(key, segment, rows), query.format, `${key}-metrics`);
    }
    const head = {
      journey: key,
      version: stored.version,
      from: formatInstant(from),
      to: formatInstant(to),
      revision: cells.reduce((max, cell) => Math.max(max, cell.revision), 0),
      computedAt: lastComputed(cells),
    };
    const stages = journey.stages.map((stage, index) => {
      const place = JSON.stringify([key, stage.key, segment, bucket]);
      const buckets = metrics
        .filter((metric) => metric.stageIndex === index)
        .map((metric) => this.texts.of(place, metric, bandOf(metric)));
      const about = { stage: stage.key, baseline: historyOf(bands[index]) };
      return `${JSON.stringify(about).slice(0, -1)},"buckets":[${buckets.join(',')}]}`;
    });
    return jsonAnswer(`${JSON.stringify(head).slice(0, -1)},"stages":[${stages.join(',')}]}`);
  }

  async funnel(key: string, query: z.output<typeof funnelQuery>): Promise<object | StreamableFile> {
    const { journey } = await this.known(key);
    const now = this.clock.now();
    const to = query.to ?? now;
    const from = query.from ?? to - 28 * DAY;
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

function historyOf(bands: StageBands | null | undefined): object | null {
  return bands == null ? null : writeTimes(bands.history);
}

function lastComputed(cells: readonly StatedCell[]): string | null {
  const last = cells.reduce((max, cell) => Math.max(max, cell.computedAt), 0);
  return last === 0 ? null : formatInstant(last);
}
