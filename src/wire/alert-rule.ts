import { z } from 'zod';

import { COMPARISONS } from '../core/telemetry/anomaly.js';
import { durationOrNone } from './instant.js';
import { anyText, key, labels, text } from './labels.js';

/** An alert rule: comparison and threshold may be left to an expression that holds them. */
export const ruleBody = z
  .strictObject({
    name: key,
    expr: anyText.optional(),
    metric: text.optional(),
    comparison: z.enum(COMPARISONS).optional(),
    threshold: z.number().optional(),
    for: durationOrNone.default(0),
    keepFiringFor: durationOrNone.default(0),
    recovery: z.number().optional(),
    labels: labels.optional(),
  })
  .meta({ id: 'AlertRule' });

export type RuleBody = z.output<typeof ruleBody>;

const group = z.object({ group: z.string(), name: z.string(), expr: z.string() });

/** What an import of rules answers, and a listing of them. */
export const ruleImportAnswer = z.object({
  source: z.string(),
  rules: z.array(
    group.extend({
      query: z.string(),
      comparison: z.enum(COMPARISONS),
      threshold: z.number(),
      for: z.string(),
      keepFiringFor: z.string(),
      labels: z.record(z.string(), z.string()),
    }),
  ),
  skipped: z.array(group.extend({ code: z.string(), reason: z.string() })),
});

/** A rule file is at most so long. */
const LONGEST_FILE = 2_000_000;

/** Where rules come from: a Prometheus server, or a rule file as text. */
export const ruleImportBody = z
  .union([
    z.strictObject({ url: z.string().max(2000) }),
    z.strictObject({
      file: z.string().min(1).max(LONGEST_FILE),
      /** What the file is called: an import under the same name replaces it. */
      source: key.default('file'),
    }),
  ])
  .meta({ id: 'RuleImport' });
