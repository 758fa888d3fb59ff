import { insertIntoPath } from '../core/journeys/actor-path.js';
import type { Attempt } from '../core/journeys/attempt.js';
import { attemptsOf } from '../core/journeys/attempts.js';
import type { Span } from '../core/journeys/path-span.js';
import { personsAmong } from '../storage/actor-merge.store.js';
import type { StoredJourney } from '../storage/journey.store.js';
import { eventsInSpans } from '../storage/path.store.js';
import type { Sql } from '../storage/sql.js';
import { personsSeen } from '../storage/story.store.js';
import { pathsAround } from './actor-paths.js';
import { pathEventsByPerson, reignsOf } from './path-changes.js';
import { wantedBy } from './project-events.js';

/** One person's attempt and the journey version that it belongs to. */
export interface ActorAttempt {
  readonly stored: StoredJourney;
  /** Who it is: the actor, or the one that it was merged into. */
  readonly actor: string;
  readonly attempt: Attempt;
}

/** The attempts on a journey of persons who did something in a stretch of time, who came first first. */
export async function attemptsUnderWay(
  sql: Sql,
  versions: readonly StoredJourney[],
  range: Span,
  limit: number,
): Promise<ActorAttempt[]> {
  const names = versions.flatMap(({ journey }) => journey.stages.map(({ event }) => event));
  const seen = await personsSeen(sql, range, names, limit);
  const persons = await personsAmong(sql, seen);
  const actors = seen.flatMap((person) => persons.actorsOf(person));
  const spans = actors.map((actor) => ({ actor, ...range }));
  const found: ActorAttempt[] = [];
  for (const reign of reignsOf(versions)) {
    const { stored, from, until } = reign;
    const wanted = wantedBy([stored]);
    const events = pathEventsByPerson(reign, await eventsInSpans(sql, spans, wanted), persons);
    const paths = await pathsAround(sql, reign, events, { wanted, persons });
    for (const actor of seen) {
      const path = insertIntoPath([], paths.get(actor) ?? []);
      for (const attempt of attemptsOf(stored.journey, path)) {
        const { startedAt } = attempt;
        const own = startedAt >= from && startedAt < until;
        const underWay = startedAt < range.to && startedAt + stored.journey.window >= range.from;
        if (own && underWay) found.push({ stored, actor, attempt });
      }
    }
  }
  return found;
}
