import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The latest priority of an episode on each of its stages: the queue of a stage is ranked by it. */
export class StagePriorities1700000000023 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'CREATE INDEX prediction_episode ON prediction (episode_id, journey, stage, id DESC)',
    );
    await runner.query('ALTER TABLE episode_stage ADD priority double precision');
    await runner.query(
      `UPDATE episode_stage s SET priority = latest.priority FROM (
         SELECT DISTINCT ON (episode_id, journey, stage) episode_id, journey, stage, priority
         FROM prediction ORDER BY episode_id, journey, stage, id DESC) latest
       WHERE latest.episode_id = s.episode_id AND latest.journey = s.journey
         AND latest.stage = s.stage`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE episode_stage DROP priority');
    await runner.query('DROP INDEX prediction_episode');
  }
}
