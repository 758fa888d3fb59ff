/** What an answer is about: its episode, and the incident and failure that the episode is part of. */
export interface AnsweredAbout {
  readonly episodeId: string;
  readonly incidentId: string | null;
  readonly failureId: string | null;
}

/**
 * A group for each answer: those that share an episode, an incident or a failure, also by way of
 * others, are in one, named after the incident, else the failure, else the episode of its first.
 */
export function jointGroups(answers: readonly AnsweredAbout[]): string[] {
  const parents = answers.map((_, row) => row);
  const rootOf = (row: number): number => {
    let root = row;
    while (parents[root] !== root) root = parents[root] ?? root;
    parents[row] = root;
    return root;
  };
  const seen = new Map<string, number>();
  answers.forEach((answer, row) => {
    for (const key of keysOf(answer)) {
      const other = rootOf(seen.get(key) ?? row);
      const own = rootOf(row);
      // The earlier one stays the root, so that its first answer names a group.
      parents[Math.max(own, other)] = Math.min(own, other);
      seen.set(key, row);
    }
  });
  const names = answers.map((answer) => keysOf(answer)[0] ?? '');
  return answers.map((_, row) => names[rootOf(row)] ?? '');
}

function keysOf({ episodeId, incidentId, failureId }: AnsweredAbout): string[] {
  return [
    ...(incidentId === null ? [] : [`incident ${incidentId}`]),
    ...(failureId === null ? [] : [`failure ${failureId}`]),
    `episode ${episodeId}`,
  ];
}
