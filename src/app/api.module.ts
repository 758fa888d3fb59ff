import type { DynamicModule } from '@nestjs/common';
import { Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import type { Registry } from 'prom-client';
import { DataSource } from 'typeorm';

import { AddressGuard } from '../connectors/prometheus/address-guard.js';
import { Clock } from '../http/clock.js';
import { ChampionScorer } from '../loop/champion-scorer.js';
import { ReportWriter } from '../loop/reports.js';
import { ActorsModule } from '../modules/actors/actors.module.js';
import { AnomaliesModule } from '../modules/anomalies/anomalies.module.js';
import { AuditModule } from '../modules/audit/audit.module.js';
import { BackfillModule } from '../modules/backfill/backfill.module.js';
import { ChangesModule } from '../modules/changes/changes.module.js';
import { EventsModule } from '../modules/events/events.module.js';
import { PROJECTIONS } from '../modules/events/events.tokens.js';
import { IncidentsModule } from '../modules/incidents/incidents.module.js';
import { DriftModule } from '../modules/drift/drift.module.js';
import { JourneysModule } from '../modules/journeys/journeys.module.js';
import { ModelsModule } from '../modules/models/models.module.js';
import { OperationsModule } from '../modules/operations/operations.module.js';
import type { Readiness } from '../modules/operations/operations.tokens.js';
import { METRICS, READINESS } from '../modules/operations/operations.tokens.js';
import { OutcomesModule } from '../modules/outcomes/outcomes.module.js';
import { PerformanceModule } from '../modules/performance/performance.module.js';
import { ReportsModule } from '../modules/reports/reports.module.js';
import { ThresholdsModule } from '../modules/thresholds/thresholds.module.js';
import { SUGGESTIONS } from '../modules/thresholds/thresholds.tokens.js';
import { TrainingModule } from '../modules/training/training.module.js';
import { JOBS } from '../modules/training/training.tokens.js';
import { REBUILDS } from '../modules/journeys/journeys.tokens.js';
import type { JobQueue } from '../queue/job-queue.js';
import { EventCopies } from '../storage/event-copies.js';
import { ModelFiles } from '../storage/model-files.js';
import { AuthGuard } from './http/auth.guard.js';
import { KeyHolders } from './http/key-holders.js';
import { IdempotencyInterceptor } from './http/idempotency.interceptor.js';
import { ProblemFilter } from './http/problem.filter.js';
import { QueryGuard } from './http/query.guard.js';

/** What the API runs on, made before Nest starts. */
export interface ApiParts {
  readonly source: DataSource;
  readonly jobs: JobQueue;
  readonly metrics: Registry;
  readonly readiness: Readiness;
  readonly scorer: ChampionScorer;
  readonly files: ModelFiles;
  readonly copies: EventCopies;
  readonly guard: AddressGuard;
  readonly reports: ReportWriter;
  readonly holders: KeyHolders;
}

@Global()
@Module({})
class PartsModule {}

@Module({})
export class ApiModule {
  static on(parts: ApiParts): DynamicModule {
    const providers = [
      Clock,
      { provide: DataSource, useValue: parts.source },
      { provide: JOBS, useValue: parts.jobs },
      { provide: REBUILDS, useValue: parts.jobs },
      { provide: PROJECTIONS, useValue: parts.jobs },
      { provide: SUGGESTIONS, useValue: parts.jobs },
      { provide: METRICS, useValue: parts.metrics },
      { provide: READINESS, useValue: parts.readiness },
      { provide: ChampionScorer, useValue: parts.scorer },
      { provide: ModelFiles, useValue: parts.files },
      { provide: EventCopies, useValue: parts.copies },
      { provide: AddressGuard, useValue: parts.guard },
      { provide: ReportWriter, useValue: parts.reports },
      { provide: KeyHolders, useValue: parts.holders },
    ];
    return {
      module: ApiModule,
      imports: [
        { module: PartsModule, providers, exports: providers },
        JourneysModule,
        EventsModule,
        ActorsModule,
        ChangesModule,
        IncidentsModule,
        AnomaliesModule,
        AuditModule,
        BackfillModule,
        OutcomesModule,
        TrainingModule,
        ModelsModule,
        PerformanceModule,
        ReportsModule,
        ThresholdsModule,
        DriftModule,
        OperationsModule,
      ],
      providers: [
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: APP_GUARD, useClass: AuthGuard },
        { provide: APP_GUARD, useClass: QueryGuard },
        { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
      ],
    };
  }
}
