import { z } from 'zod';

import { COMPARISONS } from '../core/telemetry/anomaly.js';
import type { ApiClient } from './api-client.js';
import { expectOk, jsonBody } from './api-client.js';

/** Episodes of which the busiest rules are taken. */
const EPISODES = 500;
const RULES = 5;

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

/** The rules and stages with the most episodes among those that tell their threshold. */
function busiest(alerts: readonly Alert[]): Alert[] {
  const counts = new Map<string, { count: number; alert: Alert }>();
  for (const alert of alerts) {
    const [place] = alert.predictions;
    if (place === undefined || alert.threshold === undefined) continue;
    const key = JSON.stringify([alert.name, alert.threshold, place.journey, place.stage]);
    counts.set(key, { count: (counts.get(key)?.count ?? 0) + 1, alert });
  }
  const most = [...counts.values()].sort((one, other) => other.count - one.count);
  return most.slice(0, RULES).map(({ alert }) => alert);
}

async function suggestFor(client: ApiClient, alert: Alert): Promise<string> {
  const { name, comparison = '>', threshold, predictions } = alert;
  const { journey, stage } = predictions[0] ?? {};
  const asked = { rule: { name, comparison, threshold }, journey, stage };
  const answer = await client.post('/v1/threshold-suggestions', jsonBody(asked));
  const made = suggested.parse(expectOk(answer));
  const moved = made.verdict === 'raise' || made.verdict === 'lower';
  const number = moved ? ` to ${made.suggested?.threshold}` : '';
  const words = made.verdict === undefined ? 'is being made' : `${made.verdict}${number}`;
  const why = made.reason === undefined ? '' : ` (${made.reason})`;
  return `${name} ${comparison} ${threshold} on ${journey}/${stage}: ${words}${why}`;
}

/** Asks for a threshold of each of the busiest rules, from their past alerts. */
export async function suggestForBusiestRules(client: ApiClient): Promise<string[]> {
  const page = expectOk(await client.get(`/v1/anomalies?sort=-startedAt&limit=${EPISODES}`));
  const lines: string[] = [];
  for (const alert of busiest(alertPage.parse(page).items)) {
    lines.push(await suggestFor(client, alert));
  }
  return lines;
}
