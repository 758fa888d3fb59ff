import { DAY } from '../telemetry/time.js';
import type { Duration, Instant } from '../telemetry/time.js';
import { meanChanges } from './adaptive-window.js';
import type { JudgedAnswer, LabelledAnswer } from './performance-answer.js';
import { failureChance, isLabelled, someOf } from './performance-answer.js';
import type { ServiceConcept } from './service-concept.js';
import { driftedServices, serviceConcept } from './service-concept.js';

/** Answers a side whose failures are set against the expected ones. */
const MOST_JUDGED = 20_000;

/** What alerts meant is how they did for so long: a change that is older is their meaning. */
export const CONCEPT_HISTORY: Duration = 56 * DAY;

/** Fewer groups of labelled answers show no change of the errors. */
const FEWEST_GROUPS = 40;

/** A lasting change of the mean squared error of the model's probabilities. */
export interface ConceptChange {
  readonly at: Instant;
  readonly before: number;
  readonly after: number;
}

/** Whether the same inputs still mean what the model learnt that they mean. */
export interface ModelConcept {
  /** The model's own whose label is known, whenever they were given. */
  readonly answers: number;
  readonly changes: readonly ConceptChange[];
  /** Those whose alerts mean something else from `from` on, the most certain first. */
  readonly driftedServices: readonly string[];
  /** The service nearest to that where none is named; null where none is judged. */
  readonly nearest: ServiceConcept | null;
  /** Failures from `from` on against those that such alerts came to before, by service and stage. */
  readonly byService: readonly ServiceConcept[];
}

/** Squared errors of the answers of one group, which tell no more than one of them would. */
interface GroupErrors {
  /** When the first of them was given. */
  readonly at: Instant;
  sum: number;
  answers: number;
}

/** What is known of answers, oldest first. */
class KnownAnswers {
  /** One model's by group, where the label is known, as their first answers come. */
  readonly errors = new Map<string, GroupErrors>();
  own = 0;
  /** Any model's whose label is known, for so long before a moment and from it on. */
  readonly earlier: LabelledAnswer[] = [];
  readonly current: LabelledAnswer[] = [];

  /** One pass: of very many answers each look takes time. */
  constructor(answers: readonly JudgedAnswer[], model: string, from: Instant) {
    for (const answer of answers) {
      if (!isLabelled(answer)) continue;
      const { asOf } = answer;
      if (answer.modelVersion === model) this.addError(answer);
      if (asOf >= from - CONCEPT_HISTORY) {
        (asOf < from ? this.earlier : this.current).push(answer);
      }
    }
  }

  private addError(answer: LabelledAnswer): void {
    const { group, asOf: at, probability } = answer;
    const failed = failureChance(answer);
    const errors = this.errors.get(group) ?? { at, sum: 0, answers: 0 };
    this.errors.set(group, errors);
    errors.sum += failed * (1 - probability) ** 2 + (1 - failed) * probability ** 2;
    errors.answers += 1;
    this.own += 1;
  }
}

/** Changes of the model's errors, over answers whose labels are known; each group counts once. */
function errorChanges({ errors }: KnownAnswers): ConceptChange[] {
  const groups = [...errors.values()];
  if (groups.length < FEWEST_GROUPS) return [];
  const means = groups.map(({ sum, answers }) => sum / answers);
  return meanChanges(means).map(({ index, before, after }) => ({
    at: groups[index]?.at ?? Number.NaN,
    before,
    after,
  }));
}

/** Looks at the errors of a model, and at what alerts came to whoever answered; oldest first. */
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
  const named = driftedServices(byService);
  const judged = byService.filter(({ service, pValue }) => service !== null && pValue !== null);
  return {
    answers: known.own,
    changes: errorChanges(known),
    driftedServices: named,
    nearest: named.length > 0 ? null : (judged[0] ?? null),
    byService,
  };
}
