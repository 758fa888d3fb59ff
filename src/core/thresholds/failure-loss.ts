import type { Duration, Instant } from '../telemetry/time.js';
import { countBelow } from './bounds.js';
import type { Pages } from './pages.js';

/** A journey failure as a threshold is judged by it. */
export interface PricedFailure {
  readonly id: string;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  /** What it costs unmitigated, in the unit of the cost per page. */
  readonly valueLost: number;
}

/** Which page catches a failure, and what a catch is worth. */
export interface CatchRule {
  /** A page counts from so long before the onset… */
  readonly lead: Duration;
  /** … to so long after it. */
  readonly detect: Duration;
  /** Share of the loss after the page that a catch saves, 0..1. */
  readonly savedShare: number;
}

/** At thresholds whose level lies from `low` to `high` this share of a failure's value is lost. */
export interface LossPiece {
  readonly low: number;
  readonly high: number;
  readonly share: number;
}

/** Unites spans that overlap or touch; ascending. */
function united(spans: (readonly [number, number])[]): [number, number][] {
  const union: [number, number][] = [];
  for (const [low, high] of spans.sort((a, b) => a[0] - b[0])) {
    const latest = union.at(-1);
    if (latest !== undefined && low <= latest[1]) latest[1] = Math.max(latest[1], high);
    else union.push([low, high]);
  }
  return union;
}

/** What is left of a span where the ascending spans are taken away. */
function without(
  [low, high]: readonly [number, number],
  taken: [number, number][],
): [number, number][] {
  const left: [number, number][] = [];
  let from = low;
  for (const [start, end] of taken) {
    if (start > from && from < high) left.push([from, Math.min(start, high)]);
    from = Math.max(from, end);
  }
  if (from < high) left.push([from, high]);
  return left;
}

/** The levels at which a page comes late, each with the page's time: those that first rise there. */
function latePages(
  { at, low, high }: Pages,
  onset: Instant,
  until: Instant,
  open: number,
): { readonly at: Instant; readonly span: readonly [number, number] }[] {
  const [first, end] = [countBelow(at, onset, true), countBelow(at, until, true)];
  const late: { at: Instant; span: readonly [number, number] }[] = [];
  let reached = open;
  for (let i = first; i < end; i += 1) {
    const from = Math.max(reached, low[i] ?? 0);
    reached = Math.max(reached, high[i] ?? 0);
    if (from < reached) late.push({ at: at[i] ?? 0, span: [from, reached] });
  }
  return late;
}

/**
 * What of a failure is lost, by threshold: nothing below `open` (an episode fires at its onset) and
 * where a page comes up to the onset; the share that passed before the first page where that comes
 * later; all of it at levels that no piece holds. The pieces do not overlap.
 */
export function lossPieces(
  { startedAt: onset, endedAt }: PricedFailure,
  pages: Pages,
  open: number,
  { lead, detect, savedShare }: CatchRule,
): LossPiece[] {
  const spans: [number, number][] = open === -Infinity ? [] : [[-Infinity, open]];
  const onTime = countBelow(pages.at, onset, true);
  for (let i = countBelow(pages.at, onset - lead); i < onTime; i += 1) {
    spans.push([pages.low[i] ?? 0, pages.high[i] ?? 0]);
  }
  const early = united(spans);
  const pieces = early.map(([low, high]) => ({ low, high, share: 1 - savedShare }));
  for (const { at, span } of latePages(pages, onset, onset + detect, open)) {
    const passed = at < endedAt ? (at - onset) / (endedAt - onset) : 1;
    const share = 1 - savedShare * (1 - passed);
    for (const [low, high] of without(span, early)) pieces.push({ low, high, share });
  }
  return pieces;
}
