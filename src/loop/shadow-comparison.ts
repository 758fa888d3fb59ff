import type { ShadowComparison } from '../core/registry/shadow-comparison.js';
import { compareShadow } from '../core/registry/shadow-comparison.js';
import { seededRandom } from '../core/statistics/random.js';
import type { Instant } from '../core/telemetry/time.js';
import { shadowedBy } from '../storage/shadow.store.js';
import type { Sql } from '../storage/sql.js';
import { judgedAnswers } from './judged-answers.js';
import type { ReportDesk } from './report-ground.js';

const placeOf = (one: { episodeId: string; journey: string; stage: string }): string =>
  JSON.stringify([one.episodeId, one.journey, one.stage]);

/** A challenger's silent answers beside those that were given, judged by what is known now. */
async function shadowComparison(
  sql: Sql,
  version: string,
  now: Instant,
): Promise<ShadowComparison> {
  const shadows = await shadowedBy(sql, version);
  const judged = new Map(
    (await judgedAnswers(sql, now, now)).map((answer) => [placeOf(answer), answer]),
  );
  const answers = shadows.map((one) => {
    const { label = null, share = 1, group = one.episodeId } = judged.get(placeOf(one)) ?? {};
    return { answered: one.probability, shadow: one.shadow, label, share, group };
  });
  return compareShadow(answers, seededRandom(0));
}

/** Of which model, by what is known when. */
export interface ModelQuestion {
  readonly version: string;
  readonly now: Instant;
}

/** The comparison as the text of its answer. */
export async function shadowDocument(
  { sql }: ReportDesk,
  { version, now }: ModelQuestion,
): Promise<string> {
  return JSON.stringify(await shadowComparison(sql, version, now));
}
