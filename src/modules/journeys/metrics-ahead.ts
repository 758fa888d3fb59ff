import { setTimeout as pause } from 'node:timers/promises';

import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { DAY, HOUR, MINUTE, SECOND, bucketStart } from '../../core/telemetry/time.js';
import { Clock } from '../../http/clock.js';
import { knownUntil } from '../../storage/backfill.store.js';
import { currentJourneys } from '../../storage/journey.store.js';
import type { JourneyPart } from './day-texts.js';
import { StageMetricsService } from './stage-metrics.service.js';

/** Journeys that are told ahead at most: as many as texts are kept of. */
const MOST_JOURNEYS = 12;

/**
 * Tells three months by the hour before somebody asks, when the service starts and when a day begins
 * with baselines of its own: of each journey, and of what was asked for lately. Whoever asks first
 * would wait until the baselines are learnt.
 */
@Injectable()
export class MetricsAhead implements OnApplicationBootstrap, OnModuleDestroy {
  private toldOf = 0;
  private telling: Promise<void> = Promise.resolve();
  private beat: NodeJS.Timeout | undefined;
  private readonly closing = new AbortController();

  constructor(
    private readonly metrics: StageMetricsService,
    private readonly source: DataSource,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    const look = (): void => {
      this.telling = this.telling.then(() => this.tell());
    };
    this.beat = setInterval(look, MINUTE).unref();
    look();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.beat);
    this.closing.abort();
    await this.telling;
  }

  /** Tells what has not been told today; not while history comes in, of which a part would be learnt. */
  async tell(): Promise<void> {
    const now = this.clock.now();
    const day = bucketStart(now, DAY);
    if (day === this.toldOf) return;
    try {
      if ((await knownUntil(this.source.manager, now)) < now) return;
      const journeys = (await currentJourneys(this.source.manager)).slice(0, MOST_JOURNEYS);
      const parts = journeys.map(({ journey }) => ({ journey: journey.key, segment: null }));
      for (const part of [...parts, ...this.metrics.askedParts()]) {
        // Others who ask meanwhile wait for one of them at most.
        await pause(SECOND, undefined, { signal: this.closing.signal, ref: false });
        await this.tellOne(part, now - 90 * DAY);
      }
      this.toldOf = day;
    } catch {
      // The service ends, or whoever asks hears of it; a minute later it is tried again.
    }
  }

  private async tellOne({ journey, segment }: JourneyPart, from: number): Promise<void> {
    const query = { from, bucket: HOUR, segment: segment ?? undefined };
    await this.metrics.metrics(journey, query);
  }
}
