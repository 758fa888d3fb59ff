import type { EarlierRates } from './earlier-rates.js';
import { failureChance } from './performance-answer.js';
import type { LabelledAnswer } from './performance-answer.js';

/** A service, a stage, or a service at a stage, with its answers in as much as they count. */
export interface ConceptSubject {
  /** Null: whatever the service. */
  readonly service: string | null;
  /** Journey and stage; null: whatever the stage. */
  readonly stage: string | null;
  answers: number;
  /** Failures that came. */
  failures: number;
  /** Rates of such alerts, those of one group together. */
  readonly groups: number[][];
}

/** Its groups by their names, while it is filled. */
interface Filled extends ConceptSubject {
  readonly places: Map<string, number>;
}

/** Each service, each stage, and each service at each stage, by their names. */
export class ConceptSubjects {
  private readonly byService = new Map<string | null, Map<string | null, Filled>>();

  constructor(answers: readonly LabelledAnswer[], rates: EarlierRates) {
    for (const answer of answers) {
      const rate = rates.of(answer);
      const stage = `${answer.journey}/${answer.stage}`;
      const { service } = answer.features;
      this.add(null, stage, { answer, rate });
      if (typeof service !== 'string') continue;
      this.add(service, null, { answer, rate });
      this.add(service, stage, { answer, rate });
    }
  }

  all(): readonly ConceptSubject[] {
    return [...this.byService.values()].flatMap((subjects) => [...subjects.values()]);
  }

  at(service: string | null, stage: string | null): ConceptSubject | undefined {
    return this.byService.get(service)?.get(stage);
  }

  private add(
    service: string | null,
    stage: string | null,
    { answer, rate }: { readonly answer: LabelledAnswer; readonly rate: number },
  ): void {
    const own = this.byService.get(service) ?? new Map<string | null, Filled>();
    this.byService.set(service, own);
    const subject = own.get(stage) ?? {
      ...{ service, stage, answers: 0, failures: 0 },
      ...{ groups: [], places: new Map<string, number>() },
    };
    own.set(stage, subject);
    subject.answers += 1;
    subject.failures += failureChance(answer);
    const place = subject.places.get(answer.group);
    if (place !== undefined) subject.groups[place]?.push(rate);
    else subject.places.set(answer.group, subject.groups.push([rate]) - 1);
  }
}
