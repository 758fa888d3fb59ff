import type { Prediction, Reason } from './answers.js';
import { element, fragment, svg } from './element.js';
import { percent, signed } from './format.js';
import { table } from './table.js';

const HALF = 100;

/** A bar to the right of the middle raises the chance, one to the left lowers it. */
function signedBar(contribution: number, largest: number): SVGSVGElement {
  const length = largest === 0 ? 0 : (HALF * Math.abs(contribution)) / largest;
  const isUp = contribution >= 0;
  return svg(
    'svg',
    {
      class: 'signed-bar',
      viewBox: '0 0 200 10',
      preserveAspectRatio: 'none',
      'aria-hidden': 'true',
    },
    svg('rect', {
      class: isUp ? 'raises' : 'lowers',
      x: isUp ? HALF : HALF - length,
      y: 0,
      width: length,
      height: 10,
    }),
    svg('rect', { class: 'middle', x: HALF - 0.5, y: 0, width: 1, height: 10 }),
  );
}

/** The reasons add up to what lies between the usual chance of an episode and this one. */
function usualChance(reasons: readonly Reason[], probability: number): number {
  const moved = reasons.reduce((sum, { contribution }) => sum + contribution, 0);
  const logOdds = Math.log(probability / (1 - probability));
  return 1 / (1 + Math.exp(moved - logOdds));
}

/** The features that moved the log-odds most, as signed bars with people's words. */
export function reasonsView({ reasons, probability }: Prediction): Node {
  if (reasons.length === 0) {
    return element('p', { class: 'small' }, 'Nothing moved the chance away from the usual one.');
  }
  const largest = Math.max(...reasons.map(({ contribution }) => Math.abs(contribution)));
  const columns = [
    {
      header: 'Reason',
      cell: ({ text, feature }: Reason) => element('span', { title: feature }, text),
    },
    {
      header: 'Lowers ◂ ▸ raises',
      cell: ({ contribution }: Reason) => signedBar(contribution, largest),
    },
    {
      header: 'Log-odds',
      hint: 'How far it moved the log-odds: +0.7 doubles the odds, -0.7 halves them',
      numeric: true,
      cell: ({ contribution }: Reason) => signed(contribution),
    },
  ];
  return fragment(
    table('Reasons', columns, reasons),
    element(
      'p',
      { class: 'small' },
      `Together from the usual chance of ${percent(usualChance(reasons, probability))} to `,
      `${percent(probability)}: +0.7 of log-odds doubles the odds, −0.7 halves them.`,
    ),
  );
}
