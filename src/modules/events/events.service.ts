import { Injectable } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { DataSource } from 'typeorm';

import type { JourneyEvent } from '../../core/journeys/journey-event.js';
import { Problem } from '../../core/errors/problem.js';
import { conflict } from '../../http/bulk-intake.js';
import type { Caller } from '../../http/caller.js';
import { Clock } from '../../http/clock.js';
import { MOST_DAYS, dayGroups, daysOf } from '../../loop/day-groups.js';
import { projectEvents } from '../../loop/project-events.js';
import { takeEvents } from '../../loop/take-events.js';
import type { EventFate } from '../../storage/event-intake.store.js';
import { waitingEvents } from '../../storage/event-batch.store.js';
import type { EventBody } from '../../wire/event.js';
import { eventBody } from '../../wire/event.js';
import { plainEvent } from '../../wire/plain-event.js';
import { receptionOf } from '../../wire/received.js';
import type { BulkResult, Rejection } from '../../wire/rejection.js';
import { checkItems } from '../../wire/rejection.js';
import type { Line } from './ndjson.js';
import { lineBatches } from './ndjson.js';
import { StreamResult } from './stream-result.js';
import { Projecting } from './projecting.js';

/** Lines of a stream that are committed together. */
const BATCH = 10_000;

/** Events of streams that may wait to be counted. */
const MOST_WAITING = 500_000;

interface Known {
  readonly index: number;
  readonly event: JourneyEvent;
}

@Injectable()
export class EventsService {
  constructor(
    private readonly source: DataSource,
    private readonly clock: Clock,
    private readonly projecting: Projecting,
  ) {}

  /**
   * Takes one batch in one transaction.
   *
   * @throws Problem `too-many-days`
   */
  async take(items: readonly unknown[], caller: Caller): Promise<BulkResult> {
    return await this.takeItems(items, caller, async (events) => {
      const days = daysOf(events).length;
      if (days > MOST_DAYS) {
        const detail = `the events are of ${days} days, at most ${MOST_DAYS} are taken at once; send fewer, or a stream`;
        throw new Problem(422, 'too-many-days', detail);
      }
      return await takeEvents(this.source, events, this.clock.now());
    });
  }

  private async takeItems(
    items: readonly unknown[],
    caller: Caller,
    take: (events: readonly JourneyEvent[]) => Promise<EventFate[]>,
  ): Promise<BulkResult> {
    const { valid, rejected } = checkItems(eventBody, items, plainEvent);
    const known: Known[] = [];
    for (const { index, value } of valid) {
      const reception = this.receptionOf(value, caller);
      if ('receivedAt' in reception) {
        known.push({ index, event: Object.assign(value, { receivedAt: reception.receivedAt }) });
      } else {
        rejected.push({ index, ...reception });
      }
    }
    const fates = await take(known.map((one) => one.event));
    this.projecting.soon();
    known.forEach(({ index }, i) => {
      if (fates[i] === 'conflict') rejected.push({ index, ...conflict('/id') });
    });
    return {
      accepted: fates.filter((fate) => fate === 'fresh').length,
      duplicates: fates.filter((fate) => fate === 'duplicate').length,
      rejected: rejected.sort((a, b) => a.index - b.index),
    };
  }

  /** Takes a stream of any length: every 10 k lines are committed by themselves. */
  async takeStream(stream: Readable, caller: Caller): Promise<BulkResult> {
    const result = new StreamResult();
    let before: Promise<BulkResult> | null = null;
    try {
      for await (const lines of lineBatches(stream, BATCH)) {
        // One batch is checked while the one before is written.
        const next = this.takeLines(lines, caller);
        next.catch(() => undefined);
        if (before !== null) result.add(await before);
        before = next;
        await this.holdBack();
      }
    } finally {
      if (before !== null) result.add(await before);
    }
    return result.whole();
  }

  private async takeLines(lines: readonly Line[], caller: Caller): Promise<BulkResult> {
    const good: { index: number; value: unknown }[] = [];
    const bad: Rejection[] = [];
    for (const line of lines) {
      if ('value' in line) good.push(line);
      else bad.push({ pointer: '', ...line });
    }
    const values = good.map((line) => line.value);
    const result = await this.takeItems(values, caller, (events) => this.takeByDays(events));
    const rejected = result.rejected.map((one) => ({
      ...one,
      index: good[one.index]?.index ?? one.index,
    }));
    return { ...result, rejected: [...bad, ...rejected].sort((a, b) => a.index - b.index) };
  }

  /** A history of few events a day is written in several transactions. */
  private async takeByDays(events: readonly JourneyEvent[]): Promise<EventFate[]> {
    const fates: EventFate[] = [];
    for (const places of dayGroups(events)) {
      const group = places.flatMap((place) => events[place] ?? []);
      const found = await takeEvents(this.source, group, this.clock.now());
      found.forEach((fate, i) => (fates[places[i] ?? -1] = fate));
    }
    return fates;
  }

  /** A sender who is faster than the count helps with it, so that readers never wait for long. */
  private async holdBack(): Promise<void> {
    if ((await waitingEvents(this.source.manager)) < MOST_WAITING) return;
    await projectEvents(this.source, this.clock.now());
  }

  private receptionOf(body: EventBody, caller: Caller): ReturnType<typeof receptionOf> {
    const { occurredAt, sentAt } = body;
    const mayBackfill = caller.scopes.has('backfill');
    return receptionOf(body, { occurredAt, sentAt }, { now: this.clock.now(), mayBackfill });
  }
}
