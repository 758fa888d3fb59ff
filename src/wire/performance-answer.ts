import { z } from 'zod';

import { AUDITED_FIGURES } from '../core/monitoring/performance-audit.js';
import { PERFORMANCE_NAMES } from '../core/monitoring/performance-figures.js';
import { BANDS } from '../core/scoring/prediction.js';
import { METRIC_NAMES } from '../core/statistics/classification-metrics.js';

const moment = z.string().meta({ format: 'date-time' });
const duration = z.string();

/** A figure that nothing may be known of: a share of nothing is null. */
const figure = z.number().nullable();
const interval = z.tuple([figure, figure]).meta({ id: 'Interval' });

const metrics = z.record(z.enum(METRIC_NAMES), figure).meta({ id: 'Metrics' });

const realised = z
  .object({
    episodes: z.int(),
    failures: z.int(),
    failureRate: figure,
    metrics: z.record(z.enum(PERFORMANCE_NAMES), figure),
    intervals: z.record(z.enum(PERFORMANCE_NAMES), interval),
    deLong: interval,
  })
  .meta({ id: 'RealisedFigures' });

const audit = z.object({
  chosen: z.int(),
  audited: z.int(),
  auditedByHalf: z.tuple([figure, figure]),
  figures: realised.nullable(),
  differences: z.record(z.enum(AUDITED_FIGURES), z.object({ mean: figure, interval })).nullable(),
  verdict: z.enum(['too-few-audited', 'agrees', 'differs']),
});

const chunk = z.object({
  from: moment,
  to: moment,
  answers: z.int(),
  modelVersions: z.array(z.string()),
  referenceLabels: z.int(),
  cbpe: metrics.nullable(),
  pape: metrics.nullable(),
  papeMissing: z.enum(['few-answers', 'few-labels', 'long-ago']).nullable(),
  expected: z.record(z.enum(METRIC_NAMES), interval).nullable(),
  realised: realised.nullable(),
  reconciled: z.record(z.enum(METRIC_NAMES), z.boolean()).nullable(),
});

const slice = z
  .object({
    name: z.string(),
    answers: z.int(),
    labelled: z.int(),
    failures: z.int(),
    figures: realised.nullable(),
  })
  .meta({ id: 'PerformanceSlice' });

const rocPoints = z.array(
  z
    .object({ probability: figure, falsePositiveRate: z.number(), recall: z.number() })
    .meta({ id: 'RocPoint' }),
);

const lead = z.object({ p10: z.number(), median: z.number(), p90: z.number() });

/** What the performance report answers. */
export const performanceAnswer = z
  .object({
    from: moment,
    to: moment,
    asOf: moment,
    answers: z.int(),
    mature: z.int(),
    labelled: z.int(),
    failures: z.int(),
    naive: realised.nullable(),
    weighted: realised.nullable(),
    audit,
    chunks: z.array(chunk),
    segments: z.array(slice),
    stages: z.array(slice),
    sources: z.array(slice),
    calibration: z.array(
      z.object({ probability: z.number(), failureRate: z.number(), interval, episodes: z.int() }),
    ),
    probabilities: z.object({
      edges: z.array(z.number()),
      failures: z.array(z.number()),
      nonFailures: z.array(z.number()),
    }),
    rocCurve: z.object({ naive: rocPoints, weighted: rocPoints }),
    precisionRecall: z.array(
      z.object({ probability: z.number(), recall: z.number(), precision: z.number() }),
    ),
    bands: z.array(
      z.object({
        band: z.enum(BANDS),
        answers: z.int(),
        failures: z.int(),
        nonFailures: z.int(),
        unlabelled: z.int(),
        precision: figure,
        recall: figure,
      }),
    ),
    recallAtPages: z.array(
      z.object({ pagesPerWeek: z.int(), recall: figure, lossCaptured: figure }),
    ),
    lossCapture: z.array(z.object({ queue: z.number(), lossCaptured: figure })),
    leadTime: z.object({ failures: z.int(), secondsToEnd: lead, secondsToOnset: lead }).nullable(),
    coverage: z.array(
      z.object({
        decile: z.int(),
        answers: z.int(),
        labelled: z.int(),
        censored: z.int(),
        undecided: z.int(),
        unmeasured: z.int(),
        coverage: figure,
      }),
    ),
    labelDelay: z.array(z.object({ within: duration, labelled: z.number(), answers: z.int() })),
  })
  .meta({ id: 'PerformanceReport' });
