// The funnel of four steps within 30 minutes as SQL over a Parquet file.
import { STAGES } from './events.js';

const named = STAGES.map((stage) => `'${stage}'`).join(', ');

// The same question in SQL: each event takes over the latest entry that still reaches so far.
export const windowed = (file) => `
  WITH e AS (SELECT actor, event, moment FROM '${file}' WHERE event IN (${named})),
  a AS (SELECT *, max(CASE WHEN event = '${STAGES[0]}' THEN moment END) OVER w AS e1 FROM e
    WINDOW w AS (PARTITION BY actor ORDER BY moment)),
  b AS (SELECT *, max(CASE WHEN event = '${STAGES[1]}' AND moment - e1 <= INTERVAL 30 MINUTE THEN e1 END)
    OVER w AS e2 FROM a WINDOW w AS (PARTITION BY actor ORDER BY moment)),
  c AS (SELECT *, max(CASE WHEN event = '${STAGES[2]}' AND moment - e2 <= INTERVAL 30 MINUTE THEN e2 END)
    OVER w AS e3 FROM b WINDOW w AS (PARTITION BY actor ORDER BY moment))
  SELECT count(DISTINCT CASE WHEN e1 IS NOT NULL THEN actor END),
    count(DISTINCT CASE WHEN e2 IS NOT NULL THEN actor END),
    count(DISTINCT CASE WHEN e3 IS NOT NULL THEN actor END),
    count(DISTINCT CASE WHEN event = '${STAGES[3]}' AND moment - e3 <= INTERVAL 30 MINUTE THEN actor END)
  FROM c`;

// An easier question: only each actor's first entry counts, so that later visits are lost.
export const firstEntries = (file) => `
  WITH e AS (SELECT actor, event, moment FROM '${file}'),
  s1 AS (SELECT actor, min(moment) AS t1 FROM e WHERE event = '${STAGES[0]}' GROUP BY actor),
  s2 AS (SELECT actor, any_value(t1) AS t1, min(moment) AS t2 FROM s1 JOIN e USING (actor)
    WHERE event = '${STAGES[1]}' AND moment BETWEEN t1 AND t1 + INTERVAL 30 MINUTE GROUP BY actor),
  s3 AS (SELECT actor, any_value(t1) AS t1, min(moment) AS t3 FROM s2 JOIN e USING (actor)
    WHERE event = '${STAGES[2]}' AND moment BETWEEN t2 AND t1 + INTERVAL 30 MINUTE GROUP BY actor),
  s4 AS (SELECT actor FROM s3 JOIN e USING (actor)
    WHERE event = '${STAGES[3]}' AND moment BETWEEN t3 AND t1 + INTERVAL 30 MINUTE GROUP BY actor)
  SELECT (SELECT count(*) FROM s1), (SELECT count(*) FROM s2), (SELECT count(*) FROM s3),
    (SELECT count(*) FROM s4)`;
