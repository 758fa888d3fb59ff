import { DAY } from '../telemetry/time.js';
import type { Duration, Instant } from '../telemetry/time.js';
import type { ChangedMeaning } from '../training/changed-meaning.js';
import { isOutdated } from '../training/changed-meaning.js';
import { CONCEPT_HISTORY } from './model-concept.js';
import type { ConceptAnswer } from './performance-answer.js';
import { serviceConcept } from './service-concept.js';

/** As long as a drift report that nobody gave a stretch: what is newer is set against what is older. */
const LATELY: Duration = 7 * DAY;

/**
 * Whose alerts came to mean something else: the changes known before, and those that the last week's
 * answers prove as a drift report does (`serviceConcept`, its false discovery rate and its floor),
 * since that week's beginning. What a change known before made outdated says nothing of a new one.
 *
 * @param answers whose labels are known at `asOf`, in any order
 */
export function provenChanges(
  answers: readonly ConceptAnswer[],
  known: readonly ChangedMeaning[],
  { asOf, random }: { readonly asOf: Instant; readonly random: () => number },
): ChangedMeaning[] {
  const since = asOf - LATELY;
  const telling = answers.filter(
    (answer) => answer.asOf >= since - CONCEPT_HISTORY && !isOutdated(answer, known),
  );
  const earlier = telling.filter((answer) => answer.asOf < since);
  const current = telling.filter((answer) => answer.asOf >= since);
  const found = serviceConcept({ earlier, current }, random).flatMap(
    ({ service, stage, verdict }): ChangedMeaning[] =>
      verdict === 'drifted' && service !== null ? [{ service, stage, changedAt: since }] : [],
  );
  return [...known, ...found];
}
