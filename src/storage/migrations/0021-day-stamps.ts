import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Each writing of a day's sums has a number of its own: who has made something of a day tells by it
 * whether they are still the same, without reading them.
 */
export class DayStamps1700000000021 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE stage_day_sum ADD stamp bigint GENERATED ALWAYS AS IDENTITY');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE stage_day_sum DROP stamp');
  }
}
