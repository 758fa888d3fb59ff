import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
CREATE SEQUENCE event_batch_number;
CREATE TABLE event_batch (
  number bigint PRIMARY KEY,
  events int NOT NULL,
  first_at timestamptz NOT NULL,
  last_at timestamptz NOT NULL,
  taken_at timestamptz NOT NULL
);
ALTER TABLE journey_event ADD COLUMN batch bigint NOT NULL DEFAULT 0;
UPDATE journey_event SET id = 'content:' || gen_random_uuid() WHERE id IS NULL;
ALTER TABLE journey_event ALTER COLUMN id SET NOT NULL;
CREATE INDEX journey_event_batch ON journey_event (batch);
DO $$ DECLARE day regclass; BEGIN
  FOR day IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'journey_event'::regclass LOOP
    EXECUTE format('CREATE UNIQUE INDEX %I ON %s (id, source)', day::text || '_key', day);
  END LOOP;
END $$;
DROP TABLE event_key;
DROP TABLE actor_path;
ALTER TABLE stage_metric_change DROP CONSTRAINT stage_metric_change_pkey;
CREATE INDEX stage_metric_change_bucket ON stage_metric_change (journey, stage, bucket_start);`;

/**
 * Events are keyed within their day and counted into the stage metrics batch by batch: a batch that
 * is not counted yet has a row in event_batch. An actor's path is read from the events themselves.
 */
export class EventBatches1700000000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(): Promise<void> {
    await Promise.reject(new Error('the paths and keys that it dropped are not kept'));
  }
}
