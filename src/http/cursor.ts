import { z } from 'zod';

import type { Instant } from '../core/telemetry/time.js';
import { EARLIEST } from '../wire/instant.js';
import { key } from '../wire/labels.js';

/** Where a page of a list ended that is newest first, and by id within a moment. */
export interface PagePlace {
  readonly at: Instant;
  readonly id: string;
}

/** The latest moment that a date holds. */
const LATEST = 8.64e15;

function parsed(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return null;
  }
}

/** The query parameter of such a list; opaque to the asker. */
export function pageCursor(id: z.ZodType<string> = key): z.ZodType<PagePlace, string> {
  const place = z.tuple([z.int().min(EARLIEST).max(LATEST), id]);
  return z
    .string()
    .transform((text, context): PagePlace => {
      const read = place.safeParse(parsed(text));
      if (read.success) return { at: read.data[0], id: read.data[1] };
      const [message, params] = ['was not given by this list', { code: 'bad-cursor' }];
      context.issues.push({ code: 'custom', input: text, message, params });
      return z.NEVER;
    })
    .meta({ type: 'string', description: '`next` of the page before' });
}

/** A page as it is answered: `next` where there may be more. */
export function pageOf<T>(
  found: readonly T[],
  limit: number,
  how: { readonly place: (row: T) => PagePlace; readonly write: (row: T) => object },
): { items: object[]; next?: string } {
  const items = found.map(how.write);
  const last = found.length === limit ? found.at(-1) : undefined;
  if (last === undefined) return { items };
  const { at, id } = how.place(last);
  return { items, next: Buffer.from(JSON.stringify([at, id])).toString('base64url') };
}
