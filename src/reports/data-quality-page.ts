import type { DataQualityReport, FeatureQuality } from '../core/monitoring/data-quality.js';
import { firstNames } from '../core/monitoring/drift-words.js';
import type { UnseenValue } from '../core/monitoring/unseen-values.js';
import { count, figure, percent, utcTime } from './figures.js';
import type { Html } from './html.js';
import { html } from './html.js';
import { lineChart } from './line-chart.js';
import type { ReportSection } from './page.js';
import { reportPage } from './page.js';
import { mark, table } from './table.js';

const ISSUES = {
  missing: 'more is missing',
  'unseen-values': 'values never seen before',
  constant: 'always the same',
  'absent-in-reference': 'not in the reference',
} as const;

type Named = readonly [name: string, quality: FeatureQuality];

function stateOf({ issues, missingInReference }: FeatureQuality): Html | Html[] {
  if (issues.length > 0) return issues.map((issue) => html`${mark(ISSUES[issue], 'warn')} `);
  if (missingInReference === null) return mark('no rows before', 'plain');
  return mark('as before', 'good');
}

function unseenRow({ value, rows }: UnseenValue): Html {
  const told = typeof value === 'number' ? figure(value) : value;
  return html`<li>${told} <small>× ${count(rows)}</small></li> `;
}

/** Which values were never seen before, the most frequent first. */
function unseenList({ unseenKinds, unseenValues }: FeatureQuality): Html | false {
  const left = unseenKinds - unseenValues.length;
  if (unseenKinds === 0) return false;
  const kind = typeof unseenValues[0]?.value === 'number' && 'numbers';
  return html`<ul class="values ${kind}">
    ${unseenValues.map(unseenRow)}${left > 0 && html`<li><small>${count(left)} more</small></li>`}
  </ul>`;
}

function featureTable({ features, flagged }: DataQualityReport): Html {
  const first = new Set(flagged);
  const rest = Object.keys(features).filter((name) => !first.has(name));
  const rows = [...flagged, ...rest].flatMap((name): Named[] => {
    const quality = features[name];
    return quality === undefined ? [] : [[name, quality]];
  });
  return table<Named>(
    [
      { heading: 'feature', cell: ([name]) => name },
      {
        heading: 'state',
        cell: ([, quality]) => stateOf(quality),
      },
      { heading: 'missing', cell: ([, { missing }]) => percent(missing), isNumber: true },
      { heading: 'before', cell: ([, one]) => percent(one.missingInReference), isNumber: true },
      { heading: 'unseen', cell: ([, { unseen }]) => percent(unseen), isNumber: true },
      { heading: 'which × answers', cell: ([, quality]) => unseenList(quality) },
    ],
    rows,
  );
}

function countsTable(heading: string, counts: Readonly<Record<string, number>>): Html {
  return table(
    [
      { heading, cell: ([name]) => name },
      { heading: 'answers', cell: ([, answers]) => count(answers), isNumber: true },
    ],
    Object.entries(counts),
  );
}

function chunkChart({ chunks }: DataQualityReport): Html {
  const points = (of: (chunk: DataQualityReport['chunks'][number]) => number | null) =>
    chunks.map((chunk) => ({ x: (chunk.from + chunk.until) / 2, y: of(chunk) }));
  const size = { xKind: 'time', height: 150 } as const;
  return html`<h3>Answers</h3>
    ${lineChart({
      ...size,
      label: 'Answers by time',
      yExtent: [0, 1],
      lines: [{ name: 'answers', colour: 'one', points: points(({ rows }) => rows) }],
    })}
    <h3>Share of features that are missing</h3>
    ${lineChart({
      ...size,
      label: 'Missing features by time',
      yExtent: [0, 0.1],
      lines: [{ name: 'missing', colour: 'two', points: points(({ missing }) => missing) }],
    })}`;
}

function summaryOf({ rows, flagged, features }: DataQualityReport): string {
  const all = Object.values(features);
  if (rows === 0) return 'Nothing was asked in this time: there is nothing to say of any feature.';
  if (flagged.length > 0) {
    return `${count(flagged.length)} of ${count(all.length)} features want a look: ${firstNames(flagged)}.`;
  }
  return all.every(({ missingInReference }) => missingInReference === null)
    ? 'Nothing was asked before this time: there is nothing to compare with.'
    : 'Every feature is as complete and as much in range as before.';
}

function sectionsOf(report: DataQualityReport): ReportSection[] {
  if (report.rows === 0) return [];
  return [
    { heading: 'Features', body: featureTable(report) },
    { heading: 'Over time', body: chunkChart(report) },
    {
      heading: 'Outcomes and sources',
      body: html`${countsTable('outcome', report.labels)}${countsTable('source', report.sources)}`,
    },
  ];
}

/** The state of what a model was asked with, as a page. */
export function dataQualityPage(report: DataQualityReport): string {
  const { model, from, until, rows, flagged, features } = report;
  return reportPage({
    title: 'Data quality',
    subtitle: `What model ${model} was asked with, ${utcTime(from)} to ${utcTime(until)}`,
    summary: [summaryOf(report)],
    facts: [
      ['answers', count(rows)],
      ['features', count(Object.keys(features).length)],
      ['to look at', count(flagged.length)],
    ],
    sections: sectionsOf(report),
  });
}
