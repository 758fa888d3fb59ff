import { randomUUID } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

import type { ApiClient } from './api-client.js';
import { expectOk, jsonBody } from './api-client.js';
import { readAhead } from './import-ahead.js';
import type { BatchAnswer } from './import-batch.js';
import { sendBatch } from './import-batch.js';
import type { KindName } from './import-kinds.js';
import type { Progress } from './import-progress.js';
import type { ReplayFault, ReplayFile, ReplayRecord } from './replay-file.js';
import type { ReplayPlan, ReplayStep } from './replay-steps.js';
import { replaySteps } from './replay-steps.js';
import type { TrainingResult } from './training-run.js';
import { trainAsOf } from './training-run.js';

/** How many records of one kind were sent and what became of them. */
interface KindCount {
  sent: number;
  accepted: number;
  duplicates: number;
  rejected: number;
}

/** What became of a replay. */
export interface ReplaySummary {
  readonly counts: Partial<Record<KindName, KindCount>>;
  rejected: ReplayFault[];
  readonly trainings: TrainingResult[];
  /** Seconds spent on feeding, trainings apart. */
  seconds: number;
  eventsPerSecond: number;
  /** Records that came after one that was known later: the file's disorder exceeds the window. */
  outOfOrder: number;
  /** Everything known before then has been answered (RFC 3339). */
  reached?: string;
  /** Why the replay stopped before its end. */
  stopped?: string;
}

function answerLines(records: readonly ReplayRecord[], { anomalies }: BatchAnswer): string {
  return anomalies
    .map(({ index, anomalyId, status, predictions }) => {
      const receivedAt = new Date(records[index]?.at ?? 0).toISOString();
      return `${JSON.stringify({ anomalyId, receivedAt, status, predictions })}\n`;
    })
    .join('');
}

/** Feeds a history to the service: events ahead, beside one request of everything else at a time. */
export class Replay {
  readonly summary: ReplaySummary = {
    counts: {},
    rejected: [],
    trainings: [],
    seconds: 0,
    eventsPerSecond: 0,
    outOfOrder: 0,
  };
  private readonly client: ApiClient;
  private readonly progress: Progress;
  private readonly predictions: FileHandle | undefined;
  /** Milliseconds spent on trainings. */
  private trained = 0;

  constructor(client: ApiClient, progress: Progress, predictions: FileHandle | undefined) {
    this.client = client;
    this.progress = progress;
    this.predictions = predictions;
  }

  /** Never throws for a service that refuses: the summary says where and why the replay stopped. */
  async run(files: readonly ReplayFile[], plan: ReplayPlan): Promise<ReplaySummary> {
    const { summary } = this;
    const start = performance.now();
    try {
      const onLate = (): void => {
        summary.outOfOrder += 1;
      };
      await this.send(readAhead(replaySteps(files, { ...plan, onLate }), 16));
      expectOk(await this.client.post('/v1/backfill/end', jsonBody({}), randomUUID()));
    } catch (error) {
      summary.stopped = error instanceof Error ? error.message : String(error);
    } finally {
      await Promise.all(files.map((file) => file.close()));
    }
    summary.seconds = (performance.now() - start - this.trained) / 1000;
    summary.rejected = [...files.flatMap(({ faults }) => faults), ...summary.rejected];
    summary.eventsPerSecond = Math.round((summary.counts.events?.sent ?? 0) / summary.seconds);
    if (!Number.isFinite(summary.eventsPerSecond)) summary.eventsPerSecond = 0;
    return summary;
  }

  /**
   * Events wait only for the events before them. Everything else waits for all that was known by
   * then, and a journey or a training for everything.
   */
  private async send(steps: AsyncGenerator<ReplayStep>): Promise<void> {
    let waiting: ReplayStep[] = [];
    let ahead: Promise<number> = Promise.resolve(-Infinity);
    try {
      for await (const step of steps) {
        const alone = 'trainAt' in step || step.send === 'journeys';
        if (!alone && step.send !== 'events') {
          waiting.push(step);
          continue;
        }
        this.follow(await ahead);
        ahead = alone ? Promise.resolve(-Infinity) : this.take(step);
        ahead.catch(() => undefined);
        for (const other of waiting) this.follow(await this.take(other));
        waiting = [];
        if (alone) this.follow(await this.take(step));
      }
      this.follow(await ahead);
      for (const other of waiting) this.follow(await this.take(other));
    } finally {
      await ahead.catch(() => undefined);
    }
  }

  /** Answers how far the history has been sent after it; -Infinity says nothing of that. */
  private async take(step: ReplayStep): Promise<number> {
    if ('trainAt' in step) {
      const start = performance.now();
      const asOf = new Date(step.trainAt).toISOString();
      this.summary.trainings.push(await trainAsOf(this.client, asOf, this.progress.tell));
      this.trained += performance.now() - start;
      return -Infinity;
    }
    const answer = await sendBatch(
      this.client,
      step.send,
      step.records.map(({ text }) => text),
    );
    this.count(step.send, step.records, answer);
    await this.predictions?.appendFile(answerLines(step.records, answer));
    return step.reached;
  }

  private count(kind: KindName, records: readonly ReplayRecord[], answer: BatchAnswer): void {
    const { summary } = this;
    const count = (summary.counts[kind] ??= { sent: 0, accepted: 0, duplicates: 0, rejected: 0 });
    count.sent += records.length;
    count.accepted += answer.accepted;
    count.duplicates += answer.duplicates;
    count.rejected += answer.rejected.length;
    for (const { index, ...why } of answer.rejected) {
      const { file = '', line = 0 } = records[index] ?? {};
      summary.rejected.push({ file, line, ...why });
    }
  }

  private follow(reached: number): void {
    if (reached === -Infinity) return;
    const { summary } = this;
    summary.reached = new Date(reached).toISOString();
    const events = summary.counts.events?.sent ?? 0;
    this.progress.tell(`${summary.reached.slice(0, 16)}, ${events} events`);
  }
}
