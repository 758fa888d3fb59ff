import type { LivePerformance } from '../core/monitoring/live-performance.js';
import type { JudgedMetrics, ModelCard } from '../core/registry/model-card.js';
import type { ShadowComparison } from '../core/registry/shadow-comparison.js';
import type { MetricName } from '../core/statistics/classification-metrics.js';
import { METRIC_NAMES } from '../core/statistics/classification-metrics.js';
import type { Instant } from '../core/telemetry/time.js';
import { count, figure, percent, utcTime } from './figures.js';
import { html } from './html.js';
import type { ReportSection } from './page.js';
import { reportPage } from './page.js';
import { AUDIT_VERDICTS } from './performance-audit.js';
import { realisedTable, WEIGHED } from './realised-figures.js';
import { table } from './table.js';

/** A time in which a model answered. */
export interface Reign {
  readonly since: Instant;
  /** Null while it answers. */
  readonly until: Instant | null;
  readonly by: string;
  readonly reason: string;
}

/** A model's card and what has come of it. */
export interface CardFacts {
  readonly card: ModelCard;
  readonly state: string;
  readonly reigns: readonly Reign[];
  readonly shadow: ShadowComparison;
  readonly live: LivePerformance;
}

const METRICS: Readonly<Record<MetricName, string>> = {
  rocAuc: 'ROC-AUC (0.5 is chance, 1 perfect order)',
  prAuc: 'PR-AUC (the base rate is chance, 1 perfect)',
  logLoss: 'Log loss (lower is better)',
  brier: 'Brier score (lower is better)',
  ece: 'ECE (lower is better)',
};

function judgedTable({ figures, intervals }: JudgedMetrics): ReturnType<typeof html> {
  return table(
    [
      { heading: 'figure', cell: (name: MetricName) => METRICS[name] },
      { heading: 'value', cell: (name: MetricName) => figure(figures[name]), isNumber: true },
      {
        heading: '90 % interval',
        cell: (name: MetricName) => intervals[name].map(figure).join(' to '),
        isNumber: true,
      },
    ],
    METRIC_NAMES,
  );
}

function judgement({ metrics, judgedAfter }: ModelCard): ReportSection {
  const heading = 'How good it is';
  if (metrics === null || judgedAfter === null) {
    return { heading, body: html`<p>It was not judged: nothing of it was learned.</p>` };
  }
  const { naive } = metrics;
  return {
    heading,
    body: html`<p>
        On ${count(naive.episodes)} episodes with ${count(naive.failures)} failures that came after
        ${utcTime(judgedAfter)}, each answered by what was known before it.
      </p>
      ${judgedTable(naive)}`,
  };
}

function inService(live: LivePerformance): ReportSection[] {
  const { answers, mature, labelled, failures, naive, audit } = live;
  if (answers === 0) return [];
  const known = html`<p>
    It gave ${count(answers)} first answers; of the ${count(mature)} whose outcome could be known
    ${count(labelled)} are labelled, ${count(failures)} of them failures.
  </p>`;
  const body =
    naive === null
      ? html`${known}
          <p>Too few failed, or too few did not, to say how good they were.</p>`
      : html`${known} ${realisedTable(live)}
          <p class="soft">90 % intervals. ${WEIGHED} ${AUDIT_VERDICTS[audit.verdict]}</p>`;
  return [{ heading: 'How it has done in service', body }];
}

function lineage(card: ModelCard): ReportSection {
  const { data } = card;
  const rows: (readonly [string, string])[] = [
    ['learner', card.learner],
    ['recipe', card.recipe ?? card.learner],
    ...(card.members ?? []).map(
      ({ learner, weight }) => [`member ${learner}`, `weight ${figure(weight)}`] as const,
    ),
    ['program', card.codeVersion],
    ['seed', String(card.seed)],
    ['calibration', card.calibration],
    ['training set, SHA-256', data?.hash ?? '–'],
    [
      'training set',
      data === null
        ? '–'
        : `${count(data.rows)} episodes, ${count(data.failures)} failures, as known at ${utcTime(data.asOf)}`,
    ],
    ['judged on what came after', card.judgedAfter === null ? '–' : utcTime(card.judgedAfter)],
    ['then fitted on all until', card.fittedUntil === null ? '–' : utcTime(card.fittedUntil)],
  ];
  return {
    heading: 'Where it comes from',
    body: table(
      [
        { heading: 'what', cell: ([name]: (typeof rows)[number]) => name },
        { heading: 'which', cell: ([, value]: (typeof rows)[number]) => value },
      ],
      rows,
    ),
  };
}

function history(reigns: readonly Reign[]): ReportSection[] {
  if (reigns.length === 0) return [];
  const columns = [
    { heading: 'from', cell: ({ since }: Reign) => utcTime(since) },
    { heading: 'until', cell: ({ until }: Reign) => (until === null ? 'now' : utcTime(until)) },
    { heading: 'by', cell: ({ by }: Reign) => by },
    { heading: 'because', cell: ({ reason }: Reign) => reason },
  ];
  return [{ heading: 'When it answered', body: table(columns, reigns) }];
}

function silent({ answers, labelled, disagreement, figures }: ShadowComparison): ReportSection[] {
  if (answers === 0) return [];
  const body = html`<p>
      It scored ${count(answers)} live answers silently and differed by ${percent(disagreement)} in
      the mean; how ${count(labelled)} of them went is known.
    </p>
    ${
      figures !== null &&
      table(
        [
          { heading: 'figure', cell: (name: MetricName) => METRICS[name] },
          {
            heading: 'this model',
            cell: (name: MetricName) => figure(figures.shadow[name]),
            isNumber: true,
          },
          {
            heading: 'what answered',
            cell: (name: MetricName) => figure(figures.answered[name]),
            isNumber: true,
          },
        ],
        METRIC_NAMES,
      )
    }`;
  return [{ heading: 'As a challenger, silently', body }];
}

/** A model's card as one page. */
export function modelCardPage({ card, state, reigns, shadow, live }: CardFacts): string {
  const { features, limits } = card;
  return reportPage({
    title: `Model ${card.version}`,
    subtitle: `${state}; made ${utcTime(card.createdAt)}`,
    summary: [
      card.evidence === 'prior'
        ? 'The stated prior: nothing was learned.'
        : `Says how probable it is that an anomaly breaks a stage of a journey. Made of ${(card.members ?? [{ learner: card.learner }]).map(({ learner }) => learner).join(' and ')}.`,
    ],
    facts: [
      ['evidence', card.evidence],
      ['usual chance', percent(card.baseRate)],
      ['features', count(features.length)],
    ],
    sections: [
      {
        heading: 'Its limits',
        body: html`<ul class="notes">
          ${limits.map((limit) => html`<li>${limit}</li>`)}
        </ul>`,
      },
      judgement(card),
      ...inService(live),
      ...silent(shadow),
      ...history(reigns),
      lineage(card),
      {
        heading: 'What it looks at',
        body: table(
          [
            { heading: 'feature', cell: ({ name }: (typeof features)[number]) => name },
            { heading: 'meaning', cell: ({ meaning }: (typeof features)[number]) => meaning },
            { heading: 'unit', cell: ({ unit }: (typeof features)[number]) => unit },
          ],
          features,
        ),
      },
    ],
  });
}
