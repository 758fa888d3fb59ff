import { insertIntoPath } from '../core/journeys/actor-path.js';
import type { Span } from '../core/journeys/path-span.js';
import { spanNeeded } from '../core/journeys/path-span.js';
import type { WantedEvents } from '../storage/path.store.js';
import { eventsInSpans } from '../storage/path.store.js';
import type { Sql } from '../storage/sql.js';
import type { KnownPathEvent, Reign } from './path-changes.js';
import { pathEventsByActor } from './path-changes.js';

interface Looked {
  readonly actor: string;
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

/**
 * The counted part of actors' paths that tells what arrivals change, for one journey version. Reads
 * around the arrivals, and further only for actors who went on without a gap.
 */
export async function pathsAround(
  sql: Sql,
  reign: Reign,
  arrivals: ReadonlyMap<string, readonly KnownPathEvent[]>,
  wanted: WantedEvents,
): Promise<Map<string, readonly KnownPathEvent[]>> {
  const { window } = reign.stored.journey;
  const paths = new Map<string, readonly KnownPathEvent[]>();
  let open = [...arrivals].map(([actor, events]): Looked => {
    const span = spanOf(events);
    const around = { from: span.from - 2 * window, to: span.to + 2 * window };
    return { actor, arrivals: span, span: within(around, reign.span) };
  });
  while (open.length > 0) {
    const spans = open.map(({ actor, span }) => ({ actor, ...span }));
    const found = pathEventsByActor(reign, await eventsInSpans(sql, spans, wanted));
    const next: Looked[] = [];
    for (const looked of open) {
      const path = insertIntoPath([], found.get(looked.actor) ?? []);
      const times = path.map(({ at }) => at);
      const needed = within(spanNeeded(times, looked.arrivals, window, looked.span), reign.span);
      const enough = needed.from >= looked.span.from && needed.to <= looked.span.to;
      if (enough) paths.set(looked.actor, path);
      else next.push({ ...looked, span: needed });
    }
    open = next;
  }
  return paths;
}
