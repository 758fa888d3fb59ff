import { adjustedPValues } from '../statistics/benjamini-hochberg.js';
import { normalQuantile } from '../statistics/special-functions.js';
import { ConceptSubjects } from './concept-subject.js';
import type { ConceptSubject } from './concept-subject.js';
import type { DriftRule, DriftVerdict } from './drift-verdict.js';
import { DRIFT_RULE } from './drift-verdict.js';
import { EarlierRates } from './earlier-rates.js';
import type { Offset } from './expected-failures.js';
import { expectedFailures, failureP, offsetOf } from './expected-failures.js';
import type { LabelledAnswer } from './performance-answer.js';

/** With fewer answers before or now, or fewer of their groups now, nothing is said. */
const FEWEST_ANSWERS = 10;
const FEWEST_GROUPS = 5;

/** Standard deviations beyond the level that are found with 80 % chance. */
const POWER = 0.84;

/** Whether the alerts of a service mean for a stage what they meant. */
export interface ServiceConcept extends Pick<ConceptSubject, 'service' | 'stage'> {
  readonly answers: number;
  /** Failures that came, each as much as it is likely the episode's own doing. */
  readonly observed: number;
  /** Failures that these alerts would have come to before. */
  readonly expected: number;
  /** Answers before, whose outcome is known, and the failures that came of them. */
  readonly earlier: number;
  readonly earlierFailures: number;
  /** Log-odds by which those failed more often than such alerts of any service, less where they were few. */
  readonly offset: number;
  /** Failures per answer beyond what was expected, in standard deviations of one answer. */
  readonly effect: number;
  readonly pValue: number | null;
  /** Bonferroni over the looks at a service, Benjamini-Hochberg over services (over stages for those). */
  readonly pAdjusted: number | null;
  readonly verdict: Extract<DriftVerdict, 'drifted' | 'stable' | 'not-enough-data'>;
  /** The smallest effect that would have been found with 80 % chance. */
  readonly minimumDetectableEffect: number | null;
}

/** Answers before a moment and from it on. */
export interface AnswersInTime {
  readonly earlier: readonly LabelledAnswer[];
  readonly current: readonly LabelledAnswer[];
}

/** What is looked at, now and before. */
interface Look {
  readonly now: ConceptSubject;
  readonly before: ConceptSubject | undefined;
}

type Measured = Omit<ServiceConcept, 'pAdjusted' | 'verdict'>;

/** What the numbers of a look are worked out with. */
interface Judge {
  /** What p must be able to tell. */
  readonly level: number;
  readonly random: () => number;
}

function figuresOf({ now, before }: Look, offset: Offset) {
  const { service, stage, answers, failures: observed, groups } = now;
  const expected = expectedFailures(groups, offset);
  const rate = expected.mean / answers;
  const one = answers * Math.sqrt(rate * (1 - rate));
  return {
    ...{ service, stage, answers, observed, expected: expected.mean },
    earlier: before?.answers ?? 0,
    earlierFailures: before?.failures ?? 0,
    offset: offset.mean,
    effect: (observed - expected.mean) / one,
    /** What one standard deviation of the failures comes to as an effect. */
    deviation: expected.deviation / one,
    failures: expected,
  };
}

const beforeOf = ({ before }: Look): Offset =>
  offsetOf(before?.groups ?? [], before?.failures ?? 0);

function measured(look: Look, { level, random }: Judge): Measured {
  const offset = beforeOf(look);
  const { deviation, failures: expected, ...figures } = figuresOf(look, offset);
  const { groups, failures: observed } = look.now;
  return {
    ...figures,
    pValue: failureP(groups, offset, { observed, expected, smallestP: level, random }),
    minimumDetectableEffect: (POWER - normalQuantile(level / 2)) * deviation,
  };
}

function tooThin(look: Look): ServiceConcept {
  const { deviation: _, failures: __, ...figures } = figuresOf(look, beforeOf(look));
  const unknown = { pValue: null, pAdjusted: null, minimumDetectableEffect: null };
  return { ...figures, ...unknown, verdict: 'not-enough-data' };
}

const isJudged = ({ now, before }: Look): boolean =>
  now.answers >= FEWEST_ANSWERS &&
  now.groups.length >= FEWEST_GROUPS &&
  (before?.answers ?? 0) >= FEWEST_ANSWERS;

