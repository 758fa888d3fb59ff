import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import type { Anomaly } from '../../core/telemetry/anomaly.js';
import type { Instant } from '../../core/telemetry/time.js';
import type { Prediction } from '../../core/scoring/prediction.js';
import type { Caller } from '../../http/caller.js';
import { Clock } from '../../http/clock.js';
import { ChampionScorer } from '../../loop/champion-scorer.js';
import { measureUntil } from '../../loop/measure-until.js';
import { projectEvents } from '../../loop/project-events.js';
import type { Arrival, Taken } from '../../loop/take-anomalies.js';
import { takeAnomalies } from '../../loop/take-anomalies.js';
import { noteBackfill } from '../../storage/backfill.store.js';
import { journeyVersions } from '../../storage/journey.store.js';
import { predictionsOf, savePredictions } from '../../storage/prediction.store.js';
import { anomalyBody, anomalyOf } from '../../wire/anomaly.js';
import { EARLIEST } from '../../wire/instant.js';
import { writePrediction } from '../../wire/prediction.js';
import { CLOCK_SKEW, receptionOf } from '../../wire/received.js';
import type { ItemError, Rejection } from '../../wire/rejection.js';
import { checkItems } from '../../wire/rejection.js';

/** The answer to one anomaly, in the place of its body. */
export interface AnomalyResult {
  readonly index: number;
  readonly anomalyId: string;
  /** `scored`: answered, and nothing kept. */
  readonly status: 'stored' | 'updated' | 'duplicate' | 'scored' | 'rejected' | 'unmapped';
  readonly predictions: readonly object[];
  readonly error?: ItemError;
}

interface Checked {
  readonly arrivals: (Arrival & { readonly index: number })[];
  readonly rejected: readonly Rejection[];
}

const CONFLICTS = {
  source: 'this id came from another source before',
  startedAt: 'this id came with another start before: what starts anew has an id of its own',
  fingerprint: 'this id came with another fingerprint before',
} as const;

function idOf(item: unknown): string {
  const known = typeof item === 'object' && item !== null && 'id' in item;
  return known && typeof item.id === 'string' ? item.id : '';
}

@Injectable()
export class AnomaliesService {
  constructor(
    private readonly source: DataSource,
    private readonly clock: Clock,
    private readonly scorer: ChampionScorer,
  ) {}

  /** Stores and scores; the answers come in the order of the bodies. */
  async ingest(items: readonly unknown[], caller: Caller): Promise<AnomalyResult[]> {
    const { arrivals, rejected } = this.check(items, caller);
    const refused = rejected.map((one) => refusal(one, idOf(items[one.index])));
    const answered = await this.takeAndScore(arrivals, caller.scopes.has('backfill'));
    const results = arrivals.map(({ index }, i): AnomalyResult => {
      const taken = answered[i];
      return taken === undefined ? { ...EMPTY, index } : { index, ...taken };
    });
    return [...results, ...refused].sort((a, b) => a.index - b.index);
  }

  /** Scores without storing anything. */
  async predict(items: readonly unknown[], caller: Caller): Promise<AnomalyResult[]> {
    const { arrivals, rejected } = this.check(items, caller);
    if (arrivals.length > 0) {
      await projectEvents(this.source, this.clock.now(), latestOf(arrivals));
    }
    const toScore = arrivals.map(({ anomaly, receivedAt }) => ({
      anomaly,
      episodeId: anomaly.id,
      asOf: receivedAt,
    }));
    const scored = await this.scorer.ask(this.source.manager, toScore);
    const results = arrivals.map(({ index, anomaly }, i): AnomalyResult => {
      const predictions = (scored[i] ?? []).map((one) => writePrediction(one.prediction));
      const status = predictions.length === 0 ? 'unmapped' : 'scored';
      return { index, anomalyId: anomaly.id, status, predictions };
    });
    const refused = rejected.map((one) => refusal(one, idOf(items[one.index])));
    return [...results, ...refused].sort((a, b) => a.index - b.index);
  }

