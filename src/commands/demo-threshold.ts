import { z } from 'zod';

import { COMPARISONS } from '../core/telemetry/anomaly.js';
import type { ApiClient } from './api-client.js';
import { expectOk, jsonBody } from './api-client.js';

/** Episodes of which the busiest rule is taken. */
const EPISODES = 500;

const alertPage = z.object({
  items: z.array(
    z.object({
      name: z.string(),
      threshold: z.number().optional(),
      comparison: z.enum(COMPARISONS).optional(),
      predictions: z.array(z.object({ journey: z.string(), stage: z.string() })),
    }),
  ),
});

const suggested = z.object({
  id: z.string(),
  verdict: z.string().optional(),
  reason: z.string().optional(),
  current: z.object({ threshold: z.number() }).nullish(),
  suggested: z.object({ threshold: z.number() }).nullish(),
});

type Alert = z.output<typeof alertPage>['items'][number];

/** The rule and stage with the most episodes among those that tell their threshold. */
function busiest(alerts: readonly Alert[]): Alert | undefined {
  const counts = new Map<string, { count: number; alert: Alert }>();
  for (const alert of alerts) {
    const [place] = alert.predictions;
    if (place === undefined || alert.threshold === undefined) continue;
    const key = JSON.stringify([alert.name, alert.threshold, place.journey, place.stage]);
    counts.set(key, { count: (counts.get(key)?.count ?? 0) + 1, alert });
  }
  return [...counts.values()].sort((one, other) => other.count - one.count)[0]?.alert;
}

/** Asks for a threshold of the busiest rule, from its past alerts; null where none tells enough. */
export async function suggestForBusiestRule(client: ApiClient): Promise<string | null> {
  const page = expectOk(await client.get(`/v1/anomalies?sort=-startedAt&limit=${EPISODES}`));
  const alert = busiest(alertPage.parse(page).items);
  const place = alert?.predictions[0];
  if (alert === undefined || place === undefined) return null;
  const { name, comparison = '>', threshold } = alert;
  const asked = { rule: { name, comparison, threshold }, ...place };
  const answer = await client.post('/v1/threshold-suggestions', jsonBody(asked));
  const made = suggested.parse(expectOk(answer));
  const numbers = `${comparison} ${made.current?.threshold} → ${made.suggested?.threshold ?? '?'}`;
  const words = made.verdict === undefined ? 'is being made' : `${made.verdict}: ${made.reason}`;
  return `Threshold of ${name} (${place.journey}/${place.stage}) ${numbers}: ${words}`;
}