/** A service at its stages, or a stage whatever the service: what a verdict is about. */
type Family = readonly Look[];

function families(looks: readonly Look[]): { services: Family[]; stages: Family[] } {
  const byService = new Map<string, Look[]>();
  const stages: Family[] = [];
  for (const look of looks) {
    const { service } = look.now;
    if (service === null) stages.push([look]);
    else byService.set(service, [...(byService.get(service) ?? []), look]);
  }
  return { services: [...byService.values()].map(atStages), stages };
}

/** A service is looked at as a whole where no stage of its own has answers enough. */
function atStages(looks: Family): Family {
  const own = looks.filter(({ now }) => now.stage !== null);
  return own.length > 0 ? own : looks;
}

interface JudgedLook {
  readonly concept: ServiceConcept;
  /** P among the looks of its family alone. */
  readonly own: number;
}

const isDrifted = ({ verdict }: ServiceConcept): boolean => verdict === 'drifted';

/** Those that drifted first, and those that are nearest to it. */
const byEvidence = (a: JudgedLook, b: JudgedLook): number =>
  Number(isDrifted(b.concept)) - Number(isDrifted(a.concept)) || a.own - b.own;

/**
 * Judges families that answer one question under one false discovery rate: Bonferroni over the looks
 * of a family and Benjamini-Hochberg over families, so that one that changed in many looks does not
 * let others pass.
 */
function judgedTogether(
  all: readonly Family[],
  rule: DriftRule,
  random: () => number,
): JudgedLook[] {
  const rows = all.map((looks) => {
    const level = rule.q / all.length / looks.length;
    return looks.map((look) => {
      const row = measured(look, { level, random });
      return { row, own: Math.min(1, (row.pValue ?? 1) * looks.length) };
    });
  });
  const smallest = rows.map((looks) => Math.min(...looks.map(({ own }) => own)));
  const adjusted = adjustedPValues(smallest);
  return rows.flatMap((looks, i) => {
    const factor = (adjusted[i] ?? 1) / (smallest[i] ?? 1);
    return looks.map(({ row, own }) => {
      return { concept: withVerdict(row, Math.min(1, own * factor), rule), own };
    });
  });
}

function withVerdict(row: Measured, pAdjusted: number, { q, floor }: DriftRule): ServiceConcept {
  const drifted = pAdjusted < q && Math.abs(row.effect) >= floor;
  const minimumDetectableEffect = Math.max(floor, row.minimumDetectableEffect ?? 0);
  return { ...row, minimumDetectableEffect, pAdjusted, verdict: drifted ? 'drifted' : 'stable' };
}

/**
 * Whose alerts came to mean something else: failures observed against those that such alerts came to
 * before, by service, by stage and by service at a stage. What to expect is how often the rule's
 * alerts broke the stage, set right by how often this service's own did. No model is asked: one that
 * sees a stage's traffic fall as an alert fires expects the failures that a new meaning brings, and
 * would hide it. P is from failures drawn with those rates, the answers of one group all by one draw:
 * that makes groups as heavy as they can be, so p is not too small where nothing changed. Those
 * that drifted come first, then those that are next to it, then those that nothing is said of.
 */
export function serviceConcept(
  { earlier, current }: AnswersInTime,
  random: () => number,
  rule: DriftRule = DRIFT_RULE,
): ServiceConcept[] {
  const rates = new EarlierRates(earlier);
  const before = new ConceptSubjects(earlier, rates);
  const looks = new ConceptSubjects(current, rates).all().map((now) => ({
    now,
    before: before.at(now.service, now.stage),
  }));
  const { services, stages } = families(looks.filter(isJudged));
  const judged = [
    ...judgedTogether(services, rule, random),
    ...judgedTogether(stages, rule, random),
  ].sort(byEvidence);
  return [
    ...judged.map(({ concept }) => concept),
    ...looks.filter((look) => !isJudged(look)).map(tooThin),
  ];
}

/** The services that a drift of meaning was found for, the most certain first. */
export function driftedServices(rows: readonly ServiceConcept[]): string[] {
  return [...new Set(rows.filter(isDrifted).flatMap(({ service }) => service ?? []))];
}
