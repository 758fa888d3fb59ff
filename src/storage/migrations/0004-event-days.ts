import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Which transactions changed a day's events since the day is watched: a copy of the day is whole as
 * long as no further one has. Each transaction marks a day with a row of its own, so that nobody
 * waits for anybody; the setting spares it all marks but the first.
 */
export class EventDays1700000000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE event_day_change (
  partition oid NOT NULL,
  changed_by xid8 NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (partition, changed_by)
);
CREATE FUNCTION event_day_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  mark text := TG_RELID || ' ' || pg_current_xact_id();
BEGIN
  IF current_setting('throughline.changed_day', true) IS DISTINCT FROM mark THEN
    INSERT INTO event_day_change (partition, changed_by)
      VALUES (TG_RELID, pg_current_xact_id()) ON CONFLICT DO NOTHING;
    PERFORM set_config('throughline.changed_day', mark, true);
  END IF;
  RETURN NULL;
END $$;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION event_day_changed CASCADE');
    await runner.query('DROP TABLE event_day_change');
  }
}
