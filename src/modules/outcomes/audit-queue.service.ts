import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { z } from 'zod';

import { Problem } from '../../core/errors/problem.js';
import { Clock } from '../../http/clock.js';
import type { AuditPlace, AuditRow } from '../../storage/audit-queue.store.js';
import { auditQueue } from '../../storage/audit-queue.store.js';
import { EARLIEST, writeTimes } from '../../wire/instant.js';
import { key } from '../../wire/labels.js';

/** What a page of the audit queue is asked for; the cursor is opaque to the asker. */
export interface AuditQuery {
  readonly journey?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** The latest moment that a date holds. */
const LATEST = 8.64e15;

const place = z.object({
  audited: z.boolean(),
  startedAt: z.number().min(EARLIEST).max(LATEST),
  id: key,
  journey: key,
  stage: key,
});

function cursorOf({ audited, startedAt, id, journey, stage }: AuditRow): string {
  const told: AuditPlace = { audited, startedAt: startedAt.getTime(), id, journey, stage };
  return Buffer.from(JSON.stringify(told)).toString('base64url');
}

function placeOf(cursor: string): AuditPlace {
  try {
    return place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch {
    const detail = 'the cursor was not given by this queue';
    const fields = [{ pointer: '/cursor', code: 'bad-cursor', detail }];
    throw new Problem(400, 'invalid-query', detail, { fields });
  }
}

/** What was seen then, and nothing of what was made of it: neither our scores nor a detector's. */
function written({ id, journey, stage, anomaly, endedAt, audited }: AuditRow): object {
  const { score: _, confidence: __, ...seen } = anomaly;
  return {
    anomalyId: id,
    journey,
    stage,
    anomaly: { ...writeTimes(seen), endedAt: endedAt?.toISOString() },
    audited,
  };
}

@Injectable()
export class AuditQueueService {
  constructor(
    private readonly source: DataSource,
    private readonly clock: Clock,
  ) {}

  async page({ cursor, ...query }: AuditQuery): Promise<object> {
    const after = cursor === undefined ? undefined : placeOf(cursor);
    const now = this.clock.now();
    const found = await auditQueue(this.source.manager, { ...query, after, now });
    const last = found.length === query.limit ? found.at(-1) : undefined;
    return {
      items: found.map(written),
      ...(last === undefined ? {} : { next: cursorOf(last) }),
    };
  }
}
