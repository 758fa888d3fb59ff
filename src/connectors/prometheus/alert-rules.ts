import { parse } from 'yaml';
import { z } from 'zod';

import { DomainError } from '../../core/errors/domain-error.js';
import type { Comparison, Labels } from '../../core/telemetry/anomaly.js';
import type { Duration } from '../../core/telemetry/time.js';
import { parseDuration, SECOND } from '../../core/telemetry/time.js';
import type { AddressGuard } from './address-guard.js';
import { askServer, serverAddress } from './ask-server.js';
import { parseComparison } from './comparison.js';

/** A rule whose threshold was found. */
export interface ImportedRule {
  readonly group: string;
  readonly name: string;
  readonly expr: string;
  /** What is compared. */
  readonly query: string;
  readonly comparison: Comparison;
  readonly threshold: number;
  readonly for: Duration;
  readonly keepFiringFor: Duration;
  readonly labels: Labels;
}

/** A rule that has no threshold to move, and why. */
export interface SkippedRule {
  readonly group: string;
  readonly name: string;
  readonly expr: string;
  readonly code: string;
  readonly reason: string;
}

export interface RuleImport {
  readonly rules: readonly ImportedRule[];
  readonly skipped: readonly SkippedRule[];
}

/** Alert rules that one import brings at most. */
const MOST_RULES = 10_000;

interface GivenRule {
  readonly group: string;
  readonly name: string;
  readonly expr: string;
  readonly for: Duration;
  readonly keepFiringFor: Duration;
  readonly labels: Labels;
}

function sorted(given: readonly GivenRule[]): RuleImport {
  if (given.length > MOST_RULES) {
    throw new DomainError('too-many-rules', `there are more than ${MOST_RULES} alert rules`);
  }
  const rules: ImportedRule[] = [];
  const skipped: SkippedRule[] = [];
  for (const rule of given) {
    const { group, name, expr } = rule;
    const found = parseComparison(expr);
    if ('code' in found) skipped.push({ group, name, expr, ...found });
    else {
      const { left, comparison, threshold } = found;
      rules.push({ ...rule, query: left, comparison, threshold });
    }
  }
  return { rules, skipped };
}

const served = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      rules: z.array(
        z.object({
          type: z.string(),
          name: z.string(),
          query: z.string(),
          duration: z.number().default(0),
          keepFiringFor: z.number().default(0),
          labels: z.record(z.string(), z.string()).default({}),
        }),
      ),
    }),
  ),
});

/**
 * The alert rules of a running Prometheus.
 *
 * @throws DomainError as `askServer`, and `too-many-rules`
 */
export async function rulesOfServer(url: string, guard: AddressGuard): Promise<RuleImport> {
  const answer = served.safeParse(
    await askServer(serverAddress(url, guard), 'api/v1/rules', { type: 'alert' }, { guard }),
  );
  if (!answer.success) throw new DomainError('not-prometheus', 'the answer holds no rule groups');
  return sorted(
    answer.data.groups.flatMap(({ name: group, rules }) =>
      rules
        .filter(({ type }) => type === 'alerting')
        .map(({ name, query, duration, keepFiringFor, labels }) => ({
          ...{ group, name, expr: query, labels },
          for: duration * SECOND,
          keepFiringFor: keepFiringFor * SECOND,
        })),
    ),
  );
}

const length = z
  .union([z.string(), z.number()])
  .default('0s')
  .transform((text) => (String(text) === '0' ? 0 : (parseDuration(String(text)) ?? Number.NaN)))
  .refine((ms) => !Number.isNaN(ms), 'is no duration');

const file = z.object({
  groups: z
    .array(
      z.object({
        name: z.string(),
        rules: z
          .array(
            z.object({
              alert: z.string().optional(),
              expr: z.union([z.string(), z.number()]).transform(String),
              for: length,
              keep_firing_for: length,
              labels: z.record(z.string(), z.coerce.string()).nullish(),
            }),
          )
          .nullish(),
      }),
    )
    .default([]),
});

function yamlOf(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0 });
  } catch (cause) {
    const [why] = (cause instanceof Error ? cause.message : '').split('\n');
    throw new DomainError('bad-rule-file', `the rule file is no YAML: ${why ?? ''}`, { cause });
  }
}

/**
 * The alert rules of a Prometheus rule file.
 *
 * @throws DomainError `bad-rule-file`, `too-many-rules`
 */
export function rulesOfFile(text: string): RuleImport {
  const read = file.safeParse(yamlOf(text));
  if (!read.success) {
    const [issue] = read.error.issues;
    const place = `/${issue?.path.join('/') ?? ''}`;
    throw new DomainError(
      'bad-rule-file',
      `${place} of the rule file ${issue?.message ?? 'is wrong'}`,
    );
  }
  return sorted(
    read.data.groups.flatMap(({ name: group, rules }) =>
      (rules ?? []).flatMap(({ alert, labels, ...rule }) =>
        alert === undefined
          ? []
          : [
              {
                ...{ group, name: alert, expr: rule.expr, labels: labels ?? {} },
                for: rule.for,
                keepFiringFor: rule.keep_firing_for,
              },
            ],
      ),
    ),
  );
}
