import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { z } from 'zod';

import { Problem } from '../../core/errors/problem.js';
import type { Incident } from '../../core/telemetry/incident.js';
import { takeEach } from '../../http/bulk-intake.js';
import type { Caller } from '../../http/caller.js';
import { Clock } from '../../http/clock.js';
import { incidentById, incidents, saveIncident } from '../../storage/incident.store.js';
import type { incidentAnomalies, incidentPatch } from '../../wire/incident.js';
import { incidentBody } from '../../wire/incident.js';
import { writeTimes } from '../../wire/instant.js';
import type { ReceptionRules } from '../../wire/received.js';
import { receptionOf } from '../../wire/received.js';
import type { BulkResult } from '../../wire/rejection.js';

type Times = Partial<
  Record<'detectedAt' | 'acknowledgedAt' | 'mitigatedAt' | 'resolvedAt', number | undefined>
>;

const timesOf = ({ detectedAt, acknowledgedAt, mitigatedAt, resolvedAt }: Times): Times => ({
  detectedAt,
  acknowledgedAt,
  mitigatedAt,
  resolvedAt,
});

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
      store: ({ receivedAt: _, ...incident }, receivedAt) => this.save(incident, receivedAt),
    });
  }

  async list(limit: number): Promise<object> {
    return { items: (await incidents(this.source.manager, limit)).map(writeTimes) };
  }

  async one(id: string): Promise<object> {
    return writeTimes(await this.known(id));
  }

  async revise(id: string, patch: z.output<typeof incidentPatch>, caller: Caller): Promise<object> {
    const known = await this.known(id);
    const receivedAt = this.reception(patch, timesOf(patch), caller);
    const { receivedAt: _, title = known.title, severity = known.severity, ...times } = patch;
    await this.save({ ...known, ...times, title, severity }, receivedAt);
    return await this.one(id);
  }

  async addAnomalies(
    id: string,
    body: z.output<typeof incidentAnomalies>,
    caller: Caller,
  ): Promise<object> {
    const known = await this.known(id);
    const receivedAt = this.reception(body, {}, caller);
    await this.save({ ...known, anomalyIds: body.anomalyIds }, receivedAt);
    return await this.one(id);
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

  private async known(id: string): Promise<Incident> {
    const known = await incidentById(this.source.manager, id);
    if (known === null) throw new Problem(404, 'unknown-incident', `there is no incident ${id}`);
    return known;
  }

  private save(incident: Incident, receivedAt: number): ReturnType<typeof saveIncident> {
    return this.source.transaction((sql) => saveIncident(sql, incident, receivedAt));
  }
}
