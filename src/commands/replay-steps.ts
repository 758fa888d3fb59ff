import type { KindName } from './import-kinds.js';
import { KIND_NAMES, KINDS } from './import-kinds.js';
import type { ReplayFile, ReplayRecord } from './replay-file.js';

/** What to do next: send records of one kind, or train on what was known at a time. */
export type ReplayStep =
  | {
      readonly send: KindName;
      readonly records: readonly ReplayRecord[];
      /** After it, everything that became known before this time has been sent. */
      readonly reached: number;
    }
  | { readonly trainAt: number };

/** The part of a history to replay, both ends included, and when to train. */
export interface ReplayPlan {
  readonly from: number;
  readonly until: number;
  /** Ascending. */
  readonly trainAt: readonly number[];
  /** Hears of records that come after one that was known later. */
  readonly onLate?: (() => void) | undefined;
}

const MAX_BYTES = 4 << 20;

const RANK = new Map(KIND_NAMES.map((name, rank) => [name, rank]));
const rankOf = (kind: KindName): number => RANK.get(kind) ?? 0;

/** Consecutive records of one kind, as many as one request takes. */
class Batch {
  records: ReplayRecord[] = [];
  private bytes = 0;
  private readonly ids = new Set<string>();

  /** A revision of a record goes into a later request than the record. */
  takes({ kind, id, text }: ReplayRecord): boolean {
    const [first] = this.records;
    if (first === undefined) return true;
    if (first.kind !== kind || this.records.length >= KINDS[kind].batch) return false;
    return this.bytes + text.length <= MAX_BYTES && (id === undefined || !this.ids.has(id));
  }

  add(record: ReplayRecord): void {
    this.records.push(record);
    this.bytes += record.text.length;
    if (record.kind !== 'events' && record.id !== undefined) this.ids.add(record.id);
  }

  get first(): ReplayRecord | undefined {
    return this.records[0];
  }
}

/** Records that are not events and may wait while events are gathered, at most. */
const MOST_WAITING = 1000;

/**
 * What is sent next. Events go ahead, in large requests, of what else became known meanwhile: the
 * service answers for a time with what was known by then, whatever it has been told since. A
 * journey is sent in its place, since it says what events mean.
 */
class Outbox {
  private events = new Batch();
  private others: Batch[] = [];
  private waiting = 0;
  private last = -Infinity;

  constructor(private readonly onLate: () => void) {}

  add(record: ReplayRecord): ReplayStep[] {
    const full = this.isFull(record) ? this.empty() : [];
    if (record.at < this.last) this.onLate();
    else this.last = record.at;
    if (record.kind === 'events') {
      this.events.add(record);
      return full;
    }
    let batch = this.others.at(-1);
    if (batch?.takes(record) !== true) this.others.push((batch = new Batch()));
    batch.add(record);
    this.waiting += 1;
    return record.kind === 'journeys' ? [...full, ...this.empty()] : full;
  }

  /** Gives everything away and is empty again. */
  empty(): ReplayStep[] {
    const batches = [this.events, ...this.others].filter(({ first }) => first !== undefined);
    this.events = new Batch();
    this.others = [];
    this.waiting = 0;
    return batches.map(({ records }, index): ReplayStep => {
      const next = batches[index + 1]?.first?.at ?? this.last;
      return { send: records[0]?.kind ?? 'events', records, reached: Math.min(next, this.last) };
    });
  }

  private isFull(record: ReplayRecord): boolean {
    if (record.kind === 'journeys') return true;
    if (record.kind === 'events') return !this.events.takes(record);
    return this.waiting >= MOST_WAITING;
  }
}

function earliest(files: readonly ReplayFile[]): ReplayFile | undefined {
  let best: { file: ReplayFile; record: ReplayRecord } | undefined;
  for (const file of files) {
    const record = file.peek();
    if (record === undefined) continue;
    const earlier =
      best === undefined ||
      record.at < best.record.at ||
      (record.at === best.record.at && rankOf(record.kind) < rankOf(best.record.kind));
    if (earlier) best = { file, record };
  }
  return best?.file;
}

async function* merged(files: readonly ReplayFile[]): AsyncGenerator<ReplayRecord[]> {
  for (;;) {
    for (const file of files) if (!file.ready) await file.fill();
    const records: ReplayRecord[] = [];
    while (files.every((file) => file.ready)) {
      const file = earliest(files);
      const record = file?.peek();
      if (file === undefined || record === undefined) break;
      records.push(record);
      file.shift();
    }
    if (records.length === 0) return;
    yield records;
  }
}

function isWanted({ at }: ReplayRecord, { from, until }: ReplayPlan): boolean {
  return at <= until && (at >= from || at === -Infinity);
}

/** The trainings that come before a record known at the time, after what was sent up to then. */
function stepsBefore(at: number, outbox: Outbox, trainings: number[]): ReplayStep[] {
  const due = trainings.findIndex((time) => time >= at);
  const now = trainings.splice(0, due < 0 ? trainings.length : due);
  return now.length === 0 ? [] : [...outbox.empty(), ...now.map((trainAt) => ({ trainAt }))];
}

/**
 * Merges files into the steps of a replay, in order of the time at which each record became known;
 * at one moment in the order of KIND_NAMES. A training comes after everything known at its time,
 * and before everything else.
 */
export async function* replaySteps(
  files: readonly ReplayFile[],
  plan: ReplayPlan,
): AsyncGenerator<ReplayStep> {
  const trainings = [...plan.trainAt];
  const outbox = new Outbox(plan.onLate ?? (() => undefined));
  for await (const records of merged(files)) {
    for (const record of records) {
      if (!isWanted(record, plan)) continue;
      if (trainings.length > 0) yield* stepsBefore(record.at, outbox, trainings);
      yield* outbox.add(record);
    }
    if ((records.at(-1)?.at ?? 0) > plan.until) break;
  }
  yield* outbox.empty();
  for (const trainAt of trainings) yield { trainAt };
}
