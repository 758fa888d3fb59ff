import type { Comparison, Labels } from '../telemetry/anomaly.js';
import type { Duration, Instant } from '../telemetry/time.js';
import type { AlertRule } from './alert-rule.js';
import type { CatchRule } from './failure-loss.js';
import type { ThresholdGoals } from './threshold-goals.js';
import type { WatchHours } from './watch-hours.js';

/** An alert rule with the threshold in use. */
export interface QuestionedRule {
  readonly name: string;
  /** Its expression in PromQL, whole or only what is compared. */
  readonly expr?: string | undefined;
  /** What is compared, where there is no expression. */
  readonly metric?: string | undefined;
  readonly comparison: Comparison;
  readonly threshold: number;
  readonly for: Duration;
  readonly keepFiringFor: Duration;
  readonly recovery?: number | undefined;
  readonly labels?: Labels | undefined;
}

/** What a rule's history is taken from. */
export const HISTORY_SOURCES = ['points', 'prometheus', 'alerts', 'impact-score'] as const;
export type HistorySource = (typeof HISTORY_SOURCES)[number];

/** A threshold that is asked about: the rule, the stage whose failures it should catch, and what matters. */
export interface ThresholdQuestion extends CatchRule {
  readonly rule: QuestionedRule;
  readonly journey: string;
  readonly stage: string;
  readonly source: HistorySource;
  readonly prometheus?:
    | {
        readonly url: string;
        readonly query: string;
        readonly from: Instant;
        readonly to: Instant;
        readonly step: Duration;
      }
    | undefined;
  /** The labels of each series that was sent along. */
  readonly seriesLabels?: readonly Labels[] | undefined;
  /** Past alerts and predictions before this are not looked at. */
  readonly since?: Instant | undefined;
  readonly groupBy: readonly string[];
  readonly groupGap: Duration;
  readonly hours?: WatchHours | undefined;
  readonly costPage: number;
  readonly maxPagesPerWeek?: number | undefined;
  readonly alpha?: number | undefined;
  readonly confidence: number;
  readonly floor?: number | undefined;
  readonly maxStep?: number | undefined;
  readonly seed: number;
}

/** The metric of thresholds on the service's own impact score. */
export const IMPACT_SCORE = 'impact-score';

/** The rule as it is replayed. */
export function replayedRule({ rule, groupGap }: ThresholdQuestion): AlertRule {
  const { comparison, keepFiringFor, recovery } = rule;
  return { comparison, for: rule.for, keepFiringFor, recovery, groupGap };
}

/** What a good threshold is for the question. */
export function goalsOf(question: ThresholdQuestion): ThresholdGoals {
  const { rule, costPage, maxPagesPerWeek, alpha, confidence, floor, maxStep } = question;
  return {
    comparison: rule.comparison,
    current: rule.threshold,
    ...{ costPage, maxPagesPerWeek, floor, maxStep },
    missRate: alpha === undefined ? undefined : { alpha, confidence },
    embargo: question.detect,
  };
}
