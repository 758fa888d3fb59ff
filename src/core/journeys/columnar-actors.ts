import type { Instant } from '../telemetry/time.js';
import { ActorPlaces } from './actor-places.js';
import type { EventColumns, EventKind } from './event-columns.js';
import type { ActorEvents } from './funnel-path.js';
import type { Renamed, Renames } from './renamed-actors.js';
import { NO_RENAMES, renamedAmong, sortByTime } from './renamed-actors.js';

/** Which events of the days are read. */
export interface ColumnQuery {
  readonly from: Instant;
  /** Exclusive. */
  readonly to: Instant;
  /** All segments where null. */
  readonly segment: string | null;
  /** The steps that events of the kind belong to, as a bit mask; null where they are left out. */
  readonly stepsOf: (kind: EventKind) => number | null;
}

/** About how many events are gathered at once: few enough to stay in a processor's cache. */
const EVENTS_AT_ONCE = 30_000;

/** Where reading has got to in a day. */
interface Reader {
  readonly columns: EventColumns;
  /** By kind, its steps; -1 where it is left out. */
  readonly steps: Int32Array;
  /** The segment's place, -1 for all. */
  readonly segment: number;
  next: number;
  /** Actors that go by another one's key, in the order of their own: passed over where they lie … */
  readonly renamed: readonly Renamed[];
  nextRenamed: number;
  /** … and read in the order of the other keys. */
  readonly moved: readonly Renamed[];
  nextMoved: number;
}

function readerOf(columns: EventColumns, query: ColumnQuery, renames: Renames): Reader {
  const steps = Int32Array.from(columns.kinds, (kind) => query.stepsOf(kind) ?? -1);
  const { segment } = query;
  const place = segment === null ? -1 : columns.segments.indexOf(segment);
  const isAbsent = segment !== null && place === -1;
  // Nobody was there in the segment: the day is read to its end already.
  const next = isAbsent ? columns.starts.length - 1 : 0;
  const renamed = isAbsent ? [] : renamedAmong(columns.actors, renames);
  const key = ({ rename }: Renamed): number => at(renames.into, rename * 4);
  const moved = renamed.toSorted((one, other) => key(one) - key(other));
  const cursors = { next, nextRenamed: 0, nextMoved: 0 };
  return { columns, steps, segment: place, renamed, moved, ...cursors };
}

/** The steps of the event in a row; -1 where its kind or segment is left out. */
function stepsAt({ columns, steps, segment }: Reader, row: number): number {
  if (segment >= 0 && columns.segmentOf[row] !== segment) return -1;
  return at(steps, at(columns.kindOf, row));
}

/** What lies there: the place is known to be in the array. */
const at = (array: ArrayLike<number>, place: number): number => array[place] ?? 0;

/** Four words that stand for an actor. */
interface ActorKey {
  readonly words: Uint32Array;
  readonly start: number;
}

/** The wanted events of some actors, in the order in which they were found. */
class Gathered {
  readonly actors = new ActorPlaces();
  private owners = new Int32Array(EVENTS_AT_ONCE);
  private times = new Float64Array(EVENTS_AT_ONCE);
  private steps = new Int32Array(EVENTS_AT_ONCE);
  private size = 0;

  clear(): void {
    this.actors.clear();
    this.size = 0;
  }

  /** Takes what one of the day's actors did, under the key that begins there. */
  take(reader: Reader, actor: number, key: ActorKey, { from, to }: ColumnQuery): void {
    const { day, starts, times } = reader.columns;
    const end = at(starts, actor + 1);
    let owner = -1;
    for (let row = at(starts, actor); row < end; row += 1) {
      const steps = stepsAt(reader, row);
      const time = day + at(times, row);
      if (steps < 0 || time < from || time >= to) continue;
      if (owner < 0) owner = this.actors.placeOf(key.words, key.start);
      this.put(owner, time, steps);
    }
  }

  private put(owner: number, time: Instant, steps: number): void {
    if (this.size === this.owners.length) this.grow();
    this.owners[this.size] = owner;
    this.times[this.size] = time;
    this.steps[this.size] = steps;
    this.size += 1;
  }

