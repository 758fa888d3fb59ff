import { z } from 'zod';

import { DomainError } from '../../core/errors/domain-error.js';
import type { Labels } from '../../core/telemetry/anomaly.js';
import type { Duration, Instant } from '../../core/telemetry/time.js';
import type { LabelledHistory } from '../../core/thresholds/series-groups.js';
import type { AddressGuard } from './address-guard.js';
import { askServer, serverAddress } from './ask-server.js';

/** A range query. */
export interface RangeQuery {
  readonly url: string;
  readonly query: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly step: Duration;
}

/** Prometheus gives at most so many points a series in one answer. */
const POINTS_AN_ANSWER = 11_000;
/** Samples of all series together that are read. */
const MOST_SAMPLES = 2_000_000;
const MOST_SERIES = 500;

const matrix = z.object({
  resultType: z.literal('matrix'),
  result: z.array(
    z.object({
      metric: z.record(z.string(), z.string()),
      values: z.array(z.tuple([z.number(), z.string()])).default([]),
    }),
  ),
});

function numberOf(text: string): number {
  if (text === '+Inf') return Infinity;
  return text === '-Inf' ? -Infinity : Number(text);
}

interface Draft {
  readonly labels: Labels;
  readonly at: number[];
  readonly values: number[];
}

function refuseTooMuch(drafts: ReadonlyMap<string, Draft>): void {
  const samples = [...drafts.values()].reduce((sum, { at }) => sum + at.length, 0);
  if (drafts.size > MOST_SERIES || samples > MOST_SAMPLES) {
    const most = `${MOST_SERIES} series or ${MOST_SAMPLES} samples`;
    throw new DomainError('too-many-samples', `the query gives more than ${most}`);
  }
}

/**
 * Reads a query's history, in as many answers as it takes; the grid of steps goes through them all.
 *
 * @throws DomainError as `askServer`, and `too-many-samples`, `bad-range`
 */
export async function queryRange(
  { url, query, from, to, step }: RangeQuery,
  guard: AddressGuard,
): Promise<LabelledHistory[]> {
  const server = serverAddress(url, guard);
  const points = Math.floor((to - from) / step) + 1;
  if (!(points >= 2)) throw new DomainError('bad-range', 'the range holds fewer than two steps');
  if (points > MOST_SAMPLES) {
    throw new DomainError('bad-range', `the range holds more than ${MOST_SAMPLES} steps`);
  }
  const drafts = new Map<string, Draft>();
  for (let first = 0; first < points; first += POINTS_AN_ANSWER) {
    const last = Math.min(points, first + POINTS_AN_ANSWER) - 1;
    const asked = {
      query,
      start: String((from + first * step) / 1000),
      end: String((from + last * step) / 1000),
      step: String(step / 1000),
    };
    const answer = matrix.safeParse(
      await askServer(server, 'api/v1/query_range', asked, { guard }),
    );
    if (!answer.success)
      throw new DomainError('not-prometheus', 'the answer is no range of series');
    for (const { metric, values } of answer.data.result) {
      const { __name__: _name, ...labels } = metric;
      const key = JSON.stringify(Object.entries(metric).sort());
      const draft = drafts.get(key) ?? { labels, at: [], values: [] };
      for (const [seconds, value] of values) {
        draft.at.push(Math.round(seconds * 1000));
        draft.values.push(numberOf(value));
      }
      drafts.set(key, draft);
    }
    refuseTooMuch(drafts);
  }
  return [...drafts.values()].map(({ labels, at, values }) => ({
    labels,
    history: { at: Float64Array.from(at), values: Float64Array.from(values) },
  }));
}
