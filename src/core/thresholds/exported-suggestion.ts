import type { Instant } from '../telemetry/time.js';
import type { RuleExcerpt } from './rule-excerpt.js';
import type { ThresholdQuestion } from './threshold-question.js';
import type { ThresholdPoint } from './threshold-point.js';

/** A suggestion as another system is told of it. */
export interface ExportedSuggestion {
  readonly id: string;
  readonly question: ThresholdQuestion;
  readonly verdict: string;
  readonly suggested: ThresholdPoint;
  readonly modelVersion: string;
  /** The data that it was made from. */
  readonly from: Instant;
  readonly until: Instant;
  readonly expiresAt: Instant;
  readonly excerpt: RuleExcerpt | null;
}

const written = (at: Instant): string => new Date(at).toISOString();

/** Where a threshold comes from, in the words that every export carries along. */
export function provenanceOf(suggestion: ExportedSuggestion): Record<string, string> {
  return {
    throughline_suggestion: suggestion.id,
    throughline_model: suggestion.modelVersion,
    throughline_data: `${written(suggestion.from)}/${written(suggestion.until)}`,
    throughline_expires: written(suggestion.expiresAt),
    throughline_replaces: String(suggestion.question.rule.threshold),
    // The best estimate is exported whatever the verdict: `keep` is no advice to take it.
    throughline_verdict: suggestion.verdict,
  };
}

/** What people who are paged should know of the threshold. */
export function summaryOf({ question, suggested }: ExportedSuggestion): string {
  const { rule, journey, stage } = question;
  return `${rule.name} guards ${journey} / ${stage}: ${rule.comparison} ${suggested.threshold}`;
}
