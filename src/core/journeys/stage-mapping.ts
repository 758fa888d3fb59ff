import { DomainError } from '../errors/domain-error.js';
import type { Anomaly } from '../telemetry/anomaly.js';
import type { JourneyVersion, MappingRule } from './journey.js';
import type { Matcher } from './matcher.js';
import { parseMatcher } from './matcher.js';

/** A stage that an anomaly touches, and how much (0..1). */
export interface StageMapping {
  readonly journey: string;
  readonly version: number;
  readonly stage: string;
  readonly stageIndex: number;
  readonly relevance: number;
}

interface CompiledRule {
  readonly matchers: readonly Matcher[];
  readonly relevance: number;
}

interface CompiledStage {
  readonly mapping: Omit<StageMapping, 'relevance'>;
  /** Most relevant first, so that the first rule that holds decides. */
  readonly rules: readonly CompiledRule[];
}

const FURTHER_NAMES: Readonly<Record<string, (anomaly: Anomaly) => string>> = {
  name: (anomaly) => anomaly.name,
  metric: (anomaly) => anomaly.metric ?? '',
  severity: (anomaly) => anomaly.severity,
  source: (anomaly) => anomaly.source,
};

/** The text that a matcher of this name sees: the label, else the anomaly's own field, else ''. */
function textOf(anomaly: Anomaly, name: string): string {
  if (Object.hasOwn(anomaly.labels, name)) return anomaly.labels[name] ?? '';
  return Object.hasOwn(FURTHER_NAMES, name) ? (FURTHER_NAMES[name]?.(anomaly) ?? '') : '';
}

function compileRule(rule: MappingRule, pointer: string): CompiledRule {
  const matchers = rule.match.map((text, index) => {
    try {
      return parseMatcher(text);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : text;
      throw new DomainError('bad-matcher', reason, { pointer: `${pointer}/match/${index}`, cause });
    }
  });
  return { matchers, relevance: rule.relevance };
}

function compileJourney({ journey, version }: JourneyVersion): CompiledStage[] {
  return journey.stages.flatMap((stage, stageIndex) => {
    if (stage.mappings === undefined || stage.mappings.length === 0) return [];
    const rules = stage.mappings
      .map((rule, index) => compileRule(rule, `/stages/${stageIndex}/mappings/${index}`))
      .sort((one, other) => other.relevance - one.relevance);
    return [{ mapping: { journey: journey.key, version, stage: stage.key, stageIndex }, rules }];
  });
}

/**
 * Compiles the mapping rules of the journeys once. The function that comes back gives, in the order
 * of journeys and stages, each stage with a rule all of whose matchers hold for the anomaly, with
 * the highest relevance of such rules.
 *
 * @throws DomainError `bad-matcher`, with a pointer into the journey
 */
export function compileMappings(
  journeys: readonly JourneyVersion[],
): (anomaly: Anomaly) => StageMapping[] {
  const stages = journeys.flatMap(compileJourney);
  return (anomaly) => {
    const mappings: StageMapping[] = [];
    for (const { mapping, rules } of stages) {
      const rule = rules.find(({ matchers }) =>
        matchers.every(({ name, matches }) => matches(textOf(anomaly, name))),
      );
      if (rule !== undefined) mappings.push({ ...mapping, relevance: rule.relevance });
    }
    return mappings;
  };
}

/** The stages that one anomaly touches; on a hot path compile the journeys once instead. */
export function mapAnomaly(anomaly: Anomaly, journeys: readonly JourneyVersion[]): StageMapping[] {
  return compileMappings(journeys)(anomaly);
}
