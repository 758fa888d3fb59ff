import { ANOMALY_FEATURE_LIST } from '../features/anomaly-feature-list.js';
import type { FeatureRow, FeatureSchema } from '../features/feature-schema.js';
import type { Reason } from './prediction.js';
import { REASON_TEXTS } from './reason-texts.js';

/** How many topics are named; the rest is one reason `other`. */
export const TOP_REASONS = 5;

/** The feature name of the remainder. */
export const OTHER = 'other';

const NEGLIGIBLE = 1e-12;

const TOPICS: ReadonlyMap<string, string> = new Map(
  ANOMALY_FEATURE_LIST.map(({ name, topic }) => [name, topic]),
);

/** What is to be explained: one row's contributions, in the order of the schema. */
export interface Explained {
  readonly schema: FeatureSchema;
  readonly row: FeatureRow;
  readonly contributions: Float64Array;
  /** The log-odds of the answer less those of the base rate: what the reasons sum to. */
  readonly difference: number;
}

interface TopicShare {
  readonly topic: string;
  /** The feature of the topic that moved most. */
  feature: string;
  largest: number;
  contribution: number;
}

function sharesOf({ schema, contributions }: Explained): TopicShare[] {
  const shares = new Map<string, TopicShare>();
  schema.features.forEach(({ name }, i) => {
    const contribution = contributions[i] ?? 0;
    if (contribution === 0) return;
    const topic = TOPICS.get(name) ?? name;
    const share = shares.get(topic);
    if (share === undefined) {
      shares.set(topic, { topic, feature: name, largest: Math.abs(contribution), contribution });
      return;
    }
    share.contribution += contribution;
    if (Math.abs(contribution) > share.largest) {
      share.largest = Math.abs(contribution);
      share.feature = name;
    }
  });
  return [...shares.values()];
}

function textOf(share: TopicShare, row: FeatureRow): string {
  const text = REASON_TEXTS[share.topic];
  return text === undefined
    ? `${share.feature} is ${row[share.feature] ?? 'not known'}`
    : text(row);
}

/**
 * The topics that moved the log-odds most, in people's words, the strongest first, and what is left
 * (calibration, lesser topics) as `other`: together they sum to the difference from the base rate.
 */
export function reasonsOf(explained: Explained, top = TOP_REASONS): readonly Reason[] {
  const { row, difference } = explained;
  const strongest = sharesOf(explained)
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
    .slice(0, top);
  const reasons: Reason[] = strongest.map((share) => ({
    feature: share.feature,
    value: row[share.feature] ?? null,
    contribution: share.contribution,
    text: textOf(share, row),
  }));
  const rest = difference - reasons.reduce((sum, reason) => sum + reason.contribution, 0);
  if (Math.abs(rest) > NEGLIGIBLE) {
    reasons.push({
      feature: OTHER,
      value: null,
      contribution: rest,
      text: 'everything else together',
    });
  }
  return reasons;
}
