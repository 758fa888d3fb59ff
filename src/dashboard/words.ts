import type { Journey, Outcome, Pair, Prediction, Story } from './answers.js';
import type { KeptReport } from './model-answers.js';
import { count, figure, money, percent } from './format.js';

/** Journeys by key, for their names and currencies. */
export type Journeys = ReadonlyMap<string, Journey>;

/** Turns the direction of what follows it, were it not for an end. */
const TURNS = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A name from outside as it may stand in a sentence: one in Arabic turns nothing but itself. */
export function named(name: string): string {
  const plain = name.replace(TURNS, '');
  return /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/.test(plain) ? `\u2068${plain}\u2069` : plain;
}

/** `Checkout › payment`. */
export function placeName(
  { journey, stage }: { readonly journey: string; readonly stage: string },
  journeys: Journeys,
): string {
  return `${named(journeys.get(journey)?.name ?? journey)} › ${named(stage)}`;
}

/** `18 to 97`. */
export function span([low, high]: Pair, write: (value: number) => string): string {
  return `${write(low)} to ${write(high)}`;
}

/** What a prediction puts at stake, weighed by its chance and if it fails, by what was said when it was made. */
export function stakes(
  { conversions, conversionsIfFailure, value }: Prediction['expectedLoss'],
  journey: Journey | undefined,
): { readonly expected: string | null; readonly ifFailure: string | null } {
  if (journey?.valuePerConversion === undefined) return { expected: null, ifFailure: null };
  const each = conversions > 0 ? value / conversions : journey.valuePerConversion;
  const { currency } = journey;
  return {
    expected: money(value, currency),
    ifFailure: money(conversionsIfFailure * each, currency),
  };
}

/** How costs of a journey are told. */
export interface Costs {
  /** What they are counted in; null where it is not known. */
  readonly unit: string | null;
  readonly inWords: (cost: number) => string;
}

/** Costs as a suggestion reckons them: in conversions where nobody said what one is worth. */
export function costsOf(journey: Journey | undefined): Costs {
  if (journey === undefined) return { unit: null, inWords: figure };
  const { valuePerConversion, currency } = journey;
  if (valuePerConversion === undefined) return { unit: 'conversions', inWords: conversionsInWords };
  return { unit: currency ?? null, inWords: (cost) => money(cost, currency) };
}

/** `1 conversion`, `41 conversions`. */
export function conversionsInWords(conversions: number): string {
  const told = count(conversions);
  return `${told} conversion${told === '1' ? '' : 's'}`;
}

/** A prediction as one would say it. */
export function answerInWords(prediction: Prediction, journeys: Journeys): string {
  const { probability, interval, expectedLoss } = prediction;
  const journey = journeys.get(prediction.journey);
  const { conversions, conversionsIfFailure } = expectedLoss;
  const { expected, ifFailure } = stakes(expectedLoss, journey);
  return [
    `The chance that it breaks ${placeName(prediction, journeys)} is ${percent(probability)}`,
    ` (${span(interval, percent)}).`,
    ` If it does, about ${conversionsInWords(conversionsIfFailure)} are lost`,
    ` (${span(expectedLoss.interval, count)}`,
    ifFailure === null ? ').' : `), worth about ${ifFailure}.`,
    ` Weighed by its chance that is ${conversionsInWords(conversions)}`,
    expected === null ? '.' : ` or ${expected}.`,
  ].join('');
}

/** What an episode did to a stage, in words. */
export function effectInWords({
  failure,
  conversionsLost,
}: Pick<Outcome, 'failure'> & { readonly conversionsLost?: number | null }): string {
  if (failure === null) return 'not decidable';
  if (!failure) return 'did not break it';
  const lost = conversionsLost ?? null;
  return lost === null ? 'broke it' : `broke it, ${conversionsInWords(lost)} lost`;
}

/** How many attempts there were, as far as `limit` let them be read, and what became of them. */
export function attemptsInWords(stories: readonly Pick<Story, 'state'>[], limit: number): string {
  const states = new Map<string, number>();
  for (const { state } of stories) states.set(state, (states.get(state) ?? 0) + 1);
  const words = [...states].map(([state, times]) => `${times} ${state}`);
  const seen = `${stories.length} attempts`;
  return `${stories.length < limit ? seen : `The first ${seen}`}: ${words.join(', ')}.`;
}

const SHOWN_FEATURES = 5;

/** What a drift report came to. */
export const DRIFT_VERDICTS = {
  drifted: 'drifted',
  stable: 'stable',
  'not-enough-data': 'not enough data',
} as const;

/** What a drift report found, in sentences. */
export function driftWords({
  verdict,
  findings,
}: Pick<KeptReport, 'verdict' | 'findings'>): string {
  if (verdict === 'not-enough-data') return 'Too little was asked to tell.';
  if (verdict === 'stable') return 'What it is asked is like what it learnt from.';
  const { services, features, targets, errorsRose } = findings;
  const left = features.length - SHOWN_FEATURES;
  const more = left > 0 ? ` and ${left} more` : '';
  const named = features.slice(0, SHOWN_FEATURES).join(', ');
  return [
    services.length > 0 && `Alerts of ${services.join(', ')} came to mean something else.`,
    errorsRose && 'Its errors rose for good.',
    targets.includes('label') && 'The share of failures changed.',
    targets.includes('prediction') && 'Its answers changed.',
    features.length > 0 && `Features that moved: ${named}${more}.`,
  ]
    .filter((sentence) => sentence !== false)
    .join(' ');
}
