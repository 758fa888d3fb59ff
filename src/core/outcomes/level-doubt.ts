import type { Baseline } from './baseline.js';
import { LITTLE_KNOWN } from './failure-course.js';
import type { WindowTotals } from './window-totals.js';

/**
 * Whether what was seen is so much less than what may be usual as would matter, where that is hardly
 * known: little may speak for a loss, and nothing against it.
 */
function mayHideLoss(
  window: WindowTotals,
  { entries, rate }: Baseline,
  minRelativeDrop: number,
): boolean {
  const { entered, converted, expectedEntries, entriesExcess, entriesReach } = window;
  const left = 1 - minRelativeDrop;
  if (entriesExcess >= LITTLE_KNOWN && entered < expectedEntries * left) return true;
  // Where it is known who came in, they say how many are to be expected.
  const mayCome = entriesReach > 0 ? 1 : entries.course.mayBe[1];
  if (mayCome > 1 && entered < expectedEntries * mayCome * left) return true;
  const mayConvert = rate.course.mayBe[1];
  return mayConvert > 1 && converted < entered * window.rate * mayConvert * left;
}

/** Whether what was seen is no less than what was usual until lately: a surge may be over. */
function mayBeAsBefore(
  window: WindowTotals,
  { entries, rate }: Baseline,
  minRelativeDrop: number,
): boolean {
  const came = window.entriesReach > 0 ? 1 : entries.course.mayBe[0];
  const converted = rate.course.mayBe[0];
  if (Math.min(came, converted) === 1) return false;
  const left = 1 - minRelativeDrop;
  return (
    window.entered >= window.expectedEntries * came * left &&
    window.converted >= window.entered * window.rate * converted * left
  );
}

/** Whether the verdict hangs on a level that is not known well enough for it. */
export function isInDoubt(
  failure: boolean | null,
  seen: { readonly looked: WindowTotals; readonly worst: WindowTotals },
  baseline: Baseline,
  minRelativeDrop: number,
): boolean {
  if (failure === null) return false;
  return failure
    ? mayBeAsBefore(seen.worst, baseline, minRelativeDrop)
    : mayHideLoss(seen.looked, baseline, minRelativeDrop);
}
