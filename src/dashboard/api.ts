import { ProblemError, problemIn } from './problem-error.js';
import { sessionKey } from './session.js';

/** Told on `document` when the API does not know the key; its `detail` is the `ProblemError`. */
export const UNAUTHENTICATED = 'throughline:unauthenticated';

/** What a header can carry. */
const PRINTABLE = /^[\x21-\x7e]+$/;

interface Answer {
  readonly response: Response;
  readonly text: string;
}

async function send(path: string, key: string, body: unknown): Promise<Answer> {
  const headers = { accept: 'application/json', authorization: `Bearer ${key}` };
  const typed = { ...headers, 'content-type': 'application/json' };
  const asked =
    body === undefined
      ? { headers }
      : { method: 'POST', headers: typed, body: JSON.stringify(body) };
  try {
    const response = await fetch(path, asked);
    return { response, text: await response.text() };
  } catch {
    const detail = 'Nothing answers at this address. Is the service running?';
    throw new ProblemError(0, 'The service cannot be reached', detail);
  }
}

async function told(key: string, path: string, body?: unknown): Promise<string> {
  if (!PRINTABLE.test(key)) {
    throw new ProblemError(401, 'Unauthorized', 'an API key has no spaces or accented letters');
  }
  const { response, text } = await send(path, key, body);
  if (!response.ok) throw problemIn(response.status, response.statusText, text);
  return text;
}

/**
 * Asks the API with a key; with a body it posts.
 *
 * @throws ProblemError
 */
export async function askWith(key: string, path: string, body?: unknown): Promise<unknown> {
  return JSON.parse(await told(key, path, body));
}

/**
 * Asks the API with the session's key; with a body it posts.
 *
 * @throws ProblemError
 */
export async function ask(path: string, body?: unknown): Promise<unknown> {
  return JSON.parse(await askText(path, body));
}

/**
 * Asks as `ask` does, for an answer that need not be JSON.
 *
 * @throws ProblemError
 */
export async function askText(path: string, body?: unknown): Promise<string> {
  try {
    return await told(sessionKey() ?? '', path, body);
  } catch (error) {
    if (error instanceof ProblemError && error.status === 401) {
      document.dispatchEvent(new CustomEvent(UNAUTHENTICATED, { detail: error }));
    }
    throw error;
  }
}
