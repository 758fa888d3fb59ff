import { adjustedPValues } from '../statistics/benjamini-hochberg.js';
import { normalQuantile } from '../statistics/special-functions.js';
import type { DriftRule, DriftVerdict } from './drift-verdict.js';
import { DRIFT_RULE } from './drift-verdict.js';
import { expectedFailures, failureP, offsetOf } from './expected-failures.js';
import type { JudgedAnswer } from './performance-answer.js';

/** With fewer answers, or fewer of their groups, nothing is said. */
const FEWEST_ANSWERS = 10;
const FEWEST_GROUPS = 5;

/** Standard deviations beyond the level that are found with 80 % chance. */
const POWER = 0.84;

/** Whether the alerts of a service mean for a stage what they meant. */
export interface ServiceConcept {
  /** Null: whatever the service. */
  readonly service: string | null;
  /** Journey and stage; null: whatever the stage. */
  readonly stage: string | null;
  readonly answers: number;
  /** Failures that came; an undecided outcome counts as its probability of being one. */
  readonly observed: number;
  /** Failures that the model's probabilities led to expect, with what `earlier` showed of them. */
  readonly expected: number;
  /** The same model's answers before, whose outcome is known. */
  readonly earlier: number;
  /** How far off those were: what had to be added to their log-odds, less where they were few. */
  readonly offset: number;
  /** Failures per answer beyond what was expected, in standard deviations of one answer. */
  readonly effect: number;
  readonly pValue: number | null;
  /** Bonferroni over the looks at a service, Benjamini-Hochberg over services and stages. */
  readonly pAdjusted: number | null;
  readonly verdict: Extract<DriftVerdict, 'drifted' | 'stable' | 'not-enough-data'>;
  /** The smallest effect that would have been found with 80 % chance. */
  readonly minimumDetectableEffect: number | null;
}

/** An answer with how likely its episode was a failure, now that it is over. */
interface KnownAnswer extends JudgedAnswer {
  readonly failureProbability: number;
}

/** What is looked at, with its answers in as much as they count. */
interface Subject extends Pick<ServiceConcept, 'service' | 'stage'> {
  answers: number;
  /** Failures that came. */
  failures: number;
  /** Probabilities, those of one group together. */
  readonly groups: number[][];
  /** Where each group is, by its number. */
  readonly places: Map<number, number>;
}

function addTo(subject: Subject, answer: KnownAnswer, group: number): void {
  subject.answers += 1;
  subject.failures += answer.failureProbability;
  const place = subject.places.get(group);
  if (place !== undefined) subject.groups[place]?.push(answer.probability);
  else subject.places.set(group, subject.groups.push([answer.probability]) - 1);
}

/** Each service, each stage, and each service at each stage, by their names. */
class Subjects {
  readonly all: Subject[] = [];
  private readonly byService = new Map<string | null, Map<string | null, Subject>>();

  at(service: string | null, stage: string | null): Subject | undefined {
    return this.byService.get(service)?.get(stage);
  }

  of(service: string | null, stage: string | null): Subject {
    const known = this.at(service, stage);
    if (known !== undefined) return known;
    const subject: Subject = {
      service,
      stage,
      answers: 0,
      failures: 0,
      groups: [],
      places: new Map(),
    };
    const stages = this.byService.get(service) ?? new Map<string | null, Subject>();
    this.byService.set(service, stages.set(stage, subject));
    this.all.push(subject);
    return subject;
  }
}

function subjectsOf(answers: readonly JudgedAnswer[]): Subjects {
  const subjects = new Subjects();
  const groups = new Map<string, number>();
  for (const answer of answers) {
    if (!isKnown(answer)) continue;
    const group = groups.get(answer.group) ?? groups.size;
    groups.set(answer.group, group);
    const stage = `${answer.journey}/${answer.stage}`;
    const { service } = answer.features;
    addTo(subjects.of(null, stage), answer, group);
    if (typeof service !== 'string') continue;
    addTo(subjects.of(service, null), answer, group);
    addTo(subjects.of(service, stage), answer, group);
  }
  return subjects;
}

type Measured = Omit<ServiceConcept, 'pAdjusted' | 'verdict'>;

function measured(
  { service, stage, answers, groups, failures: observed }: Subject,
  before: Subject | undefined,
  judge: { readonly level: number; readonly random: () => number } | null,
): Measured {
  const offset = offsetOf(before?.groups ?? [], before?.failures ?? 0);
  const expected = expectedFailures(groups, offset);
  const rate = expected.mean / answers;
  const one = answers * Math.sqrt(rate * (1 - rate));
  const figures = {
    ...{ service, stage, answers, observed, expected: expected.mean },
    ...{
      earlier: before?.answers ?? 0,
      offset: offset.mean,
      effect: (observed - expected.mean) / one,
    },
  };
  if (judge === null) return { ...figures, pValue: null, minimumDetectableEffect: null };
  const { level: smallestP, random } = judge;
  const deviations = POWER - normalQuantile(smallestP / 2);
  return {
    ...figures,
    pValue: failureP(groups, offset, { observed, expected, smallestP, random }),
    minimumDetectableEffect: (deviations * expected.deviation) / one,
  };
}

