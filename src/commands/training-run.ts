import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import type { ApiClient } from './api-client.js';
import { ApiError, expectOk, jsonBody } from './api-client.js';

/** How a training run ended. */
export interface TrainingResult {
  /** RFC 3339; absent where everything known by now was learnt from. */
  readonly asOf?: string | undefined;
  readonly id: string;
  readonly state: string;
  /** Why, where no gate was reached. */
  readonly reason?: unknown;
  readonly gate?: unknown;
  readonly model?: unknown;
}

const FINAL = new Set(['promoted', 'kept', 'insufficient-data', 'failed']);
const MAX_WAIT = 2000;

function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null ? { ...body } : {};
}

function titleOf(asOf: string | undefined): string {
  return asOf === undefined ? 'training' : `training as of ${asOf}`;
}

/**
 * Starts a training run, on what was known at a time (RFC 3339) or by now, and waits for its end;
 * `tell` hears of its progress.
 *
 * @throws ApiError
 */
export async function trainAsOf(
  client: ApiClient,
  asOf: string | undefined,
  tell: (words: string) => void,
): Promise<TrainingResult> {
  const started = await client.post('/v1/training-runs', jsonBody({ asOf }), randomUUID());
  const { id } = fieldsOf(expectOk(started));
  if (typeof id !== 'string') throw new ApiError('the service did not name the training run');
  for (let wait = 100; ; wait = Math.min(wait * 2, MAX_WAIT)) {
    const answer = await client.get(`/v1/training-runs/${encodeURIComponent(id)}`);
    const { state, progress, reason, gate, model } = fieldsOf(expectOk(answer));
    const words = typeof state === 'string' ? state : '';
    if (FINAL.has(words)) return { asOf, id, state: words, reason, gate, model };
    const share = typeof progress === 'number' ? `, ${Math.round(100 * progress)} %` : '';
    tell(`${titleOf(asOf)}: ${words}${share}`);
    await sleep(wait);
  }
}

/** The end of a training run in one line: state, model, what the gate saw, and the reason. */
export function trainingLine({ asOf, state, reason, gate, model }: TrainingResult): string {
  const judged = fieldsOf(gate);
  const { episodes, failures } = judged;
  const why = judged['reason'] ?? reason;
  const seen =
    typeof episodes === 'number' && typeof failures === 'number'
      ? ` (${episodes} episodes, ${failures} failures)`
      : '';
  const version = typeof model === 'string' ? ` ${model}` : '';
  const because = typeof why === 'string' ? `: ${why}` : '';
  return `${titleOf(asOf)}: ${state}${version}${seen}${because}`;
}
