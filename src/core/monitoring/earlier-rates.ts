import { failureChance } from './performance-answer.js';
import type { LabelledAnswer } from './performance-answer.js';

/** A stage that nothing is known of: one failure in ten, as much as five answers say. */
const [FAILURES, ANSWERS] = [0.5, 5];

/** What a rule did counts beside its stage's rate as if that came from so many answers. */
const STAGE_WEIGHT = 10;

interface Count {
  failures: number;
  answers: number;
}

const NONE: Count = { failures: 0, answers: 0 };

type Named = Pick<LabelledAnswer, 'journey' | 'stage' | 'features'>;

const stageOf = ({ journey, stage }: Named): string => `${journey}/${stage}`;

const ruleOf = (answer: Named): string =>
  `${stageOf(answer)}/${String(answer.features['rule'] ?? '')}`;

function addTo(counts: Map<string, Count>, key: string, failures: number): void {
  const count = counts.get(key) ?? { ...NONE };
  count.failures += failures;
  count.answers += 1;
  counts.set(key, count);
}

/**
 * How often the alerts of a rule broke a stage, whatever the service: the rule's rate, pulled towards
 * the stage's where it fired seldom.
 */
export class EarlierRates {
  private readonly byStage = new Map<string, Count>();
  private readonly byRule = new Map<string, Count>();

  constructor(answers: readonly LabelledAnswer[]) {
    for (const answer of answers) {
      const chance = failureChance(answer);
      addTo(this.byStage, stageOf(answer), chance);
      addTo(this.byRule, ruleOf(answer), chance);
    }
  }

  /** Strictly between 0 and 1. */
  of(answer: Named): number {
    const stage = this.byStage.get(stageOf(answer)) ?? NONE;
    const rule = this.byRule.get(ruleOf(answer)) ?? NONE;
    const rate = (stage.failures + FAILURES) / (stage.answers + ANSWERS);
    return (rule.failures + STAGE_WEIGHT * rate) / (rule.answers + STAGE_WEIGHT);
  }
}
