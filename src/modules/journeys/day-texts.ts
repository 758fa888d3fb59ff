import type { StageBands } from '../../loop/metric-bands.js';
import type { Instant } from '../../core/telemetry/time.js';

/** The buckets of one stretch of time as JSON, by stage, and what they are made of. */
export interface WrittenStretch {
  /** Buckets with commas between them. */
  readonly texts: readonly Buffer[];
  /** The highest of the cells'. */
  readonly revision: number;
  /** The latest of the cells'; 0 without any. */
  readonly computedAt: Instant;
}

/** What the text of a day is made of: nothing else goes into it. */
export interface DaySource {
  /** Journey, its version, and segment. */
  readonly place: string;
  readonly day: Instant;
  /** By stage, its hours as they are stored. */
  readonly hours: readonly Buffer[];
  /** By stage. */
  readonly bands: readonly (StageBands | null)[];
}

interface Kept extends Pick<DaySource, 'hours' | 'bands'> {
  readonly written: WrittenStretch;
}

/** Bytes of text that are kept at most: a dozen journeys or segments of three months by the hour. */
const MOST_KEPT = 64e6;

/**
 * Past days of stage metrics by the hour as JSON. A chart asks for thousands of buckets again and
 * again, of which few have changed: a day is kept until its hours or its baselines are others.
 */
export class DayTexts {
  private readonly kept = new Map<string, Kept>();
  /** Bytes that are kept. */
  size = 0;

  of({ place, day, hours, bands }: DaySource, write: () => WrittenStretch): WrittenStretch {
    const key = `${place} ${day}`;
    const known = this.kept.get(key);
    if (known !== undefined && isSame(known, { hours, bands })) return known.written;
    const written = write();
    this.size += bytesOf(written) - (known === undefined ? 0 : bytesOf(known.written));
    if (this.size > MOST_KEPT) {
      this.kept.clear();
      this.size = bytesOf(written);
    }
    this.kept.set(key, { hours, bands, written });
    return written;
  }
}

const bytesOf = ({ texts }: WrittenStretch): number =>
  texts.reduce((sum, text) => sum + text.length, 0);

function isSame(one: Omit<Kept, 'written'>, other: Omit<Kept, 'written'>): boolean {
  return (
    one.bands.every((bands, stage) => bands === other.bands[stage]) &&
    one.hours.every((hours, stage) => hours.equals(other.hours[stage] ?? Buffer.alloc(0)))
  );
}
