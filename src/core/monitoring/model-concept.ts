import type { Instant } from '../telemetry/time.js';
import { meanChanges } from './adaptive-window.js';
import type { JudgedAnswer } from './performance-answer.js';
import { isLabelled, someOf } from './performance-answer.js';
import type { ServiceConcept } from './service-concept.js';
import { driftedServices, serviceConcept } from './service-concept.js';

/** Answers a side whose failures are set against the expected ones. */
const MOST_JUDGED = 20_000;

/** Fewer labelled answers show no change of the errors. */
const FEWEST_LABELLED = 40;

/** A lasting change of the mean squared error of the model's probabilities. */
export interface ConceptChange {
  readonly at: Instant;
  readonly before: number;
  readonly after: number;
}

/** Whether the same inputs still mean what the model learnt that they mean. */
export interface ModelConcept {
  /** Those whose label is known, whenever they were given. */
  readonly answers: number;
  readonly changes: readonly ConceptChange[];
  /** Those whose alerts mean something else from `from` on, the most certain first. */
  readonly driftedServices: readonly string[];
  /** Failures from `from` on against those that the answers before led to expect, by service and stage. */
  readonly byService: readonly ServiceConcept[];
}

/** What is known of one model's answers, oldest first. */
class KnownAnswers {
  /** Squared errors where the label is known, and when those answers were given. */
  readonly errors: number[] = [];
  readonly times: Instant[] = [];
  /** Those with some knowledge of the outcome, before a moment and from it on. */
  readonly earlier: JudgedAnswer[] = [];
  readonly current: JudgedAnswer[] = [];

  /** One pass: of very many answers each look takes time. */
  constructor(answers: readonly JudgedAnswer[], model: string, from: Instant) {
    for (const answer of answers) {
      if (answer.modelVersion !== model) continue;
      const { asOf, probability } = answer;
      if (isLabelled(answer)) {
        const own = answer.label * answer.share;
        this.errors.push(own * (1 - probability) ** 2 + (1 - own) * probability ** 2);
        this.times.push(asOf);
      }
      if (answer.failureProbability !== null) {
        (asOf < from ? this.earlier : this.current).push(answer);
      }
    }
  }
}

/** Changes of the model's errors, over answers whose labels are known. */
function errorChanges({ errors, times }: KnownAnswers): ConceptChange[] {
  if (errors.length < FEWEST_LABELLED) return [];
  return meanChanges(errors).map(({ index, before, after }) => ({
    at: times[index] ?? Number.NaN,
    before,
    after,
  }));
}

/** Looks at all answers of a model, oldest first. */
export function modelConcept(
  answers: readonly JudgedAnswer[],
  {
    model,
    from,
    random,
  }: { readonly model: string; readonly from: Instant; readonly random: () => number },
): ModelConcept {
  const known = new KnownAnswers(answers, model, from);
  const earlier = someOf(known.earlier, MOST_JUDGED, random);
  const current = someOf(known.current, MOST_JUDGED, random);
  const byService = serviceConcept({ earlier, current }, random);
  return {
    answers: known.errors.length,
    changes: errorChanges(known),
    driftedServices: driftedServices(byService),
    byService,
  };
}
