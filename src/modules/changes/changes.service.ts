import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { DAY } from '../../core/telemetry/time.js';
import { takeEach } from '../../http/bulk-intake.js';
import type { Caller } from '../../http/caller.js';
import { Clock } from '../../http/clock.js';
import { pageOf } from '../../http/cursor.js';
import { refuseEmpty } from '../../http/report-question.js';
import { changesBetween, saveChange } from '../../storage/change.store.js';
import type { PageQuery } from '../../storage/page.js';
import { changeBody } from '../../wire/change.js';
import { writeTimes } from '../../wire/instant.js';
import type { BulkResult } from '../../wire/rejection.js';

@Injectable()
export class ChangesService {
  constructor(
    private readonly source: DataSource,
    private readonly clock: Clock,
  ) {}

  async record(items: readonly unknown[], caller: Caller): Promise<BulkResult> {
    return await takeEach({
      schema: changeBody,
      items,
      caller,
      now: this.clock.now(),
      times: ({ occurredAt, endedAt }) => ({ occurredAt, endedAt }),
      store: ({ receivedAt: _, ...change }, receivedAt) =>
        this.source.transaction((sql) => saveChange(sql, change, receivedAt)),
    });
  }

  async list(
    query: PageQuery & { from?: number | undefined; to?: number | undefined },
  ): Promise<object> {
    const to = query.to ?? this.clock.now();
    const from = query.from ?? to - 28 * DAY;
    refuseEmpty(from, to);
    const changes = await changesBetween(this.source.manager, { from, to }, query);
    return pageOf(changes, query.limit, {
      place: ({ occurredAt: at, id }) => ({ at, id }),
      write: writeTimes,
    });
  }
}
