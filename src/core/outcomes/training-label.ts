import { currentOutcomes } from './current-outcomes.js';
import type { Outcome } from './outcome.js';

/** What an episode teaches about a stage. */
export interface TrainingLabel {
  readonly label: 0 | 1;
  /** Who decided it. */
  readonly source: 'measured' | 'human';
}

function latest(
  outcomes: readonly Outcome[],
  keep: (one: Outcome) => boolean,
): Outcome | undefined {
  return outcomes.findLast(keep);
}

/**
 * The label of one episode on one stage from all its outcomes, oldest first: whether a drop occurred
 * is what was measured, unless a human confirmed or corrected it; what it had to do with the episode
 * is for humans to say. Positive: a failure that is not *unrelated*; negative: no failure, or
 * *unrelated*; null where it is undecided.
 */
export function trainingLabel(outcomes: readonly Outcome[]): TrainingLabel | null {
  const current = currentOutcomes(outcomes);
  const human = latest(current, ({ source }) => source !== 'measured');
  const measured = latest(current, ({ source }) => source === 'measured');
  if (human?.verdict === 'unrelated') return { label: 0, source: 'human' };
  const told = human?.failure ?? null;
  if (told !== null) return { label: told ? 1 : 0, source: 'human' };
  const seen = measured?.failure ?? null;
  if (seen !== null) return { label: seen ? 1 : 0, source: 'measured' };
  if (human?.verdict === 'caused' || human?.verdict === 'contributed') {
    return { label: 1, source: 'human' };
  }
  return null;
}
