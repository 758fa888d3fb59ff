import { insertIntoPath } from '../core/journeys/actor-path.js';
import type { Span } from '../core/journeys/path-span.js';
import { spanNeeded } from '../core/journeys/path-span.js';
import type { Persons } from '../core/journeys/persons.js';
import type { WantedEvents } from '../storage/path.store.js';
import { eventsInSpans } from '../storage/path.store.js';
import type { Sql } from '../storage/sql.js';
import type { KnownPathEvent, Reign } from './path-changes.js';
import { pathEventsByPerson } from './path-changes.js';

interface Looked {
  readonly person: string;
  readonly arrivals: Span;
  readonly span: Span;
}

function spanOf(events: readonly KnownPathEvent[]): Span {
  return {
    from: events.reduce((min, { at }) => Math.min(min, at), Infinity),
    to: events.reduce((max, { at }) => Math.max(max, at), -Infinity),
  };
}

function within(span: Span, limits: Span): Span {
  return { from: Math.max(span.from, limits.from), to: Math.min(span.to, limits.to) };
}

/** Whose events are read, and which. */
interface PathRequest {
  readonly wanted: WantedEvents;
  readonly persons: Persons;
}

/**
 * The counted part of persons' paths that tells what arrivals change, for one journey version. Reads
 * around the arrivals, and further only for those who went on without a gap.
 */
export async function pathsAround(
  sql: Sql,
  reign: Reign,
  arrivals: ReadonlyMap<string, readonly KnownPathEvent[]>,
  { wanted, persons }: PathRequest,
): Promise<Map<string, readonly KnownPathEvent[]>> {
  const { window } = reign.stored.journey;
  const paths = new Map<string, readonly KnownPathEvent[]>();
  let open = [...arrivals].map(([person, events]): Looked => {
    const span = spanOf(events);
    const around = { from: span.from - 2 * window, to: span.to + 2 * window };
    return { person, arrivals: span, span: within(around, reign.span) };
  });
  while (open.length > 0) {
    const spans = open.flatMap(({ person, span }) =>
      persons.actorsOf(person).map((actor) => ({ actor, ...span })),
    );
    const found = pathEventsByPerson(reign, await eventsInSpans(sql, spans, wanted), persons);
    const next: Looked[] = [];
    for (const looked of open) {
      const path = insertIntoPath([], found.get(looked.person) ?? []);
      const times = path.map(({ at }) => at);
      const needed = within(spanNeeded(times, looked.arrivals, window, looked.span), reign.span);
      const enough = needed.from >= looked.span.from && needed.to <= looked.span.to;
      if (enough) paths.set(looked.person, path);
      else next.push({ ...looked, span: needed });
    }
    open = next;
  }
  return paths;
}