function isJudged({ answers, groups }: Subject): boolean {
  return answers >= FEWEST_ANSWERS && groups.length >= FEWEST_GROUPS;
}

const isKnown = (one: JudgedAnswer): one is KnownAnswer => one.failureProbability !== null;

/** One model's answers before a moment and from it on. */
export interface AnswersInTime {
  readonly earlier: readonly JudgedAnswer[];
  readonly current: readonly JudgedAnswer[];
}

/** A service with all its looks, or a stage whatever the service: what a verdict is about. */
const familyOf = ({ service, stage }: Pick<ServiceConcept, 'service' | 'stage'>): string =>
  JSON.stringify(service === null ? [null, stage] : [service]);

/** How many looks each family has. */
function looksOf(
  subjects: readonly Pick<ServiceConcept, 'service' | 'stage'>[],
): Map<string, number> {
  const looks = new Map<string, number>();
  for (const one of subjects) looks.set(familyOf(one), (looks.get(familyOf(one)) ?? 0) + 1);
  return looks;
}

/**
 * P by Bonferroni over the looks of a family and by Benjamini-Hochberg over families, so that one
 * that changed in many looks does not let others pass.
 */
function adjustedByFamily(rows: readonly Measured[]): number[] {
  const looks = looksOf(rows);
  const own = rows.map((row) => Math.min(1, (row.pValue ?? 1) * (looks.get(familyOf(row)) ?? 1)));
  const smallest = new Map<string, number>();
  rows.forEach((row, i) => {
    const family = familyOf(row);
    smallest.set(family, Math.min(smallest.get(family) ?? 1, own[i] ?? 1));
  });
  const adjusted = adjustedPValues([...smallest.values()]);
  const factor = new Map(
    [...smallest].map(([family, p], i) => [family, (adjusted[i] ?? 1) / p] as const),
  );
  return rows.map((row, i) => Math.min(1, (own[i] ?? 1) * (factor.get(familyOf(row)) ?? 1)));
}

/**
 * Whose alerts came to mean something else: failures observed against those to expect, by service,
 * by stage and by service at a stage, under one false discovery rate. What to expect is the model's
 * probabilities, set right by how the same subject's earlier answers did: one that the model never
 * understood has not changed. P is from failures drawn with those probabilities, the answers of one
 * group all by one draw: that makes groups as heavy as they can be, so p is not too small where
 * nothing changed. Answers whose outcome is not known are left out; drifted and most certain first.
 */
export function serviceConcept(
  { earlier, current }: AnswersInTime,
  random: () => number,
  rule: DriftRule = DRIFT_RULE,
): ServiceConcept[] {
  const before = subjectsOf(earlier);
  const subjects = subjectsOf(current).all;
  const judged = subjects.filter(isJudged);
  const looks = looksOf(judged);
  const earlierOf = ({ service, stage }: Subject): Subject | undefined => before.at(service, stage);
  const rows = judged.map((subject) => {
    const level = rule.q / looks.size / (looks.get(familyOf(subject)) ?? 1);
    return measured(subject, earlierOf(subject), { level, random });
  });
  const adjusted = adjustedByFamily(rows);
  const verdicts = rows.map((row, i): ServiceConcept => {
    const pAdjusted = adjusted[i] ?? 1;
    const isDrifted = pAdjusted < rule.q && Math.abs(row.effect) >= rule.floor;
    const minimumDetectableEffect = Math.max(rule.floor, row.minimumDetectableEffect ?? 0);
    return {
      ...row,
      minimumDetectableEffect,
      pAdjusted,
      verdict: isDrifted ? 'drifted' : 'stable',
    };
  });
  const thin = subjects
    .filter((subject) => !isJudged(subject))
    .map((subject): ServiceConcept => {
      const row = measured(subject, earlierOf(subject), null);
      return { ...row, pAdjusted: null, verdict: 'not-enough-data' };
    });
  verdicts.sort((a, b) => (a.pAdjusted ?? 1) - (b.pAdjusted ?? 1));
  return [...verdicts, ...thin];
}

/** The services that a drift of meaning was found for, the most certain first. */
export function driftedServices(rows: readonly ServiceConcept[]): string[] {
  const drifted = rows.filter(({ verdict }) => verdict === 'drifted');
  return [...new Set(drifted.flatMap(({ service }) => service ?? []))];
}
