import { randomUUID } from 'node:crypto';

import type { DataSource } from 'typeorm';

import type { AddressGuard } from '../connectors/prometheus/address-guard.js';
import type { Duration, Instant } from '../core/telemetry/time.js';
import { DAY } from '../core/telemetry/time.js';
import { SUGGESTION_LIFE } from '../core/thresholds/suggestion-state.js';
import type { ThresholdQuestion } from '../core/thresholds/threshold-question.js';
import { championVersion } from '../storage/model.store.js';
import type { SuggestionRow } from '../storage/threshold-suggestion.store.js';
import { addSuggestion, latestSuggestions } from '../storage/threshold-suggestion.store.js';
import { makeSuggestion } from './suggest-threshold.js';
import { staleness } from './suggestion-staleness.js';
import { knownStage } from './threshold-failures.js';

/** So much new data is waited for after what made a suggestion stale. */
const ENOUGH: Duration = 28 * DAY;

/** The same question of the time since then. */
function askedSince(question: ThresholdQuestion, since: Instant, now: Instant): ThresholdQuestion {
  const { prometheus } = question;
  if (prometheus === undefined) return { ...question, since };
  return { ...question, prometheus: { ...prometheus, from: since, to: now } };
}

async function askAgain(
  source: DataSource,
  { journey, stage, rule, request }: SuggestionRow<ThresholdQuestion>,
  since: Instant,
  { now, guard }: { readonly now: Instant; readonly guard: AddressGuard },
): Promise<void> {
  const sql = source.manager;
  const { version } = await knownStage(sql, { journey, stage });
  const id = randomUUID();
  await addSuggestion(sql, {
    ...{ id, journey, stage, rule, series: null, requestedBy: 'recalibration' },
    journeyVersion: version,
    request: askedSince(request, since, now),
    modelVersion: await championVersion(sql),
    knownBy: new Date(now),
    createdAt: new Date(now),
    expiresAt: new Date(now + SUGGESTION_LIFE),
  });
  await makeSuggestion(source, id, { now, isLastTry: true, guard });
}

/**
 * Asks anew, as drafts, for the thresholds whose latest suggestion has become stale, once enough has
 * been seen since; samples that were sent along cannot be asked for again.
 *
 * @returns how many were asked for.
 */
export async function recalibrateThresholds(
  source: DataSource,
  now: Instant,
  guard: AddressGuard,
): Promise<number> {
  const rows = await latestSuggestions<ThresholdQuestion, unknown>(source.manager);
  const stalenessOf = await staleness(source.manager, rows, now);
  let asked = 0;
  for (const row of rows) {
    const { since } = stalenessOf(row);
    const isOver = row.state === 'rejected' || row.state === 'rolled-back';
    if (isOver || row.request.source === 'points') continue;
    if (since === null || now - since < ENOUGH || row.progress !== 'done') continue;
    await askAgain(source, row, since, { now, guard });
    asked += 1;
  }
  return asked;
}
