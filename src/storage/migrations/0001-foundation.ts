import type { MigrationInterface, QueryRunner } from 'typeorm';

import { ACCESS, JOURNEYS } from './0001-journey-tables.js';
import { MODELS, OUTCOMES, TELEMETRY } from './0001-loop-tables.js';

const TABLES = [
  'prediction training_run champion model retrospective label_change outcome incident_anomaly',
  'incident_revision incident change episode_stage episode anomaly_revision anomaly',
  'stage_metric_change stage_metric actor_path journey_event event_key journey_version',
  'idempotency_key audit api_key',
].flatMap((line) => line.split(' '));

/** The tables of the first loop: journeys, telemetry, outcomes, models. */
export class Foundation1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const part of [ACCESS, JOURNEYS, TELEMETRY, OUTCOMES, MODELS]) await runner.query(part);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.query(`DROP TABLE IF EXISTS ${table} CASCADE`);
  }
}
