import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { DataSource } from 'typeorm';
import type { z } from 'zod';

import { Problem } from '../../core/errors/problem.js';
import type { Incident } from '../../core/telemetry/incident.js';
import type { Fate } from '../../http/bulk-intake.js';
import { takeEach } from '../../http/bulk-intake.js';
import type { Caller } from '../../http/caller.js';
import { Clock } from '../../http/clock.js';
import { pageOf } from '../../http/cursor.js';
import { anomaliesById } from '../../storage/anomaly.store.js';
import {
  incidentById,
  incidents,
  lockIncident,
  saveIncident,
} from '../../storage/incident.store.js';
import type { PageQuery } from '../../storage/page.js';
import type { incidentAnomalies, incidentPatch } from '../../wire/incident.js';
import { incidentBody } from '../../wire/incident.js';
import { writeTimes } from '../../wire/instant.js';
import type { ReceptionRules } from '../../wire/received.js';
import { receptionOf } from '../../wire/received.js';
import type { BulkResult, FieldError } from '../../wire/rejection.js';
import { MOST_TOLD } from '../../wire/rejection.js';

type Times = Partial<
  Record<'detectedAt' | 'acknowledgedAt' | 'mitigatedAt' | 'resolvedAt', number | undefined>
>;

const timesOf = ({ detectedAt, acknowledgedAt, mitigatedAt, resolvedAt }: Times): Times => ({
  detectedAt,
  acknowledgedAt,
  mitigatedAt,
  resolvedAt,
});

async function known(sql: EntityManager, id: string): Promise<Incident> {
  const found = await incidentById(sql, id);
  if (found === null) throw new Problem(404, 'unknown-incident', `there is no incident ${id}`);
  return found;
}

function refuseBeforeDetection({ detectedAt, ...times }: Incident): void {
  for (const name of ['acknowledgedAt', 'mitigatedAt', 'resolvedAt'] as const) {
    const at = times[name];
    if (at === undefined || at >= detectedAt) continue;
    const field = { pointer: `/${name}`, code: 'bad-time', detail: 'lies before detectedAt' };
    throw new Problem(422, 'invalid-body', `${name} lies before detectedAt`, { fields: [field] });
  }
}

/** The anomalies that nobody has told of, by their place; an incident keeps those that it has. */
async function unknownAnomalies(
  sql: EntityManager,
  anomalyIds: readonly string[],
  before: Incident | null,
): Promise<FieldError[]> {
  const own = new Set(before?.anomalyIds);
  const found = await anomaliesById(sql, anomalyIds);
  return anomalyIds
    .map((id, index) => ({ id, index }))
    .filter(({ id }) => !own.has(id) && !found.has(id))
    .slice(0, MOST_TOLD)
    .map(({ id, index }) => ({
      ...{ pointer: `/anomalyIds/${index}`, code: 'unknown-anomaly' },
      detail: `there is no anomaly ${id}`,
    }));
}

@Injectable()
export class IncidentsService {
  constructor(
    private readonly source: DataSource,
    private readonly clock: Clock,
  ) {}

  async record(items: readonly unknown[], caller: Caller): Promise<BulkResult> {
    return await takeEach({
      schema: incidentBody,
      items,
      caller,
      now: this.clock.now(),
      times: timesOf,
      store: ({ receivedAt: _, ...incident }, receivedAt) => this.take(incident, receivedAt),
    });
  }

  async list(page: PageQuery): Promise<object> {
    return pageOf(await incidents(this.source.manager, page), page.limit, {
      place: ({ detectedAt: at, id }) => ({ at, id }),
      write: writeTimes,
    });
  }

  async one(id: string): Promise<object> {
    return writeTimes(await known(this.source.manager, id));
  }

  async revise(id: string, patch: z.output<typeof incidentPatch>, caller: Caller): Promise<object> {
    const receivedAt = this.reception(patch, timesOf(patch), caller);
    return await this.reviseKnown(id, receivedAt, (known) => {
      const { receivedAt: _, title = known.title, severity = known.severity, ...times } = patch;
      const revised = { ...known, ...times, title, severity };
      refuseBeforeDetection(revised);
      return revised;
    });
  }

  async addAnomalies(
    id: string,
    body: z.output<typeof incidentAnomalies>,
    caller: Caller,
  ): Promise<object> {
    const receivedAt = this.reception(body, {}, caller);
    const { anomalyIds } = body;
    return await this.reviseKnown(id, receivedAt, async (known, sql) => {
      const fields = await unknownAnomalies(sql, anomalyIds, known);
      const [first] = fields;
      if (first !== undefined) throw new Problem(422, 'invalid-body', first.detail, { fields });
      return { ...known, anomalyIds };
    });
  }

  private reception(
    body: { receivedAt?: number | undefined },
    times: Times,
    caller: Caller,
  ): number {
    const rules: ReceptionRules = {
      now: this.clock.now(),
      mayBackfill: caller.scopes.has('backfill'),
    };
    const reception = receptionOf(body, times, rules);
    if ('receivedAt' in reception) return reception.receivedAt;
    throw new Problem(422, reception.code, reception.detail, { fields: [reception] });
  }

  /** Reads and writes under one lock, so that of two who revise at once neither undoes the other. */
  private async reviseKnown(
    id: string,
    receivedAt: number,
    revise: (known: Incident, sql: EntityManager) => Incident | Promise<Incident>,
  ): Promise<object> {
    return await this.source.transaction(async (sql) => {
      await lockIncident(sql, id);
      await saveIncident(sql, await revise(await known(sql, id), sql), receivedAt);
      return writeTimes(await known(sql, id));
    });
  }

  private async take(incident: Incident, receivedAt: number): Promise<Fate> {
    return await this.source.transaction(async (sql) => {
      await lockIncident(sql, incident.id);
      const before = await incidentById(sql, incident.id);
      const [first, ...also] = await unknownAnomalies(sql, incident.anomalyIds, before);
      if (first !== undefined) return also.length === 0 ? first : { ...first, also };
      return await saveIncident(sql, incident, receivedAt);
    });
  }
}
