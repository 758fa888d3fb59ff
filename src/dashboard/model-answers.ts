import type { Pair } from './answers.js';

export interface Model {
  readonly version: string;
  readonly learner: string;
  readonly evidence: string;
  readonly state: string;
  readonly createdAt: string;
}

export interface Reign {
  readonly version: string;
  readonly since: string;
  readonly by: string;
  readonly reason: string;
}

export interface Registry {
  readonly champion: string | null;
  /** Another one than the champion where that cannot be read. */
  readonly answers: string;
  /** Whom rolling back makes champion. */
  readonly rollbackTo: string | null;
  readonly items: readonly Model[];
  /** Newest first. */
  readonly history: readonly Reign[];
}

export interface Judged {
  readonly figures: Readonly<Record<string, number>>;
  readonly intervals: Readonly<Record<string, Pair>>;
  readonly episodes: number;
  readonly failures: number;
}

/** Figures of answers whose outcome is known. */
export interface Realised extends Pick<Judged, 'intervals' | 'episodes' | 'failures'> {
  readonly metrics: Readonly<Record<string, number>>;
}

export interface ModelCard extends Omit<Model, 'state'> {
  readonly codeVersion: string;
  readonly seed: number;
  readonly features: readonly {
    readonly name: string;
    readonly meaning: string;
    readonly unit?: string;
  }[];
  readonly data: { readonly hash: string; readonly rows: number; readonly failures: number } | null;
  /** Epoch ms or RFC 3339. */
  readonly fittedUntil: number | string | null;
  readonly metrics: { readonly naive: Judged } | null;
  /** How it has done in service. */
  readonly live: {
    readonly answers: number;
    readonly mature: number;
    readonly naive: Realised | null;
    /** Each label counts for those like it that were not observed. */
    readonly weighted: Realised | null;
  };
  readonly baseRate: number;
  readonly calibration: string;
  readonly limits: readonly string[];
}

export interface TrainingRun {
  readonly id: string;
  readonly state: string;
  /** 0..1. */
  readonly progress: number;
  readonly model?: string;
  readonly gate?: {
    readonly verdict: string;
    readonly reason: string;
    readonly logLossDifference?: { readonly mean: number; readonly interval: Pair };
    readonly episodes?: number;
    readonly failures?: number;
  };
  readonly reason?: string;
  readonly asOf?: string;
  readonly requestedBy: string;
  readonly createdAt: string;
  readonly finishedAt?: string;
}

/** A kept report and what it came to. */
export interface KeptReport {
  readonly id: string;
  readonly model: string;
  readonly madeAt: string;
  readonly from: string;
  readonly until: string;
  readonly verdict: 'drifted' | 'stable' | 'not-enough-data';
  readonly findings: {
    readonly services: readonly string[];
    readonly features: readonly string[];
    readonly targets: readonly string[];
    readonly errorsRose: boolean;
  };
}
