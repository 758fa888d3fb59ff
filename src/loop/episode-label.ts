import type { Outcome } from '../core/outcomes/outcome.js';
import { currentOutcomes } from '../core/outcomes/supersede.js';
import type { EpisodeWindow, TrainingLabel } from '../core/outcomes/training-label.js';
import { trainingLabel } from '../core/outcomes/training-label.js';

/** A measured outcome says *mitigation* only where it cut the episode's window short. */
const CUT_SHORT: EpisodeWindow = { startedAt: 0, horizonEndsAt: 1, mitigatedAt: 0 };

/** What an episode teaches about a stage, from all its outcomes, oldest first. */
export function episodeLabel(outcomes: readonly Outcome[]): TrainingLabel | null {
  const cut = outcomes.some(
    ({ source, mitigation }) => source === 'measured' && mitigation !== undefined,
  );
  return trainingLabel(currentOutcomes(outcomes), cut ? CUT_SHORT : undefined);
}
