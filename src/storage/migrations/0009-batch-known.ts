import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When the first event of a batch became known: whoever asks what was known before need not wait for it. */
export class BatchKnown1700000000009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE event_batch ADD COLUMN known_from timestamptz NOT NULL DEFAULT '-infinity'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE event_batch DROP COLUMN known_from');
  }
}
