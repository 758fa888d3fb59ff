import { expect } from '@jest/globals';

import type { Json, RunningApi } from './running-api.js';

/** One page of the queue. */
export async function queuePage(
  api: RunningApi,
  query: string,
): Promise<{ items: Json[]; next?: string }> {
  const answer = await api.get(`/v1/anomalies?${query}`);
  expect([query, answer.status]).toEqual([query, 200]);
  return answer.body as unknown as { items: Json[]; next?: string };
}

export const idsOf = (items: readonly Json[]): unknown[] => items.map(({ id }) => id);
