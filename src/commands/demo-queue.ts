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
  ];
}

/** The ranked queue as a table for a terminal; episodes that touch no stage are left out. */
export function queueText(items: readonly Item[]): string {
  const scored = items.filter((item) => typeof item['priority'] === 'number');
  const rows = [HEAD, ...scored.map(rowOf)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `\n${lines.join('\n')}\n`;
}
