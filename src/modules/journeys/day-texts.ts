import type { Instant } from '../../core/telemetry/time.js';
import type { StageBands } from '../../loop/metric-bands.js';

/** The buckets of one stretch of time as JSON, by stage, and what they are made of. */
export interface WrittenStretch {
  /** A comma before each bucket. */
  readonly texts: readonly Buffer[];
  /** The highest of the cells'. */
  readonly revision: number;
  /** The latest of the cells'; 0 without any. */
  readonly computedAt: Instant;
}

/** A journey's key, and one segment of it; all of them where null. */
export interface JourneyPart {
  readonly journey: string;
  readonly segment: string | null;
}

/** What the texts of days are made of, beside the days. */
export interface TextPlace extends JourneyPart {
  readonly version: number;
  /** By stage. */
  readonly bands: readonly (StageBands | null)[];
}

interface KeptDay {
  readonly stamp: string;
  readonly written: WrittenStretch;
}

interface KeptPlace extends TextPlace {
  readonly days: Map<Instant, KeptDay>;
}

/** Bytes of text that are kept at most: a dozen journeys or segments of three months by the hour. */
const MOST_KEPT = 64e6;

/**
 * Past days of stage metrics by the hour as JSON. A chart asks for thousands of buckets again and
 * again, of which few have changed: a day is kept until its stamp or its baselines are others, or
 * others were asked for later.
 */
export class DayTexts {
  /** Those asked for last come last. */
  private readonly kept = new Map<string, KeptPlace>();
  /** Bytes that are kept. */
  size = 0;

  /** The text of a day with this stamp, where it is kept. */
  recall(place: TextPlace, day: Instant, stamp: string): WrittenStretch | undefined {
    const text = this.latest(place).days.get(day);
    return text?.stamp === stamp ? text.written : undefined;
  }

  keep(place: TextPlace, day: Instant, text: KeptDay): void {
    const { days } = this.latest(place);
    this.size += bytesOf(text) - bytesOf(days.get(day));
    days.set(day, text);
    for (const name of this.kept.keys()) {
      if (this.size <= MOST_KEPT) break;
      this.forget(name);
    }
  }

  /** What texts are kept of. */
  parts(): JourneyPart[] {
    return [...this.kept.values()].map(({ journey, segment }) => ({ journey, segment }));
  }

  /** The place as the one that was asked for last. */
  private latest({ journey, version, segment, bands }: TextPlace): KeptPlace {
    const name = JSON.stringify([journey, version, segment]);
    const known = this.kept.get(name);
    if (known !== undefined && !hasSameBands(known.bands, bands)) this.forget(name);
    const days = new Map<Instant, KeptDay>();
    const place = this.kept.get(name) ?? { journey, version, segment, bands, days };
    this.kept.delete(name);
    this.kept.set(name, place);
    return place;
  }

  private forget(name: string): void {
    for (const text of this.kept.get(name)?.days.values() ?? []) this.size -= bytesOf(text);
    this.kept.delete(name);
  }
}

const bytesOf = (text: KeptDay | undefined): number =>
  text?.written.texts.reduce((sum, bytes) => sum + bytes.length, 0) ?? 0;

function hasSameBands(one: TextPlace['bands'], other: TextPlace['bands']): boolean {
  return one.every((bands, stage) => bands === other[stage]);
}
