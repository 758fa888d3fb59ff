/** Anomalies, episodes, changes and incidents. */
export const TELEMETRY = `
CREATE TABLE anomaly (
  id text PRIMARY KEY,
  source text NOT NULL,
  name text NOT NULL,
  fingerprint text NOT NULL,
  severity text NOT NULL,
  body jsonb NOT NULL,
  content uuid NOT NULL,
  started_at timestamptz NOT NULL,
  ended_at timestamptz,
  episode_id text NOT NULL,
  revision int NOT NULL DEFAULT 1,
  known_at timestamptz NOT NULL
);
CREATE INDEX anomaly_episode ON anomaly (episode_id);
CREATE TABLE anomaly_revision (
  anomaly_id text NOT NULL REFERENCES anomaly (id),
  revision int NOT NULL,
  body jsonb NOT NULL,
  known_at timestamptz NOT NULL,
  PRIMARY KEY (anomaly_id, revision)
);
CREATE TABLE episode (
  id text PRIMARY KEY,
  source text NOT NULL,
  fingerprint text NOT NULL,
  name text NOT NULL,
  service text,
  severity text NOT NULL,
  started_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  ended_at timestamptz,
  ended_known_at timestamptz,
  repeats int NOT NULL DEFAULT 0,
  top_priority double precision,
  known_at timestamptz NOT NULL
);
CREATE INDEX episode_fingerprint ON episode (source, fingerprint, started_at DESC);
CREATE INDEX episode_started ON episode (started_at);
CREATE INDEX episode_queue ON episode (top_priority DESC NULLS LAST, id);
CREATE TABLE episode_stage (
  episode_id text NOT NULL REFERENCES episode (id),
  journey text NOT NULL,
  version int NOT NULL,
  stage text NOT NULL,
  relevance double precision NOT NULL,
  horizon_seconds int NOT NULL,
  due_at timestamptz NOT NULL,
  measured_at timestamptz,
  PRIMARY KEY (episode_id, journey, stage)
);
CREATE INDEX episode_stage_due ON episode_stage (due_at) WHERE measured_at IS NULL;
CREATE TABLE change (
  id text PRIMARY KEY,
  body jsonb NOT NULL,
  content uuid NOT NULL,
  service text,
  kind text NOT NULL,
  occurred_at timestamptz NOT NULL,
  known_at timestamptz NOT NULL
);
CREATE INDEX change_occurred ON change (occurred_at);
CREATE TABLE incident (
  id text PRIMARY KEY,
  body jsonb NOT NULL,
  content uuid NOT NULL,
  detected_at timestamptz NOT NULL,
  mitigated_at timestamptz,
  mitigated_known_at timestamptz,
  known_at timestamptz NOT NULL,
  revision int NOT NULL DEFAULT 1
);
CREATE TABLE incident_revision (
  incident_id text NOT NULL REFERENCES incident (id),
  revision int NOT NULL,
  body jsonb NOT NULL,
  known_at timestamptz NOT NULL,
  PRIMARY KEY (incident_id, revision)
);
CREATE TABLE incident_anomaly (
  incident_id text NOT NULL REFERENCES incident (id),
  anomaly_id text NOT NULL,
  known_at timestamptz NOT NULL,
  PRIMARY KEY (incident_id, anomaly_id)
);
CREATE INDEX incident_anomaly_anomaly ON incident_anomaly (anomaly_id);`;

/** What episodes did, and what is known of it when. */
export const OUTCOMES = `
CREATE TABLE outcome (
  revision bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text NOT NULL UNIQUE,
  anomaly_id text,
  journey text NOT NULL,
  stage text NOT NULL,
  failure boolean,
  failure_probability double precision,
  failure_id text,
  verdict text NOT NULL,
  conversions_lost double precision,
  interval_low double precision,
  interval_high double precision,
  mitigation text,
  source text NOT NULL,
  author text,
  started_at timestamptz,
  ended_at timestamptz,
  supersedes text,
  relative_loss double precision,
  content uuid NOT NULL,
  known_at timestamptz NOT NULL
);
CREATE INDEX outcome_anomaly ON outcome (anomaly_id, journey, stage);
CREATE INDEX outcome_known ON outcome (known_at);
CREATE TABLE label_change (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  anomaly_id text NOT NULL,
  journey text NOT NULL,
  stage text NOT NULL,
  service text,
  rule text NOT NULL,
  known_at timestamptz NOT NULL,
  failures int NOT NULL,
  decided int NOT NULL
);
CREATE INDEX label_change_known ON label_change (known_at);
CREATE TABLE retrospective (
  id text PRIMARY KEY,
  incident_id text NOT NULL,
  body jsonb NOT NULL,
  content uuid NOT NULL,
  known_at timestamptz NOT NULL
);`;

/** Models, training runs and predictions. */
export const MODELS = `
CREATE TABLE model (
  version text PRIMARY KEY,
  learner text NOT NULL,
  evidence text NOT NULL,
  state text NOT NULL,
  card jsonb NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE TABLE champion (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  version text NOT NULL REFERENCES model (version),
  since timestamptz NOT NULL,
  by text NOT NULL,
  reason text NOT NULL
);
CREATE TABLE training_run (
  id uuid PRIMARY KEY,
  state text NOT NULL,
  progress double precision NOT NULL DEFAULT 0,
  as_of timestamptz,
  model text,
  gate jsonb,
  reason text,
  requested_by text NOT NULL,
  created_at timestamptz NOT NULL,
  finished_at timestamptz
);
CREATE TABLE prediction (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  anomaly_id text NOT NULL,
  episode_id text NOT NULL,
  journey text NOT NULL,
  stage text NOT NULL,
  as_of timestamptz NOT NULL,
  features jsonb NOT NULL,
  body jsonb NOT NULL,
  probability double precision NOT NULL,
  priority double precision NOT NULL,
  model_version text NOT NULL,
  is_first boolean NOT NULL,
  answered boolean NOT NULL
);
CREATE INDEX prediction_anomaly ON prediction (anomaly_id, journey, stage, id DESC);
CREATE UNIQUE INDEX prediction_first ON prediction (episode_id, journey, stage) WHERE is_first;
CREATE INDEX prediction_as_of ON prediction (as_of) WHERE is_first;`;
