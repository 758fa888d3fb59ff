import { driftFindings } from '../core/monitoring/drift-findings.js';
import type { RankedFeature } from '../core/monitoring/drift-ranking.js';
import type { ModelDriftReport } from '../core/monitoring/model-drift.js';
import { verdictWords } from '../core/monitoring/drift-words.js';
import { driftPage } from './drift-page.js';
import { verdictMark } from './drift-tables.js';
import type { ServiceConcept } from '../core/monitoring/service-concept.js';
import { count, figure, pValue, utcTime } from './figures.js';
import type { Html } from './html.js';
import { html } from './html.js';
import type { ReportSection } from './page.js';
import { mark, table } from './table.js';

const RANKED = 15;

/** Chance alone does as much in one look of ten: worth a look, and no finding. */
const WORTH_A_LOOK = 0.1;

function rankingTable({ ranking }: ModelDriftReport): Html {
  const moved = ranking.filter(({ estimatedLoss }) => estimatedLoss > 0).slice(0, RANKED);
  if (moved.length === 0) return html`<p>No feature that the model heeds has drifted.</p>`;
  return table<RankedFeature>(
    [
      { heading: 'feature', cell: ({ feature }) => feature },
      {
        heading: 'may have cost (log-odds per answer)',
        cell: ({ estimatedLoss }) => figure(estimatedLoss),
        isNumber: true,
      },
      { heading: 'importance', cell: ({ importance }) => figure(importance), isNumber: true },
    ],
    moved,
  );
}

function togetherWords({ together }: ModelDriftReport): string {
  if (together === null) return 'Too few rows to tell then from now by all features together.';
  const { rocAuc, p, effect } = together;
  const chance = p === null ? 'too few independent stretches for a p value' : `p ${pValue(p)}`;
  return `By all features together a row of now is told from one of then with ROC-AUC ${figure(rocAuc)} (${chance}; like a shift of ${figure(effect)} standard deviations).`;
}

/** A stretch that began before the model was made holds rows that it learnt from. */
function learntWords({ from, until, fittedUntil, reference }: ModelDriftReport): string | false {
  if (reference !== 'training' || fittedUntil === null || from >= fittedUntil) return false;
  const told = utcTime(Math.min(fittedUntil, until));
  return `The model learnt from what was known until ${told}: what was asked before that is among its training rows, so changes show less.`;
}

function conceptWords({ concept }: ModelDriftReport): string[] {
  if (concept.answers === 0) return ['Of no answer is it known yet how it went.'];
  if (concept.changes.length === 0) {
    return [`The errors of ${count(concept.answers)} answers with known outcomes hold steady.`];
  }
  return concept.changes.map(
    ({ at, before, after }) =>
      `On ${utcTime(at)} the mean squared error changed for good, from ${figure(before)} to ${figure(after)}.`,
  );
}

const VERDICT = {
  drifted: mark('drifted', 'bad'),
  stable: mark('stable', 'good'),
  'not-enough-data': mark('not enough data', 'plain'),
};

function nearestWords(nearest: ServiceConcept | null): string {
  if (nearest === null) return '';
  const { service, stage, observed, answers, expected, pValue: p } = nearest;
  return (
    `Nearest to it is ${service ?? ''} at ${stage ?? 'all stages'}: ${figure(observed)} failures of ` +
    `${count(answers)} answers where ${figure(expected)} were to be expected, p ${pValue(p)} by itself.`
  );
}

const isWorthALook = (nearest: ServiceConcept | null): boolean =>
  (nearest?.pValue ?? 1) < WORTH_A_LOOK;

function meaningTable({ concept }: ModelDriftReport): Html {
  const { byService, driftedServices, nearest } = concept;
  const judged = byService.filter(({ verdict }) => verdict !== 'not-enough-data');
  if (judged.length === 0) return html`<p>Too few outcomes are known to judge any service.</p>`;
  return html`<p>
      Services whose alerts came to mean something else:
      ${driftedServices.join(', ') || 'none proven'}. ${nearestWords(nearest)} What to expect is how
      often a rule's alerts broke the stage in the eight weeks before, set right by how often the
      service's own did.
    </p>
    ${table<ServiceConcept>(
      [
        { heading: 'service', cell: ({ service }) => service ?? 'all' },
        { heading: 'stage', cell: ({ stage }) => stage ?? 'all' },
        { heading: 'verdict', cell: ({ verdict }) => VERDICT[verdict] },
        { heading: 'answers', cell: ({ answers }) => count(answers), isNumber: true },
        { heading: 'failures', cell: ({ observed }) => figure(observed), isNumber: true },
        { heading: 'expected', cell: ({ expected }) => figure(expected), isNumber: true },
        {
          heading: 'failures before',
          cell: ({ earlier, earlierFailures }) => `${figure(earlierFailures)} of ${count(earlier)}`,
          isNumber: true,
        },
        { heading: 'p', cell: ({ pValue: p }) => pValue(p), isNumber: true },
        { heading: 'p, adjusted', cell: ({ pAdjusted }) => pValue(pAdjusted), isNumber: true },
      ],
      judged.slice(0, RANKED),
    )}`;
}

/** The answer beyond the columns: meaning, outcomes and errors. */
function leadWords(report: ModelDriftReport): string[] {
  const { concept } = report;
  const { services, targets, errorsRose } = driftFindings(report);
  return [
    services.length > 0 && `Alerts of ${services.join(', ')} came to mean something else.`,
    isWorthALook(concept.nearest) &&
      `No service is proven to have alerts that came to mean something else. ${nearestWords(concept.nearest)}`,
    errorsRose && 'The errors rose for good.',
    targets.includes('label') && 'The share of failures changed.',
    targets.includes('prediction') && "The model's answers changed.",
    learntWords(report),
  ].filter((sentence) => sentence !== false);
}

/** What changed since a model was trained, as a page. */
export function modelDriftPage(report: ModelDriftReport): string {
  const { model, from, until, asked, reference, targets } = report;
  const against = reference === 'training' ? 'its training rows' : 'what was asked before';
  const { prediction, label } = targets;
  const sections: ReportSection[] = [
    { heading: 'What may have cost most', body: rankingTable(report) },
    {
      heading: 'Answers, outcomes and errors',
      body: html`<p>Predictions: ${verdictMark(prediction)} ${verdictWords(prediction)}.</p>
        <p>Share of failures: ${verdictMark(label)} ${verdictWords(label)}.</p>
        ${conceptWords(report).map((words) => html`<p>${words}</p>`)}
        <p>${togetherWords(report)}</p>`,
    },
    { heading: 'What alerts came to mean', body: meaningTable(report) },
  ];
  const some = asked > report.rows.current ? `; of ${count(asked)} answers some at random` : '';
  const subtitle = `Model ${model}, ${utcTime(from)} to ${utcTime(until)}, against ${against}${some}`;
  const lead = leadWords(report);
  return driftPage(report, { title: 'Drift of the model', subtitle, lead }, sections);
}
