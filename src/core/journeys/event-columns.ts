import { DomainError } from '../errors/domain-error.js';
import type { Instant } from '../telemetry/time.js';
import { DAY } from '../telemetry/time.js';
import { GrowingNumbers } from './growing-numbers.js';

/** What events of a day have in common: the name, and the properties that some stage asks for. */
export interface EventKind {
  readonly event: string;
  /** As text. */
  readonly properties: Readonly<Record<string, string>>;
}

/** Places in a list, in the fewest bytes that hold them. */
export type Places = Uint8Array | Uint16Array | Uint32Array;

/** A day's events in flat columns, by actor and time: what a funnel reads of them and no more. */
export interface EventColumns {
  /** The day's start, UTC. */
  readonly day: Instant;
  /** The properties that are kept: a stage that asks for another one cannot be told from these. */
  readonly properties: readonly string[];
  readonly kinds: readonly EventKind[];
  readonly segments: readonly (string | null)[];
  /** Actors by a 128-bit key of four words each, ascending; each of them once. */
  readonly actors: Uint32Array;
  /** Actor i has the events from `starts[i]` up to `starts[i + 1]`. */
  readonly starts: Uint32Array;
  /** Milliseconds since the day's start, ascending for each actor. */
  readonly times: Uint32Array;
  /** An event's place in `kinds`. */
  readonly kindOf: Places;
  /** An event's place in `segments`. */
  readonly segmentOf: Places;
}

/** One event to put into columns. */
export interface ColumnEvent {
  /** 32 hexadecimal digits that stand for the actor. */
  readonly actor: string;
  readonly at: Instant;
  readonly event: string;
  /** The properties that are kept, in their order, as text; null where no stage can ask for the value. */
  readonly values: readonly (string | null)[];
  readonly segment: string | null;
}

/** Puts values into a list, each of them once. */
class Dictionary<T> {
  readonly entries: T[] = [];
  private readonly places = new Map<string | null, number>();

  /** The place of what the key stands for; `make` is asked where it is new. */
  placeOf(key: string | null, make: () => T): number {
    const known = this.places.get(key);
    if (known !== undefined) return known;
    this.places.set(key, this.entries.length);
    return this.entries.push(make()) - 1;
  }
}

/** The kind of array that holds places in a list of the length. */
export function placesFor(
  length: number,
): Uint8ArrayConstructor | Uint16ArrayConstructor | Uint32ArrayConstructor {
  if (length <= 2 ** 8) return Uint8Array;
  return length <= 2 ** 16 ? Uint16Array : Uint32Array;
}

function placesIn(list: readonly unknown[], places: GrowingNumbers): Places {
  return placesFor(list.length).from(places.numbers());
}

/** Puts one day's events, which come by actor and time, into columns. */
export class EventColumnsBuilder {
  private readonly kinds = new Dictionary<EventKind>();
  private readonly segments = new Dictionary<string | null>();
  private readonly actors = new GrowingNumbers();
  private readonly starts = new GrowingNumbers();
  private readonly times = new GrowingNumbers();
  private readonly kindOf = new GrowingNumbers();
  private readonly segmentOf = new GrowingNumbers();
  private last: { readonly actor: string; readonly at: Instant } = { actor: '', at: 0 };

  constructor(
    private readonly day: Instant,
    private readonly properties: readonly string[],
  ) {}

  /** @throws DomainError `unsorted-events` where the event comes before the last one, or in another day. */
  add(event: ColumnEvent): void {
    const { actor, at, segment } = event;
    const isSame = actor === this.last.actor;
    const isSorted = isSame ? at >= this.last.at : actor > this.last.actor;
    if (!isSorted || at < this.day || at >= this.day + DAY) {
      throw new DomainError('unsorted-events', 'events are put into columns by actor and time');
    }
    if (!isSame) this.begin(actor);
    this.last = { actor, at };
    this.times.push(at - this.day);
    this.kindOf.push(this.kindOfEvent(event));
    this.segmentOf.push(this.segments.placeOf(segment, () => segment));
  }

  private begin(actor: string): void {
    for (let word = 0; word < 4; word += 1) {
      this.actors.push(Number.parseInt(actor.slice(word * 8, word * 8 + 8), 16));
    }
    this.starts.push(this.times.length);
  }

  private kindOfEvent({ event, values }: ColumnEvent): number {
    const key = values.length === 0 ? event : JSON.stringify([event, values]);
    return this.kinds.placeOf(key, () => {
      const known = this.properties.flatMap((name, index) => {
        const value = values[index] ?? null;
        return value === null ? [] : [[name, value] as const];
      });
      return { event, properties: Object.fromEntries(known) };
    });
  }

  /** The columns of all events so far. */
  finish(): EventColumns {
    this.starts.push(this.times.length);
    return {
      day: this.day,
      properties: this.properties,
      kinds: this.kinds.entries,
      segments: this.segments.entries,
      actors: Uint32Array.from(this.actors.numbers()),
      starts: Uint32Array.from(this.starts.numbers()),
      times: Uint32Array.from(this.times.numbers()),
      kindOf: placesIn(this.kinds.entries, this.kindOf),
      segmentOf: placesIn(this.segments.entries, this.segmentOf),
    };
  }
}
