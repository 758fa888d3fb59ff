// A lived world's figures in words.
import { againstMeasured, figuresOf, logLossBetween } from './compare.js';

/** Whose alerts mean something else from the drift on; the simulation's own choice. */
const DRIFTED_SERVICE = 'recommendations';

export const told = (words) => process.stdout.write(`${words}\n`);

export const number = (value) => value.toFixed(3);

/** The figures of one stretch of time. */
export function report(name, { model, intervals, oracle, ...rest }) {
  const of = (metric) =>
    `${number(model[metric])} [${intervals[metric].map(number).join(', ')}] (oracle ${number(oracle[metric])})`;
  told(
    `${name}: ${rest.rows} answers, ${rest.failures} failures\n` +
      `  ROC-AUC ${of('rocAuc')}, severity ${number(rest.severityAuc)}: ${(100 * rest.way).toFixed(0)} % of the way\n` +
      `  log loss ${of('logLoss')}\n  ECE ${of('ece')}\n` +
      `  loss interval holds ${(100 * rest.lossCoverage).toFixed(0)} %; abstained ${(100 * rest.abstained).toFixed(0)} %\n` +
      `  lost in the top tenth: by value ${number(rest.topTenthByValue)}, by priority ${number(rest.topTenthByPriority)}, by severity ${number(rest.topTenthBySeverity)}`,
  );
}

/** Whether the drift report names the drifted service, beside the most certain rows of its table and the nearest. */
export function reportDrift({ model, concept }) {
  const { byService, driftedServices } = concept;
  told(
    `drift report of model ${model} as of the retraining: ${driftedServices.join(', ') || 'none named'}`,
  );
  if (concept.nearest) told(`  nearest to it: ${concept.nearest.service}`);
  const own = byService.filter(({ service }) => service === DRIFTED_SERVICE);
  for (const row of new Set([...byService.slice(0, 3), ...own])) {
    const { service, stage, answers, observed, expected, pValue, pAdjusted } = row;
    told(
      `  ${service ?? 'all services'} at ${stage ?? 'all stages'}: ${number(observed)} failures in ${answers} answers, ${number(expected)} expected; p ${pValue?.toPrecision(2) ?? 'not judged'}, adjusted ${pAdjusted?.toPrecision(2) ?? '-'}`,
    );
  }
  return driftedServices[0] === DRIFTED_SERVICE;
}

/** How the answers stand against what was measured: a model learns from that, not from the truth. */
export function reportMeasured(rows, outcomes) {
  const { ece, logLoss, ...counts } = againstMeasured(rows, outcomes);
  told(
    `  against what was measured: log loss ${number(logLoss)}, ECE ${number(ece)} (${counts.rows} decided, ${counts.failures} failures, ${counts.others} of them another fault's)`,
  );
}

/** Both models on the same last days; true where the retrained one is the better. */
export function reportRetrained(stale, retrained) {
  if (stale === undefined || retrained === undefined) return false;
  const own = ({ labels }) => labels.service === DRIFTED_SERVICE;
  for (const [whose, of] of Object.entries({
    'all services': () => true,
    [DRIFTED_SERVICE]: own,
  })) {
    const [old, fresh] = [stale, retrained].map((rows) => rows.filter(of));
    const { mean, interval } = logLossBetween(fresh, old);
    const [before, after] = [old, fresh].map((rows) => figuresOf(rows).model);
    told(
      `retrained less stale, ${whose} (${old.length} answers): log loss ${number(mean)} [${interval.map(number).join(', ')}], ` +
        `${number(after.logLoss)} and ${number(before.logLoss)}; ROC-AUC ${number(after.rocAuc)} and ${number(before.rocAuc)}`,
    );
  }
  return logLossBetween(retrained, stale).mean < 0;
}
