import { shortName } from '../telemetry/short-name.js';
import type { DriftReport, ReportedColumn } from './drift-report.js';

/** How many characters of a category a sentence holds. */
const LONGEST = 40;

const figure = (value: number): string => String(Number(value.toPrecision(2)));

const percent = (share: number): string => `${figure(100 * share)} %`;

function missingWords({ shape }: ReportedColumn): string {
  const [before, now] = [shape.reference?.missing ?? 0, shape.current?.missing ?? 0];
  return `missing in ${percent(now)} of rows, ${percent(before)} before`;
}

function changeWords(column: ReportedColumn): string {
  const { subject, effect, shape } = column;
  if (subject === 'missing') return missingWords(column);
  const size = `moved by ${figure(effect ?? 0)} standard deviations`;
  if (subject !== 'categories') return `its values ${size}`;
  const unseen = shape.newCategories.slice(0, 3).map((name) => `"${shortName(name, LONGEST)}"`);
  return unseen.length === 0
    ? `its shares ${size}`
    : `its shares ${size}; new: ${unseen.join(', ')} (${percent(shape.newShare)} of rows)`;
}

/** Why a column has the verdict that it has, in one clause. */
export function verdictWords(column: ReportedColumn): string {
  const { verdict, effect, minimumDetectableEffect: detectable, reason } = column;
  if (verdict === 'not-comparable' || verdict === 'not-enough-data') {
    return reason ?? 'there is nothing to compare';
  }
  if (verdict === 'drifted') return changeWords(column);
  const found = detectable === null ? '' : `; from ${figure(detectable)} on it would be found`;
  return `${figure(effect ?? 0)} standard deviations${found}`;
}

const counted = (count: number, one: string, many: string): string =>
  `${count} ${count === 1 ? one : many}`;

/** How many columns a sentence names. */
const NAMED = 5;

/** The first few of some names, and how many more are meant. */
export function firstNames(names: readonly string[]): string {
  const named = names.slice(0, NAMED).join(', ');
  return names.length > NAMED ? `${named} and ${names.length - NAMED} more` : named;
}

function answerWords(drifted: readonly string[], judged: number): string {
  if (judged === 0) return 'No column could be judged.';
  return drifted.length === 0
    ? `No drift in ${counted(judged, 'column', 'columns')} that could be judged.`
    : `${counted(drifted.length, 'column', 'columns')} of ${judged} drifted: ${firstNames(drifted)}.`;
}

/** The answer of a report, in sentences. */
export function reportWords({ columns, drifted, rule }: DriftReport): string[] {
  const all = Object.entries(columns);
  const withVerdict = (verdict: string): string[] =>
    all.filter(([, column]) => column.verdict === verdict).map(([name]) => name);
  const thin = withVerdict('not-enough-data');
  const odd = withVerdict('not-comparable');
  const judged = all.length - thin.length - odd.length;
  const answer = answerWords(drifted, judged);
  return [
    answer,
    ...(thin.length > 0 ? [`Not enough data to judge ${firstNames(thin)}.`] : []),
    ...(odd.length > 0 ? [`Cannot be compared: ${firstNames(odd)}.`] : []),
    `A column counts as drifted where its p value, adjusted over all columns, is below ${rule.q} and the change is at least ${rule.floor} standard deviations.`,
  ];
}
