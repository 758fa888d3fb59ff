import { randomUUID } from 'node:crypto';

import type { ApiAnswer, ApiBody, ApiClient } from './api-client.js';
import { ApiError, expectOk, problemLine } from './api-client.js';
import type { KindName } from './import-kinds.js';
import { KINDS } from './import-kinds.js';

/** An item that the service refused, by its index in the batch. */
interface RefusedItem {
  readonly index: number;
  readonly code: string;
  readonly pointer: string;
  readonly detail: string;
}

/** The answer for one anomaly. */
interface AnomalyAnswer {
  readonly index: number;
  readonly anomalyId: string;
  readonly status: string;
  readonly predictions: readonly unknown[];
}

/** What became of a batch. */
export interface BatchAnswer {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: readonly RefusedItem[];
  /** For anomalies: every answer that is not a refusal. */
  readonly anomalies: readonly AnomalyAnswer[];
}

type Fields = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const count = (value: unknown): number => (typeof value === 'number' ? value : 0);
const records = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isRecord) : []);

function refused(error: Fields, index: number): RefusedItem {
  return {
    index,
    code: text(error['code']),
    pointer: text(error['pointer']),
    detail: text(error['detail']),
  };
}

/** One item that stands for those that the service only counted. */
function untoldOf(untold: number, told: readonly RefusedItem[]): RefusedItem[] {
  if (untold === 0) return [];
  const detail = `${untold} more after it were refused`;
  return [{ index: told.at(-1)?.index ?? 0, code: 'untold', pointer: '', detail }];
}

function bulkAnswer(body: Fields): BatchAnswer {
  const rejected = records(body['rejected']).map((item) => refused(item, count(item['index'])));
  return {
    accepted: count(body['accepted']),
    duplicates: count(body['duplicates']),
    rejected: [...rejected, ...untoldOf(count(body['untold']), rejected)],
    anomalies: [],
  };
}

function errorOf(result: Fields): Fields {
  const { error } = result;
  return isRecord(error) ? error : { code: 'rejected', detail: text(error) };
}

function anomalyAnswers(body: Fields): BatchAnswer {
  const results = records(body['results']);
  const rejected = results.filter(({ status }) => status === 'rejected');
  const taken = results.filter(({ status }) => status !== 'rejected');
  const duplicates = taken.filter(({ status }) => status === 'duplicate').length;
  return {
    accepted: taken.length - duplicates,
    duplicates,
    rejected: rejected.map((result) => refused(errorOf(result), count(result['index']))),
    anomalies: taken.map((result) => ({
      index: count(result['index']),
      anomalyId: text(result['anomalyId']),
      status: text(result['status']),
      predictions: Array.isArray(result['predictions']) ? result['predictions'] : [],
    })),
  };
}

/** A per-item answer whatever its status (422 says that none was taken); else a problem. */
function readAnswer(answer: ApiAnswer): BatchAnswer {
  const { body } = answer;
  if (isRecord(body) && Array.isArray(body['results'])) return anomalyAnswers(body);
  if (isRecord(body) && Array.isArray(body['rejected'])) return bulkAnswer(body);
  expectOk(answer);
  throw new ApiError(`the service's answer (${answer.status}) says nothing about the items`);
}

function bodyOf(kind: KindName, items: readonly string[]): ApiBody {
  return kind === 'events'
    ? { text: `${items.join('\n')}\n`, type: 'application/x-ndjson' }
    : { text: `[${items.join(',')}]`, type: 'application/json' };
}

const NOT_AN_ITEM = new Set([401, 403, 404]);

const one = (more: Partial<BatchAnswer>): BatchAnswer => ({
  accepted: 0,
  duplicates: 0,
  rejected: [],
  anomalies: [],
  ...more,
});

function keyOf(item: string): string {
  const journey: unknown = JSON.parse(item);
  return isRecord(journey) ? text(journey['key']) : '';
}

/** A journey that is there with another definition gets a new version. */
async function sendJourney(client: ApiClient, item: string): Promise<BatchAnswer> {
  const body: ApiBody = { text: item, type: 'application/json' };
  let answer = await client.post(KINDS.journeys.path, body);
  if (answer.status === 409) {
    answer = await client.put(`${KINDS.journeys.path}/${encodeURIComponent(keyOf(item))}`, body);
  }
  // 201 is a new version, 200 the one that is there already.
  if (answer.status === 200) return one({ duplicates: 1 });
  if (answer.status < 400) return one({ accepted: 1 });
  if (NOT_AN_ITEM.has(answer.status)) throw new ApiError(problemLine(answer), answer);
  const problem = isRecord(answer.body) ? answer.body : {};
  const [field] = records(problem['errors']);
  const error = field ?? { code: 'rejected', detail: problemLine(answer) };
  return one({ rejected: [refused(error, 0)] });
}

/**
 * Sends JSON texts of one kind in one request (journeys: one item). Outcomes may have no key of
 * their own, so a request of theirs that is sent again carries an idempotency key.
 *
 * @throws ApiError where the service refuses the batch as a whole or is out of reach.
 */
export async function sendBatch(
  client: ApiClient,
  kind: KindName,
  items: readonly string[],
): Promise<BatchAnswer> {
  const [first] = items;
  if (first === undefined) return one({});
  if (kind === 'journeys') return sendJourney(client, first);
  const once = kind === 'outcomes' ? randomUUID() : undefined;
  return readAnswer(await client.post(KINDS[kind].path, bodyOf(kind, items), once));
}
