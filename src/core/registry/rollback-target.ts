/** A version made champion, by promotion or by rolling back to it. */
export interface Crowning {
  readonly version: string;
  readonly isRollback: boolean;
}

/** The champions that were promoted and not rolled back from since, in that order. */
function standing(history: readonly Crowning[]): string[] {
  const stack: string[] = [];
  for (const { version, isRollback } of history) {
    // Rolling back takes off what came after; what it returned to is on top again.
    if (isRollback && stack.includes(version)) stack.length = stack.lastIndexOf(version);
    if (stack.at(-1) !== version) stack.push(version);
  }
  return stack;
}

/**
 * Whom rolling back makes champion: the one before the present champion that was promoted too, is
 * not rejected, and was not rolled back from. Rolling back again goes further back.
 *
 * @param history who was made champion, oldest first.
 * @returns null where there is none.
 */
export function rollbackTarget(
  history: readonly Crowning[],
  isRejected: (version: string) => boolean,
): string | null {
  const stack = standing(history);
  const present = stack.at(-1);
  return stack.findLast((version) => version !== present && !isRejected(version)) ?? null;
}
