import type { RealisedFigures } from '../core/monitoring/performance-figures.js';
import type { PerformanceReport } from '../core/monitoring/performance-report.js';
import type { RocPoint } from '../core/monitoring/performance-roc.js';
import { namedHistogram } from './distribution-chart.js';
import { count } from './figures.js';
import type { Html } from './html.js';
import { html } from './html.js';
import type { ChartLine } from './line-chart.js';
import { lineChart } from './line-chart.js';
import type { ReportSection } from './page.js';
import { told } from './realised-figures.js';
import type { Key } from './table.js';

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, one) => sum + one, 0);

function histogramOf({ probabilities }: PerformanceReport): Html {
  const { edges, failures, nonFailures } = probabilities;
  const [failed, others] = [sumOf(failures), sumOf(nonFailures)];
  const label = 'Distribution of the probabilities by class';
  if (failed + others === 0) return html`<p class="soft">${label}: no label is known yet.</p>`;
  const sharesOf = (counts: readonly number[], all: number): number[] =>
    counts.map((one) => (all === 0 ? 0 : one / all));
  const shares = {
    edges,
    reference: sharesOf(nonFailures, others),
    current: sharesOf(failures, failed),
  };
  return namedHistogram(shares, {
    label,
    xName: 'probability that was said',
    yName: 'share of its class',
    key: [
      ['two', `failed (${count(failed)})`],
      ['one', `did not fail (${count(others)})`],
    ],
  });
}

/** Which probabilities failures were given, and which the others. */
export function probabilitiesSection(report: PerformanceReport): ReportSection {
  return {
    heading: 'What was said of failures, and of the others',
    body: html`${histogramOf(report)}
      <p class="soft">
        Twentieths of the probability, each class by itself: the less they lie over each other, the
        better failures are told from the rest.
      </p>`,
  };
}

const pointsOf = (curve: readonly RocPoint[]): ChartLine['points'] =>
  curve.map(({ falsePositiveRate: x, recall: y }) => ({ x, y }));

function named(name: string, figures: RealisedFigures | null): string {
  return `${name}: ROC-AUC ${told(figures, 'rocAuc')}`;
}

interface DrawnCurves {
  readonly lines: readonly ChartLine[];
  readonly key: Key;
}

/** Where every label counts alike one curve would hide the other. */
function curvesOf({ rocCurve, naive, weighted }: PerformanceReport): DrawnCurves {
  const own = { name: 'naive', colour: 'one', points: pointsOf(rocCurve.naive) } as const;
  const isSame = rocCurve.weighted.every((point, i) => {
    const other = rocCurve.naive[i];
    return point.recall === other?.recall && point.falsePositiveRate === other.falsePositiveRate;
  });
  if (isSame) return { lines: [own], key: [['one', named('naive and weighted', naive)]] };
  return {
    lines: [{ name: 'weighted', colour: 'two', points: pointsOf(rocCurve.weighted) }, own],
    key: [
      ['one', named('naive', naive)],
      ['two', named('weighted', weighted)],
    ],
  };
}

/** How many failures are found at what price in false alarms. */
export function rocSection(report: PerformanceReport): ReportSection {
  const { lines, key } = curvesOf(report);
  const chart = lineChart({
    label: 'ROC curve',
    xKind: 'number',
    hasDiagonal: true,
    xName: 'false positive rate: share of the others above a probability',
    yName: 'recall: share of the failures above it',
    height: 400,
    lines,
    key: [...key, ['ideal', 'by chance']],
  });
  return { heading: 'ROC: failures found against false alarms', body: chart };
}
