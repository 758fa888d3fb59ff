const NAME = 'throughline.api-key';

/** The key of this tab's session; it is gone when the tab is closed. */
export function sessionKey(): string | null {
  return sessionStorage.getItem(NAME);
}

/** Keeps a key for this tab's session. */
export function keepKey(key: string): void {
  sessionStorage.setItem(NAME, key);
}

/** Signs out. */
export function forgetKey(): void {
  sessionStorage.removeItem(NAME);
}
