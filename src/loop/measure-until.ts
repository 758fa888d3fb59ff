import type { DataSource } from 'typeorm';

import type { Instant } from '../core/telemetry/time.js';
import type { Baselines } from './baselines.js';
import { measureDueOutcomes } from './measure-outcomes.js';
import { nextSearch, searchMissed } from './search-missed.js';

/**
 * Everything that was to be measured by a moment, in the order in which it was due: the outcomes of
 * episodes, and the failures that no episode told of. Living through it and replaying it give the same.
 *
 * @returns how many outcomes of episodes were measured.
 */
export async function measureUntil(
  source: DataSource,
  baselines: Baselines,
  until: Instant,
): Promise<number> {
  let measured = 0;
  for (;;) {
    const search = await nextSearch(source.manager, until);
    if (search === null) return measured + (await measureDueOutcomes(source, baselines, until));
    measured += await measureDueOutcomes(source, baselines, search.at);
    await searchMissed(source, baselines, search);
  }
}
