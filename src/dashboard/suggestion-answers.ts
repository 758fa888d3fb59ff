import type { Pair } from './answers.js';

/** What one threshold would have done. */
export interface ThresholdPoint {
  readonly threshold: number;
  readonly pages: number;
  readonly pagesPerWeek: number;
  readonly caught: number;
  readonly missed: number;
  readonly cost: number;
}

/** What really happened in a stretch of time. */
export interface Lived {
  readonly weeks: number;
  readonly pagesPerWeek: number;
  readonly failures: number;
  readonly missed: number;
  readonly continuitySeconds: number | null;
}

export interface Decision {
  readonly decision: string;
  readonly state: string;
  readonly owner: string;
  readonly reason: string;
  readonly by: string;
  readonly at: string;
  readonly stale: readonly string[];
}

/** A suggestion in the list; what it says is there once it is made. */
export interface Suggestion {
  readonly id: string;
  readonly state: string;
  readonly progress: string;
  readonly failure?: { readonly code: string; readonly detail: string };
  readonly journey: string;
  readonly stage: string;
  readonly rule: { readonly name: string; readonly comparison: string; readonly threshold: number };
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly requestedBy: string;
  readonly stale: readonly string[];
  readonly verdict?: string;
  readonly reason?: string;
  readonly current?: ThresholdPoint | null;
  readonly suggested?: ThresholdPoint | null;
}

/** One suggestion with all that speaks for it. */
export interface SuggestionDetail extends Suggestion {
  readonly interval?: Pair | null;
  readonly chanceDearer?: number | null;
  readonly frontier?: readonly ThresholdPoint[];
  readonly flips?: readonly string[];
  readonly missedFailures?: readonly {
    readonly failureId: string;
    readonly startedAt: string;
    readonly valueLost: number;
  }[];
  readonly failures?: number;
  readonly from?: string;
  readonly until?: string;
  readonly evidence?: string;
  readonly notes?: readonly string[];
  readonly modelVersion: string | null;
  readonly decisions: readonly Decision[];
  readonly shadow?: {
    readonly from: string;
    readonly pages: number;
    readonly wouldPage: number;
    readonly unknown: number;
  };
  readonly effect?: {
    readonly from: string;
    readonly to: string;
    readonly promised: { readonly pagesPerWeek: number; readonly missedPerWeek: number };
    readonly observed: Lived;
    readonly before: Lived;
  };
}
