import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Every hour is marked: it is read from its cells until it has been added up. */
const MARK_ALL = `
INSERT INTO stage_hour_mark (journey, hour, changed_by)
  SELECT journey, hour, pg_current_xact_id() FROM stage_hour
  UNION SELECT journey, date_trunc('hour', bucket_start, 'UTC'), pg_current_xact_id()
  FROM stage_metric ON CONFLICT DO NOTHING;`;

/**
 * The sums of a day's hours lie in one row, with the day's own sum: reading thousands of rows was
 * what three months by the hour cost. What is read most stays in the row itself.
 */
export class DaySums1700000000020 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP TABLE stage_hour_sum;
CREATE TABLE stage_day_sum (
  journey text NOT NULL,
  of_all boolean NOT NULL,
  segment text NOT NULL,
  stage text NOT NULL,
  day timestamptz NOT NULL,
  hours bytea NOT NULL,
  hour_histograms json NOT NULL,
  total bytea NOT NULL,
  total_histogram json NOT NULL,
  PRIMARY KEY (journey, of_all, segment, stage, day)
);
ALTER TABLE stage_day_sum ALTER hours SET STORAGE PLAIN, ALTER total SET STORAGE PLAIN,
  ALTER total_histogram SET STORAGE MAIN;
${MARK_ALL}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP TABLE stage_day_sum;
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
${MARK_ALL}`);
  }
}
