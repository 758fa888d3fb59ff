import type { FeatureRow } from '../features/feature-schema.js';
import type { LabelState } from '../outcomes/training-label.js';
import type { ScoredLabels } from '../statistics/scored-labels.js';
import type { Instant } from '../telemetry/time.js';

/** The failure that an answer's episode turned out to be on. */
export interface AnsweredFailure {
  /** One failure, however many episodes fire on it. */
  readonly failureId: string;
  readonly startedAt: Instant | null;
  readonly endedAt: Instant | null;
  readonly conversionsLost: number;
  readonly valueLost: number;
}

/** The first answer about an episode on a stage, with what is known of how it went. */
export interface JudgedAnswer {
  readonly episodeId: string;
  readonly journey: string;
  readonly stage: string;
  readonly segment: string | null;
  /** Who sent the anomaly. */
  readonly source: string;
  readonly modelVersion: string;
  readonly asOf: Instant;
  readonly probability: number;
  readonly priority: number;
  /** As logged when it was scored. */
  readonly features: FeatureRow;
  /** When its outcome can be measured. */
  readonly dueAt: Instant;
  readonly state: LabelState['state'];
  /** Null unless labelled. */
  readonly label: 0 | 1 | null;
  readonly labelKnownAt: Instant | null;
  /** How likely a failure is of the episode's own doing; 1 where nothing failed. */
  readonly share: number;
  /** Answers that share an incident, a failure or an episode are of one: not independent. */
  readonly group: string;
  readonly failure: AnsweredFailure | null;
  /**
   * Null unless people are asked about the episode whatever its rank; its label undefined until they
   * have answered, null where they could not tell.
   */
  readonly audit: { readonly label: 0 | 1 | null | undefined } | null;
}

/** An answer whose label is known. */
export interface LabelledAnswer extends JudgedAnswer {
  readonly label: 0 | 1;
  readonly labelKnownAt: Instant;
}

/** Whether the label of an answer is known by a moment. */
export function isLabelled(
  answer: JudgedAnswer,
  knownBy: Instant = Number.POSITIVE_INFINITY,
): answer is LabelledAnswer {
  return answer.label !== null && answer.labelKnownAt !== null && answer.labelKnownAt <= knownBy;
}

/** The answers whose labels are known by a moment. */
export function labelledAnswers(
  answers: readonly JudgedAnswer[],
  knownBy: Instant = Number.POSITIVE_INFINITY,
): LabelledAnswer[] {
  return answers.filter((answer) => isLabelled(answer, knownBy));
}

/** Labels, probabilities and weights as the metrics take them, and which answer each row is of. */
export interface ScoredAnswers extends Required<ScoredLabels> {
  readonly weights: Float64Array;
  readonly places: Uint32Array;
}

/**
 * Answers as the metrics take them: one on a failure that may be another's doing is a failure with
 * the chance that it is its own, and none with the rest.
 *
 * @param weights one per answer; one each where absent
 */
export function scoredLabels(
  answers: readonly LabelledAnswer[],
  weights?: Float64Array,
): ScoredAnswers {
  const rows = answers.flatMap(({ label, share }, place) =>
    (
      [
        [label, share],
        [0, 1 - share],
      ] as const
    ).flatMap(([is, part]) =>
      part > 0 ? [{ place, label: is, weight: part * (weights?.[place] ?? 1) }] : [],
    ),
  );
  return {
    labels: Uint8Array.from(rows, ({ label }) => label),
    probabilities: Float64Array.from(rows, ({ place }) => answers[place]?.probability ?? 0),
    weights: Float64Array.from(rows, ({ weight }) => weight),
    places: Uint32Array.from(rows, ({ place }) => place),
  };
}

/** How likely an answer's episode broke its stage, now that it is over. */
export const failureChance = ({ label, share }: LabelledAnswer): number => label * share;

/** How many of the answers led to a failure of their own, by their chances. */
export function failuresAmong(answers: readonly LabelledAnswer[]): number {
  return Math.round(answers.reduce((sum, answer) => sum + failureChance(answer), 0));
}

/** As many answers as that, chosen at random; all of them where they are fewer. */
export function someOf<Answer extends JudgedAnswer>(
  answers: readonly Answer[],
  most: number,
  random: () => number,
): readonly Answer[] {
  const share = most / answers.length;
  return share < 1 ? answers.filter(() => random() < share) : answers;
}
