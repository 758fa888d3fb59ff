/** The name that an answer's Content-Disposition gives its file, or null. */
export function fileNameIn(disposition: string | null): string | null {
  return /filename="([^"/\\]+)"/.exec(disposition ?? '')?.[1] ?? null;
}
