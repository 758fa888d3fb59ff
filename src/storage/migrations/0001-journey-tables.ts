/** Who may do what, and what was done. */
export const ACCESS = `
CREATE TABLE api_key (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL,
  hash bytea NOT NULL UNIQUE,
  scopes text[] NOT NULL,
  created_at timestamptz NOT NULL,
  revoked_at timestamptz
);
CREATE TABLE audit (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL,
  who text NOT NULL,
  action text NOT NULL,
  subject text NOT NULL,
  before jsonb,
  after jsonb,
  reason text
);
CREATE TABLE idempotency_key (
  key text PRIMARY KEY,
  request_hash text NOT NULL,
  status int,
  body jsonb,
  created_at timestamptz NOT NULL
);`;

/** Journeys, their events, and what is kept of them. */
export const JOURNEYS = `
CREATE TABLE journey_version (
  key text NOT NULL,
  version int NOT NULL,
  definition jsonb NOT NULL,
  effective_from timestamptz,
  known_at timestamptz NOT NULL,
  PRIMARY KEY (key, version)
);
CREATE TABLE event_key (
  key uuid PRIMARY KEY,
  content uuid NOT NULL,
  received_at timestamptz NOT NULL
);
CREATE TABLE journey_event (
  source text NOT NULL,
  id text,
  actor text NOT NULL,
  event text NOT NULL,
  occurred_at timestamptz NOT NULL,
  sent_at timestamptz,
  received_at timestamptz NOT NULL,
  segment text,
  properties jsonb,
  satisfaction_scale text,
  satisfaction_score double precision
) PARTITION BY RANGE (occurred_at);
CREATE INDEX journey_event_actor ON journey_event (actor, occurred_at);
CREATE TABLE actor_path (
  journey text NOT NULL,
  version int NOT NULL,
  actor text NOT NULL,
  path jsonb NOT NULL,
  PRIMARY KEY (journey, version, actor)
) WITH (fillfactor = 70);
CREATE TABLE stage_metric (
  journey text NOT NULL,
  version int NOT NULL,
  stage text NOT NULL,
  segment text NOT NULL,
  bucket_start timestamptz NOT NULL,
  width_seconds int NOT NULL,
  origin text NOT NULL,
  entered int NOT NULL,
  converted int NOT NULL,
  counts jsonb NOT NULL,
  revision int NOT NULL DEFAULT 1,
  computed_at timestamptz NOT NULL,
  PRIMARY KEY (journey, stage, bucket_start, segment, version, origin)
) WITH (fillfactor = 70);
CREATE TABLE stage_metric_change (
  journey text NOT NULL,
  stage text NOT NULL,
  bucket_start timestamptz NOT NULL,
  segment text NOT NULL,
  version int NOT NULL,
  known_at timestamptz NOT NULL,
  width_seconds int NOT NULL,
  entered int NOT NULL,
  converted int NOT NULL,
  PRIMARY KEY (journey, stage, bucket_start, segment, version, known_at)
);
CREATE INDEX stage_metric_change_known ON stage_metric_change (journey, known_at);`;
