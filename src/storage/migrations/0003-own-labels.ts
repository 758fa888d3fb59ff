import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Finds an episode's own labels, to leave them out of its history. */
export class OwnLabels1700000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX label_change_anomaly ON label_change (anomaly_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX label_change_anomaly');
  }
}
