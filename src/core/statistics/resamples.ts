// Enough for a stable 90 % interval of few rows; many rows need fewer to be steady.
const MOST = 1000;
const FEWEST = 200;
const DRAWN_ROWS = 5e6;

/** How often to resample so many rows. */
export function resamplesFor(rows: number): number {
  return Math.max(FEWEST, Math.min(MOST, Math.round(DRAWN_ROWS / Math.max(1, rows))));
}
