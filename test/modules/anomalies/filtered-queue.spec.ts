import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { aJourney, anAnomaly } from '../../builders/bodies.js';
import { idsOf, queuePage } from '../../builders/queue-page.js';
import { type Json, RunningApi } from '../../builders/running-api.js';

const mapped = (match: string, relevance: number) => ({ match: [match], relevance });

/** Alerts of tier 1 to 5 matter the more to checkout, and the less to renewal, the lower their tier. */
const TIERS = [1, 2, 3, 4, 5];

describe('the queue of a journey', () => {
  let api: RunningApi;

  beforeAll(async () => {
    api = await RunningApi.start();
    const stagesOf = (relevance: (tier: number) => number) => [
      {
        ...{ key: 'a', event: 'cart', weight: 1 },
        mappings: TIERS.map((tier) => mapped(`tier="${tier}"`, relevance(tier))),
      },
      { key: 'b', event: 'pay', weight: 1, mappings: [mapped('tier="3"', 1)] },
      { key: 'done', event: 'done', weight: 1 },
    ];
    await api.post('/v1/journeys', aJourney({ stages: stagesOf((tier) => 1 - 0.15 * tier) }));
    const renewal = { key: 'renewal', stages: stagesOf((tier) => 0.02 * tier * tier) };
    await api.post('/v1/journeys', aJourney({ ...renewal, valuePerConversion: 8 }));
    const anomalies = TIERS.map((tier) =>
      anAnomaly({ id: `tier-${tier}`, labels: { tier: String(tier) } }),
    );
    await api.post('/v1/anomalies', anomalies);
  });
  afterAll(() => api.stop());

  const page = (query: string): ReturnType<typeof queuePage> => queuePage(api, query);
  /** The highest priority of a row on the stages that are asked for. */
  const highest = (item: Json, journey: string, stage?: string): number => {
    const all = item['predictions'] as { journey: string; stage: string; priority: Json }[];
    const own = all.filter(
      (one) => one.journey === journey && (stage === undefined || one.stage === stage),
    );
    return Math.max(...own.map(({ priority }) => Number(priority['value'])));
  };

  it('is ranked by what it says of that journey, or stage', async () => {
    const ranked = async (query: string): Promise<unknown[]> => idsOf((await page(query)).items);
    expect(await ranked('journey=renewal&stage=a')).toEqual(
      TIERS.toReversed().map((tier) => `tier-${tier}`),
    );
    expect(await ranked('journey=renewal')).toEqual([
      ...['tier-3', 'tier-5', 'tier-4', 'tier-2', 'tier-1'],
    ]);
    expect(await ranked('journey=checkout&stage=a')).toEqual(TIERS.map((tier) => `tier-${tier}`));
  });

  it('tells the priority that it is ranked by, and is cut at it', async () => {
    const { items } = await page('journey=renewal&stage=a');
    const own = items.map((item) => highest(item, 'renewal', 'a'));
    expect(items.map(({ priority }) => priority)).toEqual(own);
    const least = `min_priority=${own[1]}`;
    expect(idsOf((await page(`journey=renewal&stage=a&${least}`)).items)).toEqual([
      'tier-5',
      'tier-4',
    ]);
    const newest = await page(`journey=renewal&stage=a&sort=-startedAt&${least}`);
    expect(new Set(idsOf(newest.items))).toEqual(new Set(['tier-5', 'tier-4']));
  });

  it('is read page by page in that order, each row once', async () => {
    const seen: unknown[] = [];
    let next: string | undefined = '';
    while (next !== undefined) {
      const cursor: string = next === '' ? '' : `&cursor=${next}`;
      const one = await page(`journey=renewal&stage=a&limit=2${cursor}`);
      seen.push(...idsOf(one.items));
      next = one.next;
    }
    expect(seen).toEqual(['tier-5', 'tier-4', 'tier-3', 'tier-2', 'tier-1']);
  });
});
