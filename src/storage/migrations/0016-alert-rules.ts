import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
CREATE TABLE alert_rule (
  source text NOT NULL,
  place int NOT NULL,
  name text NOT NULL,
  body jsonb NOT NULL,
  imported_at timestamptz NOT NULL,
  imported_by text NOT NULL,
  PRIMARY KEY (source, place)
);
CREATE INDEX alert_rule_name ON alert_rule (name);`;

/** Alert rules as they were imported last, by where from. */
export class AlertRules1700000000016 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE alert_rule');
  }
}
