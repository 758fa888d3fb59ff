import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
CREATE TABLE actor_merge (
  from_actor text NOT NULL,
  into_actor text NOT NULL,
  known_at timestamptz NOT NULL,
  merged_at timestamptz NOT NULL,
  PRIMARY KEY (from_actor, into_actor)
);
CREATE TABLE actor_person (
  actor text PRIMARY KEY,
  person text NOT NULL
);
CREATE INDEX actor_person_person ON actor_person (person);`;

/** Which actors turned out to be one, and whom each of them goes by now. Events keep their actor. */
export class ActorMerges1700000000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE actor_merge; DROP TABLE actor_person');
  }
}
