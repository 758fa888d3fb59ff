import type { Outcome } from '../core/outcomes/outcome.js';
import { currentOutcomes } from '../core/outcomes/supersede.js';
import type { EpisodeWindow, LabelState, TrainingLabel } from '../core/outcomes/training-label.js';
import {
  auditedLabel,
  isAttributed,
  labelState,
  trainingLabel,
} from '../core/outcomes/training-label.js';

/** A measured outcome says *mitigation* only where it cut the episode's window short. */
const CUT_SHORT: EpisodeWindow = { startedAt: 0, horizonEndsAt: 1, mitigatedAt: 0 };

function windowOf(outcomes: readonly Outcome[]): EpisodeWindow | undefined {
  const cut = outcomes.some(
    ({ source, mitigation }) => source === 'measured' && mitigation !== undefined,
  );
  return cut ? CUT_SHORT : undefined;
}

/** What an episode did to a stage, from all its outcomes, oldest first; null where it is not decided. */
export function episodeLabel(outcomes: readonly Outcome[]): TrainingLabel | null {
  return trainingLabel(currentOutcomes(outcomes), windowOf(outcomes));
}

/** What those who were asked about an episode found; undefined where nobody was. */
export function episodeAudit(outcomes: readonly Outcome[]): 0 | 1 | null | undefined {
  return auditedLabel(currentOutcomes(outcomes), windowOf(outcomes));
}

/** The same, with why there is no label where there is none. */
export function episodeState(outcomes: readonly Outcome[]): LabelState {
  return labelState(currentOutcomes(outcomes), windowOf(outcomes));
}

/** Whether people said that the episode had to do with its failure. */
export function isAttributedEpisode(outcomes: readonly Outcome[]): boolean {
  return isAttributed(currentOutcomes(outcomes));
}

/** The failure that an episode lies on, as it was measured where it was, else as it was told; the latest. */
export function failureOnEpisode<T extends Outcome>(outcomes: readonly T[]): T | undefined {
  const told = currentOutcomes(outcomes).filter(({ failure }) => failure === true);
  return told.findLast(({ source }) => source === 'measured') ?? told.at(-1);
}
