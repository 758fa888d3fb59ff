import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whose outcome it is, where it is not everyone's. */
export class OutcomeSegment1700000000011 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE outcome ADD COLUMN segment text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE outcome DROP COLUMN segment');
  }
}