  private grow(): void {
    const room = 2 * this.owners.length;
    const { owners, times, steps } = this;
    (this.owners = new Int32Array(room)).set(owners);
    (this.times = new Float64Array(room)).set(times);
    (this.steps = new Int32Array(room)).set(steps);
  }

  /**
   * The events by actor: a counting sort, which leaves each actor's in the order of time. Those of
   * several actors who go by one key are sorted, day by day as they lie.
   */
  *byActor(hasRenames: boolean): Generator<ActorEvents> {
    const ends = this.starts();
    const [times, steps] = [new Float64Array(this.size), new Int32Array(this.size)];
    for (let index = 0; index < this.size; index += 1) {
      const owner = at(this.owners, index);
      const place = at(ends, owner);
      ends[owner] = place + 1;
      times[place] = at(this.times, index);
      steps[place] = at(this.steps, index);
    }
    for (let actor = 0, start = 0; actor < this.actors.size; actor += 1) {
      const end = at(ends, actor);
      const own = { at: times.subarray(start, end), steps: steps.subarray(start, end) };
      if (hasRenames) sortByTime(own.at, own.steps);
      yield own;
      start = end;
    }
  }

  /** By actor, how many events the actors before have. */
  private starts(): Int32Array {
    const starts = new Int32Array(this.actors.size + 1);
    for (let index = 0; index < this.size; index += 1) {
      const next = at(this.owners, index) + 1;
      starts[next] = at(starts, next) + 1;
    }
    for (let actor = 1; actor < starts.length; actor += 1) {
      starts[actor] = at(starts, actor) + at(starts, actor - 1);
    }
    return starts;
  }
}

/**
 * Brings the events of many days together by actor, each actor's in the order of time, some
 * thousands of events at once: as many groups of actors as there are answers. Actors' keys are
 * taken to be spread evenly, as hashes are; any others only make uneven groups.
 *
 * A group is read before the next one is asked for, or not at all.
 *
 * @param days in the order of time.
 * @param renames actors that are one with others: their events are those of the others.
 */
export function* columnarActors(
  days: readonly EventColumns[],
  query: ColumnQuery,
  renames = NO_RENAMES,
): Generator<Iterable<ActorEvents>> {
  const readers = days.map((columns) => readerOf(columns, query, renames));
  const hasRenames = renames.from.length > 0;
  const events = days.reduce((sum, { times }) => sum + times.length, 0);
  const groups = Math.max(1, Math.ceil(events / EVENTS_AT_ONCE));
  const gathered = new Gathered();
  for (let group = 1; group <= groups; group += 1) {
    const limit = group === groups ? Infinity : Math.floor((group / groups) * 2 ** 32);
    gathered.clear();
    for (const reader of readers) {
      takeOwn(gathered, reader, query, limit);
      takeMoved(gathered, reader, query, { renames, limit });
    }
    yield gathered.byActor(hasRenames);
  }
}

/** Takes the day's next actors, up to a first word of their keys, but those who go by another one's. */
function takeOwn(gathered: Gathered, reader: Reader, query: ColumnQuery, limit: number): void {
  const { actors: words, starts } = reader.columns;
  const last = starts.length - 1;
  for (; reader.next < last && at(words, reader.next * 4) < limit; reader.next += 1) {
    if (reader.renamed[reader.nextRenamed]?.actor === reader.next) reader.nextRenamed += 1;
    else gathered.take(reader, reader.next, { words, start: reader.next * 4 }, query);
  }
}

/** Takes the day's next actors who go by another one's key, up to that one's first word. */
function takeMoved(
  gathered: Gathered,
  reader: Reader,
  query: ColumnQuery,
  { renames: { into: words }, limit }: { readonly renames: Renames; readonly limit: number },
): void {
  for (;;) {
    const moved = reader.moved[reader.nextMoved];
    if (moved === undefined || at(words, moved.rename * 4) >= limit) return;
    gathered.take(reader, moved.actor, { words, start: moved.rename * 4 }, query);
    reader.nextMoved += 1;
  }
}
