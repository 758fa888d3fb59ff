import type { DataQualityReport, FeatureQuality } from '../core/monitoring/data-quality.js';
import { someOf } from '../core/monitoring/drift-words.js';
import { count, percent, utcTime } from './figures.js';
import type { Html } from './html.js';
import { html } from './html.js';
import { lineChart } from './line-chart.js';
import { reportPage } from './page.js';
import { mark, table } from './table.js';

const ISSUES = {
  missing: 'more is missing',
  'unseen-values': 'values never seen before',
  constant: 'always the same',
  'absent-in-reference': 'not in the reference',
} as const;

type Named = readonly [name: string, quality: FeatureQuality];

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
        cell: ([, { issues }]) =>
          issues.length === 0
            ? mark('as before', 'good')
            : issues.map((issue) => html`${mark(ISSUES[issue], 'warn')} `),
      },
      { heading: 'missing', cell: ([, { missing }]) => percent(missing), isNumber: true },
      { heading: 'before', cell: ([, one]) => percent(one.missingInReference), isNumber: true },
      { heading: 'unseen', cell: ([, { unseen }]) => percent(unseen), isNumber: true },
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
  const size = { xKind: 'time', width: 1000, height: 150 } as const;
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

/** The state of what a model was asked with, as a page. */
export function dataQualityPage(report: DataQualityReport): string {
  const { model, from, until, rows, flagged, features } = report;
  const answer =
    flagged.length === 0
      ? 'Every feature is as complete and as much in range as before.'
      : `${count(flagged.length)} of ${count(Object.keys(features).length)} features want a look: ${someOf(flagged)}.`;
  return reportPage({
    title: 'Data quality',
    subtitle: `What model ${model} was asked with, ${utcTime(from)} to ${utcTime(until)}`,
    summary: [rows === 0 ? 'Nothing was asked in this time.' : answer],
    facts: [
      ['answers', count(rows)],
      ['features', count(Object.keys(features).length)],
      ['to look at', count(flagged.length)],
    ],
    sections: [
      { heading: 'Features', body: featureTable(report) },
      { heading: 'Over time', body: chunkChart(report) },
      {
        heading: 'Outcomes and sources',
        body: html`${countsTable('outcome', report.labels)}${countsTable('source', report.sources)}`,
      },
    ],
  });
}
