import { Problem } from '../../core/errors/problem.js';
import type { ThresholdQuestion } from '../../core/thresholds/threshold-question.js';
import type { Sql } from '../../storage/sql.js';
import type { SuggestionRow } from '../../storage/threshold-suggestion.store.js';
import { suggestionById } from '../../storage/threshold-suggestion.store.js';
import type { SuggestionAnswer } from '../../wire/threshold-suggestion.js';

/** A suggestion as this service keeps it. */
export type Suggestion = SuggestionRow<ThresholdQuestion, SuggestionAnswer>;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The suggestion of an id.
 *
 * @throws Problem 404
 */
export async function storedSuggestion(sql: Sql, id: string, lock = false): Promise<Suggestion> {
  const row = UUID.test(id)
    ? await suggestionById<ThresholdQuestion, SuggestionAnswer>(sql, id, lock)
    : null;
  if (row !== null) return row;
  throw new Problem(404, 'unknown-suggestion', `there is no threshold suggestion ${id}`);
}
