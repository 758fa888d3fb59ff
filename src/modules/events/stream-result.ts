import { shortName } from '../../core/telemetry/short-name.js';
import type { BulkResult, FieldError, Rejection } from '../../wire/rejection.js';

/** Rejections of one stream that are told; the others are counted. */
export const MOST_REJECTIONS = 1_000;

/** Characters of a pointer and of words that are told: a line of a megabyte may be one name. */
const LONGEST = 200;

const short = <T extends FieldError>(error: T): T => ({
  ...error,
  pointer: shortName(error.pointer, LONGEST),
  detail: shortName(error.detail, LONGEST),
});

function small({ also, ...first }: Rejection): Rejection {
  return also === undefined ? short(first) : { ...short(first), also: also.map(short) };
}

/** What came of a stream so far: it may be longer than memory, so its result may not grow with it. */
export class StreamResult {
  private accepted = 0;
  private duplicates = 0;
  private untold = 0;
  private readonly rejected: Rejection[] = [];

  add({ accepted, duplicates, rejected }: BulkResult): void {
    this.accepted += accepted;
    this.duplicates += duplicates;
    const told = rejected.slice(0, MOST_REJECTIONS - this.rejected.length);
    for (const one of told) this.rejected.push(small(one));
    this.untold += rejected.length - told.length;
  }

  whole(): BulkResult {
    const { accepted, duplicates, rejected, untold } = this;
    return { accepted, duplicates, rejected, ...(untold > 0 && { untold }) };
  }
}
