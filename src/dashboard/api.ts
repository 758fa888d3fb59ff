import { ProblemError, problemIn } from './problem-error.js';
import { sessionKey } from './session.js';

/** Told on `document` when the API does not know the session's key; its `detail` is the `ProblemError`. */
export const UNAUTHENTICATED = 'throughline:unauthenticated';

/** What a header can carry. */
const PRINTABLE = /^[\x21-\x7e]+$/;

/** An answer that was read. */
interface Answer {
  readonly headers: Headers;
  readonly text: string;
}

/** What is posted. */
export interface Posted {
  readonly body: unknown;
  /** Sent again with the same key, it is done once. */
  readonly once?: string;
}

function requestOf(key: string, posted: Posted | undefined): RequestInit {
  const headers = { accept: 'application/json', authorization: `Bearer ${key}` };
  if (posted === undefined) return { headers };
  const { body, once } = posted;
  const typed = { ...headers, 'content-type': 'application/json' };
  return {
    method: 'POST',
    headers: once === undefined ? typed : { ...typed, 'idempotency-key': once },
    body: JSON.stringify(body),
  };
}

async function told(key: string, path: string, posted?: Posted): Promise<Answer> {
  if (!PRINTABLE.test(key)) {
    throw new ProblemError(401, 'Unauthorized', 'an API key has no spaces or accented letters');
  }
  let response: Response;
  let text: string;
  try {
    response = await fetch(path, requestOf(key, posted));
    text = await response.text();
  } catch {
    const detail = 'Nothing answers at this address. Is the service running?';
    throw new ProblemError(0, 'The service cannot be reached', detail);
  }
  if (!response.ok) throw problemIn(response.status, response.statusText, text);
  return { headers: response.headers, text };
}

/**
 * Asks the API with a key of which it is not known whether it is one.
 *
 * @throws ProblemError
 */
export async function askWith(key: string, path: string): Promise<unknown> {
  return JSON.parse((await told(key, path)).text);
}

/**
 * Asks the API with the session's key, or posts.
 *
 * @throws ProblemError
 */
export async function ask(path: string, posted?: Posted): Promise<unknown> {
  return JSON.parse((await askWhole(path, posted)).text);
}

/**
 * Asks as `ask` does, for an answer that need not be JSON.
 *
 * @throws ProblemError
 */
export async function askWhole(path: string, posted?: Posted): Promise<Answer> {
  const key = sessionKey() ?? '';
  try {
    return await told(key, path, posted);
  } catch (error) {
    // An answer may come when the reader has signed out, or in with another key.
    if (error instanceof ProblemError && error.status === 401 && sessionKey() === key) {
      document.dispatchEvent(new CustomEvent(UNAUTHENTICATED, { detail: error }));
    }
    throw error;
  }
}
