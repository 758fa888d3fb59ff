import { describe, expect, it } from '@jest/globals';

import { livePerformance } from '../../../src/core/monitoring/live-performance.js';
import type { JudgedAnswer } from '../../../src/core/monitoring/performance-answer.js';
import { priorCard } from '../../../src/core/registry/prior-card.js';
import { seededRandom } from '../../../src/core/statistics/random.js';
import { HOUR } from '../../../src/core/telemetry/time.js';
import { modelCardPage } from '../../../src/reports/model-card-page.js';

const START = Date.UTC(2026, 0, 5);
const [OURS, OTHER] = ['2026-01-05.1', '2026-01-06.1'];
const ANSWERS = 900;

/** Honest answers, two in three by one model; of what it ranks high four fifths are handled unseen. */
function answersGiven(): JudgedAnswer[] {
  const random = seededRandom(2);
  return Array.from({ length: ANSWERS }, (_, i): JudgedAnswer => {
    const [probability, asOf] = [random(), START + i * HOUR];
    const label = random() < probability ? 1 : 0;
    const isSeen = random() < (probability > 0.5 ? 0.2 : 1);
    return {
      ...{ episodeId: `e${i}`, group: `e${i}`, journey: 'checkout', stage: 'payment' },
      ...{ segment: null, source: 'prometheus', modelVersion: i % 3 === 0 ? OTHER : OURS },
      ...{ asOf, dueAt: asOf + HOUR, probability, priority: probability },
      ...{ features: { service: 'payment' }, failure: null, audit: null },
      share: 1,
      ...(isSeen
        ? { state: 'labelled', label, labelKnownAt: asOf + HOUR }
        : { state: 'censored', label: null, labelKnownAt: null }),
    };
  });
}

const answers = answersGiven();
const end = START + (ANSWERS + 1) * HOUR;

describe('how a model has done in service', () => {
  it('is told of its own answers, naive and weighted for which labels were observed', async () => {
    const live = await livePerformance(answers, OURS, end);
    const own = answers.filter(({ modelVersion }) => modelVersion === OURS);
    const labelled = own.filter(({ label }) => label !== null);
    expect(live).toMatchObject({ answers: own.length, mature: own.length });
    expect(live.labelled).toBe(labelled.length);
    // Half of all fail: what is seen is mostly what was ranked low.
    expect(live.naive?.failureRate).toBeLessThan(0.4);
    expect(Math.abs((live.weighted?.failureRate ?? 0) - 0.5)).toBeLessThan(0.08);
  });

  it('is told on its card, both figures side by side', async () => {
    const live = await livePerformance(answers, OURS, end);
    const nothing = { answers: 0, labelled: 0, failures: 0, disagreement: 0, figures: null };
    const card = { ...priorCard(START, '1.0.0'), version: OURS };
    const page = modelCardPage({ card, state: 'champion', reigns: [], shadow: nothing, live });
    expect(page).toContain('How it has done in service');
    expect(page).toContain(live.weighted?.metrics.logLoss.toFixed(3));
    expect(page).not.toMatch(/NaN|undefined/);
  });

  it('is not told where nothing is known', async () => {
    const live = await livePerformance([], OURS, end);
    expect(live).toMatchObject({ answers: 0, naive: null, weighted: null });
    const early = await livePerformance(answers, OURS, START);
    expect(early).toMatchObject({ mature: 0, labelled: 0, naive: null });
  });
});
