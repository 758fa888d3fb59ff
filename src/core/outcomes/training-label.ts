import type { Instant } from '../telemetry/time.js';
import type { Outcome } from './outcome.js';

export interface TrainingLabel {
  readonly label: 0 | 1;
  readonly weight: number;
  readonly kind: 'failure' | 'no-failure' | 'unrelated' | 'undecided';
}

/** What is known of one episode and stage: the label, or why there is none. */
export type LabelState =
  | { readonly state: 'labelled'; readonly label: TrainingLabel }
  /** A mitigation cut the window short before anything failed. */
  | { readonly state: 'censored' }
  | { readonly state: 'undecided'; readonly failureProbability: number | null }
  | { readonly state: 'unmeasured' };

type Judged = Pick<Outcome, 'source' | 'failure' | 'failureProbability' | 'verdict'>;

/** When a mitigation ended the episode's window before its horizon did. */
export interface EpisodeWindow {
  readonly startedAt: Instant;
  readonly horizonEndsAt: Instant;
  readonly mitigatedAt?: Instant | undefined;
}

const cutShort = (window: EpisodeWindow | undefined): boolean =>
  window?.mitigatedAt !== undefined && window.mitigatedAt < window.horizonEndsAt;

/** Whether a drop occurred is measured; people are asked where measuring could not decide. */
function occurrence(outcomes: readonly Judged[]): Judged | undefined {
  const decided = outcomes.filter(({ failure }) => failure !== null);
  return (
    decided.findLast(({ source }) => source === 'measured') ??
    decided.findLast(({ source }) => source === 'human') ??
    decided.at(-1) ??
    outcomes.findLast(({ failureProbability }) => failureProbability !== undefined) ??
    outcomes.at(-1)
  );
}

/** What people said last of the episode's part in it; measuring says nothing of that. */
function attribution(outcomes: readonly Judged[]): Outcome['verdict'] {
  const said = outcomes.filter(
    ({ source, verdict }) => source !== 'measured' && verdict !== 'unknown',
  );
  return (said.findLast(({ source }) => source === 'human') ?? said.at(-1))?.verdict ?? 'unknown';
}

/** Whether people said that the episode caused the failure or contributed to it. */
export function isAttributed(outcomes: readonly Judged[]): boolean {
  return ['caused', 'contributed'].includes(attribution(outcomes));
}

/**
 * Joins what was measured with what people concluded, over the current outcomes of one episode and
 * stage in the order of recording: positive = failure and not unrelated, negative = no failure, or
 * unrelated. An episode whose window a mitigation cut short is censored, not negative.
 */
export function labelState(outcomes: readonly Judged[], window?: EpisodeWindow): LabelState {
  const judged = occurrence(outcomes);
  if (!judged) return { state: 'unmeasured' };
  if (attribution(outcomes) === 'unrelated') {
    return { state: 'labelled', label: { label: 0, weight: 1, kind: 'unrelated' } };
  }
  if (judged.failure === true) {
    return { state: 'labelled', label: { label: 1, weight: 1, kind: 'failure' } };
  }
  if (cutShort(window)) return { state: 'censored' };
  return judged.failure === false
    ? { state: 'labelled', label: { label: 0, weight: 1, kind: 'no-failure' } }
    : { state: 'undecided', failureProbability: judged.failureProbability ?? null };
}

/**
 * What an episode turns out to be where somebody looked at it: the label that there is, else, where
 * measuring came to none, what people say occurred; null where they cannot tell either; undefined
 * where nobody looked.
 */
export function auditedLabel(
  outcomes: readonly Judged[],
  window?: EpisodeWindow,
): 0 | 1 | null | undefined {
  const told = outcomes.filter(({ source }) => source === 'human');
  if (told.length === 0) return undefined;
  const state = labelState(outcomes, window);
  if (state.state === 'labelled') return state.label.label;
  const occurred = told.findLast(({ failure }) => failure !== null)?.failure;
  return occurred === undefined || occurred === null ? null : occurred ? 1 : 0;
}

/** The label to learn from, or null where there is none (undecided, censored, not yet measured). */
export function trainingLabel(
  outcomes: readonly Judged[],
  window?: EpisodeWindow,
): TrainingLabel | null {
  const state = labelState(outcomes, window);
  return state.state === 'labelled' ? state.label : null;
}

/**
 * The rows to learn from where undecided episodes are weighted by their failure probability: such
 * an episode is both a failure and none, with weights that add up to 1.
 */
export function weightedLabels(
  outcomes: readonly Judged[],
  window?: EpisodeWindow,
): readonly TrainingLabel[] {
  const state = labelState(outcomes, window);
  if (state.state === 'labelled') return [state.label];
  if (state.state !== 'undecided' || state.failureProbability === null) return [];
  return [
    { label: 1, weight: state.failureProbability, kind: 'undecided' },
    { label: 0, weight: 1 - state.failureProbability, kind: 'undecided' },
  ];
}
