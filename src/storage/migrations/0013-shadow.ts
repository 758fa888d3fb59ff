import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the challenger would have answered, beside what was answered. */
export class Shadow1700000000013 implements MigrationInterface {
  name = 'Shadow1700000000013';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE prediction ADD COLUMN shadow_version text,
         ADD COLUMN shadow_probability double precision`,
    );
    await runner.query(
      'CREATE INDEX prediction_shadow ON prediction (shadow_version) WHERE shadow_version IS NOT NULL AND is_first',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX prediction_shadow');
    await runner.query(
      'ALTER TABLE prediction DROP COLUMN shadow_version, DROP COLUMN shadow_probability',
    );
  }
}
