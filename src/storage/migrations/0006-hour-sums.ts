import type { MigrationInterface, QueryRunner } from 'typeorm';

const trigger = (table: string, event: 'INSERT' | 'UPDATE' | 'DELETE'): string => `
CREATE TRIGGER ${table}_${event.toLowerCase()} AFTER ${event} ON ${table}
  REFERENCING ${event === 'DELETE' ? 'OLD' : 'NEW'} TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION ${table}_changed();`;

/** `hour` is of a row of the table. */
const marking = (table: string, hour: string): string => `
CREATE FUNCTION ${table}_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO stage_hour_mark (journey, hour, changed_by)
    SELECT DISTINCT journey, ${hour}, pg_current_xact_id() FROM changed ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
${trigger(table, 'INSERT')}${trigger(table, 'UPDATE')}${trigger(table, 'DELETE')}
INSERT INTO stage_hour_mark (journey, hour, changed_by)
  SELECT DISTINCT journey, ${hour}, pg_current_xact_id() FROM ${table} ON CONFLICT DO NOTHING;`;

/**
 * Stage metrics added up by the hour, and which transactions have changed an hour's cells since it
 * was added up: an hour with such a mark is read from its cells.
 */
export class HourSums1700000000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE stage_hour_sum (
  journey text NOT NULL,
  of_all boolean NOT NULL,
  segment text NOT NULL,
  stage text NOT NULL,
  hour timestamptz NOT NULL,
  counts bytea NOT NULL,
  seconds_histogram jsonb NOT NULL,
  PRIMARY KEY (journey, of_all, segment, stage, hour)
);
CREATE TABLE stage_hour_mark (
  journey text NOT NULL,
  hour timestamptz NOT NULL,
  changed_by xid8 NOT NULL,
  PRIMARY KEY (journey, hour, changed_by)
);
${marking('stage_hour', 'hour')}
${marking('stage_metric', `date_trunc('hour', bucket_start, 'UTC')`)}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION stage_hour_changed, stage_metric_changed CASCADE');
    await runner.query('DROP TABLE stage_hour_sum, stage_hour_mark');
  }
}
