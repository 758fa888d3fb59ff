import { expect, it } from '@jest/globals';

import { performanceReport } from '../../../src/core/monitoring/performance-report.js';
import { DAY, HOUR, MINUTE } from '../../../src/core/telemetry/time.js';
import { writePerformance } from '../../../src/wire/performance.js';

it('writes what was measured in seconds, and what was set as a duration', async () => {
  const from = Date.UTC(2026, 0, 5);
  const stretch = { from, to: from + 7 * DAY, asOf: from + 7 * DAY, chunk: 7 * DAY };
  const report = await performanceReport({ ...stretch, answers: [] });
  const written = writePerformance({
    ...report,
    leadTime: {
      failures: 2,
      toEnd: { p10: MINUTE, median: 50 * MINUTE, p90: HOUR },
      toOnset: { p10: -20 * MINUTE, median: -10 * MINUTE, p90: 500 },
    },
    labelDelay: [
      { within: HOUR, labelled: 0, answers: 3 },
      { within: 14 * DAY, labelled: 0.9, answers: 3 },
    ],
  });
  expect(written).toMatchObject({
    from: '2026-01-05T00:00:00.000Z',
    leadTime: {
      failures: 2,
      secondsToEnd: { p10: 60, median: 3000, p90: 3600 },
      secondsToOnset: { p10: -1200, median: -600, p90: 0.5 },
    },
    labelDelay: [{ within: '1h' }, { within: '14d' }],
  });
  expect(writePerformance(report)).toMatchObject({ leadTime: null, labelDelay: [] });
});
