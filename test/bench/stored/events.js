// Ninety days of events in DuckDB, as many as wanted, and how they get into the service's own tables.
import { chmod, rm } from 'node:fs/promises';

import { ensurePartitions } from '../../../dist/storage/event-partition.store.js';

const DAY = 86_400_000;
const DAYS = 90;
export const STAGES = ['cart_viewed', 'payment_opened', 'order_placed', 'delivery_confirmed'];
export const today = Math.floor(Date.now() / DAY) * DAY;
export const origin = today - DAYS * DAY;

/** The journey that the events tell of. */
export const journey = {
  ...{ key: 'checkout', name: 'Checkout', owner: 'bench', window: '30m' },
  stages: STAGES.map((event) => ({ key: event, event, weight: 1 })),
};

// Four events a visit, a tenth as many actors as events, a third of them in each segment.
const generate = (events) => `
  WITH visit AS (
    SELECT i, hash(i) % ${Math.ceil(events / 10)} AS actor, hash(i * 3 + 1) % 100 AS far,
      hash(i * 5 + 2) % 3 AS segment,
      ${origin} + (hash(i + 7) % ${DAYS * DAY - 3_600_000})::BIGINT AS start
    FROM range(${Math.ceil(events / 4)}) AS t (i))
  SELECT 'user-' || lpad(actor::VARCHAR, 9, '0') AS actor,
    CASE WHEN step = 0 THEN 'cart_viewed' WHEN step = 1 AND far < 65 THEN 'payment_opened'
      WHEN step = 2 AND far < 40 THEN 'order_placed'
      WHEN step = 3 AND far < 30 THEN 'delivery_confirmed'
      WHEN step = 2 THEN 'search' ELSE 'page_viewed' END AS event,
    make_timestamp_ms(start + step * (20000 + (hash(i * 7 + step) % 400000)::BIGINT)) AS moment,
    CASE segment WHEN 0 THEN 'mobile' WHEN 1 THEN 'web' ELSE 'store' END AS segment,
    i || '-' || step AS id
  FROM visit, range(4) AS s (step)`;

/** Writes so many events to a Parquet file. */
export async function writeEvents(duck, parquet, events) {
  await duck.run(`COPY (SELECT * FROM (${generate(events)}) ORDER BY moment) TO '${parquet}'`);
}

/** Puts the events of a Parquet file straight into the table of events. */
export async function storeEvents(source, duck, parquet) {
  const csv = `${parquet}.csv`;
  await duck.run(`COPY (SELECT actor, event, strftime(moment, '%Y-%m-%dT%H:%M:%S.%gZ'), segment, id
    FROM '${parquet}') TO '${csv}' (HEADER false)`);
  await chmod(csv, 0o644);
  const days = Array.from({ length: DAYS + 1 }, (_, day) => ({ occurredAt: origin + day * DAY }));
  await ensurePartitions(source.manager, days);
  await source.query(`CREATE UNLOGGED TABLE bench_event
    (actor text, event text, at timestamptz, segment text, id text)`);
  await source.query(`SET timezone = 'UTC'; COPY bench_event FROM '${csv}' (FORMAT csv)`);
  await source.query(`INSERT INTO journey_event (source, id, actor, event, occurred_at, received_at, segment)
    SELECT 'bench', id, actor, event, at, at, segment FROM bench_event`);
  await source.query('DROP TABLE bench_event');
  await source.query('ANALYZE journey_event');
  await rm(csv);
}

/** Journeys like the stored one, with its sums and two weeks of its history, once it is added up; their keys. */
export async function storeOthers(source, count) {
  const keys = Array.from({ length: count }, (_, i) => `checkout-${i + 2}`);
  await source.query(
    `INSERT INTO journey_version (key, version, definition, effective_from, known_at)
     SELECT k, version, jsonb_set(definition, '{key}', to_jsonb(k)), effective_from, known_at
     FROM journey_version, unnest($1::text[]) AS k WHERE key = 'checkout'`,
    [keys],
  );
  for (const [table, condition] of [
    ['stage_day_sum', 'of_all'],
    ['stage_metric_change', "segment = 'web' AND bucket_start > now() - interval '14 days'"],
  ]) {
    const columns = await source.query(
      `SELECT string_agg(column_name, ', ') AS names FROM information_schema.columns
       WHERE table_name = $1 AND column_name NOT IN ('journey', 'stamp')`,
      [table],
    );
    const { names } = columns[0];
    await source.query(
      `INSERT INTO ${table} (journey, ${names}) SELECT k, ${names}
       FROM ${table}, unnest($1::text[]) AS k WHERE journey = 'checkout' AND ${condition}`,
      [keys],
    );
    await source.query(`VACUUM ANALYZE ${table}`);
  }
  return keys;
}

/** They would be counted into by whoever adds events later. */
export async function dropOthers(source, keys) {
  await source.query('DELETE FROM journey_version WHERE key = ANY($1)', [keys]);
  for (const table of ['stage_day_sum', 'stage_metric_change']) {
    await source.query(`DELETE FROM ${table} WHERE journey = ANY($1)`, [keys]);
    await source.query(`VACUUM ANALYZE ${table}`);
  }
}

/** Cells of every stage and segment, and when they became known: as if the events had been counted. */
export async function storeCells(source) {
  const cells = `
    FROM unnest($1::text[]) WITH ORDINALITY AS s (stage, place)
    CROSS JOIN unnest(ARRAY['mobile', 'web', 'store']) AS segment
    CROSS JOIN generate_series($2::timestamptz, $3::timestamptz, '5 minutes') AS start
    CROSS JOIN LATERAL (SELECT (8 + 6 * sin(extract(epoch FROM start) / 13751)
      + abs(hashtext(stage || segment || start)) % 5)::int / place::int AS entered) AS e
    CROSS JOIN LATERAL (SELECT entered * 6 / 10 AS converted) AS c`;
  const range = [STAGES, new Date(origin), new Date(Date.now() - 300_000)];
  await source.query(
    `INSERT INTO stage_hour (journey, version, stage, segment, hour, slots, entered, converted,
       counts, computed_at)
     SELECT 'checkout', 1, stage, segment, hour, jsonb_object_agg(slot::text, jsonb_build_array(1,
         floor(extract(epoch FROM start) * 1000)::bigint, entered, converted, converted * 190000,
         bins, jsonb_build_array(1, 4, 1, 8, 0))),
       sum(entered), sum(converted), '{}', max(start)
     FROM (SELECT stage, segment, start, entered, converted,
         date_trunc('hour', start, 'UTC') AS hour, extract(minute FROM start)::int / 5 AS slot,
         (SELECT jsonb_object_agg(27 + abs(hashtext(stage || start || i)) % 12, 1)
           FROM generate_series(1, greatest(1, converted)) AS i) AS bins ${cells}) AS cell
     GROUP BY stage, segment, hour`,
    range,
  );
  await source.query(
    `INSERT INTO stage_metric_change (journey, stage, bucket_start, segment, version, known_at,
       width_seconds, entered, converted)
     SELECT 'checkout', stage, start, segment, 1, start + interval '40 minutes', 300, entered, converted
     ${cells}`,
    range,
  );
  await source.query('ANALYZE stage_hour; ANALYZE stage_metric_change');
}
