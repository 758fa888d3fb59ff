import { EARLIEST, parseInstant } from './instant.js';
import { LONGEST_KEY } from './labels.js';
import type { EventBody } from './event.js';

const TEXTS: ReadonlySet<string> = new Set(['id', 'source', 'actor', 'event', 'segment']);

const TIMES: ReadonlySet<string> = new Set(['occurredAt', 'sentAt', 'receivedAt']);

function isKey(value: unknown): value is string {
  if (typeof value !== 'string' || value === '' || value.length > LONGEST_KEY) return false;
  return !value.includes('\0') && value.isWellFormed();
}

/** A field as it is read, or null where that is not for this reader. */
function plainField(name: string, value: unknown): string | number | null {
  if (TEXTS.has(name)) return isKey(value) ? value : null;
  const at = TIMES.has(name) && typeof value === 'string' ? parseInstant(value) : null;
  return at === null || at < EARLIEST ? null : at;
}

const REQUIRED = ['actor', 'event', 'occurredAt'];

/**
 * The body of an event as `eventBody` reads it, several times faster, for the bodies that most
 * senders send: texts and times alone. Null for everything else, right or wrong: `eventBody` says.
 */
export function plainEvent(item: unknown): EventBody | null {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return null;
  const read: Record<string, unknown> = { source: 'default' };
  for (const [name, value] of Object.entries(item)) {
    const field = plainField(name, value);
    if (field === null) return null;
    read[name] = field;
  }
  return REQUIRED.every((name) => read[name] !== undefined) ? (read as EventBody) : null;
}
