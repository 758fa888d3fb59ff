type Item = Readonly<Record<string, unknown>>;

function itemOf(value: unknown): Item {
  return typeof value === 'object' && value !== null ? (value as Item) : {};
}

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const HEAD = [
  'priority',
  'anomaly',
  'service',
  'stage',
  'P(failure)',
  'conversions at stake',
  'evidence',
  'started',
];

function rowOf(item: Item): string[] {
  const top: unknown = Array.isArray(item['predictions']) ? item['predictions'][0] : undefined;
  const prediction = itemOf(top);
  const priority = itemOf(prediction['priority']);
  const loss = itemOf(prediction['expectedLoss']);
  return [
    `${textOf(priority['band'])} ${numberOf(priority['value']).toFixed(2)}`,
    textOf(item['name']),
    textOf(itemOf(item['labels'])['service']),
    `${textOf(prediction['journey'])}/${textOf(prediction['stage'])}`,
    `${(100 * numberOf(prediction['probability'])).toFixed(0)} %`,
    numberOf(loss['conversions']).toFixed(1),
    textOf(prediction['evidence']),
    textOf(item['startedAt']).slice(0, 16).replace('T', ' '),
  ];
}

/** The items with a priority, the highest first. */
export function byPriority(items: readonly Item[]): Item[] {
  return items
    .filter((item) => typeof item['priority'] === 'number')
    .toSorted((a, b) => numberOf(b['priority']) - numberOf(a['priority']));
}

/** The ranked queue as a table for a terminal. */
export function queueText(items: readonly Item[]): string {
  const rows = [HEAD, ...items.map(rowOf)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `\n${lines.join('\n')}\n`;
}
