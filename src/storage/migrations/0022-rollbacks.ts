import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which champions were returned to: rolling back again goes further back. */
export class Rollbacks1700000000022 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER TABLE champion ADD COLUMN is_rollback boolean NOT NULL DEFAULT false',
    );
    await runner.query(
      `UPDATE champion c SET is_rollback = true FROM audit a
       WHERE a.action = 'model.rollback' AND a.subject = c.version AND a.at = c.since`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE champion DROP COLUMN is_rollback');
  }
}
