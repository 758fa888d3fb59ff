/** A broken rule with a stable code; `pointer` names the field (RFC 6901), where there is one. */
export class DomainError extends Error {
  readonly code: string;
  readonly pointer: string | undefined;
  readonly retriable: boolean;

  constructor(
    code: string,
    message: string,
    details: { pointer?: string; retriable?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause: details.cause });
    this.name = 'DomainError';
    this.code = code;
    this.pointer = details.pointer;
    this.retriable = details.retriable ?? false;
  }
}
