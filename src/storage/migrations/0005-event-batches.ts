import type { MigrationInterface, QueryRunner } from 'typeorm';

const EVENTS = `
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
ALTER TABLE stage_metric_change DROP CONSTRAINT stage_metric_change_pkey,
  ADD COLUMN origin text NOT NULL DEFAULT 'events';
CREATE INDEX stage_metric_change_bucket ON stage_metric_change (journey, stage, bucket_start);
UPDATE stage_metric_change c SET origin = 'warehouse' FROM stage_metric m
WHERE m.origin = 'warehouse' AND m.journey = c.journey AND m.stage = c.stage
  AND m.bucket_start = c.bucket_start AND m.segment = c.segment AND m.version = c.version;`;

/** An hour in one row: its cells as `stage-slots.ts` has them, and their sum. */
const HOURS = `
CREATE TABLE stage_hour (
  journey text NOT NULL,
  version int NOT NULL,
  stage text NOT NULL,
  segment text NOT NULL,
  hour timestamptz NOT NULL,
  slots jsonb NOT NULL,
  entered int NOT NULL,
  converted int NOT NULL,
  counts jsonb NOT NULL,
  revision int NOT NULL DEFAULT 1,
  computed_at timestamptz NOT NULL,
  PRIMARY KEY (journey, stage, hour, segment, version)
) WITH (fillfactor = 70);
WITH cell AS (
  SELECT *, date_trunc('hour', bucket_start, 'UTC') AS hour FROM stage_metric WHERE origin = 'events'
), bin AS (
  SELECT journey, version, stage, segment, hour, key, sum(value::int) AS n
  FROM cell, jsonb_each_text(counts->'secondsHistogram') GROUP BY 1, 2, 3, 4, 5, 6
), total AS (
  SELECT journey, version, stage, segment, hour, jsonb_object_agg(key, n) AS bins
  FROM bin GROUP BY 1, 2, 3, 4, 5
)
INSERT INTO stage_hour
SELECT journey, version, stage, segment, hour,
  jsonb_object_agg((extract(minute FROM bucket_start)::int / 5)::text, jsonb_build_array(revision,
    floor(extract(epoch FROM c.computed_at) * 1000)::bigint, entered, converted,
    counts->'millisToConvert', counts->'secondsHistogram', jsonb_build_array(counts->'csatCount',
      counts->'csatSum', counts->'npsCount', counts->'npsSum', counts->'npsNet'))),
  sum(entered), sum(converted),
  jsonb_build_object('entered', sum(entered), 'converted', sum(converted),
    'millisToConvert', sum((counts->>'millisToConvert')::float8),
    'secondsHistogram', coalesce((array_agg(t.bins))[1], '{}'),
    'csatCount', sum((counts->>'csatCount')::int), 'csatSum', sum((counts->>'csatSum')::float8),
    'npsCount', sum((counts->>'npsCount')::int), 'npsSum', sum((counts->>'npsSum')::float8),
    'npsNet', sum((counts->>'npsNet')::int)),
  max(revision), max(c.computed_at)
FROM cell c LEFT JOIN total t USING (journey, version, stage, segment, hour)
GROUP BY journey, version, stage, segment, hour;
DELETE FROM stage_metric WHERE origin = 'events';
ALTER TABLE stage_metric DROP CONSTRAINT stage_metric_pkey, DROP COLUMN origin,
  ADD PRIMARY KEY (journey, stage, bucket_start, segment, version);`;

/**
 * Events are keyed within their day and counted into the stage metrics batch by batch: a batch that
 * is not counted yet has a row in event_batch. An actor's path is read from the events themselves.
 */
export class EventBatches1700000000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(EVENTS);
    await runner.query(HOURS);
  }

  async down(): Promise<void> {
    await Promise.reject(new Error('the paths and keys that it dropped are not kept'));
  }
}
