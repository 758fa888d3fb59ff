import { standsIn } from '../core/scoring/score.js';
import type { ChampionScorer } from '../loop/champion-scorer.js';
import type { Readiness } from '../modules/operations/operations.tokens.js';
import type { JobQueue } from '../queue/job-queue.js';

/**
 * Ready is: the database answers, and the job queue does. Migrations ran before we listened. A champion
 * that cannot be read is a warning alone: the prior answers, and no other instance would do better.
 */
export function readiness(jobs: JobQueue, scorer: ChampionScorer): Readiness {
  return async (source) => {
    const warnings: string[] = [];
    try {
      const { standsInFor } = await scorer.champion(source.manager);
      if (standsInFor !== undefined) warnings.push(standsIn(standsInFor));
    } catch {
      return { missing: 'the database does not answer', warnings };
    }
    try {
      await jobs.get('no-such-job');
    } catch {
      return { missing: 'the job queue does not answer', warnings };
    }
    return { missing: null, warnings };
  };
}
