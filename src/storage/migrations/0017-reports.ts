import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
CREATE TABLE report (
  id text PRIMARY KEY,
  kind text NOT NULL,
  model text NOT NULL,
  made_at timestamptz NOT NULL,
  from_at timestamptz NOT NULL,
  until_at timestamptz NOT NULL,
  findings jsonb NOT NULL,
  body json NOT NULL
);
CREATE INDEX report_made ON report (made_at DESC);`;

/** Reports as they were when they were made, with what they came to. */
export class Reports1700000000017 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE report');
  }
}
