import type { ExportedSuggestion } from '../../src/core/thresholds/exported-suggestion.js';
import type { RuleExcerpt } from '../../src/core/thresholds/rule-excerpt.js';
import type {
  QuestionedRule,
  ThresholdQuestion,
} from '../../src/core/thresholds/threshold-question.js';

const START = Date.UTC(2026, 2, 6, 15, 0, 30);
const HOUR = 3_600_000;

/** A suggestion of 4.5 in place of 2, as exports are told of it. */
export function anExported(
  rule: Partial<QuestionedRule>,
  more: Partial<ThresholdQuestion> = {},
  excerpt: RuleExcerpt | null = null,
): ExportedSuggestion {
  const whole = { name: 'PaymentErrors', comparison: '>', threshold: 2, for: 0, keepFiringFor: 0 };
  const question = {
    rule: { ...whole, ...rule },
    ...{ journey: 'checkout', stage: 'payment', source: 'points', groupBy: [], groupGap: 0 },
    ...{ costPage: 1, confidence: 0.9, seed: 0, lead: 0, detect: 0, savedShare: 1, ...more },
  } as ThresholdQuestion;
  const suggested = { threshold: 4.5, pages: 0, pagesPerWeek: 0, caught: 0, missed: 0, cost: 0 };
  return {
    ...{ id: 'a-suggestion', question, verdict: 'raise', suggested, modelVersion: '0' },
    ...{ from: START, until: START + 15 * HOUR, expiresAt: START + 100 * HOUR, excerpt },
  };
}
