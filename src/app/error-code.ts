/** The code of a system's error (`ENOENT`, `EEXIST` …), whatever realm its class is of. */
export function errorCode(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
