/** One wrong field of a request. */
export interface ProblemField {
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

/** Says that a request cannot be answered, in the terms of RFC 9457. */
export class Problem extends Error {
  readonly status: number;
  /** Stable, in kebab case; the problem's type is made of it. */
  readonly code: string;
  readonly fields: readonly ProblemField[];
  readonly retryAfterSeconds: number | undefined;

  constructor(
    status: number,
    code: string,
    detail: string,
    more: { fields?: readonly ProblemField[]; retryAfterSeconds?: number } = {},
  ) {
    super(detail);
    this.name = 'Problem';
    this.status = status;
    this.code = code;
    this.fields = more.fields ?? [];
    this.retryAfterSeconds = more.retryAfterSeconds;
  }
}
