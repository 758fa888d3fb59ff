import { jointGroups } from '../core/outcomes/joint-groups.js';
import type { OutcomeOfEpisode } from '../storage/outcome.store.js';

/** An answer, and what is known of how its episode went. */
interface AnsweredEpisode {
  readonly episodeId: string;
  readonly incidentId: string | null;
  readonly outcomes: readonly OutcomeOfEpisode[];
}

/** A group for each answer: those of one group are not independent. */
export function answerGroups(answers: readonly AnsweredEpisode[]): string[] {
  return jointGroups(
    answers.map(({ episodeId, incidentId, outcomes }) => {
      const failureId = outcomes.find((outcome) => outcome.failureId !== undefined)?.failureId;
      return { episodeId, incidentId, failureId: failureId ?? null };
    }),
  );
}
