import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  contextOf,
  type ChangeRecord,
  type ContextSubject,
  type EpisodeRecord,
  type FeatureHistory,
  type LabelRecord,
} from '../../../src/core/features/feature-history.js';
import { SEVERITIES } from '../../../src/core/telemetry/anomaly.js';
import { DAY, HOUR, MINUTE } from '../../../src/core/telemetry/time.js';

const NOW = Date.UTC(2026, 10, 18, 6, 0);

const subject: ContextSubject = {
  anomalyId: 'own',
  rule: 'R',
  service: 'pay',
  fingerprint: 'f',
  stage: 'checkout/payment',
};

const episode = (over: Partial<EpisodeRecord>): EpisodeRecord => ({
  anomalyId: 'e',
  rule: 'R',
  service: 'pay',
  fingerprint: 'f',
  severity: 'warning',
  stages: ['checkout/payment'],
  startedAt: NOW - HOUR,
  knownAt: NOW - HOUR,
  endedAt: null,
  endKnownAt: null,
  ...over,
});

const label = (over: Partial<LabelRecord>): LabelRecord => ({
  anomalyId: 'l',
  rule: 'R',
  service: 'pay',
  stage: 'checkout/payment',
  failure: true,
  knownAt: NOW - DAY,
  ...over,
});

describe('the context of a scoring time', () => {
  it('counts like episodes by span, leaving the own one out', () => {
    const episodes = [
      episode({ anomalyId: 'own' }),
      episode({}),
      episode({ startedAt: NOW - 2 * DAY, service: 'search' }),
      episode({ startedAt: NOW - 20 * DAY, fingerprint: 'g' }),
      episode({ startedAt: NOW - 28 * DAY }),
    ];
    const context = contextOf({ changes: [], labels: [], episodes }, subject, NOW);
    expect(context.sameRule).toEqual({
      lastDay: 1,
      lastWeek: 2,
      lastMonth: 3,
      latestStart: NOW - HOUR,
    });
    expect(context.sameService).toMatchObject({ lastDay: 1, lastWeek: 1, lastMonth: 2 });
    expect(context.sameFingerprint).toMatchObject({ lastDay: 1, lastWeek: 2, lastMonth: 2 });
  });

  it('holds an episode open until its end was known', () => {
    const ended = { startedAt: NOW - HOUR, endedAt: NOW - 30 * MINUTE };
    const episodes = [
      episode({ ...ended, endKnownAt: NOW - 20 * MINUTE, severity: 'critical' }),
      episode({ ...ended, endKnownAt: NOW + 1, severity: 'error', service: 'search' }),
    ];
    const { open } = contextOf({ changes: [], labels: [], episodes }, subject, NOW);
    expect(open).toEqual({ total: 1, sameStage: 1, sameService: 0, maxSeverity: 'error' });
  });

  it('tallies known labels by level', () => {
    const labels = [
      label({}),
      label({ failure: false, service: 'search' }),
      label({ failure: false, rule: 'S' }),
      label({ stage: 'checkout/cart' }),
      label({ knownAt: NOW + 1 }),
      label({ anomalyId: 'own' }),
    ];
    const context = contextOf({ changes: [], episodes: [], labels }, subject, NOW);
    expect(context.labels).toEqual({
      overall: { failures: 2, decided: 4 },
      stage: { failures: 1, decided: 3 },
      service: { failures: 1, decided: 2 },
      rule: { failures: 1, decided: 2 },
      serviceRule: { failures: 1, decided: 1 },
    });
  });

  it('is not changed by any record that came later', () => {
    const past = fc.integer({ min: NOW - 30 * DAY, max: NOW });
    const future = fc.integer({ min: NOW + 1, max: NOW + 30 * DAY });
    const name = fc.constantFrom('R', 'S', 'pay', 'f');
    const history = (knownAt: fc.Arbitrary<number>): fc.Arbitrary<FeatureHistory> =>
      fc.record({
        changes: fc.array(
          fc.record<ChangeRecord>({
            id: fc.string(),
            kind: fc.constant('release'),
            occurredAt: past,
            labels: fc.constant({ service: 'pay' }),
            knownAt,
          }),
        ),
        episodes: fc.array(
          fc.record<EpisodeRecord>({
            anomalyId: fc.string(),
            rule: name,
            service: name,
            fingerprint: name,
            severity: fc.constantFrom(...SEVERITIES),
            stages: fc.constant(['checkout/payment']),
            startedAt: past,
            knownAt,
            endedAt: fc.option(past),
            endKnownAt: fc.option(knownAt),
          }),
        ),
        labels: fc.array(
          fc.record<LabelRecord>({
            anomalyId: fc.string(),
            rule: name,
            service: name,
            stage: fc.constant('checkout/payment'),
            failure: fc.boolean(),
            knownAt,
          }),
        ),
      });
    fc.assert(
      fc.property(history(past), history(future), (known, later) => {
        const all: FeatureHistory = {
          changes: [...known.changes, ...later.changes],
          episodes: [...later.episodes, ...known.episodes],
          labels: [...known.labels, ...later.labels],
        };
        expect(contextOf(all, subject, NOW)).toEqual(contextOf(known, subject, NOW));
      }),
    );
  });
});
