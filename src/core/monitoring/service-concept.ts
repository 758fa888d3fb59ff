import { adjustedPValues } from '../statistics/benjamini-hochberg.js';
import { normalQuantile } from '../statistics/special-functions.js';
import type { DriftRule, DriftVerdict } from './drift-verdict.js';
import { DRIFT_RULE } from './drift-verdict.js';
import type { JudgedAnswer } from './performance-answer.js';

/** With fewer answers, or fewer of their groups, nothing is said. */
const FEWEST_ANSWERS = 10;
const FEWEST_GROUPS = 5;

/** Draws that reach the figure after which p is known well enough (Besag & Clifford 1991). */
const ENOUGH_REACHED = 20;

/** Standard deviations beyond the level that are found with 80 % chance. */
const POWER = 0.84;

/** Whether what a service does to a stage is what its features said. */
export interface ServiceConcept {
  /** Null: whatever the service. */
  readonly service: string | null;
  /** Journey and stage; null: whatever the stage. */
  readonly stage: string | null;
  readonly answers: number;
  /** Failures that came; an undecided outcome counts as its probability of being one. */
  readonly observed: number;
  /** Failures that the model's probabilities led to expect. */
  readonly expected: number;
  /** Failures per answer beyond what was expected, in standard deviations of one answer. */
  readonly effect: number;
  readonly pValue: number | null;
  /** Benjamini-Hochberg over all that are judged together. */
  readonly pAdjusted: number | null;
  readonly verdict: Extract<DriftVerdict, 'drifted' | 'stable' | 'not-enough-data'>;
  /** The smallest effect that would have been found with 80 % chance. */
  readonly minimumDetectableEffect: number | null;
}

/** An answer with how likely its episode was a failure, now that it is over. */
interface KnownAnswer extends JudgedAnswer {
  readonly failureProbability: number;
}

interface Subject extends Pick<ServiceConcept, 'service' | 'stage'> {
  readonly answers: KnownAnswer[];
}

/** Each service, each stage, and each service at each stage. */
function subjectsOf(answers: readonly KnownAnswer[]): Subject[] {
  const subjects = new Map<string, Subject>();
  const add = (service: string | null, stage: string | null, answer: KnownAnswer): void => {
    const name = JSON.stringify([service, stage]);
    const known = subjects.get(name);
    if (known === undefined) subjects.set(name, { service, stage, answers: [answer] });
    else known.answers.push(answer);
  };
  for (const answer of answers) {
    const stage = `${answer.journey}/${answer.stage}`;
    const { service } = answer.features;
    add(null, stage, answer);
    if (typeof service !== 'string') continue;
    add(service, null, answer);
    add(service, stage, answer);
  }
  return [...subjects.values()];
}

const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0);

/** Probabilities of the answers that hang together. */
function groupsOf({ answers }: Subject): number[][] {
  const groups = new Map<string, number[]>();
  for (const { group, probability } of answers) {
    const known = groups.get(group);
    if (known === undefined) groups.set(group, [probability]);
    else known.push(probability);
  }
  return [...groups.values()];
}

/** Variance of the failures, answers of one group failing together. */
function varianceOf(groups: readonly (readonly number[])[]): number {
  const pairs = groups.flatMap((group) =>
    group.flatMap((p) => group.map((other) => Math.min(p, other) - p * other)),
  );
  return sum(pairs);
}

/** How often failures drawn from the probabilities are as far from their mean as those that came. */
function drawnP(
  groups: readonly (readonly number[])[],
  { expected, observed }: { readonly expected: number; readonly observed: number },
  { random, smallestP }: { readonly random: () => number; readonly smallestP: number },
): number {
  const gap = Math.abs(observed - expected) * (1 - 1e-12);
  const most = Math.ceil(ENOUGH_REACHED / smallestP);
  let [reached, draws] = [0, 0];
  while (draws < most && reached < ENOUGH_REACHED) {
    let failures = 0;
    for (const group of groups) {
      const level = random();
      for (const p of group) if (level < p) failures += 1;
    }
    if (Math.abs(failures - expected) >= gap) reached += 1;
    draws += 1;
  }
  return reached >= ENOUGH_REACHED ? reached / draws : (reached + 1) / (draws + 1);
}

function measured(subject: Subject): Omit<ServiceConcept, 'pAdjusted' | 'verdict'> {
  const { service, stage, answers } = subject;
  const expected = sum(answers.map(({ probability }) => probability));
  const observed = sum(answers.map(({ failureProbability }) => failureProbability));
  const rate = expected / answers.length;
  const effect = (observed - expected) / answers.length / Math.sqrt(rate * (1 - rate));
  const figures = { service, stage, answers: answers.length, observed, expected, effect };
  return { ...figures, pValue: null, minimumDetectableEffect: null };
}

const isJudged = (subject: Subject): boolean =>
  subject.answers.length >= FEWEST_ANSWERS && groupsOf(subject).length >= FEWEST_GROUPS;

/**
 * Whose alerts came to mean something else: failures observed against those that the model's
 * probabilities led to expect, by service, by stage and by service at a stage, under one false
 * discovery rate (after Spiegelhalter 1986). P is from failures drawn with those probabilities, the
 * answers of one group all by one draw: that makes groups as heavy as they can be, so p is never too
 * small for a calibrated model. Answers whose outcome is not known are left out; drifted and most
 * certain first.
 */
export function serviceConcept(
  answers: readonly JudgedAnswer[],
  random: () => number,
  rule: DriftRule = DRIFT_RULE,
): ServiceConcept[] {
  const known = answers.filter((one): one is KnownAnswer => one.failureProbability !== null);
  const subjects = subjectsOf(known);
  const judged = subjects.filter(isJudged);
  const level = rule.q / Math.max(1, judged.length);
  const rows = judged.map((subject) => {
    const groups = groupsOf(subject);
    const figures = measured(subject);
    const deviations = POWER - normalQuantile(level / 2);
    const rate = figures.expected / figures.answers;
    const one = figures.answers * Math.sqrt(rate * (1 - rate));
    const detectable = (deviations * Math.sqrt(varianceOf(groups))) / one;
    return {
      ...figures,
      pValue: drawnP(groups, figures, { random, smallestP: level }),
      minimumDetectableEffect: Math.max(rule.floor, detectable),
    };
  });
  const adjusted = adjustedPValues(rows.map(({ pValue }) => pValue));
  const verdicts = rows.map((row, i): ServiceConcept => {
    const pAdjusted = adjusted[i] ?? 1;
    const isDrifted = pAdjusted < rule.q && Math.abs(row.effect) >= rule.floor;
    return { ...row, pAdjusted, verdict: isDrifted ? 'drifted' : 'stable' };
  });
  const thin = subjects
    .filter((subject) => !isJudged(subject))
    .map((one): ServiceConcept => ({
      ...measured(one),
      pAdjusted: null,
      verdict: 'not-enough-data',
    }));
  verdicts.sort((a, b) => (a.pValue ?? 1) - (b.pValue ?? 1));
  return [...verdicts, ...thin];
}

/** The services that a drift of meaning was found for, the most certain first. */
export function driftedServices(rows: readonly ServiceConcept[]): string[] {
  const drifted = rows.filter(({ verdict }) => verdict === 'drifted');
  return [...new Set(drifted.flatMap(({ service }) => service ?? []))];
}
