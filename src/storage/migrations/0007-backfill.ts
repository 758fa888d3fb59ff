import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
CREATE TABLE backfill (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  known_until timestamptz NOT NULL,
  fed_at timestamptz NOT NULL
);`;

/** How far the history that is being fed has come; no row where none is. */
export class Backfill1700000000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE backfill');
  }
}
