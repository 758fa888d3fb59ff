import { StreamableFile } from '@nestjs/common';
import { z } from 'zod';

import { Problem } from '../core/errors/problem.js';
import type { Duration, Instant } from '../core/telemetry/time.js';
import { duration, instant, writeTimes } from '../wire/instant.js';

/** The form that a report comes in. */
export const reportFormat = z.enum(['json', 'html']).default('json');

/** What may be asked of every report. */
export const reportQuery = z.object({
  from: instant.optional(),
  to: instant.optional(),
  /** Outcomes that became known later are left out. */
  asOf: instant.optional(),
  format: reportFormat,
});

/** What may be asked of a report that is cut into chunks of time. */
export const chunkedReportQuery = reportQuery.extend({ chunk: duration.optional() });

export type ReportQuestion = z.output<typeof reportQuery>;
export type ChunkedReportQuestion = z.output<typeof chunkedReportQuery>;

/** A stretch of time, and up to when things are known. */
interface Stretch {
  readonly from: Instant;
  readonly until: Instant;
  readonly asOf: Instant;
}

function refuse(pointer: string, code: string, detail: string): never {
  throw new Problem(422, code, `${pointer.slice(1)} ${detail}`, {
    fields: [{ pointer, code, detail }],
  });
}

/**
 * Refuses a stretch that begins at its end or later: it holds nothing, and was asked by mistake.
 *
 * @throws Problem `empty-range`
 */
export function refuseEmpty(from: Instant, until: Instant): void {
  if (from >= until) refuse('/from', 'empty-range', 'is not before to');
}

/** The stretch that is asked for; the latest of the usual length unless said otherwise. */
export function askedStretch(
  { from, to, asOf: asked = Number.POSITIVE_INFINITY }: ReportQuestion,
  { known, usual }: { readonly known: Instant; readonly usual: Duration },
): Stretch {
  const asOf = Math.min(asked, known);
  const until = to ?? asOf;
  const start = from ?? until - usual;
  refuseEmpty(start, until);
  return { from: start, until, asOf };
}

/** Refuses chunks so short that the report would have more of them than it may. */
export function limitChunks({ from, until }: Stretch, chunk: Duration, most: number): void {
  if ((until - from) / chunk <= most) return;
  refuse('/chunk', 'too-many-chunks', `makes more than ${most} chunks: ask for longer ones`);
}

/** A page as a file of the answer. */
export function htmlFile(page: string): StreamableFile {
  return writtenReport(page, 'html');
}

const TYPES = { json: 'application/json', html: 'text/html' } as const;

/** The text of a report that is written already, in the form that was asked for. */
export function writtenReport(text: string, format: z.output<typeof reportFormat>): StreamableFile {
  return new StreamableFile(Buffer.from(text), { type: `${TYPES[format]}; charset=utf-8` });
}

/** A report in the form that was asked for. */
export function reportAnswer<R extends object>(
  report: R,
  page: (report: R) => string,
  format: z.output<typeof reportFormat>,
): object | StreamableFile {
  return format === 'json' ? writeTimes(report) : htmlFile(page(report));
}
