import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
CREATE TABLE threshold_suggestion (
  id uuid PRIMARY KEY,
  state text NOT NULL DEFAULT 'draft',
  progress text NOT NULL DEFAULT 'queued',
  failure jsonb,
  journey text NOT NULL,
  stage text NOT NULL,
  journey_version int NOT NULL,
  rule text NOT NULL,
  request jsonb NOT NULL,
  series bytea,
  answer jsonb,
  excerpt jsonb,
  model_version text,
  requested_by text NOT NULL,
  known_by timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  finished_at timestamptz,
  expires_at timestamptz NOT NULL
);
CREATE INDEX threshold_suggestion_created ON threshold_suggestion (created_at DESC, id DESC);
CREATE TABLE threshold_decision (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  suggestion_id uuid NOT NULL REFERENCES threshold_suggestion (id),
  decision text NOT NULL,
  state text NOT NULL,
  owner text NOT NULL,
  reason text NOT NULL,
  decided_by text NOT NULL,
  decided_at timestamptz NOT NULL,
  stale jsonb NOT NULL
);
CREATE INDEX threshold_decision_suggestion ON threshold_decision (suggestion_id, id);`;

/** Threshold suggestions with what they were made from, and what people decided about them. */
export class ThresholdSuggestions1700000000015 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE threshold_decision; DROP TABLE threshold_suggestion;');
  }
}
