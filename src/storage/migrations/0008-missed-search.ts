import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
CREATE TABLE missed_search (
  round int PRIMARY KEY,
  day timestamptz NOT NULL
);
CREATE INDEX outcome_supersedes ON outcome (supersedes) WHERE supersedes IS NOT NULL;
CREATE INDEX outcome_stage ON outcome (journey, stage, started_at) WHERE failure;`;

const DOWN = `
DROP INDEX outcome_stage;
DROP INDEX outcome_supersedes;
DROP TABLE missed_search;`;

/** Which days have been searched for failures that no alert told of. */
export class MissedSearch1700000000008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}
