import type { Outcome } from './outcome.js';

type Told = Pick<Outcome, 'failure' | 'verdict'>;

/** Whether a verdict says that the episode had to do with the failure; null where it says nothing of that. */
function isRelated({ verdict }: Told): boolean | null {
  if (verdict === 'unrelated') return false;
  return verdict === 'caused' || verdict === 'contributed' ? true : null;
}

const differ = (one: boolean | null, other: boolean | null): boolean =>
  one !== null && other !== null && one !== other;

/** In what two outcomes of the same episode and stage cannot both be right; null where they can. */
export function contradiction(one: Told, other: Told): 'failure' | 'verdict' | null {
  if (differ(one.failure, other.failure)) return 'failure';
  return differ(isRelated(one), isRelated(other)) ? 'verdict' : null;
}
