import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
CREATE TABLE change_revision (
  change_id text NOT NULL REFERENCES change (id),
  revision int NOT NULL,
  body jsonb NOT NULL,
  occurred_at timestamptz NOT NULL,
  known_at timestamptz NOT NULL,
  PRIMARY KEY (change_id, revision)
);
CREATE INDEX change_revision_occurred ON change_revision (occurred_at);
INSERT INTO change_revision (change_id, revision, body, occurred_at, known_at)
  SELECT id, 1, body, occurred_at, known_at FROM change;
ALTER TABLE episode ADD COLUMN last_known_at timestamptz;
UPDATE episode SET last_known_at = known.latest FROM (
  SELECT a.episode_id, max(r.known_at) AS latest
  FROM anomaly a JOIN anomaly_revision r ON r.anomaly_id = a.id GROUP BY a.episode_id) known
WHERE known.episode_id = episode.id;`;

const DOWN = `
ALTER TABLE episode DROP COLUMN last_known_at;
DROP TABLE change_revision;`;

/** What a change said when, and when the last word on an episode became known. */
export class KnownAt1700000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}
