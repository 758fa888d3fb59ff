/** What went wrong with a request, as the API's problem+json says it. */
export class ProblemError extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly fields: readonly string[] = [],
  ) {
    super(`${title}: ${detail}`);
  }
}

function textOf(body: object, name: string): string | null {
  const value: unknown = Reflect.get(body, name);
  return typeof value === 'string' && value !== '' ? value : null;
}

function fieldsOf(body: object): string[] {
  const errors: unknown = Reflect.get(body, 'errors');
  if (!Array.isArray(errors)) return [];
  return errors.flatMap((one: unknown) => {
    if (typeof one !== 'object' || one === null) return [];
    const words = [textOf(one, 'pointer'), textOf(one, 'detail')];
    return words.filter((word) => word !== null).join(' ');
  });
}

/** The problem that an answer's body tells; an answer that is no problem+json is told by its status. */
export function problemIn(status: number, statusText: string, text: string): ProblemError {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null) {
      const title = textOf(body, 'title') ?? `The service answered ${status}`;
      return new ProblemError(status, title, textOf(body, 'detail') ?? statusText, fieldsOf(body));
    }
  } catch {
    // Told below: a proxy in between answers in its own words.
  }
  const detail = `${status} ${statusText}`.trim();
  return new ProblemError(status, 'The service gave an answer of its own', detail);
}