  /** Takes anomalies that a connector has mapped, as they come from vendors; tells what came of each. */
  async takeMapped(anomalies: readonly Anomaly[]): Promise<Omit<AnomalyResult, 'index'>[]> {
    const receivedAt = this.clock.now();
    const errors = anomalies.map((anomaly) => timeError(anomaly, receivedAt));
    const arrivals = anomalies
      .filter((_, i) => errors[i] === null)
      .map((anomaly) => ({ anomaly, receivedAt }));
    const taken = (await this.takeAndScore(arrivals, false)).values();
    return anomalies.map(({ id }, i) => {
      const error = errors[i] ?? null;
      if (error !== null) return { ...EMPTY, anomalyId: id, error };
      return taken.next().value ?? { ...EMPTY, anomalyId: id };
    });
  }

  private check(items: readonly unknown[], caller: Caller): Checked {
    const { valid, rejected } = checkItems(anomalyBody, items);
    const rules = { now: this.clock.now(), mayBackfill: caller.scopes.has('backfill') };
    const arrivals: Checked['arrivals'] = [];
    for (const { index, value } of valid) {
      const { startedAt, endedAt } = value;
      const reception = receptionOf(value, { startedAt, endedAt }, rules);
      if ('receivedAt' in reception) {
        const { receivedAt } = reception;
        const tellsFingerprint = value.fingerprint !== undefined;
        arrivals.push({ index, anomaly: anomalyOf(value), receivedAt, tellsFingerprint });
      } else {
        rejected.push({ index, ...reception });
      }
    }
    return { arrivals, rejected };
  }

  /** All of it is committed before anything is answered. */
  private async takeAndScore(
    arrivals: readonly Arrival[],
    backfilled: boolean,
  ): Promise<Omit<AnomalyResult, 'index'>[]> {
    if (arrivals.length === 0) return [];
    const [now, latest] = [this.clock.now(), latestOf(arrivals)];
    await projectEvents(this.source, now, latest);
    // Living through history, what was due had been measured by now; so it is when history is replayed.
    if (backfilled) {
      if (latest < now - CLOCK_SKEW) await noteBackfill(this.source.manager, latest, now);
      await measureUntil(this.source, this.scorer.baselines, latest);
    }
    return await this.source.transaction(async (sql) => {
      const taken = await takeAnomalies(sql, arrivals, await journeyVersions(sql));
      const fresh = taken.flatMap((one, i) => toScore(one, arrivals[i]));
      const scored = await this.scorer.score(sql, fresh);
      await savePredictions(sql, scored.flat());
      const stored = await predictionsOf(
        sql,
        taken.map(({ anomaly }) => anomaly.id),
      );
      return taken.map((one) => answer(one, stored.get(one.anomaly.id) ?? []));
    });
  }
}

/** What the schema of our own bodies sees to: what a connector has mapped did not go through it. */
function timeError({ startedAt, endedAt }: Anomaly, now: Instant): ItemError | null {
  if (startedAt < EARLIEST) {
    return { pointer: '/startedAt', code: 'too-old', detail: 'lies before 2000-01-01' };
  }
  const reception = receptionOf({}, { startedAt, endedAt }, { now, mayBackfill: false });
  return 'receivedAt' in reception ? null : reception;
}

function latestOf(arrivals: readonly Arrival[]): number {
  return Math.max(...arrivals.map(({ receivedAt }) => receivedAt));
}

const EMPTY = { anomalyId: '', status: 'rejected', predictions: [] } as const;

function refusal({ index, ...error }: Rejection, anomalyId: string): AnomalyResult {
  return { index, anomalyId, status: 'rejected', predictions: [], error };
}

function toScore(
  { status, anomaly, episode }: Taken,
  arrival: Arrival | undefined,
): { anomaly: Anomaly; episodeId: string; asOf: number }[] {
  if (status !== 'stored' || episode === null || arrival === undefined) return [];
  return [{ anomaly, episodeId: episode.id, asOf: arrival.receivedAt }];
}

function answer(
  { status, anomaly, field = 'source' }: Taken,
  predictions: readonly Prediction[],
): Omit<AnomalyResult, 'index'> {
  const anomalyId = anomaly.id;
  if (status === 'conflict') {
    const error = { pointer: `/${field}`, code: 'conflict', detail: CONFLICTS[field] };
    return { anomalyId, status: 'rejected', predictions: [], error };
  }
  const unmapped = status === 'stored' && predictions.length === 0;
  return {
    anomalyId,
    status: unmapped ? 'unmapped' : status,
    predictions: predictions.map(writePrediction),
  };
}
