/** Where the reader is: `#/anomalies/al-1?tab=2` is page `anomalies`, parts `['al-1']`. */
export interface Route {
  readonly page: string;
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A stray percent sign is taken as it is written.
    return part;
  }
}

/** Reads the address's fragment; an empty one is the queue. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split(/\?(.*)/s);
  const [page = '', ...parts] = path.split('/').filter((part) => part !== '');
  return {
    page: page === '' ? 'queue' : decoded(page),
    parts: parts.map(decoded),
    query: new URLSearchParams(query),
  };
}

/** The fragment that leads to a page. */
export function linkTo(parts: readonly string[], query?: URLSearchParams): string {
  const path = parts.map(encodeURIComponent).join('/');
  const asked = query?.toString() ?? '';
  return `#/${path}${asked === '' ? '' : `?${asked}`}`;
}

/** The API key that a link brought along (`#key=…`), or null. */
export function keyInFragment(hash: string): string | null {
  const found = /^#key=([^&]+)/.exec(hash)?.[1];
  return found === undefined ? null : decoded(found).trim();
}
