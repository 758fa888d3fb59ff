import type { EventColumns, EventKind, Places } from '../core/journeys/event-columns.js';
import { placesFor } from '../core/journeys/event-columns.js';
import type { Instant } from '../core/telemetry/time.js';

/** A day's columns, and the state of the day that they were copied from. */
export interface EventCopy {
  readonly partition: number;
  readonly changes: number;
  readonly columns: EventColumns;
}

/** Files of another format are made anew. */
const FORMAT = 1;

/** The state of a day that a copy was made of, and the properties that it kept. */
export type CopyState = Pick<Head, 'partition' | 'changes' | 'properties'>;

/** What a file begins with, as JSON; the columns follow in this order, each at a multiple of 4 bytes. */
interface Head {
  readonly format: number;
  readonly partition: number;
  readonly changes: number;
  readonly day: Instant;
  readonly properties: readonly string[];
  readonly kinds: readonly EventKind[];
  readonly segments: readonly (string | null)[];
  readonly actors: number;
  readonly events: number;
}

const align = (bytes: number): number => Math.ceil(bytes / 4) * 4;

/** The copy as the bytes of a file, in this machine's byte order: it is a cache of this machine. */
export function writeCopy({ partition, changes, columns }: EventCopy): Uint8Array[] {
  const { day, properties, kinds, segments } = columns;
  const [actors, events] = [columns.starts.length - 1, columns.times.length];
  const head: Head = {
    ...{ format: FORMAT, partition, changes, day, properties, kinds, segments, actors, events },
  };
  const json = JSON.stringify(head);
  const text = new TextEncoder().encode(json.padEnd(json.length + 3));
  const length = text.length - (text.length % 4);
  const parts = [columns.actors, columns.starts, columns.times, columns.kindOf, columns.segmentOf];
  return [
    new Uint8Array(Uint32Array.of(length).buffer),
    text.subarray(0, length),
    ...parts.flatMap((part) => [
      new Uint8Array(part.buffer, part.byteOffset, part.byteLength),
      new Uint8Array(align(part.byteLength) - part.byteLength),
    ]),
  ];
}

/** What `writeCopy` wrote, or null where the bytes are not whole. The columns lie in the bytes. */
export function readCopy(bytes: Uint8Array<ArrayBuffer>): EventCopy | null {
  const head = headOf(bytes);
  if (head === null) return null;
  const { partition, changes, day, properties, kinds, segments, actors, events } = head.head;
  let at = bytes.byteOffset + head.end;
  const take = <T>(Kind: ColumnKind<T>, length: number): T => {
    const column = new Kind(bytes.buffer, at, length);
    at += align(length * Kind.BYTES_PER_ELEMENT);
    return column;
  };
  const [kindPlaces, segmentPlaces] = [placesFor(kinds.length), placesFor(segments.length)];
  const size =
    (5 * actors + 1 + events) * 4 +
    align(events * kindPlaces.BYTES_PER_ELEMENT) +
    align(events * segmentPlaces.BYTES_PER_ELEMENT);
  if (head.end + size !== bytes.length) return null;
  const columns: EventColumns = {
    ...{ day, properties, kinds, segments },
    actors: take(Uint32Array, 4 * actors),
    starts: take(Uint32Array, actors + 1),
    times: take(Uint32Array, events),
    kindOf: take<Places>(kindPlaces, events),
    segmentOf: take<Places>(segmentPlaces, events),
  };
  return { partition, changes, columns };
}

/** The bytes that a file's head takes, to be told from its first four. */
export function headLength(bytes: Uint8Array<ArrayBuffer>): number {
  const [length = 0] = new Uint32Array(bytes.buffer, bytes.byteOffset, 1);
  return 4 + length;
}

/** What was copied, from the head alone; null where it cannot be read. */
export function readCopyState(bytes: Uint8Array<ArrayBuffer>): CopyState | null {
  return headOf(bytes)?.head ?? null;
}

interface ColumnKind<T> {
  new (buffer: ArrayBuffer, byteOffset: number, length: number): T;
  readonly BYTES_PER_ELEMENT: number;
}

function headOf(
  bytes: Uint8Array<ArrayBuffer>,
): { head: Omit<Head, 'format'>; end: number } | null {
  if (bytes.length < 4) return null;
  const end = headLength(bytes);
  if (end > bytes.length) return null;
  try {
    const text = new TextDecoder().decode(bytes.subarray(4, end));
    const head = JSON.parse(text) as { format: number } & Omit<Head, 'format'>;
    return head.format === FORMAT ? { head, end } : null;
  } catch {
    return null;
  }
}
